"""A figure of matters … where there is none, or one that waits (指标：没有事项或只有一件)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.events import actions
from quanyu.events.figures import EVENTS
from quanyu.events.models import Event
from quanyu.events.queries import figures
from quanyu.kernel.access.rules import Actor, Role
from tests.conftest import person
from tests.events.figured import MARCH, counts_for

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_of_an_empty_month_divides_by_nothing(act: Any) -> None:
    tally = counts_for(person(Role.COMMANDER))

    told = figures.reckon(EVENTS.chosen("cases", on=MARCH.since), tally, on=MARCH.since)

    by_code = {one.metric.code: one.text for one in told}
    assert by_code["due"] == "0"
    assert {by_code[code] for code in ("done_rate", "on_time_rate", "solved_rate")} == {"—"}


def test_leaves_out_what_stands_still_only_while_it_stands(
    act: Any, handling: Event, handler: Actor, at: datetime
) -> None:
    commander = person(Role.COMMANDER)
    asked = {"ground": "needs_project", "review_date": date(2026, 4, 1), "promise": "四月告诉您"}
    act(actions.ask_suspension, event_id=handling.id, actor=handler, at=at, **asked)
    before = counts_for(commander).counts["due"]

    act(actions.suspend, event_id=handling.id, actor=commander, at=at)
    during = counts_for(commander).counts["due"]

    resumed = act(
        actions.resume, event_id=handling.id, reason="料到了", actor=commander, at=at + DAY
    )
    after = counts_for(commander).counts
    assert (before, during, after["due"], after["suspended"]) == (1, 0, 1, 1)
    assert resumed.due_at is not None


def test_calls_nothing_late_that_was_handled_in_time_and_waits_for_its_check(
    handled: Event,
) -> None:
    counts = counts_for(person(Role.COMMANDER)).counts

    assert [counts[code] for code in ("due", "done", "left", "pending")] == [1, 0, 0, 1]
