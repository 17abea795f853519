"""Files of posts and of appointments … go in by the rules of one, and come out alike (导入导出)."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.tables import actions, taking
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import State
from quanyu.organisations import actions as organisations
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.queries import post_lists
from quanyu.organisations.rules.posts import Decision
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import CITY, GRID, account, do, grants, post, rows_of
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

POSTS = ["code", "body", "kind", "place", "seats", "name", "start"]
GOOD = ["imp-1", "community-001", "grid-worker", GRID, "2", "", "2026-01-05"]
PEOPLE = ["account", "post", "start", "end", "reason"]


@pytest.fixture
def now() -> datetime:
    return timezone.localtime()


@pytest.fixture
def keeper(db: None) -> Actor:
    """区级统筹 with an account."""
    actor = person(Role.DISTRICT_ADMIN, "34/01/04/")
    browser_of(actor)
    return actor


@pytest.fixture
def bring(keeper: Actor, now: datetime) -> Callable[..., Import]:
    """Bring a file in and let the worker weigh it."""

    def brought(table: str, *rows: Sequence[str]) -> Import:
        kept = io.StringIO(newline="")
        csv.writer(kept).writerows(rows)
        upload = SimpleUploadedFile("x", kept.getvalue().encode("utf-8-sig"))
        facts: dict[str, Any] = {"table": table, "upload": upload, "language": "zh-hans"}
        taken: Import = do(actions.bring, **facts, actor=keeper, at=now)
        taking.check(taken.pk, now=timezone.now)
        taken.refresh_from_db()
        return taken

    return brought


def written(taken: Import, keeper: Actor, now: datetime) -> Import:
    """Confirm a file and let the worker write it."""
    do(actions.confirm, import_id=taken.pk, actor=keeper, at=now)
    taking.write(taken.pk, now=timezone.now)
    set_scope(keeper)
    taken.refresh_from_db()
    return taken


def said(taken: Import) -> list[tuple[int, str]]:
    """Return row and column of each fault."""
    return [(row, column) for row, column, _value, _sentence, _parts in taken.faults]


def test_open_posts_and_change_them(
    bring: Callable[..., Import], keeper: Actor, now: datetime
) -> None:
    taken = bring("posts", POSTS, GOOD)
    assert (taken.state, taken.new, taken.wrong) == (State.CHECKED, 1, 0)
    assert written(taken, keeper, now).state == State.DONE
    made = Post.objects.get(code="imp-1")
    assert (made.seats, made.region_path, made.stood.get().seats) == (2, GRID, 2)

    again = bring("posts", POSTS, GOOD)
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    more = bring("posts", POSTS, [*GOOD[:4], "3", "甲岗", ""])
    assert written(more, keeper, now).changed == 1

    made.refresh_from_db()
    assert (made.seats, made.name, made.stood.count()) == (3, "甲岗", 2)
    assert Record.objects.filter(topic="post.change_seats").count() == 1


def test_say_of_each_row_of_posts_what_is_wrong(
    bring: Callable[..., Import], district_admin: Actor, now: datetime
) -> None:
    post(district_admin, now, code="there")
    rows = [
        [*GOOD[:1], "no-body", *GOOD[2:]],
        ["imp-2", "community-001", "grid-king", GRID, "1", "", ""],
        ["imp-3", "community-001", "grid-worker", STREET, "1", "", ""],
        ["imp-4", "community-001", "grid-worker", GRID, "0", "", ""],
        ["there", "community-001", "grid-leader", GRID, "1", "", ""],
    ]

    taken = bring("posts", POSTS, *rows)

    assert said(taken) == [(2, "body"), (3, "kind"), (4, "place"), (5, "seats"), (6, "kind")]


def test_propose_everybody_at_once_and_another_confirms_at_once(
    bring: Callable[..., Import], keeper: Actor, district_admin: Actor, now: datetime
) -> None:
    people = [account(f"imp.{n}", at=now) for n in range(3)]
    for n in range(3):
        post(district_admin, now, code=f"imp-{n}")
    today = now.date().isoformat()
    rows = [[f"imp.{n}", f"imp-{n}", today, "", "招聘公告第一号（示例）"] for n in range(3)]

    done = written(bring("appointments", PEOPLE, *rows), keeper, now)

    assert (done.state, done.new) == (State.DONE, 3)
    batches = {row.batch for row in Appointment.objects.visible_to(CITY)}
    assert len(batches) == 1
    assert [grants(one, at=now) for one in people] == [frozenset()] * 3
    do(organisations.confirm_batch, batch=batches.pop(), actor=district_admin, at=now)
    later = timezone.now()
    assert {one for who in people for one in grants(who, at=later)} == {
        Grant(Role.GRID_WORKER, GRID)
    }
    again = bring("appointments", PEOPLE, *rows)
    assert (again.new, again.same, again.wrong) == (0, 3, 0)


def test_say_of_each_row_of_appointments_what_is_wrong(
    bring: Callable[..., Import], district_admin: Actor, now: datetime
) -> None:
    for name in ("one", "two"):
        account(name, at=now)
    post(district_admin, now, code="imp-1")
    today = now.date().isoformat()
    rows = [
        ["one", "imp-1", today, "", "工作需要"],
        ["two", "imp-1", today, "", "工作需要"],
        ["one", "nowhere", today, "", "工作需要"],
        ["nobody", "imp-1", today, "", "工作需要"],
        ["two", "imp-1", "2020-01-01", "", "工作需要"],
    ]

    taken = bring("appointments", PEOPLE, *rows)

    assert said(taken) == [(3, "post"), (4, "post"), (5, "account"), (6, "start")]
    assert not Appointment.objects.visible_to(CITY).exists()


def test_come_out_as_they_went_in(
    bring: Callable[..., Import], keeper: Actor, district_admin: Actor, now: datetime
) -> None:
    account("imp.1", at=now)
    written(bring("posts", POSTS, GOOD), keeper, now)
    row = ["imp.1", "imp-1", now.date().isoformat(), "", "工作需要"]
    written(bring("appointments", PEOPLE, row), keeper, now)
    [held] = Appointment.objects.visible_to(CITY)
    do(organisations.confirm, appointment_id=held.pk, actor=district_admin, at=now)

    found = do(post_lists.posts_asked, asked={}, on=now.date(), actor=keeper)
    [value] = post_lists.post_values(list(found), at=now)
    rows = do(post_lists.appointments_asked, asked={}, on=now.date(), actor=keeper)
    [person_] = post_lists.appointment_values(list(rows), at=now)

    assert [str(value[name] or "") for name in POSTS] == GOOD
    assert (value["filled"], value["vacant"]) == (1, 1)
    assert [str(person_[name] or "") for name in PEOPLE] == row
    assert [one.role for one in rows_of(held)] == ["grid_worker"]
    assert held.decision == Decision.OPEN
