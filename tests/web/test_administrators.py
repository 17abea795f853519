"""None of the three administrators … sees personal data, on any page (三员不见个人信息)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from quanyu.events.models import Contact, Event, EventStep
from quanyu.kernel.access.rules import ADMINISTRATORS, Role
from quanyu.kernel.access.scope import acting
from tests.conftest import person
from tests.seat import administrator

SAID = ("13800138000", "张三", "路口的污水井盖破了一半")
"""What the reporter told: telephone, name and words."""


def addresses(event: UUID) -> Iterator[str]:
    """Give every page that needs no argument, or a matter's key alone."""
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern) and pattern.name:
            for arguments in ([], [event]):
                try:
                    yield reverse(pattern.name, args=arguments)
                except NoReverseMatch:
                    continue


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_reads_what_a_reporter_told_on_no_page(role: str, closed: Event) -> None:
    browser = administrator(person(Role(role), settings.QUANYU_CITY))

    pages = {url: browser.get(url).content.decode(errors="replace") for url in addresses(closed.pk)}

    assert len(pages) > 20
    assert [url for url, page in pages.items() if any(word in page for word in SAID)] == []


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("model", [Event, EventStep, Contact])
def test_reaches_no_row_of_a_matter(role: str, model: Any, closed: Event) -> None:
    with acting(person(Role(role), settings.QUANYU_CITY)) as actor:
        seen = model.objects.visible_to(actor).count()
        held = model.objects.count()

    assert (seen, held) == (0, 0)
