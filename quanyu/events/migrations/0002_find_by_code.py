"""A follow code opens one row: the owner's function gives its key and nothing else."""

from django.db import migrations

MAKE = """
CREATE FUNCTION event_by_code(given bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $$ SELECT id FROM events_event WHERE code_index = given $$
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION event_by_code(bytea)")]
