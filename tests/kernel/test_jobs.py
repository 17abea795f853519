"""The outbox keeps what a commit keeps, and runs it at least once (后台任务)."""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import REPORTER
from quanyu.kernel.access.scope import acting
from quanyu.kernel.jobs import app as queue
from quanyu.kernel.jobs.rules import listeners, on, timers
from tests.conftest import owner

pytestmark = pytest.mark.django_db


def waiting(name: str) -> list[Any]:
    """Return state and arguments of the queue's jobs of one name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, args, lock FROM procrastinate_jobs WHERE task_name = %s", [name]
        )
        return cursor.fetchall()


def test_a_report_leaves_a_job_for_who_listens(reported: Event) -> None:
    jobs = waiting("quanyu.events.jobs.suggest_class")

    assert len(jobs) == 1
    assert str(reported.id) in str(jobs[0])


def test_a_rollback_drops_the_job(said: actions.Report, at: datetime) -> None:
    class Stop(Exception):
        """Stops the act after it was done."""

    with contextlib.suppress(Stop), acting(REPORTER):
        actions.report(said=said, actor=REPORTER, at=at)
        raise Stop

    assert waiting("quanyu.events.jobs.suggest_class") == []


@pytest.fixture
def deaf() -> Iterator[None]:
    """Forget listeners that a test adds."""
    before = {topic: list(group) for topic, group in listeners.items()}
    yield
    listeners.clear()
    listeners.update(before)


def test_one_listener_more_is_one_job_more(
    deaf: None, said: actions.Report, at: datetime, act: Any
) -> None:
    @on("event.start")
    def also(case: UUID, at: datetime) -> None:
        """Do nothing."""

    made = act(actions.report, said=said, actor=REPORTER, at=at)

    assert len(waiting("quanyu.events.jobs.suggest_class")) == 1
    every = [row for name in _names() for row in waiting(name)]
    assert len([row for row in every if str(made.id) in str(row)]) == 2


def _names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT task_name FROM procrastinate_jobs")
        return [name for (name,) in cursor.fetchall()]


def test_every_timer_and_listener_has_a_name_the_queue_knows() -> None:
    app = queue.make()

    assert {timed.name for timed in timers} <= set(app.tasks)
    assert "quanyu.events.jobs.suggest_class" in app.tasks


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_waits(said: actions.Report, at: datetime) -> None:
    with acting(REPORTER):
        key = actions.report(said=said, actor=REPORTER, at=at).id

    work()

    assert done(key) == ("P0102", "succeeded")


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_was_killed_is_done_by_another(
    said: actions.Report, at: datetime
) -> None:
    with acting(REPORTER):
        key = actions.report(said=said, actor=REPORTER, at=at).id
    with owner(connection.settings_dict["NAME"]) as kill:
        long_ago = timedelta(hours=1)
        worker = kill.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id",
            [long_ago],
        ).fetchone()
        assert worker is not None
        kill.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s"
            " WHERE task_name = 'quanyu.events.jobs.suggest_class'",
            [worker[0]],
        )

    with queue.make().open() as app:
        app.configure_task("quanyu.retry_stalled", queue=queue.QUEUE).defer(timestamp=0)
    work()
    work()

    assert done(key) == ("P0102", "succeeded")


def work() -> None:
    """Let a worker do all that waits, and stop."""
    queue.make().run_worker(queues=[queue.QUEUE], wait=False, install_signal_handlers=False)


def done(key: UUID) -> tuple[str, str]:
    """Return the suggested class of a matter, and how its job ended."""
    with owner(connection.settings_dict["NAME"]) as look:
        suggested = look.execute("SELECT suggested FROM events_event WHERE id = %s", [key])
        (code,) = suggested.fetchone() or ("",)
        found = look.execute(
            "SELECT status::text FROM procrastinate_jobs"
            " WHERE task_name = 'quanyu.events.jobs.suggest_class'"
        )
        (status,) = found.fetchone() or ("",)
    return code, status
