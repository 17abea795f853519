"""People with accounts … come in as by the single verb; no file gives out a secret (人员列表)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as known
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import actions, queries, taking
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import State
from tests.conftest import person
from tests.kernel.tables.conftest import Taken, rows_of
from tests.kernel.tables.test_tables_import import as_csv
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db

CITY = "34/01/"
HEAD = ["username", "name", "email"]
Bring = Callable[..., Import]


@pytest.fixture
def keeper(seated: Callable[[Actor], Actor]) -> Actor:
    """系统管理员 of the city, with an account."""
    return seated(person(Role.SYS_ADMIN, CITY, name="钱一"))


@pytest.fixture
def brought(keeper: Actor, at: datetime) -> Bring:
    """Bring a file in, let the worker weigh it, and write it where nothing is wrong."""

    def bring(*rows: Sequence[str], by: Actor = keeper) -> Import:
        set_scope(by)
        taken = actions.bring(
            table="people",
            upload=SimpleUploadedFile("x", as_csv(HEAD, *rows)),
            language="zh-hans",
            actor=by,
            at=at,
        )
        taking.check(taken.pk, now=timezone.now)
        taken.refresh_from_db()
        if taken.state == State.CHECKED and (taken.new or taken.changed):
            set_scope(by)
            actions.confirm(import_id=taken.pk, actor=by, at=at)
            taking.write(taken.pk, now=timezone.now)
            taken.refresh_from_db()
        return taken

    return bring


def stood(username: str) -> list[Any]:
    row = Account.objects.get(username=username)
    record = Record.objects.get(topic="accounts.create", subject__endswith=str(row.pk))
    same = (row.name, row.email, row.is_active, row.is_demo, row.must_change_password)
    return [*same, row.has_usable_password(), record.actor_id, record.changed]


def test_leaves_the_rows_that_the_verb_leaves(brought: Bring, keeper: Actor, at: datetime) -> None:
    made = brought(["Li.Na1", "李娜", "li.na@example.org"], ["wang.wu1", "王五", ""])
    accounts.create_account(
        username="Li.Na2",
        name="李娜",
        email="li.na@example.org",
        password=None,
        actor=keeper,
        at=at,
    )

    assert (made.state, made.new) == (State.DONE, 2)
    assert stood("li.na1") == stood("li.na2")
    assert not known.is_invited(Account.objects.get(username="li.na1"), at=at)


def test_gives_an_address_that_is_missing_and_changes_no_other(brought: Bring) -> None:
    brought(["li.na", "李娜", ""])

    made = brought(["li.na", "李娜", "li.na@example.org"])
    again = brought(["LI.NA", "李娜", ""])
    other = brought(["li.na", "李娜", "other@example.org"])

    assert (made.state, made.changed) == (State.DONE, 1)
    assert (again.state, again.same) == (State.CHECKED, 1)
    assert (other.state, [fault[1] for fault in other.faults]) == (State.WRONG, ["email"])
    assert Account.objects.get(username="li.na").email == "li.na@example.org"


def test_names_what_is_wrong_row_by_row_and_writes_nothing(brought: Bring) -> None:
    brought(["li.na", "李娜", ""])

    made = brought(
        ["new.one", "新人", ""],
        ["a b", "空格", ""],
        ["x.y", "", ""],
        ["mail.bad", "邮箱", "没有"],
        ["li.na", "李那", ""],
        ["New.One", "另一人", ""],
    )

    assert made.state == State.WRONG
    assert sorted((fault[0], fault[1]) for fault in made.faults) == [
        (3, "username"),
        (4, "name"),
        (5, "email"),
        (6, "name"),
        (7, "username"),
    ]
    assert not Account.objects.filter(username="new.one").exists()
    assert "李" not in str(made.preview)


def test_a_stranger_brings_nobody(brought: Bring, seated: Callable[[Actor], Actor]) -> None:
    with pytest.raises(Denied):
        brought(["li.na", "李娜", ""], by=seated(person(Role.SEC_ADMIN, CITY, name="孙二")))


def test_a_row_of_another_district_is_refused(
    brought: Bring, seated: Callable[[Actor], Actor], keeper: Actor, at: datetime
) -> None:
    seated(person(Role.CHECKER, "34/01/11/001/", name="何丽"))
    row = Account.objects.get(name="何丽")
    district = seated(person(Role.SYS_ADMIN, "34/01/04/", name="周区"))

    made = brought([row.username, row.name, "he@example.org"], by=district)

    assert [fault[3] for fault in made.faults] == ["这一行不在您的辖区内"]


def test_gives_out_masks_and_no_secret(taken: Taken, brought: Bring, keeper: Actor) -> None:
    brought(["li.na", "李娜", "li.na@example.org"])
    every = "username,name,roles,place,state,means,email,since"

    file = rows_of(taken(keeper, {"q": "li.na"}, table="people", columns=every, format="csv"))

    assert file[1][:2] == ["li.na", "李娜"]
    assert file[1][4:7] == ["在用", "尚不能登录", "l***@example.org"]
    assert "password" not in str(file)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "娜"}, ["li.na"]),
        ({"means": "none", "q": "li"}, ["li.na"]),
        ({"means": "password", "q": "li"}, []),
        ({"state": "ended", "q": "li"}, []),
        ({"role": "dispatcher", "q": "li"}, []),
        ({"place": CITY, "q": "li"}, []),
    ],
)
def test_finds_people(
    asked: dict[str, str], found: list[str], brought: Bring, keeper: Actor, at: datetime
) -> None:
    brought(["li.na", "李娜", ""])

    rows = known.people_asked(asked, actor=keeper, at=at)

    assert list(rows.values_list("username", flat=True)) == found


@pytest.mark.parametrize("sort", ["", "name", "since"])
def test_goes_on_where_the_page_before_ended(
    sort: str, brought: Bring, keeper: Actor, at: datetime
) -> None:
    brought(*([f"many.{n:03}", "李娜", ""] for n in range(150)))
    asked = {"q": "many", "sort": sort}

    first = known.people_page(asked, actor=keeper, at=at)
    second = known.people_page(asked, actor=keeper, at=at, after=first.rows[-1].pk)

    assert (first.count, len(first.rows), len(second.rows), second.after) == (150, 100, 50, "")
    assert len({row.pk for row in [*first.rows, *second.rows]}) == 150


def test_begins_with_the_saved_view_and_shows_the_chosen_columns(db: None) -> None:
    keeper = person(Role.SYS_ADMIN, CITY, name="钱一")
    browser = administrator(keeper)
    saved = {"name": "尚未启用", "asked": "means=none&cols=means", "default": "1"}
    browser.post("/desk/lists/people/views", saved)

    led = browser.get("/desk/people")
    page = browser.get(led.headers["Location"])

    assert led.headers["Location"] == "/desk/people?means=none&cols=means"
    assert [one["key"] for one in page.context["columns"]] == ["username", "name", "means"]
    assert page.context["tools"]["import_url"] == "/desk/lists/people/import"
    assert queries.views("people", actor=keeper)[0].name == "尚未启用"


def test_nobody_else_opens_the_list(seated: Callable[[Actor], Actor], db: None) -> None:
    clerk: Client = browser_of(person(Role.OPERATOR, name="王芳"))

    assert clerk.get("/desk/people").status_code == 403
    assert clerk.get(f"/desk/people/{uuid4()}").status_code == 403
