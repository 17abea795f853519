"""Let what is open beside a matter be looked at by its ladder: the worker sets when it is due."""

from django.db import migrations

CALLS = """
UPDATE events_whistlecall AS call
   SET stage_amount = answer_amount, stage_unit = answer_unit, stage_due_at = answer_due_at,
       stage_told_at = late_told_at, next_rung_at = state_since
 WHERE state = 'called' AND next_rung_at IS NULL
   AND EXISTS (SELECT FROM events_whistlepart WHERE call_id = call.id AND reported_at IS NULL)
"""
ALL_CAME = """
UPDATE events_whistlecall AS call
   SET stage_amount = NULL, stage_unit = '', stage_due_at = NULL, next_rung_at = NULL
 WHERE state = 'called' AND stage_due_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM events_whistlepart WHERE call_id = call.id AND reported_at IS NULL)
"""
CARDS = """
UPDATE events_supervisioncard
   SET stage_amount = answer_amount, stage_unit = answer_unit, stage_due_at = answer_due_at,
       stage_told_at = late_told_at, next_rung_at = state_since
 WHERE state = 'raised' AND next_rung_at IS NULL
"""
PARTS = """
UPDATE events_jointpart SET next_rung_at = asked_at
 WHERE state IN ('asked', 'doing', 'returned') AND next_rung_at IS NULL
"""


class Migration(migrations.Migration):
    """Only what is open is touched, and what was touched is passed over: it can be run again."""

    dependencies = [("events", "0026_remind_of_what_is_owed_beside")]

    operations = [
        migrations.RunSQL(sql, reverse_sql=migrations.RunSQL.noop)
        for sql in (CALLS, ALL_CAME, CARDS, PARTS)
    ]
