"""Which acts each matter had in a period: the owner's function reads the steps by their index.

It gives keys of matters and which of the counted acts they had, no place, no person and no word: what
a key stands for is read from the matters, through the wall. Row security on the steps would
look up every matter of the city a second time.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION event_acts(since timestamptz, until timestamptz)
RETURNS TABLE (case_id uuid, acts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET work_mem = '64MB' ROWS 10000
AS $$
SELECT s.case_id, bit_or(CASE s.verb
  WHEN 'accept' THEN 1 WHEN 'file' THEN 2 WHEN 'dispatch' THEN 4 WHEN 'hand_back' THEN 8
  WHEN 'refuse' THEN 16 WHEN 'settle' THEN 32 WHEN 'rate' THEN 64 WHEN 'reopen' THEN 128
  WHEN 'extend' THEN 256 WHEN 'suspend' THEN 512 END)
FROM events_eventstep s
WHERE s.at >= since AND s.at < until AND s.verb IN (
  'accept', 'file', 'dispatch', 'hand_back', 'refuse', 'settle', 'rate', 'reopen', 'extend',
  'suspend')
GROUP BY s.case_id
$$
"""
"""The numbers are the places in ``COUNTED_ACTS``, as powers of two."""


class Migration(migrations.Migration):
    dependencies = [("events", "0013_see_what_one_is_called_to")]
    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION event_acts(timestamptz, timestamptz)"),
    ]
