"""The pages of the register … show the tree of a day and change it by forms (组织页面)."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from quanyu.kernel.access.rules import Actor, Role
from quanyu.organisations import actions
from quanyu.organisations.models import Body, Cover
from tests.conftest import person as seated
from tests.organisations.conftest import COMMUNITY, GRIDS, STREET, Net
from tests.seat import browser_of


def text(browser: Client, url: str, status: int = 200) -> str:
    page = browser.get(url)
    assert page.status_code == status, (url, page.status_code)
    return page.content.decode()


@pytest.fixture
def keeper() -> Client:
    return browser_of(seated(Role.PARTY_OFFICER, STREET))


def test_the_tree_opens_branch_by_branch(net: Net, keeper: Client) -> None:
    whole = text(keeper, "/desk/organisations?axis=party")
    assert "街道党工委" in whole

    opened = text(keeper, f"/desk/organisations/{net.street.pk}/branch?open=1")
    assert "社区党委" in opened
    assert 'aria-expanded="true"' in opened
    folded = text(keeper, f"/desk/organisations/{net.street.pk}/branch")
    assert "社区党委" not in folded


def test_a_search_by_letters_finds_a_branch(net: Net, keeper: Client) -> None:
    assert "第二网格党支部" in text(keeper, "/desk/organisations?q=dewgdzb")
    assert "没有找到" in text(keeper, "/desk/organisations?q=zzzzzz")


def test_the_page_of_a_body_shows_the_day_it_is_asked_for(
    net: Net, keeper: Client, officer: Actor, at: datetime, on: date
) -> None:
    actions.rename_body(
        body_id=net.first.pk,
        name="梧桐网格党支部",
        day=on - timedelta(days=10),
        actor=officer,
        at=at,
    )
    url = f"/desk/organisations/{net.first.pk}"

    past = on - timedelta(days=100)
    assert '<h1 id="h-body">第一网格党支部' in text(keeper, f"{url}?on={past.isoformat()}")
    before = on - timedelta(days=900)
    assert "不存在" in text(keeper, f"{url}?on={before.isoformat()}")
    page = text(keeper, url)
    assert "梧桐网格党支部" in page
    assert "更名" in page


def test_odd_addresses_are_answered(net: Net, keeper: Client) -> None:
    text(keeper, "/desk/organisations?on=neverday&axis=none&after=x~&q=%25")
    text(keeper, f"/desk/organisations/{net.first.pk}/eat", 404)
    text(keeper, "/desk/organisations/00000000-0000-0000-0000-000000000000", 404)
    text(keeper, "/desk/coverage?place=34/01/03/", 404)
    text(keeper, "/desk/coverage?way=odd&after=-1")
    text(keeper, "/desk/organisations/difference?from=2020-01-01&on=x")


@pytest.mark.parametrize(
    "verb", ["rename", "hang", "seat", "cover", "merge", "correct", "dissolve"]
)
def test_each_verb_has_its_form(net: Net, keeper: Client, verb: str) -> None:
    assert "<form" in text(keeper, f"/desk/organisations/{net.first.pk}/{verb}")


def test_founds_merges_and_covers_by_forms(net: Net, keeper: Client) -> None:
    made = keeper.post(
        "/desk/organisations/new",
        {
            "code": "net-third",
            "kind": "party_branch",
            "name": "第三网格党支部",
            "place": COMMUNITY,
            "parent": "net-community",
            "start": "2026-01-05",
        },
    )
    third = Body.objects.get(code="net-third")
    assert made.status_code == 302
    keeper.post(f"/desk/organisations/{third.pk}/cover", {"grid": GRIDS[2], "day": "2026-01-06"})
    assert Cover.objects.filter(body=third, region_path=GRIDS[2]).count() == 1

    no = keeper.post(f"/desk/organisations/{third.pk}/dissolve", {"day": ""})
    assert no.status_code == 409
    assert "覆盖的网格和楼栋 1" in no.content.decode()

    gone = keeper.post(f"/desk/organisations/{third.pk}/merge", {"into": "net-second"})
    assert gone.status_code == 302
    assert str(net.second.pk) in gone["Location"]


def test_who_does_not_keep_it_sees_no_form(net: Net, db: None) -> None:
    worker = browser_of(seated(Role.GRID_WORKER, GRIDS[0]))

    page = text(worker, f"/desk/organisations/{net.first.pk}")
    assert "调整组织" not in page
    text(worker, f"/desk/organisations/{net.first.pk}/rename", 404)
    text(worker, "/desk/organisations/new", 404)


def test_the_coverage_page_says_which_grids_have_none(
    net: Net, keeper: Client, officer: Actor, at: datetime
) -> None:
    actions.cover(body_id=net.first.pk, tie="grid", grid=GRIDS[0], actor=officer, at=at)

    page = text(keeper, f"/desk/coverage?place={COMMUNITY}&way=own")
    assert "共 <b>1</b> 个网格" in page
    assert "第一网格党支部" in page
    assert "没有党支部" in text(keeper, "/desk/coverage?way=none")
    assert "net-first" in text(keeper, "/desk/covers")


def test_the_difference_of_two_days_names_what_was_founded(
    net: Net, keeper: Client, on: date
) -> None:
    begin = (on - timedelta(days=500)).isoformat()
    page = text(keeper, f"/desk/organisations/difference?from={begin}&on={on.isoformat()}")

    assert "新设" in page
    assert "第一网格党支部" in page


def test_pick_a_body_by_letters_code_or_name_for_a_form(net: Net, commander: Actor) -> None:
    browser = browser_of(commander)
    pick = "/desk/organisations/pick?name=parent&parent_q="

    found = [text(browser, f"{pick}{said}") for said in ("sqdw", "net-community", "社区党委")]

    for shown in found:
        assert 'value="net-community"' in shown
        assert 'type="radio"' in shown
    assert "没有找到这样的单位" in text(browser, f"{pick}nothing-at-all")
    assert "社区党委" in text(browser, "/desk/organisations/new?parent=net-community")


def test_say_on_the_form_that_no_body_has_that_name(net: Net, commander: Actor) -> None:
    browser = browser_of(commander)
    said = {"code": "x", "kind": "party_branch", "name": "某支部", "place": STREET}

    wrong = browser.post("/desk/organisations/new", said | {"parent_q": "没有的"})
    made = browser.post(
        "/desk/organisations/new", said | {"code": "x-1", "parent": "", "parent_q": "net-street"}
    )

    assert wrong.status_code == 422
    assert made.status_code == 302
    assert Body.objects.get(code="x-1").parent_id == net.street.pk
