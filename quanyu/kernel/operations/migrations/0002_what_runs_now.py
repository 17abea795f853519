"""What runs in the database now: the owner's function, for the application's role sees no session
but its own. Literals and numbers are struck out before a statement leaves the function."""

from django.db import migrations

MAKE = r"""
CREATE FUNCTION operations_activity() RETURNS TABLE (
  pid integer, program text, state text, transaction_seconds double precision,
  waits_for text, blocked_by integer[], blocked_seconds double precision, statement text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
AS $fn$
  SELECT a.pid, a.application_name, a.state,
    extract(epoch FROM clock_timestamp() - a.xact_start)::double precision,
    coalesce(a.wait_event_type || ' ' || a.wait_event, ''),
    pg_blocking_pids(a.pid),
    coalesce((SELECT extract(epoch FROM clock_timestamp() - min(l.waitstart))
      FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted), 0)::double precision,
    left(regexp_replace(regexp_replace(a.query,
      $r$'(?:[^']|'')*(?:'|$)$r$, '?', 'g'), '\m\d+(\.\d+)?\M', '?', 'g'), 300)
  FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.backend_type = 'client backend'
    AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
  ORDER BY a.xact_start LIMIT 50
$fn$
"""


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_slow_statements")]
    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION operations_activity()")]
