"""In English every page is English, but for what people wrote and are called (英文页面)."""

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.privacy.rules import mask_name
from tests.conftest import person
from tests.seat import browser_of
from tools.catalogue import CHINESE

pytestmark = pytest.mark.django_db
RUN = re.compile(rf"{CHINESE.pattern}+")
LANGUAGE = "中文"
PUBLIC = ["/", "/report", "/follow", "/follow/1234123412341234", "/desk/sign-in", "/nowhere"]
OPERATORS = ["/desk/", "/desk/matters", "/desk/map", "/desk/report", "/desk/nowhere"]
KEEPERS = [
    "/desk/duties",
    "/desk/codes/event_class",
    "/desk/codes/part_class",
    "/desk/codes/limits",
]


def english(browser: Client, url: str) -> Any:
    """Return a page as a reader of English gets it."""
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser.get(url, follow=True)


def chinese(page: Any, *data: str) -> list[str]:
    """Return the Chinese on a page that is neither data nor the name of the language."""
    text = unescape(re.sub(r"<script.*?</script>", "", page.content.decode(), flags=re.DOTALL))
    for known in sorted([*data, LANGUAGE], key=len, reverse=True):
        text = text.replace(known, "")
    return RUN.findall(text)


def written(event: Event, said: actions.Report, *people: Actor) -> list[str]:
    """Return what a matter and people bring in Chinese."""
    names = [part for one in people for part in (one.name, mask_name(one.name), one.name[:1])]
    return [event.title, event.text, said.address, mask_name(said.name), *names]


@pytest.mark.parametrize("url", PUBLIC)
def test_a_residents_page_is_english(url: str) -> None:
    page = english(Client(), url)

    assert chinese(page) == []


@pytest.mark.parametrize("url", OPERATORS)
def test_a_page_of_the_desk_is_english(
    url: str, reported: Event, said: actions.Report, clerk: Actor
) -> None:
    page = english(browser_of(clerk), url)

    assert chinese(page, *written(reported, said, clerk)) == []


@pytest.mark.parametrize("url", KEEPERS)
def test_a_page_of_reference_is_english(url: str) -> None:
    keeper = person(Role.DISTRICT_ADMIN, settings.QUANYU_CITY, name="方圆")

    page = english(browser_of(keeper), url)

    assert chinese(page, keeper.name, keeper.name[:1]) == []


def test_a_matter_is_english(
    checking: Event,
    said: actions.Report,
    operator: Actor,
    dispatcher: Actor,
    handler: Actor,
    checker: Actor,
) -> None:
    page = english(browser_of(checker), reverse("desk_matter", args=[checking.number]))

    people = (operator, dispatcher, handler, checker)
    assert chinese(page, *written(checking, said, *people), checking.outcome) == []


def test_the_log_is_english(filed: Event) -> None:
    auditor = person(Role.AUDITOR, settings.QUANYU_CITY, name="严明")

    page = english(browser_of(auditor), "/desk/audit")

    assert chinese(page, auditor.name, auditor.name[:1]) == []


def test_names_of_classes_bodies_and_places_are_english(
    dispatched: Event, dispatcher: Actor
) -> None:
    page = english(browser_of(dispatcher), reverse("desk_matter", args=[dispatched.number]))

    facts = {fact["label"]: fact["value"] for fact in page.context["facts"]}
    assert (facts["Class"], facts["Grid"].split(" › ")[0]) == (
        "Part 0102 Sewage manhole cover",
        "Hefei",
    )
