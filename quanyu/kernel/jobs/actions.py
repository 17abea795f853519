"""The outbox: a job is deferred in the transaction that gives rise to it."""

import json
from datetime import datetime

from django.db import connection, models

from quanyu.kernel.jobs.rules import listeners, name_of

DEFER = """
SELECT procrastinate_defer_jobs_v1(array_agg(
  row('quanyu', name, 0, name || ' ' || %s, NULL, %s::jsonb, NULL)::procrastinate_job_to_defer_v1))
FROM unnest(%s::text[]) AS name
"""


def announce(topic: str, subject: models.Model, *, at: datetime) -> None:
    """Tell whoever listens, once this transaction commits: one job a listener, in one statement.

    Listener and case are the lock: order is kept per listener and case, and a listener that fails
    holds up no other.
    """
    heard = [name_of(listener) for listener in listeners.get(topic, ())]
    if heard:
        args = json.dumps({"case": str(subject.pk), "at": at.isoformat()})
        with connection.cursor() as cursor:
            cursor.execute(DEFER, [str(subject.pk), args, heard])
