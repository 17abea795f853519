"""merge … handles once what was reported twice, and answers each reporter (并案)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Callback, Event
from quanyu.events.queries import words
from quanyu.events.rules import Filters, fair
from quanyu.kernel.access.rules import REPORTER, Actor, Role, holder
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Invalid
from tests.conftest import found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(act: Any, said: actions.Report, at: datetime) -> Event:
    """The same cover, reported by somebody else."""
    again = actions.Report(text="井盖碎了，快来看看", lon=said.lon, lat=said.lat)
    return found(act(actions.report, said=again, actor=REPORTER, at=at).id)


@pytest.fixture
def merged(act: Any, twin: Event, handling: Event, operator: Actor, at: datetime) -> Event:
    """The second report, handled with the first."""
    facts = {"event_id": twin.id, "main": handling.number}
    event: Event = act(actions.merge, actor=operator, at=at, **facts)
    return event


def close(act: Any, event: Event, handler: Actor, checker: Actor, at: datetime) -> None:
    act(actions.handle, event_id=event.id, outcome="井盖已更换", actor=handler, at=at)
    act(actions.check, event_id=event.id, actor=checker, at=at)
    act(actions.close, event_id=event.id, evidence="看过", actor=checker, at=at)
    jobs.FOLLOWS["close"](event.id, at)


def test_takes_it_off_the_list_of_what_is_due(merged: Event, operator: Actor, at: datetime) -> None:
    assert (merged.state, merged.next_due_at) == ("merged", None)
    set_scope(operator)
    rows = queries.page(Filters(state="open"), actor=operator, at=at).rows
    assert merged.pk not in [row.pk for row in rows]


def test_shows_its_reporter_how_the_main_one_stands(
    merged: Event, handling: Event, at: datetime
) -> None:
    set_scope(holder(merged.id))

    seen = words.followed(holder(merged.id), at=at)

    assert (seen.main_words, seen.due_at) == ("正在办", handling.due_at)
    assert seen.handler


def test_shows_its_reporter_no_word_of_the_other_one(
    client: Any, act: Any, said: actions.Report, handling: Event, operator: Actor, at: datetime
) -> None:
    again = actions.Report(text="井盖碎了", lon=said.lon, lat=said.lat)
    receipt = act(actions.report, said=again, actor=REPORTER, at=at)
    act(actions.merge, event_id=receipt.id, main=handling.number, actor=operator, at=at)

    url = reverse("follow_code", args=[receipt.code.replace(" ", "")])
    page = client.get(url).content.decode()

    assert "正在办" in page
    assert handling.text not in page


def test_ends_with_the_main_one_and_its_reporter_may_rate(
    act: Any, merged: Event, handling: Event, handler: Actor, checker: Actor, at: datetime
) -> None:
    close(act, handling, handler, checker, at)

    ended = found(merged.id)
    assert (ended.state, ended.outcome, ended.closed_at) == ("closed", "井盖已更换", at)
    act(actions.rate, event_id=merged.id, solved=True, treated=3, actor=holder(merged.id), at=at)
    assert (found(merged.id).state, found(handling.id).state) == ("rated", "closed")


def test_is_done_again_by_the_same_body_when_its_reporter_says_it_is_not_solved(
    act: Any, merged: Event, handling: Event, handler: Actor, checker: Actor, at: datetime
) -> None:
    close(act, handling, handler, checker, at)

    event = act(
        actions.rate,
        event_id=merged.id,
        solved=False,
        treated=2,
        comment="还在响",
        actor=holder(merged.id),
        at=at,
    )

    assert (event.state, event.body_id) == ("handling", handling.body_id)


def test_is_set_free_when_the_main_one_is_struck_out(
    act: Any, reported: Event, twin: Event, operator: Actor, at: datetime
) -> None:
    act(actions.merge, event_id=twin.id, main=reported.number, actor=operator, at=at)
    act(actions.void, event_id=reported.id, reason="test_entry", actor=operator, at=at)

    jobs.FOLLOWS["void"](reported.id, at)

    assert (found(twin.id).state, found(twin.id).merged_into) == ("reported", None)


def test_is_undone_on_the_same_day(act: Any, merged: Event, operator: Actor, at: datetime) -> None:
    event = act(actions.unmerge, event_id=merged.id, reason="不是同一个", actor=operator, at=at)

    assert (event.state, event.merged_into) == ("reported", None)
    assert event.stage_due_at is not None


def test_is_not_undone_on_another_day(
    act: Any, merged: Event, operator: Actor, at: datetime
) -> None:
    tomorrow = at + timedelta(days=1)

    with pytest.raises(Invalid):
        act(actions.unmerge, event_id=merged.id, reason="不是", actor=operator, at=tomorrow)


def test_makes_no_chain(
    act: Any, said: actions.Report, merged: Event, reported: Event, operator: Actor, at: datetime
) -> None:
    third = act(actions.report, said=said, actor=REPORTER, at=at)

    with pytest.raises(Invalid):
        act(actions.merge, event_id=third.id, main=merged.number, actor=operator, at=at)


def test_takes_no_matter_into_which_others_were_merged(
    act: Any, said: actions.Report, reported: Event, twin: Event, operator: Actor, at: datetime
) -> None:
    act(actions.merge, event_id=twin.id, main=reported.number, actor=operator, at=at)
    third = found(act(actions.report, said=said, actor=REPORTER, at=at).id)

    with pytest.raises(Invalid):
        act(actions.merge, event_id=reported.id, main=third.number, actor=operator, at=at)


def test_takes_no_matter_into_itself(
    act: Any, reported: Event, operator: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(actions.merge, event_id=reported.id, main=reported.number, actor=operator, at=at)


@pytest.mark.parametrize("number", ["260302-NOSUCHNO", "", "' OR 1=1"])
def test_needs_a_number_within_reach(
    act: Any, reported: Event, operator: Actor, at: datetime, number: str
) -> None:
    with pytest.raises(Invalid):
        act(actions.merge, event_id=reported.id, main=number, actor=operator, at=at)


def test_makes_no_chain_past_the_rules_either(
    act: Any, said: actions.Report, merged: Event, operator: Actor, at: datetime
) -> None:
    third = found(act(actions.report, said=said, actor=REPORTER, at=at).id)

    third.merged_into = merged
    with (
        pytest.raises(IntegrityError, match="event_merged_into_what_is_not_merged"),
        transaction.atomic(),
    ):
        third.save(update_fields=["merged_into"])


def test_is_shown_at_the_desk_on_both(merged: Event, handling: Event, operator: Actor) -> None:
    browser = browser_of(operator)

    there = browser.get(reverse("desk_matter", args=[merged.number])).content.decode()
    main = browser.get(reverse("desk_matter", args=[handling.number])).content.decode()

    assert handling.number in there
    assert "还有 1 件反映" in main


def test_settled_with_the_main_one_is_called_back_as_well(
    act: Any, reported: Event, operator: Actor, grid_worker: Actor, at: datetime
) -> None:
    keeper = person(Role.SYS_ADMIN, "34/01/")
    rule = {"workflow": "event", "stage": fair.SETTLED_SHARE, "amount": 100, "unit": "percent"}
    act(codes.set_limit, start=at.date(), actor=keeper, at=at, **rule)
    given: dict[str, Any] = {"name": "陈静", "phone": "13900005678", "may_ask_back": True}
    said = actions.Report(text="井盖碎了，又来说一次", lon=reported.lon, lat=reported.lat, **given)
    other = found(act(actions.report, said=said, actor=REPORTER, at=at).id)
    facts = {"event_id": other.id, "main": reported.number}
    act(actions.merge, actor=operator, at=at, **facts)
    done = {"event_id": reported.id, "outcome": "井盖已扶正"}
    act(actions.settle, actor=grid_worker, at=at, **done)
    jobs.FOLLOWS["settle"](reported.id, at)

    jobs.queue_call_of_settled_with(other.id, at)

    event = found(other.id)
    assert (event.state, event.reopen_until) == ("settled", found(reported.id).reopen_until)
    assert Callback.objects.filter(event=event).exists()


def test_promises_its_reporter_the_same_days_when_the_main_one_is_ended_unsolved(
    act: Any, merged: Event, handling: Event, at: datetime
) -> None:
    commander = person(Role.COMMANDER, name="吴刚")
    why = {"ground": "cannot_be_met", "reason": "三次协商不成", "reply": "按现行规定办不了"}
    act(actions.force_close, event_id=handling.id, actor=commander, at=at, **why)
    jobs.FOLLOWS["force_close"](handling.id, at)

    main, event = found(handling.id), found(merged.id)
    assert event.state == "forced"
    assert (event.reopen_until, event.most_reopens) == (main.reopen_until, main.most_reopens)
