"""An appointment … is ended by the level above or its holder, never by a peer alone (卸任)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
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


def ended(row: Appointment, actor: Actor, at: datetime) -> Appointment:
    facts = {"appointment_id": row.pk, "reason": "调离"}
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
    themselves = Actor(ActorKind.PERSON, holder.pk, frozenset({HELD}))

    row = ended(held, themselves, at)

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


def test_in_the_city_is_ended_by_two_hands(holder: Account, at: datetime) -> None:
    city, other = (person(Role.DISTRICT_ADMIN, "34/01/") for _n in range(2))
    where = post(CITY, at, code="p-clerk", kind="city-clerk", place="34/01/", of="city-management")
    row = appointed(where, holder, city, other, at)

    ended(row, city, at)
    ended(row, city, at)
    assert grants(holder, at=at)
    ended(row, other, at)

    assert grants(holder, at=at) == frozenset()


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
