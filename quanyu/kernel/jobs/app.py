"""The queue, as Procrastinate sees it (任务队列)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy

from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.jobs import actions
from quanyu.kernel.jobs.rules import Listener, Timed, apart, listeners, name_of, timers

QUEUE = "quanyu"
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
"""Some hours in all: a database that is away for minutes loses no job."""
logger = logging.getLogger(__name__)


def connector() -> PsycopgConnector:
    """Return the worker's own connections, as the application's role, in the queue's schema."""
    database = settings.DATABASES["default"]
    return PsycopgConnector(
        min_size=1,
        max_size=4,
        kwargs={
            "dbname": database["NAME"],
            "user": database["USER"],
            "password": database["PASSWORD"],
            "host": database["HOST"],
            "port": database["PORT"],
            "application_name": "quanyu worker",
            "options": f"-c search_path={settings.QUANYU_QUEUE_SCHEMA} -c role=quanyu_app",
        },
    )


def make() -> App:
    """Return the queue with every listener and timer that the domains declared."""
    app = App(connector=connector())
    heard = {name_of(listener): listener for group in listeners.values() for listener in group}
    for name, listener in heard.items():
        task = app.task(name=name, queue=QUEUE, retry=RETRY, pass_context=True)
        task(_listening(name, listener))
    for timed in timers:
        task = app.task(name=timed.name, queue=QUEUE, queueing_lock=timed.name, pass_context=True)
        app.periodic(cron=timed.cron)(task(_timing(timed)))
    _keep_going(app)
    return app


def run(name: str, listener: Listener, *, case: UUID, at: datetime) -> None:
    """Call one listener in a transaction of its own, as the system in this job.

    One that stands apart opens its own, and begins as nobody.
    """
    if name in apart:
        listener(case, at)
        return
    with acting(system(settings.QUANYU_CITY, job=name)):
        listener(case, at)


def _listening(name: str, listener: Listener) -> Any:
    def heard(context: JobContext, *, case: str, at: str) -> None:
        with _told(context):
            run(name, listener, case=UUID(case), at=datetime.fromisoformat(at))

    return heard


def _timing(timed: Timed) -> Any:
    def ring(context: JobContext, timestamp: int) -> None:
        actor = system(settings.QUANYU_CITY, job=timed.name)
        with _told(context), acting(actor) if timed.in_one else nullcontext():
            timed.timer(datetime.fromtimestamp(timestamp, tz=UTC))

    return ring


@contextmanager
def _told(context: JobContext) -> Iterator[None]:
    """Keep why the job failed, in a transaction of its own, and let the queue know as before."""
    try:
        yield
    except Exception as fault:
        _note(context, fault)
        raise
    finally:
        close_old_connections()


def _note(context: JobContext, fault: Exception) -> None:
    close_old_connections()
    job = context.job
    try:
        actions.note_failure(
            job_id=job.id or 0,
            task=job.task_name,
            tries=job.attempts + 1,
            fault=fault,
            at=timezone.now(),
        )
    except DatabaseError as also:
        # The database is what failed; the log has the first fault, the queue will try again.
        logger.warning("the reason of job %s could not be kept", job.id, exc_info=also)


def _keep_going(app: App) -> None:
    """Give the jobs of a killed worker to another: after kill -9 they stay "doing"."""

    @app.periodic(cron="* * * * * 30")
    @app.task(name="quanyu.retry_stalled", queue=QUEUE, queueing_lock="quanyu.retry_stalled")
    async def retry_stalled(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=60):
            logger.warning("retrying the stalled job %s", job.id)
            await app.job_manager.retry_job(job)


__all__ = ["QUEUE", "Timed", "connector", "make", "run"]
