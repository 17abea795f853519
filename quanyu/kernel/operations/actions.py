"""What an operator decides on a failed job, and what the processes write down for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from quanyu.kernel.access import slow
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs import actions as queue
from quanyu.kernel.jobs import queries as jobs
from quanyu.kernel.jobs import rules
from quanyu.kernel.jobs.rules import Standing
from quanyu.kernel.operations.models import SlowStatement

RETRIED = frozenset({Standing.DEAD, Standing.PASSED, Standing.FAILING})
"""What may be tried again at once; a failing job does not wait for its next try then."""

DROPPED = frozenset({Standing.DEAD, Standing.PASSED})
AT_ONCE = 1_000
SLOW_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Retried:
    """How many jobs of one kind wait again, and how many could not."""

    again: int
    left: int


def check_operator(actor: Actor) -> None:
    """Refuse whoever does not run the whole installation.

    :raises Denied: if the actor is no system administrator of the whole city
    """
    if Role.SYS_ADMIN not in actor.roles_at(settings.QUANYU_CITY):
        raise Denied


@transaction.atomic
def retry(*, job_id: int, reason: str, actor: Actor, at: datetime) -> bool:
    """Put a failed job back into the queue; answers whether anything changed.

    Bears repetition: a job that waits already stays as it is.

    :raises Denied: if the actor is no operator, or there is no such job
    :raises NotDead: if it runs, or has ended otherwise
    :raises AlreadyWaiting: if it is a timer whose next run waits
    """
    check_operator(actor)
    kept = rules.reason(reason)
    job = _locked(job_id)
    if job.standing is Standing.WAITING:
        return False
    _check(job, RETRIED)
    queue.requeue(job_id=job.id, task=job.task, reason=kept, by=actor.id, at=at)
    _record("jobs.retry", job, kept, actor=actor, at=at)
    return True


@transaction.atomic
def retry_all(*, task: str, reason: str, actor: Actor, at: datetime) -> Retried:
    """Put every dead job of one task back into the queue, the oldest first, a thousand at most.

    :raises Denied: if the actor is no operator
    """
    check_operator(actor)
    rules.reason(reason)
    again = left = 0
    for key in jobs.dead(task=task, most=AT_ONCE):
        try:
            again += retry(job_id=key, reason=reason, actor=actor, at=at)
        except (rules.NotDead, rules.AlreadyWaiting):
            left += 1
    return Retried(again, left)


@transaction.atomic
def give_up(*, job_id: int, reason: str, actor: Actor, at: datetime) -> bool:
    """Leave a dead job undone for good; answers whether anything changed.

    :raises Denied: if the actor is no operator, or there is no such job
    :raises NotDead: if it has not failed for good
    """
    check_operator(actor)
    kept = rules.reason(reason)
    job = _locked(job_id)
    if job.standing is Standing.GIVEN_UP:
        return False
    _check(job, DROPPED)
    queue.drop(job_id=job.id, task=job.task, reason=kept, by=actor.id, at=at)
    _record("jobs.give_up", job, kept, actor=actor, at=at)
    return True


def _locked(job_id: int) -> jobs.Job:
    queue.lock(job_id)
    job = jobs.job(job_id)
    if job is None:
        raise Denied
    return job


def _check(job: jobs.Job, allowed: frozenset[Standing]) -> None:
    if job.standing not in allowed:
        raise rules.NotDead(
            _("任务 {value} 现在不是失败状态，不能这样处理"),
            field="job",
            value=job.id,
            allowed=sorted(allowed),
        )


def _record(topic: str, job: jobs.Job, reason: str, *, actor: Actor, at: datetime) -> None:
    record(
        topic,
        f"queue.job:{job.id}",
        actor=actor,
        at=at,
        changed=["status"],
        facts={"task": job.task, "tries": job.tries, "reason": reason},
    )


# ------------------------------------------------------------------ slow statements

KEEP = """INSERT INTO operations_slowstatement AS kept
  (key, text, count, milliseconds, worst, first_at, last_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
  ON CONFLICT (key) DO UPDATE SET count = kept.count + excluded.count,
    milliseconds = kept.milliseconds + excluded.milliseconds,
    worst = greatest(kept.worst, excluded.worst), last_at = greatest(kept.last_at, excluded.last_at)
"""


@transaction.atomic
def keep_slow(*, at: datetime) -> int:
    """Write down what this process found slow since the last time; returns how many statements."""
    found = sorted(slow.taken(), key=lambda one: one.key)  # one order: two writers never cross
    if found:
        with connection.cursor() as cursor:
            cursor.executemany(
                KEEP,
                [
                    (s.key, s.text, s.count, s.milliseconds, s.worst, s.first_at, s.last_at)
                    for s in found
                ],
            )
    return len(found)


@transaction.atomic
def forget_slow(*, at: datetime) -> None:
    """Forget statements that were not slow for a month."""
    SlowStatement.objects.filter(last_at__lt=at - SLOW_KEPT).delete()
