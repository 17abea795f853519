"""The page of a body … counts what it has in hand as the list does that it opens (在办事项)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations.queries.sections import Section, sections_of
from tests.conftest import in_body, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(handling: Event, at: datetime) -> Any:
    """The section of the body that has the matter, as somebody sees it."""

    def told(actor: Actor, *, days: int = 0) -> Section | None:
        set_scope(actor)
        on = at.date() - timedelta(days=days)
        body = handling.body_id
        assert body is not None
        found = sections_of(body, on=on, actor=actor, at=at)
        return next((one for one in found if one.key == "matters"), None)

    return told


def test_shows_what_it_has_in_hand(shown: Any, handling: Event, dispatcher: Actor) -> None:
    section = shown(dispatcher)

    assert [row["number"] for row in section.context["rows"]] == [handling.number]
    assert section.figures[0].value == "1"
    assert f"body={handling.body_id}" in section.figures[0].url


def test_shows_it_to_those_who_work_in_it(shown: Any, handling: Event) -> None:
    assert shown(in_body(handling.body_id)) is not None


def test_shows_nothing_of_a_past_day(shown: Any, dispatcher: Actor) -> None:
    assert shown(dispatcher, days=1) is None


def test_shows_nothing_to_a_stranger_nor_to_whom_no_matter_is_shown(
    shown: Any, stranger: Actor
) -> None:
    assert shown(stranger) is None
    assert shown(person(Role.PARTY_OFFICER)) is None
