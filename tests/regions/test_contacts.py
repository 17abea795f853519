"""Appoint who serves a grid … dated, one leader at a time, told in the inbox (网格联系人)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.columns import Key
from quanyu.kernel.errors import Denied
from quanyu.kernel.notices.models import Notice
from quanyu.regions import actions
from quanyu.regions.actions import contacts as contact_actions
from quanyu.regions.models import GridContact
from quanyu.regions.queries import contacts
from quanyu.regions.rules import contacts as rules
from quanyu.regions.tables import CONTACTS
from tests.conftest import person

GRID = "34/01/04/001/001/g001/"
CODE = "3401040010011001"
DAY = date(2026, 3, 2)
CITY = system("34/01/", job="tests")


@pytest.fixture
def secretary() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, "34/01/04/001/001/")


@pytest.fixture
def far() -> Actor:
    return person(Role.COMMUNITY_SECRETARY, "34/01/04/001/002/")


@pytest.fixture
def leader(act: Any, secretary: Actor, at: datetime) -> GridContact:
    row: GridContact = act(
        actions.appoint_contact, path=GRID, post="leader", name="何平", actor=secretary, at=at
    )
    return row


@pytest.fixture
def elsewhere(db: None, at: datetime) -> Account:
    """Somebody who works in another district."""
    far = Account.objects.create(username="wangyuan", name="王远方", created_at=at)
    GrantRow.objects.create(
        account=far, role=Role.GRID_WORKER, region_path="34/01/03/001/", granted_from=at
    )
    return far


def served(day: date) -> list[tuple[str, str]]:
    set_scope(CITY)
    return [(one.post, one.name) for one in contacts.contacts_on([GRID], on=day, actor=CITY)]


def test_holds_from_its_day_on(leader: GridContact) -> None:
    assert served(DAY) == [("leader", "何平")]
    assert served(DAY - timedelta(days=1)) == []
    assert Record.objects.filter(topic="grid_contact.appoint").count() == 1


def test_the_past_knows_who_served_then(
    act: Any, leader: GridContact, secretary: Actor, at: datetime
) -> None:
    later = at + timedelta(days=30)
    act(actions.end_contact, contact_id=leader.pk, actor=secretary, at=later)
    act(actions.appoint_contact, path=GRID, post="leader", name="苏梅", actor=secretary, at=later)

    assert served(DAY + timedelta(days=29)) == [("leader", "何平")]
    assert served(DAY + timedelta(days=30)) == [("leader", "苏梅")]


def test_one_grid_has_several_posts_in_their_order(
    act: Any, leader: GridContact, secretary: Actor, at: datetime
) -> None:
    for post, name in (("police", "程刚"), ("full_time", "林静"), ("full_time", "丁伟")):
        act(actions.appoint_contact, path=GRID, post=post, name=name, actor=secretary, at=at)

    assert served(DAY) == [
        ("leader", "何平"),
        ("full_time", "丁伟"),
        ("full_time", "林静"),
        ("police", "程刚"),
    ]


@pytest.mark.parametrize(
    ("given", "no"),
    [
        ({"post": "leader", "name": "苏梅"}, rules.AlreadyServing),
        ({"post": "boss"}, rules.WrongContact),
        ({"name": ""}, rules.WrongContact),
        ({"name": "林静13800138000"}, rules.WrongContact),
        ({"account": uuid4()}, rules.WrongContact),
        ({"start": date(2020, 1, 1)}, rules.WrongContactDay),
        ({"path": "34/01/04/001/001/g099/"}, Denied),
        ({"path": "34/01/04/001/001/"}, Denied),
    ],
    ids=[
        "a second leader",
        "unknown post",
        "no name",
        "a number in the name",
        "unknown account",
        "before the grid began",
        "no such grid",
        "a community",
    ],
)
def test_is_refused(
    act: Any,
    leader: GridContact,
    secretary: Actor,
    at: datetime,
    given: dict[str, Any],
    no: type[Exception],
) -> None:
    facts = {"path": GRID, "post": "full_time", "name": "林静"} | given

    with pytest.raises(no):
        act(actions.appoint_contact, **facts, actor=secretary, at=at)


def test_is_not_for_a_stranger(act: Any, far: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.appoint_contact, path=GRID, post="leader", name="何平", actor=far, at=at)


def test_is_not_for_a_grid_worker(act: Any, grid_worker: Actor, at: datetime) -> None:
    with pytest.raises(rules.NotContactKeeper):
        act(
            actions.appoint_contact,
            path=GRID,
            post="leader",
            name="何平",
            actor=grid_worker,
            at=at,
        )


def test_leaving_is_not_for_a_stranger(
    act: Any, leader: GridContact, far: Actor, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(actions.end_contact, contact_id=leader.pk, actor=far, at=at + timedelta(days=1))


def test_nobody_leaves_twice_or_before_they_came(
    act: Any, leader: GridContact, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongContactDay):
        act(actions.end_contact, contact_id=leader.pk, actor=secretary, at=at)
    later = at + timedelta(days=1)
    act(actions.end_contact, contact_id=leader.pk, actor=secretary, at=later)
    with pytest.raises(rules.AlreadyServing):
        act(actions.end_contact, contact_id=leader.pk, actor=secretary, at=later)


def test_somebody_with_an_account_is_told(act: Any, secretary: Actor, at: datetime) -> None:
    set_scope(CITY)
    account = Account.objects.create(username="linjing", name="林静", created_at=at)
    row = act(
        actions.appoint_contact,
        path=GRID,
        post="full_time",
        name="林静",
        account=account.pk,
        actor=secretary,
        at=at,
    )
    set_scope(CITY)

    contact_actions.tell(contact_id=row.pk, since=at, actor=CITY, at=at)

    told = Notice.objects.visible_to(CITY).get(account_id=account.pk)
    assert told.topic == rules.APPOINTED


# ------------------------------------------------------------------ by file


def taken(rows: Sequence[dict[str, Any]], actor: Actor, at: datetime) -> list[Exception]:
    """Take rows in as the tables kernel does; return what was refused."""
    keys: dict[Key, int] = {
        (row["grid"], row["post"], row["name"], row["start"].isoformat()): number
        for number, row in enumerate(rows)
    }
    intake = CONTACTS.intake(keys=keys, actor=actor, at=at)
    held = intake.held(list(keys), is_locked=True)
    refused: list[Exception] = []
    for key, row in zip(keys, rows, strict=True):
        try:
            intake.check(row, held=held.get(key))
        except (rules.WrongContact, rules.AlreadyServing, rules.WrongContactDay, Denied) as no:
            refused.append(no)
    refused += [no for _key, no in intake.end()]
    if not refused:
        fresh = [row for key, row in zip(keys, rows, strict=True) if key not in held]
        changed = [row for key, row in zip(keys, rows, strict=True) if key in held]
        intake.write(fresh, changed)
    return refused


def row(name: str, post: str = "full_time", *, start: date = DAY, **more: Any) -> dict[str, Any]:
    return {"grid": CODE, "post": post, "name": name, "start": start, **more}


def test_a_file_appoints_and_ends(act: Any, secretary: Actor, at: datetime) -> None:
    set_scope(secretary)

    assert taken([row("林静"), row("何平", "leader")], secretary, at) == []
    assert taken([row("林静", end=DAY + timedelta(days=10))], secretary, at) == []

    assert served(DAY) == [("leader", "何平"), ("full_time", "林静")]
    assert served(DAY + timedelta(days=10)) == [("leader", "何平")]


@pytest.mark.parametrize(
    "rows",
    [
        [row("林静") | {"grid": "3401040010011099"}],
        [row("林静", account="nobody")],
        [row("林静", account="wangyuan")],
        [row("林静", end=DAY)],
        [row("何平", "leader"), row("苏梅", "leader", start=DAY + timedelta(days=5))],
    ],
    ids=[
        "unknown grid",
        "unknown account",
        "account elsewhere",
        "ends as it begins",
        "two leaders",
    ],
)
def test_a_wrong_file_is_refused_whole(
    act: Any, secretary: Actor, at: datetime, rows: list[dict[str, Any]], elsewhere: Account
) -> None:
    set_scope(secretary)

    assert len(taken(rows, secretary, at)) == 1
    assert served(DAY) == []


def test_an_account_of_somebody_elsewhere_is_refused_like_that_of_nobody(
    act: Any, secretary: Actor, elsewhere: Account, at: datetime
) -> None:
    facts: dict[str, Any] = {"path": GRID, "post": "leader", "name": "王远方"}
    said = []
    for key in (elsewhere.pk, uuid4()):
        with pytest.raises(rules.WrongContact) as no:
            act(actions.appoint_contact, **facts, account=key, actor=secretary, at=at)
        said.append((str(no.value), no.value.field, no.value.value))

    assert said[0] == said[1]


def test_who_is_linked_already_stays_so_in_a_file(
    act: Any, secretary: Actor, at: datetime, elsewhere: Account
) -> None:
    act(
        actions.appoint_contact,
        path=GRID,
        post="full_time",
        name="林静",
        account=elsewhere.pk,
        start=DAY,
        actor=CITY,
        at=at,
    )
    set_scope(secretary)

    end = DAY + timedelta(days=10)
    assert taken([row("林静", account="wangyuan", end=end)], secretary, at) == []

    set_scope(CITY)
    assert GridContact.objects.get(name="林静").account_id == elsewhere.pk


def test_a_file_is_not_for_a_stranger(act: Any, far: Actor, at: datetime) -> None:
    set_scope(far)

    assert isinstance(taken([row("林静")], far, at)[0], Denied)
