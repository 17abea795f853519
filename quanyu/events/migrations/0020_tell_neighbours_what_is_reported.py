"""What may be told to whoever reports near by: the owner's function gives no more than that.

Of an open matter that the desk has accepted, of a class marked ``public_space``: its class, the
cell of the lattice it lies in, the day, whether somebody is at work on it, and a key. Never a
point, a word or a name; nothing of who asked for confidence.
"""

from django.db import migrations, models

MAKE = """
CREATE FUNCTION event_nearby(
  kinds text[], since timestamptz, size float8, zone text,
  west integer, east integer, south integer, north integer)
RETURNS TABLE (id uuid, category text, "column" integer, "row" integer, day date, is_begun boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT ROWS 20
AS $$
SELECT e.id, e.category, floor(e.lon / size)::integer, floor(e.lat / size)::integer,
  (e.reported_at AT TIME ZONE zone)::date, e.state NOT IN ('accepted', 'filed')
FROM events_event e
WHERE e.closed_at IS NULL AND e.category = ANY (kinds) AND e.reported_at >= since
AND e.lon >= west * size AND e.lon < (east + 1) * size
AND e.lat >= south * size AND e.lat < (north + 1) * size
AND e.state NOT IN ('reported', 'verifying', 'verified', 'queried', 'settled', 'refused', 'void',
  'merged')
AND EXISTS (SELECT FROM codes_code c WHERE c.code = e.category AND c.valid_to IS NULL
  AND c.withdrawn_at IS NULL AND c.attributes @> '{"public_space": true}')
AND NOT EXISTS (SELECT FROM events_contact k WHERE k.event_id = e.id AND k.is_confidential)
ORDER BY e.reported_at DESC LIMIT 20
$$
"""
DROP = """
DROP FUNCTION event_nearby(text[], timestamptz, float8, text, integer, integer, integer, integer)
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0019_keep_closing_fair")]
    operations = [
        migrations.AddField(
            model_name="event",
            name="said_same",
            field=models.UUIDField(null=True, verbose_name="反映人说与此相同"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                "lon", "lat", name="event_open_spot", condition=models.Q(closed_at__isnull=True)
            ),
        ),
        migrations.RunSQL(MAKE, DROP),
    ]
