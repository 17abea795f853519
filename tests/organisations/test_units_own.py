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
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.actions.terms import keep_term
from quanyu.organisations.models import Body, Meeting, PartyMember
from quanyu.organisations.pages import elected
from quanyu.organisations.queries import meetings as meeting_reads
from quanyu.organisations.queries import party
from quanyu.organisations.queries.led import led_bodies
from tests.organisations.party import COMMUNITY, STREET, concluded, done, found, person
from tests.organisations.posts import post
from tests.seat import browser_of

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


@pytest.fixture
def late(school: Body, committee: Body, above: Actor, officer: Actor, at: datetime) -> Body:
    """The school's branch, too small and with an election that is long due."""
    for body, keeper in ((school, above), (committee, officer)):
        facts: dict[str, Any] = {"body_id": body.pk, "actor": keeper, "at": at}
        done(keep_count, full=2, **facts)
        done(keep_term, form="secretary", size=1, starts=date(2010, 1, 1), years=3, **facts)
    return school


def test_is_in_the_lists_of_its_superior_and_not_of_the_street(
    late: Body, above: Actor, officer: Actor, on: date
) -> None:
    def listed(actor: Actor, place: str) -> list[bool]:
        set_scope(actor)
        return [
            late.pk in {body.pk for body, _one in party.warned_for(actor, on=on, place=place)},
            late.pk in {one.body_id for one in party.counts_on(on=on, place=place)},
            late.pk in {one.term.body_id for one in party.due_elections(on=on, place=place)},
            late.pk
            in {one.body.pk for one in meeting_reads.overdue(actor=above, on=on, place=place)},
        ]

    assert listed(officer, STREET) == [False] * 4
    assert listed(above, DISTRICT) == [True] * 4


def test_is_on_no_page_that_leads_nowhere(late: Body, officer: Actor) -> None:
    browser = browser_of(officer)

    for page in ("/desk/party", "/desk/party/due", f"/desk/party/counts?place={STREET}"):
        shown = browser.get(page).content.decode()
        assert "t-community 党组织" in shown
        assert "t-school 党组织" not in shown


def test_says_who_confirms_where_its_posts_stand(
    school: Body, district_admin: Actor, at: datetime
) -> None:
    post(district_admin, at, code="p-sec", kind="party-secretary", place="", of=school.code)
    row = concluded(school, {"王芳": 18}, actor=district_admin, at=at)

    told = done(elected.panel, row=row, given={}, no=None, actor=district_admin, at=at)

    assert told is not None
    assert told["confirmed_by"] == {"level": "街道"}
