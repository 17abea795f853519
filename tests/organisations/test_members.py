"""The roll of members … stands behind a wall of its own (党员名册)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.columns import tables
from quanyu.kernel.errors import Denied
from quanyu.kernel.privacy.fields import declarations
from quanyu.kernel.privacy.models import Look
from quanyu.kernel.privacy.rules import NotYours, ReasonMissing
from quanyu.organisations.actions import members as actions
from quanyu.organisations.actions.taking import take
from quanyu.organisations.models import Body, Membership, PartyMember
from quanyu.organisations.queries import members as queries
from quanyu.organisations.rules.changing import StillHanging
from quanyu.organisations.rules.members import NoLonger, WrongMember
from quanyu.organisations.rules.party import Head, NotLedByYou
from quanyu.web import urls
from tests.organisations.party import COMMUNITY, GRID, STREET, done, found, person

Seen = Callable[[Actor], tuple[int, int]]


@pytest.fixture
def enter(branch: Body, officer: Actor, at: datetime) -> Callable[..., PartyMember]:
    """Enter somebody on the roll of the branch."""

    def entered(**facts: Any) -> PartyMember:
        said: dict[str, Any] = {"name": "张三", "standing": "full", "joined": date(2010, 7, 1)}
        row: PartyMember = done(
            actions.enter_member, body_id=branch.pk, actor=officer, at=at, **said | facts
        )
        return row

    return entered


@pytest.fixture
def seen() -> Seen:
    """How many members and memberships somebody sees, past the query and by it."""

    def count(actor: Actor) -> tuple[int, int]:
        set_scope(actor)
        assert PartyMember.objects.visible_to(actor).count() == PartyMember.objects.count()
        return PartyMember.objects.count(), Membership.objects.count()

    return count


def test_names_no_account_of_people_who_work_elsewhere(
    enter: Callable[..., PartyMember], at: datetime
) -> None:
    worker = system("34/01/", job="tests")
    facts: dict[str, Any] = {"name": "李军", "password": None, "actor": worker, "at": at}
    here, far = (accounts.create_account(username=name, **facts) for name in ("here", "far"))
    facts = {"role": Role.GRID_WORKER, "reason": "设岗", "actor": worker, "at": at}
    accounts.grant(account=here, region_path=GRID, **facts)
    accounts.grant(account=far, region_path="34/01/03/", **facts)

    assert enter(account_id=here.pk).account_id == here.pk
    with pytest.raises(Denied):
        enter(account_id=far.pk)


def test_is_open_to_the_party_officer_of_the_subtree_alone(
    enter: Callable[..., PartyMember], officer: Actor, far_officer: Actor, seen: Seen
) -> None:
    enter()

    others = [
        person(role, STREET) for role in Role if role not in {Role.PARTY_OFFICER, Role.SYSTEM}
    ]

    assert seen(officer) == (1, 1)
    assert seen(person(Role.PARTY_OFFICER, GRID)) == (1, 1)
    assert seen(far_officer) == (0, 0)
    assert {seen(other) for other in others} == {(0, 0)}


def test_is_open_to_the_person(
    enter: Callable[..., PartyMember], seen: Seen, branch: Body, at: datetime
) -> None:
    account = Account.objects.create(username="t-member", name="张三", created_at=at)
    enter(account_id=account.pk)
    me = replace(person(Role.GRID_WORKER, GRID), id=account.pk)

    assert seen(me) == (1, 1)
    assert [row.body for row in queries.own(actor=me)] == [branch]


def test_seals_the_name_and_shows_the_surname(enter: Callable[..., PartyMember]) -> None:
    row = enter()

    assert str(PartyMember.objects.get(pk=row.pk).name) == "张*"


def test_opens_a_name_for_a_reason_and_logs_the_look(
    enter: Callable[..., PartyMember], officer: Actor, at: datetime
) -> None:
    row = enter()

    name = done(actions.reveal_member, member_id=row.pk, reason="verify", actor=officer, at=at)

    assert name == "张三"
    assert Look.objects.get().account_id == officer.id


def test_opens_no_name_without_a_reason(
    enter: Callable[..., PartyMember], officer: Actor, at: datetime
) -> None:
    row = enter()

    with pytest.raises(ReasonMissing):
        done(actions.reveal_member, member_id=row.pk, reason="", actor=officer, at=at)


def test_opens_no_name_to_the_person_as_if_an_officer(
    enter: Callable[..., PartyMember], at: datetime
) -> None:
    account = Account.objects.create(username="t-member", name="张三", created_at=at)
    row = enter(account_id=account.pk)
    me = replace(person(Role.GRID_WORKER, GRID), id=account.pk)

    with pytest.raises(NotYours):
        done(actions.reveal_member, member_id=row.pk, reason="verify", actor=me, at=at)


def test_says_basis_purpose_and_end(db: None) -> None:
    told = declarations(PartyMember)["name"]

    assert (told.basis, told.is_sensitive, told.ends) == ("duty", True, "row")
    assert (told.since, told.days) == ("left_at", 365)


def test_goes_into_no_file(db: None) -> None:
    assert urls.urlpatterns
    titles = {name: table.title for name, table in tables.items()}

    assert [name for name, title in titles.items() if "名册" in title] == []


def test_is_compared_with_the_count_and_forces_nothing(
    enter: Callable[..., PartyMember], branch: Body, officer: Actor, secretary: Actor
) -> None:
    enter()
    enter(name="李四", standing="probationary")

    set_scope(officer)
    told = queries.difference(branch.pk, Head(2, 1), actor=officer)
    set_scope(secretary)

    assert told == queries.Difference(-1, 0)
    assert queries.difference(branch.pk, Head(2, 1), actor=secretary) is None


def test_lets_a_probationary_member_be_a_full_one_once(
    enter: Callable[..., PartyMember], officer: Actor, at: datetime
) -> None:
    row = enter(standing="probationary")

    assert done(actions.confirm_member, member_id=row.pk, actor=officer, at=at).standing == "full"
    with pytest.raises(NoLonger):
        done(actions.confirm_member, member_id=row.pk, actor=officer, at=at)


def test_goes_with_a_member_to_another_branch(
    enter: Callable[..., PartyMember],
    committee: Body,
    officer: Actor,
    seen: Seen,
    at: datetime,
    on: date,
) -> None:
    row = enter(since=on - timedelta(days=9))
    there = "34/01/04/001/002/"
    other = found("party_branch", there, committee, at=at, code="t-other")

    done(actions.transfer_member, member_id=row.pk, to=other.pk, actor=officer, at=at)

    assert seen(person(Role.PARTY_OFFICER, COMMUNITY)) == (0, 0)
    assert seen(person(Role.PARTY_OFFICER, there)) == (1, 2)


def test_goes_to_no_branch_out_of_reach(
    enter: Callable[..., PartyMember], committee: Body, at: datetime
) -> None:
    row = enter()
    other = found("party_branch", "34/01/04/001/002/", committee, at=at, code="t-other")

    with pytest.raises(Denied):
        done(
            actions.transfer_member,
            member_id=row.pk,
            to=other.pk,
            actor=person(Role.PARTY_OFFICER, COMMUNITY),
            at=at,
        )


def test_is_left_with_an_end_from_which_a_year_is_counted(
    enter: Callable[..., PartyMember], officer: Actor, branch: Body, at: datetime, on: date
) -> None:
    row = enter(since=on - timedelta(days=9))

    done(actions.end_member, member_id=row.pk, actor=officer, at=at)

    assert PartyMember.objects.get(pk=row.pk).left_at == at
    assert not queries.roll(branch.pk, actor=officer).exists()
    with pytest.raises(NoLonger):
        done(actions.end_member, member_id=row.pk, actor=officer, at=at)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"standing": "guest"}, "standing"),
        ({"joined": date(2030, 1, 1)}, "joined"),
        ({"since": date(2030, 1, 1)}, "since"),
    ],
)
def test_refuses_what_cannot_be(
    facts: dict[str, Any], field: str, enter: Callable[..., PartyMember]
) -> None:
    with pytest.raises(WrongMember) as no:
        enter(**facts)

    assert no.value.field == field


def test_is_kept_by_the_party_officer_alone(
    branch: Body, secretary: Actor, far_officer: Actor, at: datetime
) -> None:
    facts = {"name": "张三", "standing": "full", "joined": date(2010, 7, 1), "at": at}
    with pytest.raises(NotLedByYou):
        done(actions.enter_member, body_id=branch.pk, actor=secretary, **facts)
    with pytest.raises(Denied):
        done(actions.enter_member, body_id=branch.pk, actor=far_officer, **facts)


def test_is_no_strangers(
    enter: Callable[..., PartyMember], far_officer: Actor, at: datetime
) -> None:
    row = enter()

    for verb in (actions.confirm_member, actions.end_member):
        with pytest.raises(Denied):
            done(verb, member_id=row.pk, actor=far_officer, at=at)
    with pytest.raises(Denied):
        done(actions.reveal_member, member_id=row.pk, reason="verify", actor=far_officer, at=at)


def test_a_file_ends_no_organisation_whose_roll_its_bringer_does_not_see(
    branch: Body, enter: Callable[..., PartyMember], commander: Actor, at: datetime, on: date
) -> None:
    enter()
    set_scope(commander)
    key = (branch.code,)
    intake = take(keys={key: 2}, actor=commander, at=at)
    held = intake.held([key], is_locked=False)[key]

    intake.check(dict(held) | {"end": on}, held=held)

    [(_code, no)] = list(intake.end())
    assert isinstance(no, StillHanging)
    assert no.allowed == ["members"]
