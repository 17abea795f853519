"""The outbox: a job is deferred in the transaction that gives rise to it; and its failures."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction

from quanyu.kernel import traces
from quanyu.kernel.access import prepared
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs import rules
from quanyu.kernel.jobs.models import Failure
from quanyu.kernel.jobs.rules import heard

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


DEFER_ALL = """SELECT count(procrastinate_defer_jobs_v1(batch)) FROM (SELECT array_agg(
  row('quanyu', name, 0, name || ' ' || key, NULL, args::jsonb, NULL)
  ::procrastinate_job_to_defer_v1) AS batch
  FROM unnest(%s::text[], %s::text[]) AS said (key, args), unnest(%s::text[]) AS name) AS all_jobs
  WHERE batch IS NOT NULL"""


def announce_all(topic: str, subjects: Sequence[models.Model], *, at: datetime) -> None:
    """Tell whoever listens of many at once, as :func:`announce` does of one, in one statement."""
    names = heard(topic)
    if not names or not subjects:
        return
    keys = [str(subject.pk) for subject in subjects]
    said = [json.dumps({"case": key, "at": at.isoformat()}) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(DEFER_ALL, [keys, said, names])


def jobs(topic: str, subject: models.Model, *, at: datetime) -> list[object]:
    """Return the values of :data:`DEFER_CALL` for one announcement; none when nobody listens."""
    names = heard(topic)
    if not names:
        return []
    args = json.dumps({"case": str(subject.pk), "at": at.isoformat()})
    return [str(subject.pk), args, names]


# ------------------------------------------------------------------ when it fails


@transaction.atomic
def note_failure(*, job_id: int, task: str, tries: int, fault: BaseException, at: datetime) -> None:
    """Keep why a job failed: classes and places, no value; the job's own act was rolled back."""
    trace = traces.traced(fault)
    told = {
        "task": task,
        "tries": tries,
        "kind": trace.kind[:300],
        "family": rules.family(traces.lineage(fault)).value,
        "place": trace.place[:300],
        "frames": [place[:300] for place in trace.places],
        "rule": trace.rule[:100],
        "at": at,
    }
    Failure.objects.update_or_create(job=job_id, defaults=told)


@transaction.atomic
def requeue(*, job_id: int, task: str, reason: str, by: UUID | None, at: datetime) -> None:
    """Give a failed job its whole series of tries again, from now on.

    The caller holds the job's lock and has looked how it stands.

    :raises AlreadyWaiting: if it is a timer whose next run waits
    """
    try:
        with transaction.atomic():
            _execute(
                "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL,"
                " abort_requested = false, worker_id = NULL WHERE id = %s",
                [job_id],
            )
    except IntegrityError as fault:
        raise rules.AlreadyWaiting(
            _("这项定时任务的下一次已在等待，不必重试"), field="job", value=job_id
        ) from fault
    _decide(job_id, task, "retry", reason=reason, by=by, at=at)


@transaction.atomic
def drop(*, job_id: int, task: str, reason: str, by: UUID | None, at: datetime) -> None:
    """Give a failed job up; it stays to be seen. The caller holds the job's lock."""
    _execute("UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = %s", [job_id])
    _decide(job_id, task, "give_up", reason=reason, by=by, at=at)


DONE_KEPT, FAILED_KEPT = timedelta(days=1), timedelta(days=90)
AT_ONCE = 20_000


@transaction.atomic
def clear(*, at: datetime) -> int:
    """Take out of the queue what ended long ago; return how many jobs that were.

    Done ones after a day; given-up ones, and failed runs of timers that have succeeded since,
    after ninety. A dead job stays until somebody decides.
    """
    gone = 0
    for states, since, past in (
        ("('succeeded')", at - DONE_KEPT, ""),
        ("('cancelled', 'aborted')", at - FAILED_KEPT, ""),
        ("('failed')", at - FAILED_KEPT, "AND j.queueing_lock IS NOT NULL"),
    ):
        gone += _execute(
            f"""DELETE FROM procrastinate_jobs WHERE id IN (
              SELECT j.id FROM procrastinate_jobs j WHERE j.status IN {states} {past}
              AND NOT EXISTS (SELECT FROM procrastinate_events e
                WHERE e.job_id = j.id AND e.at >= %s) ORDER BY j.id LIMIT {AT_ONCE})""",  # noqa: S608 - our own words
            [since],
        )
    Failure.objects.filter(models.Q(at__lt=at - FAILED_KEPT)).exclude(job__in=_dead()).delete()
    return gone


def lock(job_id: int) -> None:
    """Hold one job of the queue until the transaction ends."""
    _execute("SELECT FROM procrastinate_jobs WHERE id = %s FOR UPDATE", [job_id])


def _dead() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'failed'")
        return [row[0] for row in cursor.fetchall()]


def _decide(
    job_id: int, task: str, decision: str, *, reason: str, by: UUID | None, at: datetime
) -> None:
    told = {"decision": decision, "reason": reason, "decided_by": by, "decided_at": at}
    Failure.objects.update_or_create(
        job=job_id, defaults=told, create_defaults={"task": task, **told}
    )


def _execute(statement: str, given: Sequence[int | datetime]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)
