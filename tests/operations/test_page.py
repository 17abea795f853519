"""The operator's page … says how everything stands, to the system administrator alone (运维页)."""

import os
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quanyu.kernel.access import slow
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit import actions as audit
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.actions import note_failure
from quanyu.kernel.operations import actions, installation, queries, rules
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.models import SlowStatement
from quanyu.kernel.operations.rules import Key, Level
from tests.conftest import owner, person
from tests.kernel.jobs.test_failures import put
from tests.seat import administrator
from tests.web.test_statements import statements

pytestmark = pytest.mark.django_db
PAGE = "/desk/operations"


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """Forget what the making of the city left waiting."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def keeper() -> Actor:
    """The system administrator of the whole city."""
    return person(Role.SYS_ADMIN, settings.QUANYU_CITY, name="钱一")


@pytest.fixture
def browser(keeper: Actor) -> Client:
    """That person's browser, with the second factor."""
    return administrator(keeper)


def finding(key: Key) -> rules.Finding:
    """Return what is found of one thing now."""
    return queries.look(timezone.now()).finding(key)


# ------------------------------------------------------------------ who, and how dear


def test_shows_a_card_for_each_thing(browser: Client) -> None:
    page = browser.get(PAGE)

    assert page.status_code == 200
    text = page.content.decode()
    assert all(f'id="h-{key.value}"' in text for key in Key)


@pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.DISTRICT_ADMIN])
@pytest.mark.parametrize("address", ["", "/jobs", "/jobs/1"])
def test_is_closed_to_others(role: Role, address: str) -> None:
    other = administrator(person(role, settings.QUANYU_CITY))

    assert other.get(f"{PAGE}{address}").status_code == 403


def test_is_closed_to_the_administrator_of_a_part() -> None:
    part = administrator(person(Role.SYS_ADMIN, "34/01/04/"))

    assert part.get(PAGE).status_code == 404


def test_asks_strangers_for_the_city(at: datetime) -> None:
    with pytest.raises(Denied):
        queries.overview(actor=person(Role.OPERATOR), at=at)


def test_takes_few_statements(browser: Client) -> None:
    put()

    assert statements(browser, PAGE) <= 15
    assert statements(browser, f"{PAGE}/jobs") <= 8
    assert statements(browser, f"{PAGE}/jobs/{put()}") <= 6


# ------------------------------------------------------------------ what it finds


def test_acts_on_a_dead_job() -> None:
    assert finding(Key.JOBS).level is Level.FINE

    put()

    assert finding(Key.JOBS) == rules.Finding(Key.JOBS, Level.ACT, "dead")


def test_acts_where_no_worker_lives() -> None:
    assert finding(Key.WORKER) == rules.Finding(Key.WORKER, Level.ACT, "none")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")

    assert finding(Key.WORKER).level is Level.FINE


def test_acts_on_records_left_unsealed(keeper: Actor, at: datetime) -> None:
    record("tests.did", "tests:1", actor=keeper, at=at)
    while audit.seal(at=at):
        pass
    assert finding(Key.SEAL).level is Level.FINE

    record("tests.did", "tests:1", actor=keeper, at=at)

    late = queries.look(timezone.now() + timedelta(minutes=16)).finding(Key.SEAL)
    assert late == rules.Finding(Key.SEAL, Level.ACT, "unsealed")


def test_is_calm_about_the_first_record_after_a_quiet_night(keeper: Actor, at: datetime) -> None:
    record("tests.did", "tests:1", actor=keeper, at=at)
    while audit.seal(at=timezone.now() - timedelta(hours=8)):
        pass

    record("tests.did", "tests:1", actor=keeper, at=at)

    assert finding(Key.SEAL).level is Level.FINE


def test_finds_the_database_at_this_release() -> None:
    assert finding(Key.RELEASE).level is Level.FINE
    assert queries.pending() == ()


def test_finds_a_migration_that_was_not_run() -> None:
    with owner(connection.settings_dict["NAME"]) as other:
        other.execute("DELETE FROM django_migrations WHERE app = 'operations' AND name ~ '^0001'")
    try:
        assert queries.pending() == ("operations.0001_slow_statements",)
    finally:
        with owner(connection.settings_dict["NAME"]) as other:
            other.execute(
                "INSERT INTO django_migrations (app, name, applied)"
                " VALUES ('operations', '0001_slow_statements', now())"
            )


def test_lists_the_largest_tables() -> None:
    names = [table.name for table in queries.largest()]

    assert len(names) == queries.SHOWN
    assert all(name.startswith(("city.", "queue.")) for name in names)


@pytest.mark.django_db(transaction=True)
def test_shows_what_runs_without_its_values() -> None:
    with owner(connection.settings_dict["NAME"]) as busy:
        busy.autocommit = False
        busy.execute("SELECT 'O''Neill 张三', 13800138000")
        (session,) = queries.look(timezone.now()).sessions
        busy.rollback()

    assert session.statement == "SELECT ?, ?"
    assert session.state == "idle in transaction"
    assert session.seconds >= 0


@pytest.mark.django_db(transaction=True)
def test_tells_who_holds_up_whom() -> None:
    name = connection.settings_dict["NAME"]
    with owner(name) as holder, owner(name) as waiter:
        pid = holder.info.backend_pid
        holder.execute("BEGIN; LOCK TABLE audit_seal IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(
            target=lambda: waiter.execute("BEGIN; LOCK TABLE audit_seal IN SHARE MODE")
        )
        thread.start()
        blocked = _until_blocked()
        holder.rollback()
        thread.join()
        waiter.rollback()

    assert blocked.blocked_by == [pid]
    assert blocked.waits_for == "Lock relation"


def _until_blocked() -> queries.Session:
    """Return the session that waits; the thread needs a moment to get there."""
    for _try in range(200):
        found = [one for one in queries._sessions() if one.blocked_by]
        if found:
            return found[0]
        threading.Event().wait(0.02)
    raise AssertionError("nobody waits")


# ------------------------------------------------------------------ the jobs


def test_shows_a_dead_job_with_its_reason_and_no_value(browser: Client, at: datetime) -> None:
    key = put()
    note_failure(job_id=key, task="t", tries=8, fault=ValueError("张三 13800138000"), at=at)

    pages = [browser.get(f"{PAGE}/jobs").content, browser.get(f"{PAGE}/jobs/{key}").content]

    for page in pages:
        assert "ValueError" in page.decode()
        assert "程序有错" in page.decode()
        assert "张三" not in page.decode()
        assert "13800138000" not in page.decode()


def test_retries_a_job_with_a_reason(browser: Client) -> None:
    key = put()

    said = browser.post(f"{PAGE}/jobs/{key}/retry", {"reason": "数据库已恢复"}, follow=True)

    assert "任务已重新排队" in said.content.decode()
    assert "数据库已恢复" in said.content.decode()


def test_says_on_the_same_page_why_not(browser: Client) -> None:
    page = browser.post(f"{PAGE}/jobs/{put()}/retry", {"reason": ""})

    assert page.status_code == 422
    assert "请写明理由" in page.content.decode()


def test_retries_all_of_a_kind(browser: Client) -> None:
    put(), put()
    address = f"{PAGE}/jobs?state=dead&task=quanyu.tests.fall"
    assert "这一种全部重试" in browser.get(address).content.decode()

    given = {"task": "quanyu.tests.fall", "reason": "已修好"}
    said = browser.post(f"{PAGE}/jobs/retry-all", given, follow=True)

    assert "2 项任务已重新排队" in said.content.decode()


@pytest.mark.parametrize("query", ["state=nothing", "state=dead&after=x"])
def test_refuses_an_address_that_no_list_made(browser: Client, query: str) -> None:
    assert browser.get(f"{PAGE}/jobs?{query}").status_code == 400


def test_knows_no_job_that_is_not_there(browser: Client) -> None:
    assert browser.get(f"{PAGE}/jobs/999999999").status_code == 404
    assert browser.post(f"{PAGE}/jobs/999999999/retry", {"reason": "试试"}).status_code == 404


# ------------------------------------------------------------------ the banner


def test_warns_the_operator_on_every_page_and_nobody_else(browser: Client) -> None:
    put()

    assert "系统运行有事要处理" in browser.get("/desk/people").content.decode()
    other = administrator(person(Role.SEC_ADMIN, settings.QUANYU_CITY))
    assert "系统运行有事要处理" not in other.get("/desk/people").content.decode()


def test_looks_for_the_banner_once_a_minute(browser: Client) -> None:
    browser.get("/desk/people")
    with CaptureQueriesContext(connection) as asked:
        browser.get("/desk/people")

    assert not [one for one in asked if "procrastinate" in one["sql"]]


# ------------------------------------------------------------------ slow statements


@pytest.fixture
def watchful(settings: Any) -> None:
    """Count every statement as slow."""
    settings.QUANYU_SLOW_STATEMENT = 0.000001
    slow.taken()


def test_keeps_a_slow_statement_without_its_values(watchful: None, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, 'O''Neill', 13800138000, 1 IN (%s, %s)", ["张三", 1, 2])
    settings.QUANYU_SLOW_STATEMENT = 0

    assert actions.keep_slow(at=at) == 1
    assert SlowStatement.objects.get().text == "SELECT %s, ?, ?, ? IN (…)"


def test_adds_up_what_processes_found(at: datetime) -> None:
    for took in (300, 500):
        slow.keep("SELECT ?", took, at=at)
        actions.keep_slow(at=at)

    kept = SlowStatement.objects.get()
    assert (kept.count, kept.milliseconds, kept.worst) == (2, 800, 500)


def test_keeps_so_many_different_ones_at_once(at: datetime) -> None:
    for number in range(slow.MOST + 50):
        slow.keep(f"SELECT a{number}", 300, at=at)

    assert actions.keep_slow(at=at) == slow.MOST + 1
    assert SlowStatement.objects.get(text=slow.OTHERS).count == 50


def test_forgets_what_was_slow_long_ago(at: datetime) -> None:
    slow.keep("SELECT ?", 300, at=at)
    actions.keep_slow(at=at)

    actions.forget_slow(at=at + timedelta(days=29))
    assert SlowStatement.objects.count() == 1
    actions.forget_slow(at=at + timedelta(days=31))
    assert SlowStatement.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("SET LOCAL app.reach = '34/|张三|'", "SET LOCAL app.reach = ?"),
        ("SELECT E'it''s' -- 张三\nFROM t1", "SELECT ? FROM t1"),
        ("SELECT $$张三$$, $a$b$a$, $1", "SELECT ?, ?, $1"),
        ("SELECT 'unfinished 张三", "SELECT ?"),
        ('SELECT "t"."col1" LIMIT 21', 'SELECT "t"."col1" LIMIT ?'),
        ("INSERT INTO t VALUES (%s, %s, %s), (%s, %s, %s)", "INSERT INTO t VALUES (…), (…)"),
    ],
)
def test_strikes_values_out_of_a_statement(said: str, kept: str) -> None:
    assert slow.normalised(said) == kept


def test_reads_no_row_of_a_person(keeper: Actor) -> None:
    set_scope(system(settings.QUANYU_CITY, job="tests"))
    with CaptureQueriesContext(connection) as asked:
        queries.overview(actor=keeper, at=timezone.now())

    tables = ("events_", "accounts_", "privacy_", "files_", "workflow_")
    read = [one["sql"] for one in asked if any(name in one["sql"] for name in tables)]
    assert len(read) == 1, "how many administer the city, and nobody's name"
    assert read[0].startswith(
        'SELECT "accounts_grantrow"."role" AS "role", '
        'COUNT(DISTINCT "accounts_grantrow"."account_id") AS "people" FROM'
    )


# ------------------------------------------------------------------ who administers the city


def hire(role: Role, count: int, *, place: str = settings.QUANYU_CITY) -> None:
    for _n in range(count):
        administrator(person(role, place))


def test_looks_where_one_of_the_three_administrators_is_missing() -> None:
    hire(Role.SYS_ADMIN, 1)
    hire(Role.SEC_ADMIN, 2)

    assert finding(Key.ADMINISTRATORS) == rules.Finding(Key.ADMINISTRATORS, Level.LOOK, "none")


def test_looks_where_one_security_administrator_is_alone() -> None:
    hire(Role.SYS_ADMIN, 1)
    hire(Role.AUDIT_ADMIN, 1)
    hire(Role.SEC_ADMIN, 1)
    hire(Role.SEC_ADMIN, 1, place="34/01/04/")

    assert finding(Key.ADMINISTRATORS) == rules.Finding(Key.ADMINISTRATORS, Level.LOOK, "few")


def test_counts_nobody_whose_account_or_grant_has_ended() -> None:
    hire(Role.SYS_ADMIN, 1)
    hire(Role.AUDIT_ADMIN, 1)
    hire(Role.SEC_ADMIN, 3)
    assert finding(Key.ADMINISTRATORS).level is Level.FINE

    one, other, _third = GrantRow.objects.filter(role=Role.SEC_ADMIN)
    GrantRow.objects.filter(pk=one.pk).update(granted_to=timezone.now())
    Account.objects.filter(pk=other.account_id).update(is_active=False, ended_at=timezone.now())

    assert finding(Key.ADMINISTRATORS).why == "few"


def test_says_on_the_page_what_to_do_about_it(browser: Client) -> None:
    assert "三员缺员" in browser.get(PAGE).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_doctor_counts_them_the_same_way() -> None:
    held = os.environ["QUANYU_DATABASE_URL"]
    url = f"{held.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    values = {"QUANYU_CITY": settings.QUANYU_CITY, "QUANYU_SCHEMA": settings.QUANYU_SCHEMA}
    hire(Role.SYS_ADMIN, 1)
    hire(Role.AUDIT_ADMIN, 1)
    hire(Role.SEC_ADMIN, 1)

    with pytest.raises(Fault) as fault:
        installation.check_administrators(url, values)
    assert (fault.value.kind, fault.value.parts["security"]) == ("few_administrators", 1)

    hire(Role.SEC_ADMIN, 1)
    installation.check_administrators(url, values)
