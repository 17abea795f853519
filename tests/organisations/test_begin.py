"""Something is begun of a body … that one leads, however many there are (选择单位办理)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from quanyu.kernel.access.rules import Role
from quanyu.organisations.models import Body, Meeting
from quanyu.organisations.pages import beginning, picking
from quanyu.organisations.queries import led, net
from quanyu.organisations.rules.party import LIFE_KEEPERS
from tests.organisations.party import COMMUNITY, GRID, STREET, found, person
from tests.seat import browser_of

FAR = "34/01/03/"
BEGUN = {"meeting": "/desk/meetings/new", "election": "/desk/elections/new"}


@pytest.fixture
def two(branch: Body, at: datetime) -> tuple[Body, Body]:
    """Two branches of one community."""
    return branch, found("party_branch", GRID, committee_of(branch), at=at, code="t-other")


def committee_of(branch: Body) -> Body:
    assert branch.parent is not None
    return branch.parent


def leads(path: str = COMMUNITY) -> Client:
    return browser_of(person(Role.COMMUNITY_SECRETARY, path))


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content[:300]
    return str(answer.content.decode())


@pytest.mark.parametrize("what", BEGUN)
def test_each_body_that_one_leads_is_a_way_to_begin(two: tuple[Body, Body], what: str) -> None:
    page = text(leads().get(BEGUN[what]))

    assert all(f"{BEGUN[what]}?body={one.pk}" in page for one in two)
    assert "<textarea" not in page


@pytest.mark.parametrize("what", BEGUN)
def test_who_leads_one_body_alone_is_not_asked_which(branch: Body, what: str) -> None:
    browser = browser_of(person(Role.GRID_BRANCH_SECRETARY, GRID))

    page = text(browser.get(BEGUN[what]))

    assert f'name="body" value="{branch.pk}"' in page
    assert "换一个组织" not in page


def test_a_body_beyond_the_first_is_found_by_its_name(
    two: tuple[Body, Body], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (beginning, picking):
        monkeypatch.setattr(module, "MOST", 1)
    browser = leads()

    first = text(browser.get("/desk/meetings/new"))
    sought = text(browser.get("/desk/organisations/begin/meeting?body_q=t-other"))

    assert "还有更多" in first
    assert f"body={two[1].pk}" not in first
    assert f"body={two[1].pk}" in sought


def test_what_others_lead_hides_nothing_that_one_leads(
    two: tuple[Body, Body], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net, "FEW", 1)
    found("party_committee", FAR, at=at, code="a-far")

    sought = text(leads().get("/desk/organisations/begin/meeting?body_q=t-other 党组织"))
    among = text(leads(FAR).get("/desk/organisations/begin/meeting?body_q=党组织"))

    assert f"body={two[1].pk}" in sought
    assert "a-far" in among
    assert "t-other" not in among


def test_one_that_was_called_otherwise_is_found_among_ones_own(
    two: tuple[Body, Body], at: datetime
) -> None:
    own = led.led_bodies(actor=person(Role.COMMUNITY_SECRETARY, COMMUNITY), on=at.date())
    others = led.led_bodies(actor=person(Role.COMMUNITY_SECRETARY, FAR), on=at.date())
    two[1].footings.update(name="旧名支部")

    assert [one.id for one in net.find("旧名支部", on=at.date(), among=own)] == [two[1].pk]
    assert net.find("旧名支部", on=at.date(), among=others) == ()


@pytest.mark.parametrize("what", BEGUN)
def test_an_odd_or_foreign_body_leads_back_to_the_choice(
    two: tuple[Body, Body], at: datetime, what: str
) -> None:
    far = found("party_committee", FAR, at=at, code="a-far")

    for said in ("x", str(uuid4()), str(far.pk)):
        page = text(leads().get(f"{BEGUN[what]}?body={said}"))
        assert f"body={two[0].pk}" in page
        assert "a-far" not in page


def test_a_form_without_a_body_says_which_is_missing(two: tuple[Body, Body]) -> None:
    sent = leads().post("/desk/meetings/new", {"kind": "general", "starts_at": "2026-12-01T09:00"})

    assert sent.status_code == 422
    assert "请选择哪个组织" in sent.content.decode()
    assert "q-conflict--no" in sent.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("what", [*BEGUN, "post"])
def test_is_not_there_for_a_stranger(two: tuple[Body, Body], what: str) -> None:
    page = browser_of(person(Role.RESIDENT, GRID)).get(f"/desk/organisations/begin/{what}")

    assert page.status_code == 403
    assert "t-branch" not in page.content.decode()


def test_who_opens_no_posts_is_offered_no_body(branch: Body) -> None:
    worker = browser_of(person(Role.GRID_WORKER, GRID))
    district = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/"))
    address = "/desk/organisations/begin/post?body_q=t-branch"

    assert "t-branch" not in text(worker.get(address))
    assert "t-branch" in text(district.get(address))


def test_of_an_unknown_thing_is_not_there(branch: Body) -> None:
    assert leads().get("/desk/organisations/begin/parade").status_code == 404


@pytest.mark.parametrize("role", sorted(LIFE_KEEPERS - {Role.SYSTEM}))
def test_whoever_keeps_meetings_may_search_the_register(branch: Body, role: Role) -> None:
    browser = browser_of(person(role, GRID))

    assert "t-branch" in text(browser.get("/desk/organisations/begin/meeting?body_q=t-branch"))
    assert "t-branch" in text(browser.get("/desk/organisations/pick?name=to&to_q=t-branch"))


# ------------------------------------------------------------------ many


def test_those_ticked_stay_ticked_while_one_searches(two: tuple[Body, Body]) -> None:
    address = "/desk/organisations/pick/many?name=invited"

    sought = text(leads().get(f"{address}&invited_q=t-other&invited={two[0].pk}&invited=x"))

    assert f'value="{two[0].pk}" checked' in sought
    assert f'value="{two[1].pk}"><span>' in sought


def test_an_emptied_search_offers_those_around_again(two: tuple[Body, Body], at: datetime) -> None:
    near = found("residents_committee", COMMUNITY, at=at, code="a-near")

    again = text(leads().get(f"/desk/organisations/pick/many?name=invited&invited={two[1].pk}"))

    assert again.index(str(two[1].pk)) < again.index(str(near.pk))
    assert f'value="{two[1].pk}" checked' in again


def test_a_body_far_away_can_be_called_and_is_not_lost_when_the_form_comes_back(
    branch: Body, at: datetime
) -> None:
    far = found("party_committee", FAR, at=at, code="a-far")
    browser = browser_of(person(Role.PARTY_OFFICER, STREET))
    sent = {"body": str(branch.pk), "kind": "general", "invited": [str(far.pk)]}

    refused = browser.post("/desk/meetings/new", {**sent, "starts_at": "soon"})
    browser.post("/desk/meetings/new", {**sent, "starts_at": "2026-12-01T09:00"})

    assert refused.status_code == 422
    assert f'value="{far.pk}" checked' in refused.content.decode()
    assert Meeting.objects.get().invited == [far.pk]
