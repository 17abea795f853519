"""How often something may be done … is a dated limit, the one of the day it was reported (次数)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.events import actions, queries
from quanyu.events.models import Event
from quanyu.events.rules import side
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.codes import queries as listed
from quanyu.kernel.codes.rules import WrongLimit
from quanyu.kernel.workflow.spec import Guarded
from tests.conftest import found, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper() -> Iterator[Actor]:
    """Who keeps the limits of the whole city."""
    yield person(Role.SYS_ADMIN, "34/01/")
    listed.kept.forget()


def limited(act: Any, stage: str, amount: int, *, start: date, keeper: Actor, at: datetime) -> None:
    facts = {"workflow": "event", "stage": stage, "amount": amount, "unit": "times"}
    act(codes.set_limit, start=start, actor=keeper, at=at, **facts)


def test_is_what_the_samples_say(reported: Event) -> None:
    assert {stage: reported.most(stage) for stage in side.MOST} == side.MOST


def test_holds_to_the_end_for_what_was_reported_before(
    act: Any, said: actions.Report, reported: Event, keeper: Actor, at: datetime
) -> None:
    tomorrow = at + timedelta(days=1)
    limited(act, side.EXTENSIONS, 2, start=tomorrow.date(), keeper=keeper, at=at)
    later = found(act(actions.report, said=said, actor=REPORTER, at=tomorrow).id)

    assert (reported.most(side.EXTENSIONS), later.most(side.EXTENSIONS)) == (1, 2)


def test_of_none_lets_nobody_ask_for_more_time(
    act: Any, handling: Event, handler: Actor, keeper: Actor, at: datetime
) -> None:
    limited(act, side.EXTENSIONS, 0, start=at.date(), keeper=keeper, at=at)

    facts = {"event_id": handling.id, "days": 2, "reason": "等料"}
    with pytest.raises(Guarded):
        act(actions.ask_extension, actor=handler, at=at, **facts)


def test_is_no_time_and_a_time_is_no_count(act: Any, keeper: Actor, at: datetime) -> None:
    with pytest.raises(WrongLimit):
        limited(act, "handling", 3, start=at.date(), keeper=keeper, at=at)


def test_has_a_name_for_each(db: None) -> None:
    assert set(side.MOST) <= set(queries.stage_names("event"))
