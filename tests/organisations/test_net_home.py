"""The tree of bodies … opens at one's own place, with a way up to the whole city (组织树)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.keys import uuid7
from quanyu.organisations.queries import net as found
from tests.conftest import person
from tests.organisations.conftest import COMMUNITY, GRIDS, STREET, Net
from tests.seat import browser_of

TREE = "/desk/organisations"
AREA, ELSEWHERE = "34/01/04/", "34/01/03/001/"


def tree(actor: Actor, url: str = TREE) -> Any:
    page = browser_of(actor).get(url)
    assert page.status_code == 200, url
    return page.context


def tops(context: Any) -> list[str]:
    return [drawn.node.code for drawn in context["nodes"]]


def way(context: Any) -> list[str]:
    return [parse_qs(urlsplit(step["url"]).query)["place"][0] for step in context["way"]]


@pytest.fixture
def elsewhere(net: Net) -> Actor:
    """Who works in another street, where no party organisation stands yet."""
    return person(Role.COMMANDER, ELSEWHERE)


def test_an_officer_of_a_street_sees_it_first_and_opened(net: Net) -> None:
    shown = tree(person(Role.COMMANDER, STREET))

    first = shown["nodes"][0]
    assert first.node.region_path == STREET
    assert next(one for one in shown["nodes"] if one.node.id == net.street.pk).is_open
    assert all(one.node.region_path.startswith(STREET) for one in shown["nodes"])
    assert way(shown) == [settings.QUANYU_CITY, AREA, STREET]


@pytest.mark.parametrize("place", [COMMUNITY, GRIDS[0]])
def test_a_secretary_sees_the_own_community_opened(net: Net, place: str) -> None:
    shown = tree(person(Role.COMMUNITY_SECRETARY, place))

    own = next(one for one in shown["nodes"] if one.node.id == net.community.pk)
    assert own.is_open
    assert {one.node.id for one in own.children} == {net.first.pk, net.second.pk}
    assert net.street.pk not in {one.node.id for one in shown["nodes"]}
    assert way(shown) == [settings.QUANYU_CITY, AREA, STREET, COMMUNITY]


def test_who_works_in_a_body_sees_where_it_stands(net: Net) -> None:
    grant = Grant(Role.HANDLER, body=net.office.pk)
    handler = Actor(ActorKind.PERSON, id=uuid7(), grants=frozenset({grant}), name="何平")

    assert way(tree(handler))[-1] == STREET


def test_one_goes_up_to_the_whole_city(net: Net, elsewhere: Actor) -> None:
    browser = browser_of(person(Role.COMMUNITY_SECRETARY, COMMUNITY))
    street, city = (browser.get(TREE).context["way"][step]["url"] for step in (2, 0))

    assert "net-street" in tops(browser.get(street).context)
    assert "net-street" in tops(browser.get(city).context)
    assert "net-community" not in tops(browser.get(city).context)


def test_who_sees_the_city_begins_with_the_city(net: Net) -> None:
    shown = tree(person(Role.COMMANDER, settings.QUANYU_CITY))

    assert way(shown) == [settings.QUANYU_CITY]
    assert tops(shown) == [one.code for one in found.roots("party", on=shown["on"]).rows]


def test_where_no_such_body_stands_the_tree_begins_above(net: Net, elsewhere: Actor) -> None:
    shown = tree(elsewhere)

    assert found.roots("party", on=shown["on"], place=ELSEWHERE).rows == ()
    assert shown["nodes"]
    assert ELSEWHERE.startswith(way(shown)[-1])


def test_beside_a_body_its_street_stands_opened_down_to_it(net: Net) -> None:
    shown = tree(person(Role.COMMANDER, settings.QUANYU_CITY), f"{TREE}/{net.group.pk}")

    street = next(one for one in shown["nodes"] if one.node.id == net.street.pk)
    community = next(one for one in street.children if one.node.id == net.community.pk)
    branch = next(one for one in community.children if one.is_open)
    assert [one.is_here for one in branch.children] == [True]
    assert way(shown)[-1] == STREET


def test_a_body_of_elsewhere_stands_in_its_own_street(net: Net, elsewhere: Actor) -> None:
    assert way(tree(elsewhere, f"{TREE}/{net.group.pk}"))[-1] == STREET


def test_a_search_looks_through_the_whole_city(net: Net, elsewhere: Actor) -> None:
    hits = tree(elsewhere, f"{TREE}?q=dewgdzb")["hits"]

    assert "net-second" in [one.node.code for one in hits]


@pytest.mark.parametrize("place", ["x", "34/01/zz/", "34/01", "/", "34/01/04"])
def test_an_odd_place_is_answered(net: Net, place: str) -> None:
    assert browser_of(person(Role.COMMANDER)).get(TREE, {"place": place}).status_code == 200
