"""A step founds grids on free ground, and communities in a street … from a day on (手工设立)."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
import shapely
from django.utils import timezone

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.regions import actions, jobs, queries
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Step
from quanyu.regions.models import Building, Passage, Region, Reorganisation
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.changes import Named, Operation, WrongOperation
from tests.conftest import person
from tests.regions.conftest import EMPTY, SOUTH, WEST
from tests.seat import browser_of

STREET = "34/01/04/002/"
BESIDE = f"{STREET}002/"
G1, G2 = f"{EMPTY}g001/", f"{EMPTY}g002/"
NEW = f"{STREET}077/"
DESK = "/desk/reorganisations"
CITY = system("34/01/", job="tests")
EAST = shapely.to_geojson(shapely.box(WEST + 0.003, SOUTH, WEST + 0.006, SOUTH + 0.004))


@pytest.fixture
def browser(db: None) -> Any:
    """The commander of a street in which nothing is divided into grids, signed in."""
    return browser_of(person(Role.COMMANDER, STREET, name="郑强"))


@pytest.fixture
def drafted(browser: Any) -> str:
    """The address of a draft that takes effect today."""
    said = {"title": "设立网格", "reason": "新建小区", "ground": "示例文件", "moves_grants": "1"}
    said |= {"place": STREET, "effective_date": timezone.localdate().isoformat()}
    return str(browser.post(f"{DESK}/new", said).headers["Location"])


def step(address: str, within: str, new: int) -> str:
    return f"{address}/steps/new?{urlencode({'change': 'found', 'within': within, 'new': new})}"


def key(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


def take_effect(browser: Any, address: str) -> None:
    """Submit as the commander, approve as the district, let the day come."""
    browser.post(f"{address}/submit")
    other = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/", name="冯岚"))
    other.post(f"{address}/approve", {"words": "同意"})
    jobs.take_effect(key(address), timezone.now())
    set_scope(CITY)
    assert Reorganisation.objects.get(pk=key(address)).begun_at


def units() -> dict[str, tuple[float, str]]:
    """Return of each building in no grid its longitude, by the name of its field."""
    set_scope(CITY)
    rows = Building.objects.filter(region_path=EMPTY)
    return {f"unit_{one.pk}": (one.lon, one.name) for one in rows}


def by_side() -> dict[str, str]:
    """Send the western buildings into the first new grid, the eastern into the second."""
    return {name: "n1" if lon < WEST + 0.003 else "n2" for name, (lon, _) in units().items()}


def test_is_asked_for_step_by_step(browser: Any, drafted: str, imported: Any) -> None:
    first = browser.get(f"{drafted}/steps/new").content.decode()
    second = browser.get(f"{drafted}/steps/new?change=found&within={EMPTY}").content.decode()
    third = browser.get(step(drafted, EMPTY, 2)).content.decode()

    assert "在没有网格的地方新设网格" in first
    assert 'name="new"' in second
    assert third.count('name="border_') == 2
    assert third.count("不划入") == len(units()) == 24


def test_two_grids_take_the_buildings_that_stood_in_none(
    browser: Any, drafted: str, imported: Any
) -> None:
    sent = by_side() | {"name_n1": "荷东网格", "name_n2": "荷西网格", "name_en_n1": "Hexi"}

    answer = browser.post(step(drafted, EMPTY, 2), sent)
    jobs.rehearse(key(drafted), timezone.now())
    page = browser.get(drafted).content.decode()
    take_effect(browser, drafted)

    assert answer.status_code == 302
    assert "新设" in page
    grids = {one.path: one for one in Region.objects.standing().filter(parent_path=EMPTY)}
    assert {path: one.name for path, one in grids.items()} == {G1: "荷东网格", G2: "荷西网格"}
    assert [one.households for one in grids.values()] == [240, 240]
    home = shapely.from_wkb(bytes(Region.objects.standing().get(path=EMPTY).shape or b""))
    shapes = [shapely.from_wkb(bytes(one.shape or b"")) for one in grids.values()]
    assert shapely.union_all(shapes).area == pytest.approx(home.area, rel=1e-3)
    one = Building.objects.within(EMPTY)[0]
    yesterday = timezone.localdate() - timedelta(days=1)
    assert queries.place_on(one.pk, yesterday) == EMPTY
    assert queries.place_on(one.pk, timezone.localdate()) in grids


def test_a_grid_with_a_border_of_its_own_leaves_the_rest_to_the_other(
    browser: Any, drafted: str, imported: Any
) -> None:
    sent = by_side() | {"name_n1": "荷东网格", "name_n2": "荷西网格", "border_n2": EAST}

    browser.post(step(drafted, EMPTY, 2), sent)
    take_effect(browser, drafted)

    shapes = {
        one.path: shapely.from_wkb(bytes(one.shape or b""))
        for one in Region.objects.standing().filter(parent_path=EMPTY)
    }
    assert shapes[G2].equals_exact(shapely.from_geojson(EAST), 1e-6, normalize=True)
    assert shapes[G1].intersection(shapes[G2]).area == pytest.approx(0, abs=1e-12)


def test_a_grid_without_a_building_needs_a_border(
    browser: Any, drafted: str, imported: Any
) -> None:
    refused = browser.post(step(drafted, EMPTY, 1), {"name_n1": "荷西网格"})
    unread = browser.post(step(drafted, EMPTY, 1), {"name_n1": "荷西网格", "border_n1": "{"})
    drawn = browser.post(step(drafted, EMPTY, 1), {"name_n1": "荷西网格", "border_n1": EAST})

    assert (refused.status_code, unread.status_code, drawn.status_code) == (422, 422, 302)
    assert "没有划入任何楼栋" in refused.content.decode()
    assert "边界须为 GeoJSON" in unread.content.decode()


def test_a_community_is_founded_without_ground_and_its_neighbours_stay(
    browser: Any, drafted: str, imported: Any, at: datetime
) -> None:
    before = Region.objects.standing().filter(path=STREET).values("households", "shape").get()
    named = {"name_n1": "新荷社区居委会", "name_en_n1": "Xinhe", "code_n1": "077"}

    browser.post(step(drafted, STREET, 1), named)
    browser.post(step(drafted, EMPTY, 2), by_side() | {"name_n1": "甲网格", "name_n2": "乙网格"})
    jobs.rehearse(key(drafted), timezone.now())
    page = browser.get(drafted).content.decode()
    take_effect(browser, drafted)

    made = Region.objects.standing().get(path=NEW)
    assert "新荷社区居委会" in page
    assert (made.level, made.code, made.households) == ("community", "340104002077", None)
    assert (made.name_en, made.shape, made.parent_path) == ("Xinhe", None, STREET)
    assert not Passage.objects.filter(target=NEW).exists()
    assert (
        Region.objects.standing().filter(path=STREET).values("households", "shape").get() == before
    )
    assert Reorganisation.objects.get(pk=key(drafted)).of_communities


@pytest.mark.parametrize("code", ["", "001"])
def test_a_community_needs_a_code_that_none_has_borne(
    browser: Any, drafted: str, code: str
) -> None:
    answer = browser.post(step(drafted, STREET, 1), {"name_n1": "新荷社区居委会", "code_n1": code})

    assert answer.status_code == 422
    set_scope(CITY)
    row = Reorganisation.objects.get(pk=key(drafted))
    assert reads.operations(row, actor=CITY) == []


@pytest.fixture
def borderless(imported: Any) -> None:
    """The community's own border is not known."""
    Region.objects.standing().filter(path=EMPTY).update(shape=None)


def box(west: float, east: float) -> Any:
    """Return ground in the middle of the community, so many thousandths of a degree wide."""
    return shapely.box(WEST + west / 1_000, SOUTH, WEST + east / 1_000, SOUTH + 0.004)


def drawn(path: str, shape: Any) -> Step:
    """Return the step that founds one grid with a border."""
    name = f"网格 {path[-5:-1]}"
    said = Operation("found", (), (Named(path, name, is_drawn=True),))
    return Step(said, {path: shapely.to_wkb(shape)})


def test_a_grid_lies_over_none_that_stands_though_no_border_of_the_community_is_known(
    browser: Any, drafted: str, borderless: None, act: Any, at: datetime
) -> None:
    keeper = person(Role.COMMANDER, STREET)
    words = {"community": BESIDE, "kind": "base_grid", "name": "邻网格", "shape": box(7, 9)}
    stood = act(actions.found_grid, **words, actor=keeper, at=at)
    sent = {"name_n1": "荷西网格"}

    over = browser.post(
        step(drafted, EMPTY, 1), sent | {"border_n1": shapely.to_geojson(box(6, 8))}
    )
    beside = browser.post(
        step(drafted, EMPTY, 1), sent | {"border_n1": shapely.to_geojson(box(6, 7.0000001))}
    )

    assert (over.status_code, beside.status_code) == (422, 302)
    assert f"{G1} 与 {stood.path} 的边界重叠" in over.content.decode()


def test_grids_of_two_steps_do_not_lie_over_each_other(
    drafted: str, borderless: None, act: Any, at: datetime
) -> None:
    facts = {"reorganisation_id": key(drafted), "actor": person(Role.COMMANDER, STREET), "at": at}
    act(reorganising.add_operation, step=drawn(G1, box(6, 8)), **facts)

    with pytest.raises(WrongOperation) as no:
        act(reorganising.add_operation, step=drawn(f"{BESIDE}g001/", box(7, 9)), **facts)

    assert (no.value.value, no.value.parts["other"]) == (f"{BESIDE}g001/", G1)
    act(reorganising.add_operation, step=drawn(f"{BESIDE}g001/", box(8, 9)), **facts)


def test_by_the_interface_with_a_border(browser: Any, drafted: str, imported: Any) -> None:
    target = {"path": G1, "name": "荷西网格", "border": EAST}
    body = {"change": "found", "sources": [], "targets": [target]}
    address = f"/api/v1/reorganisations/{key(drafted)}/steps"

    answer = browser.post(address, body, content_type="application/json")
    wrong = browser.post(
        address, body | {"targets": [target | {"border": "{"}]}, content_type="application/json"
    )

    assert (answer.status_code, wrong.status_code) == (201, 422)
