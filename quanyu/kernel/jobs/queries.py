"""Read the queue: how many jobs stand how, one page of them, one of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from quanyu.kernel.jobs.models import Failure
from quanyu.kernel.jobs.rules import SILENT_AFTER, Standing

PAGE = 50

STANDING = f"""CASE
  WHEN j.status = 'todo' THEN CASE WHEN j.attempts > 0 THEN 'failing' ELSE 'waiting' END
  WHEN j.status = 'doing' THEN CASE
    WHEN w.last_heartbeat > now() - interval '{SILENT_AFTER} seconds' THEN 'running'
    ELSE 'stalled' END
  WHEN j.status = 'failed' THEN CASE
    WHEN j.queueing_lock IS NOT NULL AND EXISTS (
      SELECT FROM procrastinate_jobs later WHERE later.task_name = j.task_name
      AND later.id > j.id AND later.status = 'succeeded' AND later.queueing_lock IS NOT NULL)
    THEN 'passed' ELSE 'dead' END
  WHEN j.status = 'succeeded' THEN 'done'
  ELSE 'given_up' END"""
"""A timer that failed and whose next run succeeded is past: there is nothing to mend."""

FROM = "procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"

KEPT: Mapping[Standing, str] = {
    Standing.WAITING: "j.status = 'todo' AND j.attempts = 0",
    Standing.FAILING: "j.status = 'todo' AND j.attempts > 0",
    Standing.RUNNING: "j.status = 'doing'",
    Standing.STALLED: "j.status = 'doing'",
    Standing.DEAD: "j.status = 'failed'",
    Standing.PASSED: "j.status = 'failed'",
    Standing.DONE: "j.status = 'succeeded'",
    Standing.GIVEN_UP: "j.status IN ('cancelled', 'aborted', 'aborting')",
}
"""The part of a standing's condition that an index answers."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many jobs of one task stand one way, and since when the oldest could have run."""

    task: str
    standing: Standing
    jobs: int
    seconds: float
    """How long the oldest has been due; nothing for those that are not due yet."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job of the queue; its arguments are keys and moments, never values."""

    id: int
    task: str
    standing: Standing
    tries: int
    args: Mapping[str, object]
    lock: str
    began: datetime | None
    moved: datetime | None
    next_at: datetime | None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, the newest first, and where the next page begins."""

    rows: list[Job] = field(default_factory=list)
    next: int | None = None


def counts() -> list[Count]:
    """Return how the unfinished jobs stand, a row for each task and standing; one statement."""
    rows = _rows(
        f"""SELECT task, standing, count(*), coalesce(max(waited), 0)::float FROM (
          SELECT j.task_name AS task, {STANDING} AS standing,
            CASE WHEN j.status = 'todo' AND coalesce(j.scheduled_at, began.at) <= now()
              THEN extract(epoch FROM now() - coalesce(j.scheduled_at, began.at)) END AS waited
          FROM {FROM} LEFT JOIN LATERAL (SELECT e.at FROM procrastinate_events e
            WHERE e.job_id = j.id AND j.status = 'todo' ORDER BY e.id LIMIT 1) began ON true
          WHERE j.status IN ('todo', 'doing', 'failed')) AS one
        GROUP BY 1, 2 ORDER BY 1, 2"""  # noqa: S608 - our own words
    )
    return [Count(task, Standing(standing), n, waited) for task, standing, n, waited in rows]


def silence() -> float | None:
    """Return how many seconds ago a worker gave a sign of life; None when none is known."""
    ((seconds,),) = _rows(
        "SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers"
    )
    return None if seconds is None else float(seconds)


def page(*, standing: Standing, task: str = "", after: int | None = None) -> Page:
    """Return one page of the jobs that stand so, by keyset."""
    asked: dict[str, tuple[object, ...]] = {
        KEPT[standing]: (),
        f"{STANDING} = %s": (standing.value,),
    }
    asked |= {"j.task_name = %s": (task,)} if task else {}
    asked |= {"j.id < %s": (after,)} if after else {}
    given = [value for values in asked.values() for value in values]
    found = _jobs(" AND ".join(asked), given, PAGE + 1)
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def job(job_id: int) -> Job | None:
    """Return one job, or None when the queue holds none of that number."""
    return next(iter(_jobs("j.id = %s", [job_id], 1)), None)


def dead(*, task: str, most: int) -> list[int]:
    """Return the numbers of one task's dead jobs, the oldest first."""
    rows = _rows(
        f"""SELECT j.id FROM {FROM} WHERE j.status = 'failed' AND j.task_name = %s
        AND {STANDING} = 'dead' ORDER BY j.id LIMIT %s""",  # noqa: S608 - our own words
        [task, most],
    )
    return [row[0] for row in rows]


def _jobs(condition: str, given: list[Any], most: int) -> list[Job]:
    rows = _rows(
        f"""SELECT j.id, j.task_name, {STANDING}, j.attempts, j.args::text, coalesce(j.lock, ''),
          (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id),
          (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id
            AND e.type <> 'scheduled'),
          CASE WHEN j.status = 'todo' THEN j.scheduled_at END
        FROM {FROM} WHERE {condition} ORDER BY j.id DESC LIMIT {most}""",  # noqa: S608 - our own words
        given,
    )
    failures = Failure.objects.in_bulk([row[0] for row in rows]) if rows else {}
    return [
        Job(
            *(key, task, Standing(standing), tries, json.loads(args)),
            *(lock, began, moved, next_at, failures.get(key)),
        )
        for key, task, standing, tries, args, lock, began, moved, next_at in rows
    ]


def _rows(statement: str, given: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or [])
        return list(cursor.fetchall())
