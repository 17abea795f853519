"""An appointment … is ended by the level above or its holder, never by a peer alone (卸任)."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations.actions import leaving
from quanyu.organisations.models import Appointment
from quanyu.organisations.queries import holders
from quanyu.organisations.rules import posts as rules
from tests.organisations.conftest import person
from tests.organisations.posts import CITY, COMMUNITY, account, appointed, do, grants, post

pytestmark = pytest.mark.django_db

HELD = Grant(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def holder(at: datetime) -> Account:
    return account("zhou.ming", at=at)


@pytest.fixture
def held(holder: Account, commander: Actor, district_admin: Actor, at: datetime) -> Appointment:
    """A secretary of a community: the street confirms such appointments."""
    where = post(
        district_admin,
        at,
        code="p-secretary",
        kind="community-secretary",
        place=COMMUNITY,
        seats=2,
    )
    return appointed(where, holder, commander, district_admin, at)


@pytest.fixture
def peer(db: None) -> Actor:
    return person(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def citys(holder: Account, at: datetime) -> tuple[Appointment, Actor, Actor]:
    """A post of the city, which has none above it, and the two who may end it together."""
    one, other = (person(Role.DISTRICT_ADMIN, "34/01/") for _n in range(2))
    where = post(CITY, at, code="p-clerk", kind="city-clerk", place="34/01/", of="city-management")
    return appointed(where, holder, one, other, at), one, other


def oneself(who: Account, path: str = COMMUNITY) -> Actor:
    return Actor(ActorKind.PERSON, who.pk, frozenset({Grant(Role.COMMUNITY_SECRETARY, path)}))


def ended(row: Appointment, actor: Actor, at: datetime, *, end: date | None = None) -> Appointment:
    facts = {"appointment_id": row.pk, "reason": "调离", "end": end}
    left: Appointment = do(actions.end_appointment, **facts, actor=actor, at=at)
    return left


def test_is_not_ended_by_a_peer_who_only_asks(
    held: Appointment, holder: Account, peer: Actor, commander: Actor, at: datetime
) -> None:
    later = at + timedelta(days=2)

    ended(held, peer, later)

    held.refresh_from_db()
    assert (held.valid_to, held.leave_asked_by, held.leave_day) == (None, peer.id, later.date())
    assert grants(holder, at=later) == {HELD}
    [asked] = do(holders.leaving_asked, actor=commander, at=later)
    assert (asked.ends, asked.leave_reason, asked.may_keep) == ("alone", "调离", True)
    assert Record.objects.get(topic="appointment.ask_end").actor_id == peer.id


def test_is_ended_by_the_level_above_at_once(
    held: Appointment, holder: Account, commander: Actor, at: datetime
) -> None:
    ended(held, commander, at)

    assert grants(holder, at=at) == frozenset()


def test_is_ended_by_its_holder_who_resigns(
    held: Appointment, holder: Account, at: datetime
) -> None:
    row = ended(held, oneself(holder), at)

    assert (row.ended_by, grants(holder, at=at)) == (holder.pk, frozenset())


def test_is_asked_for_once_and_refused_to_a_second_peer(
    held: Appointment, peer: Actor, at: datetime
) -> None:
    ended(held, peer, at)

    with pytest.raises(rules.NotAppointer):
        ended(held, person(Role.COMMUNITY_SECRETARY, COMMUNITY), at)


def test_goes_on_when_who_asked_or_decides_says_so(
    held: Appointment, holder: Account, peer: Actor, commander: Actor, at: datetime
) -> None:
    ended(held, peer, at)
    another = person(Role.COMMUNITY_SECRETARY, COMMUNITY)

    with pytest.raises(rules.NotAppointer):
        do(actions.keep_appointment, appointment_id=held.pk, actor=another, at=at)
    do(actions.keep_appointment, appointment_id=held.pk, actor=commander, at=at)

    held.refresh_from_db()
    assert (held.leave_asked_at, held.leave_reason, held.valid_to) == (None, "", None)
    with pytest.raises(rules.Settled):
        do(actions.keep_appointment, appointment_id=held.pk, actor=commander, at=at)


def test_goes_on_by_no_word_of_its_own_holder(
    held: Appointment, holder: Account, peer: Actor, at: datetime
) -> None:
    ended(held, peer, at)

    said = do(holders.one, appointment_id=held.pk, actor=oneself(holder), at=at)
    with pytest.raises(rules.NotAppointer):
        do(actions.keep_appointment, appointment_id=held.pk, actor=oneself(holder), at=at)

    held.refresh_from_db()
    assert (said.may_keep, held.leave_asked_by) == (False, peer.id)


def test_in_the_city_is_ended_by_two_hands(
    citys: tuple[Appointment, Actor, Actor], holder: Account, at: datetime
) -> None:
    row, city, other = citys

    ended(row, city, at)
    ended(row, city, at)
    assert grants(holder, at=at)
    ended(row, other, at)

    assert grants(holder, at=at) == frozenset()


def test_in_the_city_ends_on_the_day_that_was_asked_for(
    citys: tuple[Appointment, Actor, Actor], at: datetime
) -> None:
    row, city, other = citys
    asked = at.date() + timedelta(days=30)
    ended(row, city, at, end=asked)

    with pytest.raises(rules.WrongTerm):
        ended(row, other, at, end=asked - timedelta(days=1))

    assert ended(row, other, at).valid_to == asked


def test_in_the_city_ends_today_when_the_day_passed_while_it_waited(
    citys: tuple[Appointment, Actor, Actor], at: datetime
) -> None:
    row, city, other = citys
    ended(row, city, at)
    later = at + timedelta(days=3)

    assert ended(row, other, later, end=later.date()).valid_to == later.date()


def test_in_the_city_ends_earlier_than_agreed_by_two_hands_again(
    citys: tuple[Appointment, Actor, Actor], holder: Account, at: datetime
) -> None:
    """Who ended it may be the one who now asks, and one who ended it alone ends nothing more."""
    row, city, other = citys
    ended(row, city, at, end=at.date() + timedelta(days=30))
    ended(row, other, at)
    later = at + timedelta(days=2)

    ended(row, other, later)
    ended(row, other, later)
    assert grants(holder, at=later)
    ended(row, city, later)

    row.refresh_from_db()
    assert (row.valid_to, row.ended_by, row.leave_asked_by) == (later.date(), city.id, other.id)
    assert grants(holder, at=later) == frozenset()


def test_whose_end_stands_is_kept_by_nobody(
    citys: tuple[Appointment, Actor, Actor], at: datetime
) -> None:
    row, city, other = citys
    ended(row, city, at, end=at.date() + timedelta(days=30))
    ended(row, other, at)

    said = do(holders.one, appointment_id=row.pk, actor=city, at=at)
    for days in (1, 100):
        then = at + timedelta(days=days)
        with pytest.raises(rules.Settled):
            do(actions.keep_appointment, appointment_id=row.pk, actor=city, at=then)

    row.refresh_from_db()
    assert (said.may_keep, said.leave_day, row.leave_asked_by) == (False, None, city.id)


def test_whose_term_ran_out_while_the_end_was_asked_for_is_not_kept(
    citys: tuple[Appointment, Actor, Actor], at: datetime
) -> None:
    row, city, other = citys
    Appointment.objects.filter(pk=row.pk).update(valid_to=at.date() + timedelta(days=5))
    ended(row, city, at)

    with pytest.raises(rules.Settled):
        do(
            actions.keep_appointment,
            appointment_id=row.pk,
            actor=other,
            at=at + timedelta(days=9),
        )


def test_is_asked_to_end_earlier_by_who_once_ended_it_alone(
    held: Appointment, commander: Actor, at: datetime
) -> None:
    ended(held, commander, at, end=at.date() + timedelta(days=30))
    later = at + timedelta(days=1)
    fallen = Actor(ActorKind.PERSON, commander.id, frozenset({HELD}))

    ended(held, fallen, later)

    held.refresh_from_db()
    assert (held.leave_asked_by, held.leave_day) == (commander.id, later.date())
    assert held.valid_to == at.date() + timedelta(days=30)


def test_is_ended_with_its_place_by_who_had_asked_for_it(
    held: Appointment, peer: Actor, at: datetime
) -> None:
    """Another act ends it then, as a re-organisation does, and no question is left."""
    ended(held, peer, at)

    do(leaving.end_rows, keys=[held.pk], reason="撤销", actor=peer, at=at)

    held.refresh_from_db()
    assert (held.ended_by, held.leave_asked_by) == (peer.id, None)


def test_that_is_yet_to_begin_stands_in_the_list_of_those_asked_to_end(
    citys: tuple[Appointment, Actor, Actor], at: datetime
) -> None:
    row, city, other = citys
    Appointment.objects.filter(pk=row.pk).update(valid_from=at.date() + timedelta(days=3))
    ended(row, city, at)

    asked = do(holders.leaving_asked, actor=other, at=at)
    ended(row, other, at, end=at.date() + timedelta(days=3))
    settled = do(holders.leaving_asked, actor=other, at=at)

    assert ([one.id for one in asked], settled) == ([row.pk], [])


def test_is_out_of_a_strangers_reach(
    held: Appointment, peer: Actor, stranger: Actor, at: datetime
) -> None:
    ended(held, peer, at)

    with pytest.raises(Denied):
        ended(held, stranger, at)
    with pytest.raises(Denied):
        do(actions.keep_appointment, appointment_id=held.pk, actor=stranger, at=at)


def test_is_held_to_two_hands_by_the_database(held: Appointment, peer: Actor, at: datetime) -> None:
    ended(held, peer, at)

    with pytest.raises(IntegrityError, match="appointment_left_by_another"), transaction.atomic():
        Appointment.objects.filter(pk=held.pk).update(ended_by=peer.id)
