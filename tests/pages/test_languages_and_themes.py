"""Everything is said in English too, drawn in the dark, and printed large (语言与外观)."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes.models import Code
from tests.pages.conftest import PHONE, WIDE, Sit, look

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
OWN_NAME = {"中文", "全域"}


def chinese_on(page: Page) -> set[str]:
    """Return the Chinese a reader of English sees, names of the data aside."""
    return set(CHINESE.findall(page.evaluate("document.body.innerText")))


def chinese_by_name() -> set[str]:
    """Return what a city has named in Chinese only; what is shipped has both names."""
    names = Code.objects.filter(name_en="").values_list("name", flat=True)
    return {word for name in names for word in CHINESE.findall(name)}


@pytest.mark.parametrize("address", ["/", "/report", "/follow", "/desk/sign-in", "/nothing"])
def test_the_residents_pages_speak_english(sit: Sit, address: str) -> None:
    page = sit(size=PHONE, locale="en-GB")

    page.goto(address)

    look(page, f"en-{address.strip('/').replace('/', '-')}-390")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert chinese_on(page) <= OWN_NAME


@pytest.mark.parametrize(
    "address", ["", "matters", "map", "report", "duties", "codes/event_class", "nothing"]
)
def test_the_desk_speaks_english(sit: Sit, clerk: Actor, address: str) -> None:
    page = sit(clerk, locale="en-GB")

    page.goto(f"/desk/{address}")

    look(page, f"en-desk-{address.replace('/', '-')}")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert chinese_on(page) <= OWN_NAME | chinese_by_name() | {clerk.name, clerk.name[:1]}


def test_a_matter_speaks_english_but_for_what_people_wrote(
    sit: Sit, handling: Event, dispatcher: Actor
) -> None:
    page = sit(dispatcher, locale="en-GB")

    page.goto(f"/desk/matters/{handling.number}")

    look(page, "en-matter")
    written = handling.text + handling.address + "周明王马张李"
    assert [one for one in chinese_on(page) - OWN_NAME if one not in written] == []


def test_the_language_is_changed_at_the_foot_and_kept(sit: Sit) -> None:
    page = sit(size=PHONE)

    page.goto("/")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Report a problem").first.click()

    assert page.evaluate("document.documentElement.lang") == "en"
    page.goto("/")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("link", name="反映一个问题")).to_be_visible()


def test_the_dark_is_kept(sit: Sit, reported: Event, operator: Actor) -> None:
    page = sit(operator)
    page.goto("/desk/")

    page.get_by_role("button", name="换成深色").click()
    page.get_by_role("link", name="受理：").first.click()

    look(page, "matter-dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", dark)[:3]) < 64


@pytest.mark.parametrize("address", ["/", "/report", "/follow", "/nothing"])
def test_large_print_leaves_nothing_small(sit: Sit, address: str) -> None:
    page = sit(size=PHONE)
    page.goto("/")
    page.get_by_role("button", name="大字版").click()

    page.goto(address)

    look(page, f"large-390-{address.strip('/')}")
    assert smallest(page) >= 18


def test_large_print_leaves_nothing_small_where_one_follows(sit: Sit, followed: str) -> None:
    page = sit(size=PHONE)
    page.goto("/")
    page.get_by_role("button", name="大字版").click()

    page.goto(f"/follow/{followed}")

    look(page, "large-390-code")
    assert smallest(page) >= 18


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["390", "1440"])
def test_large_print_is_one_column_of_twenty_pixels(sit: Sit, size: Any) -> None:
    page = sit(size=size)
    page.goto("/")

    page.get_by_role("button", name="大字版").click()

    look(page, f"large-{size['width']}")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(BESIDE) == []


BESIDE = """[...document.querySelectorAll('main section')].filter(e => e.offsetParent).filter(
  e => [...document.querySelectorAll('main section')].some(o => o !== e && o.offsetParent
    && !o.contains(e) && !e.contains(o)
    && Math.min(o.getBoundingClientRect().bottom, e.getBoundingClientRect().bottom)
     - Math.max(o.getBoundingClientRect().top, e.getBoundingClientRect().top) > 1)
).map(e => e.className)"""
"""Sections of the page that stand beside another."""


def smallest(page: Page) -> float:
    """Return the size in pixels of the smallest word of a page, frame and foot included."""
    size: float = page.evaluate(
        "Math.min(...[...document.querySelectorAll('body *')].filter(e => e.offsetParent &&"
        " e.getClientRects().length && e.getBoundingClientRect().width > 1 &&"
        " [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    return size
