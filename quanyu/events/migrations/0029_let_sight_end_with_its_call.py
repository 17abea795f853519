"""Let who was called by a whistle that has ended see the call, and its matters no more."""

from django.db import migrations

LEAVE = """
UPDATE events_event AS event
   SET shared_with = ARRAY(
       SELECT body FROM unnest(event.shared_with) AS body
        WHERE NOT EXISTS (
                SELECT FROM events_whistlematter m JOIN events_whistlecall c ON c.id = m.call_id
                 WHERE m.event_id = event.id AND c.state = 'ended' AND body = ANY (c.bodies))
           OR EXISTS (
                SELECT FROM events_whistlematter m JOIN events_whistlecall c ON c.id = m.call_id
                 WHERE m.event_id = event.id AND c.state = 'called' AND body = ANY (c.bodies))
           OR EXISTS (
                SELECT FROM events_jointpart p
                 WHERE p.event_id = event.id AND p.body_id = body AND p.state <> 'withdrawn')
           OR EXISTS (
                SELECT FROM events_consultation n
                 WHERE n.event_id = event.id AND n.ended_at IS NULL AND body = ANY (n.invited))
        ORDER BY body)
 WHERE event.id IN (
       SELECT m.event_id FROM events_whistlematter m JOIN events_whistlecall c ON c.id = m.call_id
        WHERE c.state = 'ended')
   AND event.shared_with <> '{}'
"""


class Migration(migrations.Migration):
    """What was left already is passed over: it can be run again."""

    dependencies = [("events", "0028_answer_lists_by_index_alone")]

    operations = [migrations.RunSQL(LEAVE, reverse_sql=migrations.RunSQL.noop)]
