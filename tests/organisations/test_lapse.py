"""A term of office … that has run out is noted as over (任期届满)."""

from datetime import date, datetime, timedelta

import pytest

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations.actions.appointing import moment
from quanyu.organisations.actions.lapsing import lapse
from quanyu.organisations.models import Appointment
from tests.organisations.posts import CITY, account, appointed, do, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(commander: Actor, district_admin: Actor, at: datetime, on: date) -> Appointment:
    """Somebody who holds a post for ten days."""
    where = post(district_admin, at)
    end = on + timedelta(days=10)
    return appointed(where, account("zhou.ming", at=at), commander, district_admin, at, end=end)


def test_is_over_from_the_day_it_ended_on(held: Appointment, at: datetime) -> None:
    later = at + timedelta(days=40)

    noted = [do(lapse, actor=CITY, at=later) for _time in range(2)]

    held.refresh_from_db()
    assert held.valid_to is not None
    assert noted == [1, 0]
    assert held.ended_at == moment(held.valid_to)
    assert Record.objects.filter(topic="appointment.lapse").count() == 1


def test_lasts_until_its_last_day(held: Appointment, at: datetime) -> None:
    assert do(lapse, actor=CITY, at=at + timedelta(days=9)) == 0


def test_is_noted_by_the_system_alone(held: Appointment, commander: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        do(lapse, actor=commander, at=at + timedelta(days=40))
