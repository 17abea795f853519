"""A job that fails … leaves its reason without a value, and waits for a decision (任务失败)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from quanyu.events import actions as events
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs import actions as queue
from quanyu.kernel.jobs import app, queries, rules
from quanyu.kernel.jobs.models import Failure
from quanyu.kernel.jobs.rules import Standing, listeners, on, timers
from quanyu.kernel.operations import actions
from tests.conftest import person

pytestmark = pytest.mark.django_db

SECRET = "13800138000 张三"
WHY = "磁盘已清理"


@pytest.fixture
def keeper() -> Actor:
    """The system administrator of the whole city."""
    return person(Role.SYS_ADMIN, settings.QUANYU_CITY, name="钱一")


def put(task: str = "quanyu.tests.fall", *, status: str = "failed", tries: int = 8) -> int:
    """Put a job into the queue that stands so."""
    lock = task if task.endswith("timer") else None
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, args,"
            " queueing_lock) VALUES ('quanyu', %s, %s, %s, '{}', %s) RETURNING id",
            [task, status, tries, lock],
        )
        return int(cursor.fetchone()[0])


def standing(key: int) -> Standing:
    """Return how a job stands."""
    found = queries.job(key)
    assert found is not None
    return found.standing


# ------------------------------------------------------------------ the reason


@pytest.fixture
def falling() -> Iterator[None]:
    """Let a listener fail with a driver's words about a person."""
    before = {topic: list(group) for topic, group in listeners.items()}
    listeners["event.start"].clear()

    @on("event.start")
    def fall(case: UUID, at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE once (phone text PRIMARY KEY) ON COMMIT DROP")
            cursor.execute("INSERT INTO once VALUES (%s), (%s)", [SECRET, SECRET])

    yield
    listeners.clear()
    listeners.update(before)


@pytest.mark.django_db(transaction=True)
def test_keeps_class_and_place_and_no_value(
    falling: None, said: events.Report, at: datetime
) -> None:
    with acting(REPORTER):
        events.report(said=said, actor=REPORTER, at=at)

    app.make().run_worker(queues=[app.QUEUE], wait=False, install_signal_handlers=False)

    kept = Failure.objects.get(task__endswith="fall")
    assert "UniqueViolation" in kept.kind
    assert "(23505)" in kept.kind
    assert kept.rule == "once_pkey"
    assert kept.tries == 1
    assert standing(kept.job) is Standing.FAILING
    whole = " ".join(str(value) for value in vars(kept).values())
    assert "13800138000" not in whole
    assert "张三" not in whole


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        (ConnectionRefusedError(), rules.Family.NETWORK),
        (FileNotFoundError(), rules.Family.MACHINE),
        (Denied(), rules.Family.MISSING),
        (rules.NotDead("不行"), rules.Family.RULE),
        (KeyError("name"), rules.Family.PROGRAM),
    ],
)
def test_is_told_by_family(fault: Exception, family: rules.Family, at: datetime) -> None:
    queue.note_failure(job_id=1, task="t", tries=1, fault=fault, at=at)

    assert Failure.objects.get(pk=1).family == family


def test_replaces_the_reason_of_the_try_before(at: datetime) -> None:
    for tries, fault in ((1, KeyError()), (2, ValueError())):
        queue.note_failure(job_id=1, task="t", tries=tries, fault=fault, at=at)

    assert [(one.tries, one.kind) for one in Failure.objects.all()] == [(2, "ValueError")]


def test_shows_of_its_arguments_keys_and_moments_alone() -> None:
    key = "01890000-0000-7000-8000-000000000000"
    given = {"case": key, "at": "2026-03-02T09:00:00+08:00", "phone": "13800138000", "who": "张三"}

    assert rules.shown({**given, "timestamp": 1772413200}) == {
        "case": key,
        "at": "2026-03-02T09:00:00+08:00",
        "phone": "…",
        "who": "…",
        "timestamp": "1772413200",
    }


# ------------------------------------------------------------------ how it stands


def test_stands_as_the_queue_says() -> None:
    assert standing(put(status="todo", tries=0)) is Standing.WAITING
    assert standing(put(status="todo", tries=2)) is Standing.FAILING
    assert standing(put(status="failed")) is Standing.DEAD
    assert standing(put(status="succeeded")) is Standing.DONE
    assert standing(put(status="cancelled")) is Standing.GIVEN_UP
    assert standing(put(status="doing")) is Standing.STALLED


def test_runs_while_its_worker_gives_signs_of_life() -> None:
    key = put(status="doing")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [worker, key])
        assert standing(key) is Standing.RUNNING
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - '2 min'::interval"
        )

    assert standing(key) is Standing.STALLED


def test_of_a_timer_is_past_once_a_later_run_succeeded() -> None:
    failed = put("quanyu.tests.timer")
    assert standing(failed) is Standing.DEAD

    put("quanyu.tests.timer", status="succeeded")

    assert standing(failed) is Standing.PASSED


def test_is_counted_by_task_and_standing() -> None:
    put(), put(), put(status="todo", tries=0)

    found = {(one.task, one.standing): one.jobs for one in queries.counts()}

    assert found["quanyu.tests.fall", Standing.DEAD] == 2
    assert found["quanyu.tests.fall", Standing.WAITING] == 1


def test_is_listed_by_keyset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    keys = [put() for _ in range(3)]

    first = queries.page(standing=Standing.DEAD)
    second = queries.page(standing=Standing.DEAD, after=first.next)

    assert [row.id for row in first.rows] == keys[:0:-1]
    assert [row.id for row in second.rows] == keys[:1]
    assert second.next is None


# ------------------------------------------------------------------ the decision


def test_is_tried_again_with_its_whole_series(keeper: Actor, at: datetime) -> None:
    key = put()

    assert actions.retry(job_id=key, reason=WHY, actor=keeper, at=at)

    found = queries.job(key)
    assert found is not None
    assert (found.standing, found.tries) == (Standing.WAITING, 0)
    assert found.failure is not None
    assert (found.failure.decision, found.failure.reason) == ("retry", WHY)
    assert found.failure.decided_by == keeper.id
    assert Record.objects.get(topic="jobs.retry").subject == f"queue.job:{key}"


def test_is_retried_twice_and_changed_once(keeper: Actor, at: datetime) -> None:
    key = put()

    assert actions.retry(job_id=key, reason=WHY, actor=keeper, at=at)
    assert not actions.retry(job_id=key, reason=WHY, actor=keeper, at=at)

    assert Record.objects.filter(topic="jobs.retry").count() == 1


@pytest.mark.parametrize("status", ["doing", "succeeded", "cancelled"])
def test_that_has_not_failed_is_not_retried(keeper: Actor, at: datetime, status: str) -> None:
    key = put(status=status)

    with pytest.raises(rules.NotDead):
        actions.retry(job_id=key, reason=WHY, actor=keeper, at=at)


def test_of_a_timer_is_not_retried_beside_its_next_run(keeper: Actor, at: datetime) -> None:
    failed = put("quanyu.tests.timer")
    put("quanyu.tests.timer", status="todo", tries=0)

    with pytest.raises(rules.AlreadyWaiting):
        actions.retry(job_id=failed, reason=WHY, actor=keeper, at=at)

    assert standing(failed) is Standing.DEAD


def test_is_given_up_and_stays_to_be_seen(keeper: Actor, at: datetime) -> None:
    key = put()

    assert actions.give_up(job_id=key, reason="对象已清除", actor=keeper, at=at)
    assert not actions.give_up(job_id=key, reason="对象已清除", actor=keeper, at=at)

    assert standing(key) is Standing.GIVEN_UP
    assert Record.objects.filter(topic="jobs.give_up").count() == 1


def test_that_still_tries_is_not_given_up(keeper: Actor, at: datetime) -> None:
    key = put(status="todo", tries=3)

    with pytest.raises(rules.NotDead):
        actions.give_up(job_id=key, reason=WHY, actor=keeper, at=at)


def test_is_retried_with_all_of_its_kind(keeper: Actor, at: datetime) -> None:
    mine, other = [put(), put()], put("quanyu.tests.other")

    done = actions.retry_all(task="quanyu.tests.fall", reason=WHY, actor=keeper, at=at)

    assert (done.again, done.left) == (2, 0)
    assert {standing(key) for key in mine} == {Standing.WAITING}
    assert standing(other) is Standing.DEAD


@pytest.mark.parametrize("reason", ["", " 好 ", "长" * 201])
def test_is_not_decided_without_a_reason(keeper: Actor, at: datetime, reason: str) -> None:
    with pytest.raises(rules.NoReason):
        actions.retry(job_id=put(), reason=reason, actor=keeper, at=at)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.SEC_ADMIN, settings.QUANYU_CITY),
        (Role.AUDIT_ADMIN, settings.QUANYU_CITY),
        (Role.DISTRICT_ADMIN, settings.QUANYU_CITY),
        (Role.SYS_ADMIN, "34/01/04/"),
    ],
)
def test_is_hidden_from_strangers(role: Role, path: str, at: datetime) -> None:
    stranger, key = person(role, path), put()

    for act in (actions.retry, actions.give_up):
        with pytest.raises(Denied):
            act(job_id=key, reason=WHY, actor=stranger, at=at)
    with pytest.raises(Denied):
        actions.retry_all(task="quanyu.tests.fall", reason=WHY, actor=stranger, at=at)
    assert standing(key) is Standing.DEAD


def test_that_is_not_there_cannot_be_decided(keeper: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        actions.retry(job_id=999_999_999, reason=WHY, actor=keeper, at=at)


# ------------------------------------------------------------------ the end


def test_leaves_the_queue_when_its_time_is_over(at: datetime) -> None:
    done, given_up, dead = put(status="succeeded"), put(status="cancelled"), put()
    past = put("quanyu.tests.timer")
    for key in (done, given_up, dead, past):
        _happened(key, at)
    queue.note_failure(job_id=dead, task="t", tries=8, fault=KeyError(), at=at)

    assert queue.clear(at=at + timedelta(hours=23)) == 0
    assert queue.clear(at=at + timedelta(hours=25)) == 1
    assert queue.clear(at=at + timedelta(days=91)) == 2

    assert queries.job(dead) is not None
    assert Failure.objects.filter(job=dead).exists()


def _happened(key: int, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [key])
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', %s)",
            [key, at],
        )


def test_is_cleared_by_a_timer() -> None:
    assert "quanyu.kernel.operations.jobs.clear_queue" in {timed.name for timed in timers}
