"""The pages of re-organisations … lead from a draft to what became of a place (区划调整页面)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import Role, system
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.regions import jobs, queries
from quanyu.regions.actions import set_profile
from quanyu.regions.models import Building, Region, Reorganisation
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.grids import Profile
from quanyu.regions.tables import REHEARSAL
from quanyu.regions.workflow import ReorganisationState as S
from tests.conftest import STREET, person
from tests.seat import browser_of

COMMUNITY = f"{STREET}001/"
G1, G2 = f"{COMMUNITY}g001/", f"{COMMUNITY}g002/"
DESK = "/desk/reorganisations"
CITY = system(settings.QUANYU_CITY, job="tests")


@pytest.fixture
def browser(db: None) -> Any:
    """A commander of the street, signed in."""
    return browser_of(person(Role.COMMANDER, name="郑强"))


def said(**more: str) -> dict[str, str]:
    """Return what the form of a new one sends."""
    today = timezone.localdate().isoformat()
    words = {"title": "合并两个网格", "reason": "户数偏少", "ground": "优化方案第3条（示例）"}
    return words | {"place": COMMUNITY, "effective_date": today, "moves_grants": "1"} | more


@pytest.fixture
def drafted(browser: Any) -> str:
    """The address of a draft."""
    return str(browser.post(f"{DESK}/new", said()).headers["Location"])


def step(address: str, change: str, *sources: str) -> str:
    pairs = [("change", change), *(("sources", path) for path in sources)]
    return f"{address}/steps/new?{urlencode(pairs)}"


def test_make_one_step_by_step_and_take_it_to_its_day(browser: Any, drafted: str) -> None:
    browser.post(step(drafted, "merge", G1, G2), {"target": G1, "name": "荷塘网格"})
    jobs.rehearse(_key(drafted), timezone.now())
    page = browser.get(drafted).content.decode()
    browser.post(f"{drafted}/submit")
    other = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/", name="冯岚"))
    other.post(f"{drafted}/approve", {"words": "同意"})
    jobs.take_effect(_key(drafted), timezone.now())

    assert "荷塘网格" in page
    assert "q-sketch" in page
    assert not queries.is_known(G2)
    shown = browser.get(drafted).content.decode()
    assert "区划" in shown
    past = browser.get(f"/desk/places/past?path={G2}").content.decode()
    assert "荷塘网格" in past
    assert timezone.localdate().strftime("%-d") in past


def _key(address: str) -> Any:
    return Reorganisation.objects.get(pk=address.rsplit("/", 1)[1]).pk


@pytest.mark.parametrize("change", ["merge", "split", "redraw", "extract", "move", "rename"])
def test_ask_for_each_kind_of_step(browser: Any, drafted: str, change: str) -> None:
    first = browser.get(f"{drafted}/steps/new")
    second = browser.get(f"{drafted}/steps/new?change={change}&within={COMMUNITY}")
    third = browser.get(step(drafted, change, G1))

    assert [one.status_code for one in (first, second, third)] == [200, 200, 200]
    assert "第一网格" in second.content.decode()


def unit_keys(*grids: str) -> list[str]:
    rows = Building.objects.filter(region_path__in=grids).order_by("pk")
    return [f"unit_{key}" for key in rows.values_list("pk", flat=True)]


def kept_step(address: str) -> Any:
    (found,) = reads.operations(Reorganisation.objects.get(pk=_key(address)), actor=CITY)
    return found.operation


def test_split_a_grid_into_three(browser: Any, drafted: str) -> None:
    keys = unit_keys(G1)
    sent = dict.fromkeys(keys, "s0") | {keys[0]: "n1", keys[1]: "n2"}
    named = {"name_s0": "甲网格", "name_n1": "乙网格", "name_n2": "丙网格"}

    answer = browser.post(f"{step(drafted, 'split', G1)}&new=2", sent | named)

    assert answer.status_code == 302
    set_scope(CITY)
    made = kept_step(drafted)
    assert [one.name for one in made.targets] == ["甲网格", "乙网格", "丙网格"]
    assert len(set(made.homes.values())) == 3
    assert set(made.homes) == {key.removeprefix("unit_") for key in keys}


@pytest.mark.parametrize("change", ["split", "redraw", "merge", "rename"])
def test_keep_the_english_name_unless_it_is_changed(
    browser: Any, drafted: str, change: str
) -> None:
    Region.objects.standing().filter(path=G1).update(name_en="Lotus Pond")

    page = browser.get(f"{step(drafted, change, G1)}&new=1").content.decode()

    assert 'value="Lotus Pond"' in page


def test_what_is_extracted_into_a_grid_leaves_its_names(browser: Any, drafted: str) -> None:
    Region.objects.standing().filter(path=G2).update(name_en="Lotus Pond")
    key = unit_keys(G1)[0].removeprefix("unit_")

    browser.post(step(drafted, "extract", G1), {"target": G2, "units": [key]})

    set_scope(CITY)
    (target,) = kept_step(drafted).targets
    assert (target.name, target.name_en) == ("第二网格", "Lotus Pond")


def test_divide_two_grids_anew_so_that_one_is_left(browser: Any, drafted: str) -> None:
    sent = dict.fromkeys(unit_keys(G1, G2), "s0") | {"name_s0": "荷塘网格", "name_s1": "第二网格"}

    answer = browser.post(step(drafted, "redraw", G1, G2), sent)

    assert answer.status_code == 302
    set_scope(CITY)
    made = kept_step(drafted)
    assert [(one.path, one.name) for one in made.targets] == [(G1, "荷塘网格")]


def test_divide_a_community_under_typed_codes(browser: Any, drafted: str, at: datetime) -> None:
    chief = browser_of(person(Role.DISTRICT_ADMIN, "34/01/04/", name="冯岚"))
    made = chief.post(f"{DESK}/new", said(place=STREET))
    grids = sorted(queries.grids_in(COMMUNITY))
    sent = {f"unit_{path}": "s0" for path in grids} | {f"unit_{grids[0]}": "n1"}
    named = {"name_s0": "甲社区居委会", "name_n1": "乙社区居委会", "code_n1": "077"}
    address = f"{step(made['Location'], 'split', COMMUNITY)}&new=1"

    assert "代码后三位" in chief.get(address).content.decode()
    refused = chief.post(address, sent | named | {"code_n1": ""})
    answer = chief.post(address, sent | named)

    assert refused.status_code == 422
    assert answer.status_code == 302
    set_scope(CITY)
    assert kept_step(made["Location"]).homes[grids[0]] == f"{STREET}077/"


def test_say_which_building_goes_nowhere(browser: Any, drafted: str) -> None:
    keys = unit_keys(G1)
    sent = dict.fromkeys(keys[1:], "s0") | {"name_s0": "甲网格", "name_n1": "乙网格"}

    answer = browser.post(f"{step(drafted, 'split', G1)}&new=1", sent)

    assert answer.status_code == 422
    assert "划到哪里" in answer.content.decode()


@pytest.mark.parametrize("new", ["0", "99", "²", "x"])
def test_ask_for_a_sensible_number_of_new_places(browser: Any, drafted: str, new: str) -> None:
    answer = browser.get(f"{step(drafted, 'split', G1)}&new={new}")

    assert answer.status_code == 200
    assert 'name="name_n1"' in answer.content.decode()


def test_name_what_does_not_move(browser: Any, drafted: str, at: datetime) -> None:
    browser.post(step(drafted, "merge", G1, G2), {"target": G1, "name": "荷塘网格"})
    set_scope(CITY)
    chief = person(Role.SYS_ADMIN, settings.QUANYU_CITY)
    set_profile(place=G2, profile=Profile(), actor=chief, at=at)
    jobs.rehearse(_key(drafted), timezone.now())

    said = browser.get(drafted).content.decode()

    assert "不随之转移，须手工办理" in said
    assert "2026-03-02 起的网格规范" in said


def test_say_why_not_beside_the_form(browser: Any, drafted: str) -> None:
    answer = browser.post(step(drafted, "merge", G1, G2), {"target": G1, "name": "第三网格"})

    assert answer.status_code == 422
    assert "第三网格" in answer.content.decode()


def test_list_and_narrow(browser: Any, drafted: str) -> None:
    found = browser.get(f"{DESK}?state=draft").content.decode()
    none = browser.get(f"{DESK}?state=done").content.decode()

    assert "合并两个网格" in found
    assert "合并两个网格" not in none


def test_are_hidden_from_a_stranger(browser: Any, drafted: str) -> None:
    stranger = browser_of(person(Role.COMMANDER, "34/01/02/"))

    answers = [
        stranger.get(drafted),
        stranger.get(f"{drafted}/progress"),
        stranger.get(f"{drafted}/words"),
        stranger.get(f"{drafted}/steps/new"),
        stranger.post(f"{drafted}/submit"),
    ]

    assert {one.status_code for one in answers} == {404}


def test_give_the_rehearsal_as_a_document(browser: Any, drafted: str, at: datetime) -> None:
    browser.post(step(drafted, "merge", G1, G2), {"target": G1, "name": "荷塘网格"})
    worker = system(settings.QUANYU_CITY, job="tests")
    asked = {"reorganisation": drafted.rsplit("/", 1)[1]}

    with acting(worker):
        document = REHEARSAL.composed(asked, actor=worker, at=at)

    moved = {part.title: len(part.rows) for part in document.parts}
    assert moved["楼栋"] == len(Building.objects.filter(region_path=G2))
    assert moved["地方"] == 2


def test_change_what_a_draft_says(browser: Any, drafted: str) -> None:
    answer = browser.post(f"{drafted}/words", said(title="合并一二网格"))

    assert answer.status_code == 302
    assert "合并一二网格" in browser.get(drafted).content.decode()


def test_drop_a_step(browser: Any, drafted: str) -> None:
    browser.post(step(drafted, "rename", G1), {"name": "荷塘网格"})
    row = Reorganisation.objects.get(pk=_key(drafted))
    operation = row.operations.get()

    browser.post(f"{drafted}/steps/{operation.pk}/drop")

    assert not row.operations.exists()
    assert row.state == S.DRAFT
