"""A proposal … is told to who may confirm it, and its end to who made it (任免告知)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.notices.models import Notice
from quanyu.organisations import actions
from quanyu.organisations.actions import Nominee, announcing
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.pages.confirming import confirmed_by, decider
from quanyu.organisations.queries.confirming import deciders
from quanyu.organisations.rules import proposals
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import (
    CITY,
    COMMUNITY,
    GRID,
    account,
    appointed,
    do,
    post,
    proposed,
)

WORKER = system("34/01/", job="tests")


def holds(role: Role, path: str, username: str, *, at: datetime) -> Actor:
    """Return somebody with an account and one role."""
    actor = person(role, path)
    row = Account.objects.create(pk=actor.id, username=username, name=username, created_at=at)
    begun = at - timedelta(days=9)
    GrantRow.objects.create(account=row, role=role, region_path=path, granted_from=begun)
    return actor


def told(verb: Any, *, at: datetime, **facts: Any) -> int:
    count: int = do(verb, actor=WORKER, since=at, at=at, **facts)
    return count


def whose(topic: str) -> list[Any]:
    set_scope(WORKER)
    rows = Notice.objects.filter(topic=topic, over_at=None)
    return sorted(rows.values_list("account__username", flat=True))


@pytest.fixture
def where(db: None, at: datetime) -> Post:
    return post(CITY, at, seats=5)


@pytest.fixture
def secretary(db: None, at: datetime) -> Actor:
    return holds(Role.COMMUNITY_SECRETARY, COMMUNITY, "secretary", at=at)


@pytest.fixture
def commander_here(db: None, at: datetime) -> Actor:
    return holds(Role.COMMANDER, STREET, "commander", at=at)


@pytest.fixture
def district(db: None, at: datetime) -> Actor:
    return holds(Role.DISTRICT_ADMIN, "34/01/04/", "district", at=at)


def test_goes_to_the_nearest_who_is_left_once_a_batch(
    where: Post, secretary: Actor, commander_here: Actor, district: Actor, at: datetime
) -> None:
    nominees = [Nominee(where.pk, account(f"w{n}", at=at).pk, "工作需要") for n in range(3)]
    rows = do(actions.propose_all, nominees=nominees, actor=secretary, at=at)

    counts = [told(announcing.tell_proposed, appointment_id=row.pk, at=at) for row in rows]

    assert counts == [1, 0, 0]
    assert whose(proposals.PROPOSED) == ["commander"]
    notice = Notice.objects.get()
    assert notice.words["count"] == "3"
    assert not {"周明", "w0"} & {str(word) for word in notice.words.values()}


def test_is_said_in_both_languages_without_anybodys_name(
    where: Post, secretary: Actor, commander_here: Actor, at: datetime
) -> None:
    row = proposed(where, account("w1", at=at), secretary, at)
    told(announcing.tell_proposed, appointment_id=row.pk, at=at)
    notice = Notice.objects.get()

    assert notice.words["post"] == "专职网格员"
    assert notice.words["post_en"] == "Full-time grid worker"
    assert notice.link == f"/desk/posts/{where.pk}"


def test_goes_to_who_proposed_when_it_is_decided(
    where: Post, secretary: Actor, commander_here: Actor, at: datetime
) -> None:
    first = proposed(where, account("w1", at=at), secretary, at)
    second = proposed(where, account("w2", at=at), secretary, at)
    for row in (first, second):
        told(announcing.tell_proposed, appointment_id=row.pk, at=at)
    later = at + timedelta(hours=1)
    do(actions.confirm, appointment_id=first.pk, actor=commander_here, at=later)
    do(actions.refuse, appointment_id=second.pk, reason="不符", actor=commander_here, at=later)

    counts = [
        told(announcing.tell_decided, appointment_id=row.pk, at=later) for row in (first, second)
    ]

    assert counts == [1, 1]
    assert whose(proposals.AGREED) == whose(proposals.DECLINED) == ["secretary"]
    assert whose(proposals.PROPOSED) == []
    words = Notice.objects.get(topic=proposals.DECLINED).words
    assert "不符" not in words.values()


def test_goes_to_nobody_when_it_was_taken_back(
    where: Post, secretary: Actor, commander_here: Actor, at: datetime
) -> None:
    row = proposed(where, account("w1", at=at), secretary, at)
    told(announcing.tell_proposed, appointment_id=row.pk, at=at)
    later = at + timedelta(hours=1)
    do(actions.withdraw, appointment_id=row.pk, actor=secretary, at=later)

    assert told(announcing.tell_decided, appointment_id=row.pk, at=later) == 0
    assert whose(proposals.PROPOSED) == []


def test_is_no_news_after_days_and_when_it_is_decided(
    where: Post, secretary: Actor, commander_here: Actor, at: datetime
) -> None:
    old = proposed(where, account("w1", at=at), secretary, at)
    row = proposed(where, account("w2", at=at), secretary, at)
    late = at + timedelta(days=5)
    do(actions.confirm, appointment_id=row.pk, actor=commander_here, at=at)

    count = do(announcing.tell_proposed, appointment_id=old.pk, since=at, actor=WORKER, at=late)

    assert count == 0
    assert told(announcing.tell_proposed, appointment_id=row.pk, at=at) == 0
    assert do(announcing.tell_decided, appointment_id=row.pk, since=at, actor=WORKER, at=late) == 0


def test_goes_to_a_deputy_where_nobody_else_is_left(
    where: Post, commander_here: Actor, district: Actor, at: datetime
) -> None:
    """The commander proposes, so the commander's deputy is the nearest to confirm it."""
    deputy = holds(Role.DISPATCHER, STREET, "deputy", at=at)
    do(
        accounts.name_deputy,
        principal_id=commander_here.id,
        account_id=deputy.id,
        granted_to=at + timedelta(days=9),
        reason="出差",
        actor=commander_here,
        at=at - timedelta(hours=1),
    )
    row = proposed(where, account("w1", at=at), commander_here, at)

    assert told(announcing.tell_proposed, appointment_id=row.pk, at=at) == 1
    assert whose(proposals.PROPOSED) == ["deputy"]


@pytest.fixture
def asked(commander_here: Actor, district: Actor, at: datetime) -> Appointment:
    """The post of a community's secretary, whose end another one of it asks for."""
    where = post(CITY, at, code="p-secretary", kind="community-secretary", place=COMMUNITY)
    row = appointed(where, account("w1", at=at), commander_here, district, at)
    return leave(row, holds(Role.COMMUNITY_SECRETARY, COMMUNITY, "peer", at=at), at)


def leave(row: Appointment, actor: Actor, at: datetime) -> Appointment:
    facts = {"appointment_id": row.pk, "reason": "调离"}
    left: Appointment = do(actions.end_appointment, **facts, actor=actor, at=at)
    return left


def test_of_an_end_that_is_asked_for_goes_to_who_decides_it(
    asked: Appointment, at: datetime
) -> None:
    counts = [told(announcing.tell_leaving, appointment_id=asked.pk, at=at) for _n in range(2)]

    assert counts == [1, 0]
    assert whose(proposals.LEAVE_ASKED) == ["commander"]
    assert not {"w1", "调离"} & {str(word) for word in Notice.objects.get().words.values()}


def test_of_an_end_that_is_asked_for_is_over_when_it_is_kept(
    asked: Appointment, commander_here: Actor, at: datetime
) -> None:
    told(announcing.tell_leaving, appointment_id=asked.pk, at=at)
    later = at + timedelta(hours=1)

    told_early = do(announcing.settle_leaving, appointment_id=asked.pk, actor=WORKER, at=later)
    do(actions.keep_appointment, appointment_id=asked.pk, actor=commander_here, at=later)
    do(announcing.settle_leaving, appointment_id=asked.pk, actor=WORKER, at=later)

    assert (told_early, whose(proposals.LEAVE_ASKED)) == (0, [])
    assert told(announcing.tell_leaving, appointment_id=asked.pk, at=later) == 0


def test_of_an_end_that_is_asked_for_is_over_when_it_ends(
    asked: Appointment, commander_here: Actor, at: datetime
) -> None:
    told(announcing.tell_leaving, appointment_id=asked.pk, at=at)
    later = at + timedelta(hours=1)
    leave(asked, commander_here, later)

    told(announcing.tell_appointment, appointment_id=asked.pk, at=later)

    assert whose(proposals.LEAVE_ASKED) == []


def test_of_an_end_that_was_declined_goes_to_who_had_asked_for_it(
    asked: Appointment, commander_here: Actor, at: datetime
) -> None:
    later = at + timedelta(hours=1)

    do(actions.keep_appointment, appointment_id=asked.pk, actor=commander_here, at=later)

    assert whose(proposals.LEAVE_KEPT) == ["peer"]
    [told_of] = Notice.objects.filter(topic=proposals.LEAVE_KEPT)
    assert told_of.link == f"/desk/posts/{asked.post_id}"
    assert not {"w1", "调离"} & {str(word) for word in told_of.words.values()}


def test_of_an_end_that_one_no_longer_asks_for_goes_to_nobody(
    asked: Appointment, at: datetime
) -> None:
    peer = Actor(
        ActorKind.PERSON,
        asked.leave_asked_by,
        frozenset({Grant(Role.COMMUNITY_SECRETARY, COMMUNITY)}),
    )

    do(actions.keep_appointment, appointment_id=asked.pk, actor=peer, at=at)

    assert whose(proposals.LEAVE_KEPT) == []


def test_says_who_decides_an_end_that_one_asks_for(
    commander_here: Actor, district: Actor, at: datetime
) -> None:
    one, other = (holds(Role.DISTRICT_ADMIN, "34/01/", f"city{n}", at=at) for n in range(2))

    assert decider(COMMUNITY, without=(), at=at) == "三里庵街道的街道指挥长"
    assert decider("34/01/", without=(one.id,), at=at) == "合肥市的另一位区级统筹"
    assert "现在没有别人" in decider("34/01/", without=(one.id, other.id), at=at)


def test_goes_a_level_higher_where_one_alone_proposes(
    where: Post, secretary: Actor, commander_here: Actor, district: Actor, at: datetime
) -> None:
    own = deciders(GRID, at=at, without=(secretary.id,))
    above = deciders(GRID, at=at, without=(secretary.id, commander_here.id))

    assert [one.account for one in own] == [commander_here.id]
    assert [one.account for one in above] == [district.id]


def test_says_beforehand_by_whom_it_is_confirmed_or_at_which_level_by_none(
    secretary: Actor, district: Actor, at: datetime
) -> None:
    said_here = confirmed_by(GRID, actor=secretary, at=at)
    nobody = confirmed_by("34/01/04/", actor=district, at=at)

    assert said_here == {"place": "蜀山区", "roles": ["区级统筹"]}
    assert nobody == {"level": "市级"}
