"""The life of a unit's own party organisation … is its superior's, not the street's (归口管理)."""

from datetime import date, datetime
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.organisations import actions
from quanyu.organisations.actions import meetings
from quanyu.organisations.actions.meetings import Plan
from quanyu.organisations.actions.members import enter_member
from quanyu.organisations.models import Body, Meeting, PartyMember
from quanyu.organisations.queries.led import led_bodies
from tests.organisations.party import COMMUNITY, STREET, done, found, person

DISTRICT = "34/01/04/"


@pytest.fixture
def bureau(db: None, at: datetime) -> Body:
    """The party committee of the district's education bureau."""
    return found("party_committee", DISTRICT, at=at, code="t-bureau")


@pytest.fixture
def school(bureau: Body, at: datetime) -> Body:
    """The branch of a school in a community, which belongs to the bureau."""
    return found("party_branch", COMMUNITY, bureau, at=at, code="t-school")


@pytest.fixture
def above(db: None) -> Actor:
    """The party officer of the district."""
    return person(Role.PARTY_OFFICER, DISTRICT)


def test_is_kept_where_its_superior_stands(
    school: Body, committee: Body, branch: Body, bureau: Body
) -> None:
    rows = Body.objects.filter(code__startswith="t-").values_list("code", "life_path")

    assert dict(rows) == {
        "t-street": STREET,
        "t-community": COMMUNITY,
        "t-branch": branch.region_path,
        "t-bureau": DISTRICT,
        "t-school": DISTRICT,
    }


def test_hides_its_roll_and_meetings_from_the_street(
    school: Body, above: Actor, officer: Actor, at: datetime, on: date
) -> None:
    done(meetings.plan, body_id=school.pk, wanted=Plan("general", at), actor=above, at=at)
    said: dict[str, Any] = {"name": "张三", "standing": "full", "joined": date(2010, 7, 1)}
    done(enter_member, body_id=school.pk, **said, actor=above, at=at)

    set_scope(officer)
    assert (Meeting.objects.count(), PartyMember.objects.count()) == (0, 0)
    with pytest.raises(Denied):
        done(meetings.plan, body_id=school.pk, wanted=Plan("general", at), actor=officer, at=at)
    assert school.pk not in {one.pk for one in led_bodies(actor=officer, on=on)}
    assert school.pk in {one.pk for one in led_bodies(actor=above, on=on)}


def test_follows_its_subordination_with_what_hangs_below_it(
    school: Body, committee: Body, above: Actor, officer: Actor, at: datetime
) -> None:
    group = found("party_group", COMMUNITY, school, at=at, code="t-group")
    done(meetings.plan, body_id=school.pk, wanted=Plan("general", at), actor=above, at=at)
    keeper = person(Role.DISTRICT_ADMIN, DISTRICT)
    facts: dict[str, Any] = {"body_id": school.pk, "actor": keeper, "at": at}

    done(actions.resubordinate_body, parent=committee.pk, **facts)

    lives = Body.objects.filter(pk__in=[school.pk, group.pk]).values_list("life_path", flat=True)
    assert set(lives) == {COMMUNITY}
    set_scope(officer)
    assert Meeting.objects.get().region_path == COMMUNITY
