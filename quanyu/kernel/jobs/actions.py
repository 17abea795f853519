"""The outbox: a job is deferred in the transaction that gives rise to it."""

import json
from datetime import datetime

from django.db import models

from quanyu.kernel.access import prepared
from quanyu.kernel.jobs.rules import listeners, name_of

DEFER_CALL = """(SELECT procrastinate_defer_jobs_v1(array_agg(
  row('quanyu', name, 0, name || ' ' || %s::text, NULL, %s::text::jsonb, NULL)
  ::procrastinate_job_to_defer_v1)) FROM unnest(%s::text[]) AS name)"""
"""The queue's own function, called once for all who listen."""


def announce(topic: str, subject: models.Model, *, at: datetime) -> None:
    """Tell whoever listens, once this transaction commits: one job a listener, in one statement.

    Listener and case are the lock: order is kept per listener and case, and a listener that fails
    holds up no other.
    """
    given = jobs(topic, subject, at=at)
    if given:
        prepared.fetch(f"SELECT {DEFER_CALL}", given)


def jobs(topic: str, subject: models.Model, *, at: datetime) -> list[object]:
    """Return the values of :data:`DEFER_CALL` for one announcement; none when nobody listens."""
    heard = [name_of(listener) for listener in listeners.get(topic, ())]
    if not heard:
        return []
    args = json.dumps({"case": str(subject.pk), "at": at.isoformat()})
    return [str(subject.pk), args, heard]
