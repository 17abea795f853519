"""Who is elected … is proposed for the post, confirmed by another, and holds it (当选任职)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations.actions import Taking
from quanyu.organisations.actions import elections as electing
from quanyu.organisations.actions.electing import NotElected
from quanyu.organisations.actions.elections import Plan
from quanyu.organisations.models import Appointment, Body, Candidate, Election, Post, PostKind
from quanyu.organisations.pages import elected
from quanyu.organisations.queries import elected as queries
from quanyu.organisations.rules.posts import (
    NoSeat,
    NotAppointer,
    Settled,
    WrongAppointment,
    WrongTerm,
)
from tests.organisations import party
from tests.organisations.party import GRID, STREET, done, person
from tests.organisations.posts import CITY, account, appointed, grants, post, proposed

SECRETARY = Grant(Role.GRID_BRANCH_SECRETARY, GRID)
VOTES = {"王芳": 18, "李军": 15, "陈静": 14}


@pytest.fixture
def leads() -> Actor:
    """社区书记, who leads the branch and proposes."""
    return person(Role.COMMUNITY_SECRETARY, "34/01/04/001/001/", name="社区书记")


@pytest.fixture
def confirms() -> Actor:
    return person(Role.COMMANDER, STREET, name="指挥长")


@pytest.fixture
def where(branch: Body, at: datetime, district_admin: Actor) -> Post:
    """The secretary's post of the branch."""
    kinds = {"code": "p-sec", "kind": "grid-branch-secretary", "place": GRID, "of": branch.code}
    return post(district_admin, at, **kinds)


@pytest.fixture
def seats(branch: Body, at: datetime, district_admin: Actor) -> Post:
    """The members' posts of the branch."""
    kinds = {"code": "p-mem", "kind": "committee-member", "place": "", "of": branch.code}
    return post(district_admin, at, **kinds, seats=2)


@pytest.fixture
def concluded(branch: Body, leads: Actor, at: datetime) -> Election:
    """An election in which a secretary and two members were elected."""
    return party.concluded(branch, VOTES, actor=leads, at=at)


@pytest.fixture
def taking(concluded: Election) -> Callable[[str, Account, Post], Taking]:
    def made(name: str, who: Account, where: Post) -> Taking:
        return Taking(concluded.candidates.get(name=name).pk, who.pk, where.pk)

    return made


def test_from_the_vote_to_the_roles(
    concluded: Election,
    taking: Any,
    where: Post,
    seats: Post,
    leads: Actor,
    confirms: Actor,
    at: datetime,
    on: date,
) -> None:
    first, second = account("wang.fang", at=at, name="王芳"), account("li.jun", at=at, name="李军")
    takings = [taking("王芳", first, where), taking("李军", second, seats)]
    facts = {"election_id": concluded.pk, "takings": takings, "reason": "换届当选"}

    rows = done(actions.propose_elected, **facts, actor=leads, at=at)
    assert grants(first, at=at) == frozenset()
    done(actions.confirm_batch, batch=rows[0].batch, actor=confirms, at=at)

    assert grants(first, at=at) == {SECRETARY}
    assert {row.valid_from for row in rows} == {on}
    told = done(queries.chosen, row=concluded, actor=leads, at=at)
    assert [(one.name, one.held.stand if one.held else "") for one in told] == [
        ("王芳", "serving"),
        ("李军", "serving"),
        ("陈静", ""),
    ]
    assert Record.objects.filter(topic="election.propose").count() == 1


def test_lets_the_old_secretary_leave_on_the_first_day_of_the_term(
    concluded: Election,
    taking: Any,
    where: Post,
    leads: Actor,
    confirms: Actor,
    at: datetime,
    on: date,
) -> None:
    old, new = account("old.one", at=at, name="孙远"), account("wang.fang", at=at, name="王芳")
    served = appointed(where, old, leads, confirms, at, start=on - timedelta(days=20))
    [leaves] = done(queries.leaving, row=concluded, actor=leads, at=at)
    assert leaves.id == served.pk

    done(
        actions.propose_elected,
        election_id=concluded.pk,
        takings=[taking("王芳", new, where)],
        leaving=[served.pk],
        reason="换届当选",
        actor=leads,
        at=at,
    )

    served.refresh_from_db()
    assert served.valid_to == on
    assert grants(old, at=at) == frozenset()


@pytest.fixture
def exchange(
    committee: Body, leads: Actor, confirms: Actor, district_admin: Actor, at: datetime
) -> Any:
    """A community's secretary, and the election by which another one is to follow: a post of the
    level at which its own secretary only asks that somebody leaves."""
    kind = {"code": "p-com", "kind": "party-secretary", "place": "", "of": committee.code}
    where = post(district_admin, at, **kind)
    old, new = account("old.one", at=at, name="孙远"), account("wang.fang", at=at, name="王芳")
    before = at.date() - timedelta(days=20)
    served = appointed(where, old, leads, confirms, at, start=before)
    row = party.concluded(committee, {"王芳": 18}, actor=leads, at=at)
    taking = Taking(row.candidates.get().pk, new.pk, where.pk)
    return {"election_id": row.pk, "takings": [taking], "reason": "当选"}, served


def test_asks_a_peer_to_leave_and_is_confirmed_when_that_was(
    exchange: Any, leads: Actor, confirms: Actor, at: datetime, on: date
) -> None:
    facts, served = exchange

    made = done(actions.propose_elected, **facts, leaving=[served.pk], actor=leads, at=at)

    served.refresh_from_db()
    assert (served.valid_to, served.leave_day) == (None, on)
    early: dict[str, Any] = {"batch": made[0].batch, "actor": confirms, "at": at}
    with pytest.raises(NoSeat):
        done(actions.confirm_batch, **early)
    gone: dict[str, Any] = {"appointment_id": served.pk, "reason": "届满", "end": on}
    done(actions.end_appointment, **gone, actor=confirms, at=at)
    [row] = done(actions.confirm_batch, **early)
    assert row.valid_from == on


def test_counts_on_no_seat_of_whom_nobody_asked_to_leave(
    exchange: Any, leads: Actor, at: datetime, on: date
) -> None:
    facts, served = exchange
    with pytest.raises(NoSeat):
        done(actions.propose_elected, **facts, actor=leads, at=at)

    leaves = {"appointment_id": served.pk, "reason": "届满", "end": on + timedelta(days=9)}
    done(actions.end_appointment, **leaves, actor=leads, at=at)
    with pytest.raises(NoSeat):
        done(actions.propose_elected, **facts, actor=leads, at=at)


def test_says_whether_it_ends_or_only_asks(
    exchange: Any, leads: Actor, confirms: Actor, at: datetime, on: date
) -> None:
    facts, served = exchange
    row = Election.objects.visible_to(leads).get(pk=facts["election_id"])

    def offered(actor: Actor) -> list[str]:
        told = done(elected.panel, row=row, given={}, no=None, actor=actor, at=at)
        assert told is not None
        fields = told["form"]["fields"]
        return [one["label"] for one in fields if one["name"].startswith(elected.LEAVES)]

    assert [("提出" in label, "孙远" in label) for label in offered(leads)] == [(True, True)]
    assert [("提出" in label, "孙远" in label) for label in offered(confirms)] == [(False, True)]
    peer = person(Role.COMMUNITY_SECRETARY, "34/01/04/001/001/")
    leaves = {"appointment_id": served.pk, "reason": "届满", "end": on}
    done(actions.end_appointment, **leaves, actor=peer, at=at)
    assert offered(leads) == []


def test_locks_who_leaves_and_who_comes_in_one_order(
    exchange: Any, confirms: Actor, at: datetime
) -> None:
    facts, served = exchange
    with CaptureQueriesContext(connection) as asked:
        done(actions.propose_elected, **facts, leaving=[served.pk], actor=confirms, at=at)

    locks = [one["sql"] for one in asked if 'FROM "accounts_account"' in one["sql"]]
    first = next(sql for sql in locks if "FOR UPDATE" in sql)
    assert all(key.hex in first for key in (served.pk, facts["takings"][0].account))


def test_keeps_who_has_no_account_on_the_list(
    concluded: Election, where: Post, leads: Actor, at: datetime
) -> None:
    told = done(queries.chosen, row=concluded, actor=leads, at=at)

    assert [(one.name, one.username, one.held) for one in told] == [(n, "", None) for n in VOTES]
    assert [bool(one.posts) for one in told] == [True, False, False]
    with pytest.raises(WrongAppointment):
        done(
            actions.propose_elected,
            election_id=concluded.pk,
            takings=[],
            reason="换届当选",
            actor=leads,
            at=at,
        )


def test_offers_a_post_with_a_free_seat_before_one_that_the_new_term_has_taken(
    branch: Body, concluded: Election, leads: Actor, at: datetime, district_admin: Actor
) -> None:
    kinds = {"kind": "committee-member", "place": "", "of": branch.code}
    first, second = (post(district_admin, at, code=code, **kinds) for code in ("p-1", "p-2"))
    key, who = concluded.candidates.get(name="李军").pk, account("li", at=at)

    takings = [Taking(key, who.pk, first.pk)]
    facts = {"election_id": concluded.pk, "takings": takings, "reason": "换届当选"}
    done(actions.propose_elected, **facts, actor=leads, at=at)

    _secretary, taken, free = done(queries.chosen, row=concluded, actor=leads, at=at)
    assert taken.held is not None
    assert [one.id for one in free.posts] == [second.pk, first.pk]


def test_holds_no_post_of_another_seat_or_body(
    concluded: Election,
    taking: Any,
    where: Post,
    leads: Actor,
    district_admin: Actor,
    at: datetime,
) -> None:
    who = account("li.jun", at=at, name="李军")
    elsewhere = post(district_admin, at, code="p-other", kind="grid-branch-secretary", place=GRID)

    for name, given in (("李军", where), ("王芳", elsewhere)):
        with pytest.raises(WrongAppointment):
            done(
                actions.propose_elected,
                election_id=concluded.pk,
                takings=[taking(name, who, given)],
                reason="换届当选",
                actor=leads,
                at=at,
            )


def test_lets_nobody_leave_who_holds_another_post(
    concluded: Election,
    taking: Any,
    where: Post,
    leads: Actor,
    confirms: Actor,
    district_admin: Actor,
    at: datetime,
) -> None:
    who = account("wang.fang", at=at, name="王芳")
    other = post(district_admin, at)
    worker = appointed(other, account("zhou", at=at), leads, confirms, at)

    with pytest.raises(WrongAppointment):
        done(
            actions.propose_elected,
            election_id=concluded.pk,
            takings=[taking("王芳", who, where)],
            leaving=[worker.pk],
            reason="换届当选",
            actor=leads,
            at=at,
        )


def test_waits_for_the_new_term(branch: Body, leads: Actor, at: datetime, on: date) -> None:
    wanted = Plan(entitled=20, meeting_date=on, secretaries=1)
    row = done(electing.prepare, body_id=branch.pk, wanted=wanted, actor=leads, at=at)

    with pytest.raises(NotElected):
        done(
            actions.propose_elected,
            election_id=row.pk,
            takings=[],
            reason="换届当选",
            actor=leads,
            at=at,
        )


def test_is_proposed_by_no_stranger_and_no_party_officer(
    concluded: Election,
    taking: Any,
    where: Post,
    officer: Actor,
    far_officer: Actor,
    at: datetime,
) -> None:
    who = account("wang.fang", at=at, name="王芳")
    facts = {"election_id": concluded.pk, "takings": [taking("王芳", who, where)], "reason": "当选"}

    with pytest.raises(Denied):
        done(actions.propose_elected, **facts, actor=far_officer, at=at)
    with pytest.raises(NotAppointer):
        done(actions.propose_elected, **facts, actor=officer, at=at)
    assert not Appointment.objects.exists()


def test_is_marked_where_the_holder_has_the_same_name(
    concluded: Election, where: Post, leads: Actor, confirms: Actor, at: datetime
) -> None:
    served = appointed(where, account("wang.fang", at=at, name="王芳"), leads, confirms, at)

    told = done(queries.chosen, row=concluded, actor=leads, at=at)

    assert told[0].same_name is not None
    assert told[0].same_name.id == served.pk


def test_may_be_proposed_again_after_a_refusal(
    concluded: Election, where: Post, leads: Actor, confirms: Actor, at: datetime
) -> None:
    who = account("wang.fang", at=at, name="王芳")
    Candidate.objects.filter(name="王芳").update(account=who.pk)
    row = proposed(where, who, leads, at)
    done(actions.refuse, appointment_id=row.pk, reason="材料不全", actor=confirms, at=at)

    told = done(queries.chosen, row=concluded, actor=leads, at=at)

    assert told[0].held is not None
    assert (told[0].held.stand, told[0].is_open) == ("refused", True)


def test_knows_the_kinds_that_were_shipped_before(db: None) -> None:
    PostKind.objects.filter(code="grid-branch-secretary").update(seat="")
    PostKind.objects.filter(code="community-deputy").update(seat="", is_sample=False)
    told = import_module(
        "quanyu.organisations.migrations.0010_say_who_is_elected_to_a_kind_of_post"
    )

    with connection.schema_editor() as editor:
        told.say(apps, editor)

    kept = dict(PostKind.objects.values_list("code", "seat"))
    assert (kept["grid-branch-secretary"], kept["community-deputy"]) == ("secretary", "")


def test_says_of_whom_among_the_elected_it_speaks(
    concluded: Election, where: Post, seats: Post, leads: Actor, at: datetime
) -> None:
    first, second = (concluded.candidates.get(name=name) for name in ("王芳", "李军"))
    account("wang.fang", at=at, name="王芳")
    proposed(seats, account("li.jun", at=at, name="李军"), leads, at)
    given = {
        f"account_{first.pk}": "wang.fang",
        f"post_{first.pk}": str(where.pk),
        f"account_{second.pk}": "li.jun",
        f"post_{second.pk}": str(seats.pk),
        "reason": "当选",
    }

    with pytest.raises(Settled) as refused:
        done(elected.propose, election_id=concluded.pk, given=given, actor=leads, at=at)

    assert (refused.value.field, refused.value.whom) == (f"account_{second.pk}", "李军")


@pytest.fixture
def citys(db: None, at: datetime) -> Any:
    """An exchange in the city, which has no level above: two of the same level are its hands."""
    one, other = (person(Role.DISTRICT_ADMIN, "34/01/") for _n in range(2))
    committee = party.found("party_committee", "34/01/", at=at, code="t-city")
    kind = {"code": "p-city", "kind": "party-secretary", "place": "", "of": committee.code}
    where = post(CITY, at, **kind)
    old, new = account("old.one", at=at, name="孙远"), account("wang.fang", at=at, name="王芳")
    served = appointed(where, old, one, other, at, start=at.date() - timedelta(days=20))
    row = party.concluded(committee, {"王芳": 18}, actor=one, at=at)
    taking = Taking(row.candidates.get().pk, new.pk, where.pk)
    facts = {"election_id": row.pk, "takings": [taking], "reason": "当选"}
    return facts | {"leaving": [served.pk]}, served, one, other


def asked(served: Appointment, actor: Actor, end: date, at: datetime) -> None:
    facts = {"appointment_id": served.pk, "reason": "调离", "end": end}
    done(actions.end_appointment, **facts, actor=actor, at=at)


def labels(facts: Any, actor: Actor, at: datetime) -> dict[str, bool]:
    """Return who is offered to leave, each with whether that is ticked."""
    row = Election.objects.visible_to(actor).get(pk=facts["election_id"])
    told = done(elected.panel, row=row, given={}, no=None, actor=actor, at=at)
    fields = told["form"]["fields"]
    return {one["label"]: one["value"] for one in fields if one["name"].startswith(elected.LEAVES)}


def test_in_the_city_one_leaves_on_the_day_that_the_first_hand_asked_for(
    citys: Any, at: datetime, on: date
) -> None:
    facts, served, one, other = citys
    asked(served, other, on - timedelta(days=5), at)

    [(label, is_on)] = labels(facts, one, at).items()
    [made] = done(actions.propose_elected, **facts, actor=one, at=at)

    served.refresh_from_db()
    assert ("按已提出的" in label, is_on) == (True, True)
    assert (served.valid_to, made.valid_from) == (on - timedelta(days=5), on)
    assert (served.leave_asked_by, served.ended_by) == (other.id, one.id)


def test_in_the_city_a_later_day_asked_for_is_named_with_what_to_do(
    citys: Any, at: datetime, on: date
) -> None:
    facts, served, one, other = citys
    later = on + timedelta(days=5)
    asked(served, other, later, at)

    [(label, is_on)] = labels(facts, one, at).items()
    with pytest.raises(WrongTerm) as refused:
        done(actions.propose_elected, **facts, actor=one, at=at)

    assert ("晚于新一届" in label, is_on) == (True, False)
    assert (refused.value.field, refused.value.about) == ("leaving", served.account_id)
    assert later.isoformat() in str(refused.value)
    assert "先在岗位页登记卸任或不予卸任" in str(refused.value)
    served.refresh_from_db()
    assert (served.valid_to, served.leave_day) == (None, later)


def test_in_the_city_who_asks_is_told_that_another_one_of_it_confirms(
    citys: Any, at: datetime
) -> None:
    facts, _served, one, _other = citys

    [label] = labels(facts, one, at)

    assert "上一级" not in label
    assert "由市级或以上的负责人（现在没有别人）确认" in label
