"""A call-back … is made by another person, keeps quiet hours, and counts as a rating (回访)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions, jobs
from quanyu.events.models import Callback, Event, EventStep
from quanyu.events.queries import closing as queries
from quanyu.events.queries import figures, words
from quanyu.events.rules import fair
from quanyu.events.rules.fair import CallTaken, NotNow, OwnCall, ReopenOver
from quanyu.kernel.access.rules import Actor, Role, holder
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.figures.rules import period
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from tests.conftest import POINT, SHANGHAI, STREET, found, person
from tests.seat import browser_of

TUESDAY = datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)
"""The working day after the closing, past the wait."""


@pytest.fixture
def said() -> actions.Report:
    """A broken cover, by somebody who may be called back."""
    return actions.Report(
        text="路口的污水井盖破了一半，晚上看不见，很危险。",
        lon=POINT[0],
        lat=POINT[1],
        name="张三",
        phone="13800138000",
        may_ask_back=True,
    )


@pytest.fixture
def caller(db: None) -> Actor:
    """Another checker of the street."""
    return person(Role.CHECKER, name="吴霞")


@pytest.fixture
def queued(closed: Event, at: datetime) -> Event:
    """A closed matter whose reporter is to be called."""
    jobs.queue_call(closed.id, at)
    return found(closed.id)


@pytest.fixture
def taken(act: Any, queued: Event, caller: Actor) -> Event:
    """A call that the caller has taken."""
    act(actions.take_call, event_id=queued.id, actor=caller, at=TUESDAY)
    return found(queued.id)


def waiting(event: Event) -> Callback:
    found(event.id)
    return Callback.objects.get(event=event, ended_at=None)


# ------------------------------------------------------------------ who is called


def test_waits_a_working_day_for_the_reporter_to_answer_first(queued: Event, at: datetime) -> None:
    call = waiting(queued)

    assert at < call.next_at <= TUESDAY
    assert call.most_tries == 3


def test_is_for_those_who_agreed_alone(closed: Event, at: datetime) -> None:
    found(closed.id).contact.__class__.objects.filter(event=closed).update(may_ask_back=False)

    jobs.queue_call(closed.id, at)

    assert not Callback.objects.filter(event=closed).exists()


def test_is_put_on_the_list_once(queued: Event, at: datetime) -> None:
    jobs.queue_call(queued.id, at)

    assert Callback.objects.filter(event=queued).count() == 1


def test_is_not_for_whoever_has_answered_already(act: Any, queued: Event) -> None:
    me = holder(queued.id)
    act(actions.rate, event_id=queued.id, solved=True, treated=3, actor=me, at=TUESDAY)

    ended = Callback.objects.get(event=found(queued.id))

    assert (ended.ended, ended.tries) == ("self", 0)
    assert found(queued.id).rated_by == "self"


@given(st.uuids(), st.integers(0, 100))
def test_draws_the_same_matters_every_time_and_more_of_a_larger_share(
    key: UUID, share: int
) -> None:
    drawn = fair.in_sample(key, share)

    assert drawn == fair.in_sample(key, share)
    assert not drawn or fair.in_sample(key, 100)
    assert not fair.in_sample(key, 0)


@pytest.mark.parametrize(
    ("stage", "drawn"), [("call_share_web", False), ("call_share_phone", True)]
)
def test_keeps_to_the_share_that_the_city_set_for_a_channel(
    act: Any, closed: Event, at: datetime, stage: str, drawn: bool
) -> None:
    keeper = person(Role.SYS_ADMIN, "34/01/")
    rule = {"workflow": "event", "stage": stage, "amount": 0, "unit": "percent"}
    act(codes.set_limit, start=at.date(), actor=keeper, at=at, **rule)
    found(closed.id)

    jobs.queue_call(closed.id, at)

    assert Callback.objects.filter(event=found(closed.id)).exists() == drawn


@pytest.fixture
def settled(act: Any, reported: Event, operator: Actor, grid_worker: Actor, at: datetime) -> Event:
    """A matter that the grid worker put right on the spot, every one of which is called back."""
    keeper = person(Role.SYS_ADMIN, "34/01/")
    rule = {"workflow": "event", "stage": fair.SETTLED_SHARE, "amount": 100, "unit": "percent"}
    act(codes.set_limit, start=at.date(), actor=keeper, at=at, **rule)
    event: Event = act(
        actions.settle, event_id=reported.id, outcome="井盖已扶正", actor=grid_worker, at=at
    )
    jobs.queue_call_of_settled(event.id, at)
    return found(event.id)


def test_is_made_of_some_that_were_settled_on_the_spot(
    act: Any, settled: Event, caller: Actor
) -> None:
    act(actions.take_call, event_id=settled.id, actor=caller, at=TUESDAY)
    facts = {"event_id": settled.id, "solved": True, "treated": 3}
    act(actions.hear, actor=caller, at=TUESDAY, **facts)

    event = found(settled.id)
    assert (event.state, event.solved, event.rated_by) == ("settled", True, "call")


def test_its_reporter_says_by_the_code_that_it_is_not_solved(act: Any, settled: Event) -> None:
    event = act(
        actions.rate,
        event_id=settled.id,
        solved=False,
        treated=2,
        comment="又歪了",
        actor=holder(settled.id),
        at=TUESDAY,
    )

    assert (event.state, event.rated_by, event.solved) == ("reported", "self", False)


def test_the_page_of_the_code_asks_its_reporter_once(settled: Event) -> None:
    set_scope(holder(settled.id))
    before = words.followed(holder(settled.id), at=TUESDAY)

    assert (before.may_rate, before.may_correct) == (True, False)


def test_unsolved_on_the_spot_is_looked_at_from_the_beginning(
    act: Any, settled: Event, caller: Actor
) -> None:
    act(actions.take_call, event_id=settled.id, actor=caller, at=TUESDAY)
    facts = {"event_id": settled.id, "solved": False, "treated": 2, "comment": "又歪了"}
    act(actions.hear, actor=caller, at=TUESDAY, **facts)

    event = found(settled.id)
    assert (event.state, event.closed_at, event.reopened) == ("reported", None, 1)


def test_is_not_made_by_who_settled_it(act: Any, settled: Event, grid_worker: Actor) -> None:
    both = Actor(
        grid_worker.kind,
        grid_worker.id,
        frozenset({*grid_worker.grants, *person(Role.CHECKER).grants}),
        name=grid_worker.name,
    )

    with pytest.raises(OwnCall):
        act(actions.take_call, event_id=settled.id, actor=both, at=TUESDAY)


def test_is_of_a_fifth_of_what_was_settled_where_the_city_says_nothing(reported: Event) -> None:
    reported.state = "settled"

    assert queries.share(reported, at=TUESDAY) == 20


# ------------------------------------------------------------------ who calls, and when


def test_is_not_made_by_the_checker_of_the_matter(act: Any, queued: Event, checker: Actor) -> None:
    with pytest.raises(OwnCall):
        act(actions.take_call, event_id=queued.id, actor=checker, at=TUESDAY)


def test_is_held_by_the_database_to_another_person(queued: Event, checker: Actor) -> None:
    with pytest.raises(IntegrityError, match="called_by_nobody_who"), transaction.atomic():
        Event.objects.filter(pk=queued.pk).update(called_by=checker.id)


def test_is_not_made_by_a_dispatcher(act: Any, queued: Event, dispatcher: Actor) -> None:
    with pytest.raises(NotAllowed):
        act(actions.take_call, event_id=queued.id, actor=dispatcher, at=TUESDAY)


def test_shows_nobody_their_own_work(queued: Event, checker: Actor, caller: Actor) -> None:
    set_scope(checker)
    own = (queries.waiting(actor=checker, at=TUESDAY), queries.own(actor=checker, at=TUESDAY))
    set_scope(caller)
    others = queries.waiting(actor=caller, at=TUESDAY)

    assert own == ([], 1)
    assert [call.event_id for call in others] == [queued.pk]


def test_is_one_persons_at_a_time(act: Any, taken: Event, operator: Actor) -> None:
    with pytest.raises(CallTaken):
        act(actions.take_call, event_id=taken.id, actor=operator, at=TUESDAY)


def test_is_anybodys_again_after_half_an_hour(act: Any, taken: Event, operator: Actor) -> None:
    later = TUESDAY + timedelta(minutes=31)

    act(actions.take_call, event_id=taken.id, actor=operator, at=later)

    assert found(taken.id).called_by == operator.id


@pytest.mark.parametrize("hour", [8, 20, 23])
def test_is_not_made_in_quiet_hours(act: Any, queued: Event, caller: Actor, hour: int) -> None:
    with pytest.raises(NotNow):
        act(
            actions.take_call,
            event_id=queued.id,
            actor=caller,
            at=TUESDAY.replace(day=4, hour=hour),
        )


def test_is_not_made_on_a_rest_day(act: Any, queued: Event, caller: Actor) -> None:
    sunday = datetime(2026, 3, 8, 10, tzinfo=SHANGHAI)

    with pytest.raises(NotNow):
        act(actions.take_call, event_id=queued.id, actor=caller, at=sunday)


@given(st.integers(0, 23), st.integers(1, 24), st.integers(0, 23))
def test_keeps_the_hours_that_the_city_set(first: int, last: int, hour: int) -> None:
    quiet = fair.quiet(first, last, rest_days=True)

    may = first <= hour < last if first < last else hour >= first or hour < last
    assert quiet.holds(hour * 60) == (not may and first != last % 24)


# ------------------------------------------------------------------ what comes of it


def test_takes_the_two_answers_with_their_source(act: Any, taken: Event, caller: Actor) -> None:
    said = {"solved": True, "treated": 2, "comment": "来得慢了点"}
    event = act(actions.hear, event_id=taken.id, actor=caller, at=TUESDAY, **said)

    assert (event.state, event.solved, event.treated, event.rated_by) == ("rated", True, 2, "call")
    assert (event.called_by, Callback.objects.get(event=event).ended) == (None, "reached")


def test_counts_like_ones_own_rating(act: Any, taken: Event, caller: Actor) -> None:
    act(actions.hear, event_id=taken.id, solved=True, treated=3, actor=caller, at=TUESDAY)
    reader = person(Role.COMMANDER)
    set_scope(reader)

    scope = figures.Scope(STREET)
    tally = figures.whole(
        figures.tallies(scope, period("2026-03"), by="channel", actor=reader, at=TUESDAY)
    )

    assert [tally.counts[c] for c in ("rated", "solved", "content", "heard")] == [1, 1, 1, 1]


def test_is_told_the_reporter_as_a_call(act: Any, taken: Event, caller: Actor) -> None:
    act(actions.hear, event_id=taken.id, solved=True, treated=3, actor=caller, at=TUESDAY)
    set_scope(holder(taken.id))

    story = words.followed(holder(taken.id), at=TUESDAY).story

    assert story[0].words == "回访电话里，您做了评价"


def test_has_the_matter_done_again_when_it_is_not_solved(
    act: Any, taken: Event, caller: Actor
) -> None:
    said = {"solved": False, "treated": 1, "comment": "盖子还在响"}
    event = act(actions.hear, event_id=taken.id, actor=caller, at=TUESDAY, **said)

    step = EventStep.objects.filter(case=found(event.id)).latest("number")
    assert (event.state, event.reopened, event.closed_at) == ("handling", 1, None)
    assert (step.verb, step.role, step.facts["source"]) == ("reopen", "checker", "call")


def test_needs_a_word_on_what_is_not_solved(act: Any, taken: Event, caller: Actor) -> None:
    with pytest.raises(Invalid):
        act(actions.hear, event_id=taken.id, solved=False, treated=1, actor=caller, at=TUESDAY)


def test_is_corrected_by_the_reporter(act: Any, taken: Event, caller: Actor) -> None:
    act(actions.hear, event_id=taken.id, solved=True, treated=3, actor=caller, at=TUESDAY)

    event = act(
        actions.rate,
        event_id=taken.id,
        solved=False,
        treated=1,
        comment="第二天又坏了",
        actor=holder(taken.id),
        at=TUESDAY + timedelta(days=1),
    )

    assert (event.state, event.rated_by, event.solved) == ("handling", "self", False)


def test_is_tried_again_after_a_while(act: Any, taken: Event, caller: Actor) -> None:
    at, missed = TUESDAY, {"outcome": "not_reached"}
    act(actions.miss_call, event_id=taken.id, actor=caller, at=at, **missed)

    call = waiting(taken)

    assert (call.tries, found(taken.id).called_by) == (1, None)
    assert call.next_at == TUESDAY.replace(hour=16, minute=0) or call.next_at > TUESDAY


def test_is_let_be_after_so_many_tries(act: Any, queued: Event, caller: Actor) -> None:
    for day in (3, 4, 5):
        when = TUESDAY.replace(day=day, hour=15)
        act(actions.take_call, event_id=queued.id, actor=caller, at=when)
        act(actions.miss_call, event_id=queued.id, outcome="again", actor=caller, at=when)

    call = Callback.objects.get(event=found(queued.id))

    assert (call.tries, call.ended) == (3, "not_reached")
    assert found(queued.id).state == "closed"


def test_is_let_be_for_whoever_would_not(act: Any, taken: Event, caller: Actor) -> None:
    act(actions.miss_call, event_id=taken.id, outcome="refused", actor=caller, at=TUESDAY)

    assert Callback.objects.get(event=found(taken.id)).ended == "refused"
    assert found(taken.id).solved is None


def test_refuses_an_outcome_that_is_none(act: Any, taken: Event, caller: Actor) -> None:
    with pytest.raises(Invalid) as no:
        act(actions.miss_call, event_id=taken.id, outcome="reached", actor=caller, at=TUESDAY)

    assert no.value.allowed == ["not_reached", "again", "refused"]


def test_is_put_back_unmade(act: Any, taken: Event, caller: Actor) -> None:
    act(actions.leave_call, event_id=taken.id, actor=caller, at=TUESDAY)

    assert (waiting(taken).tries, found(taken.id).called_by) == (0, None)


def test_ends_with_its_last_day(queued: Event) -> None:
    jobs.end_calls(TUESDAY + timedelta(days=30))

    assert Callback.objects.get(event=found(queued.id)).ended == "lapsed"


def test_is_no_rating_for_whoever_has_not_taken_it(act: Any, queued: Event, caller: Actor) -> None:
    with pytest.raises(NotAllowed):
        act(actions.hear, event_id=queued.id, solved=True, treated=3, actor=caller, at=TUESDAY)
    with pytest.raises(Guarded):
        act(actions.rate, event_id=queued.id, solved=True, treated=3, actor=caller, at=TUESDAY)


# ------------------------------------------------------------------ the promise of closing


def test_keeps_the_promise_when_the_rule_changes(act: Any, closed: Event, at: datetime) -> None:
    keeper = person(Role.SYS_ADMIN, "34/01/")
    rule = {"workflow": "event", "stage": "reopen", "amount": 1, "unit": "days"}
    act(codes.set_limit, start=date(2026, 3, 3), actor=keeper, at=at, **rule)
    me, late = holder(closed.id), at + timedelta(days=14)

    event = act(
        actions.rate, event_id=closed.id, solved=False, treated=1, comment="没修", actor=me, at=late
    )

    assert (event.state, event.reopened, event.most_reopens) == ("handling", 1, 3)


def test_has_it_done_again_exactly_as_often_as_promised(
    act: Any, closed: Event, checker: Actor, handler: Actor, at: datetime
) -> None:
    Event.objects.filter(pk=closed.pk).update(most_reopens=1)
    me = holder(closed.id)
    no = {"event_id": closed.id, "solved": False, "treated": 1, "comment": "没修", "actor": me}
    act(actions.rate, at=at, **no)
    act(actions.handle, event_id=closed.id, outcome="又换了", actor=handler, at=at)
    act(actions.check, event_id=closed.id, actor=checker, at=at)
    act(actions.close, event_id=closed.id, evidence="看过", actor=checker, at=at)

    event = act(actions.rate, at=at, **no)

    assert (event.state, event.solved, event.reopened) == ("rated", False, 1)


def test_takes_the_answer_without_reopening_after_the_last_day(
    act: Any, closed: Event, at: datetime
) -> None:
    late, me = at + timedelta(days=16), holder(closed.id)

    event = act(actions.rate, event_id=closed.id, solved=False, treated=1, actor=me, at=late)

    assert (event.state, event.solved, event.reopened) == ("rated", False, 0)


def test_is_not_corrected_after_the_last_day(act: Any, closed: Event, at: datetime) -> None:
    me = holder(closed.id)
    act(actions.rate, event_id=closed.id, solved=True, treated=3, actor=me, at=at)

    with pytest.raises(ReopenOver):
        act(
            actions.rate,
            event_id=closed.id,
            solved=False,
            treated=1,
            comment="又坏了",
            actor=me,
            at=at + timedelta(days=16),
        )


def test_leads_to_a_new_report_that_is_linked(
    act: Any, said: actions.Report, at: datetime, operator: Actor, checking: Event, checker: Actor
) -> None:
    act(actions.close, event_id=checking.id, evidence="看过", actor=checker, at=at)
    first = act(actions.report, said=said, actor=operator, at=at)
    with pytest.raises(Invalid):
        act(actions.matter_again, code=first.code, address="", actor=operator, at=at)
    again = actions.Report(text="井盖又坏了", address="路口", repeat_of=checking.id)

    receipt = act(actions.report, said=again, actor=operator, at=at)

    set_scope(operator)
    event = Event.objects.get(pk=receipt.id)
    assert queries.before(event, actor=operator) == checking.number
    assert queries.again(found(checking.id), actor=operator) == [event.number]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["queue_call", "end_call"])
def test_a_job_finds_no_matter_that_is_missing(verb: str, act: Any, at: datetime) -> None:
    with pytest.raises(Denied):
        act(getattr(actions, verb), event_id=uuid4(), actor=person(Role.OPERATOR), at=at)


def test_says_that_no_call_waits(act: Any, closed: Event, caller: Actor) -> None:
    with pytest.raises(Refusal, match="没有等待的回访"):
        act(actions.take_call, event_id=closed.id, actor=caller, at=TUESDAY)


# ------------------------------------------------------------------ on the page


def test_is_listed_and_taken_on_the_page(queued: Event, caller: Actor) -> None:
    Callback.objects.filter(event=queued).update(until=timezone.now() + timedelta(days=1))

    page = browser_of(caller).get(reverse("desk_callbacks"))

    assert [row["number"] for row in page.context["rows"]] == [queued.number]
    # A button that would be refused is not offered: in quiet hours nobody takes a call.
    assert ("领取回访" in page.content.decode()) == (page.context["quiet_until"] is None)


def test_is_refused_on_the_page_of_ones_own_work(queued: Event, checker: Actor) -> None:
    url = reverse("desk_callback_act", args=[queued.number, "take"])

    said = browser_of(checker).post(url)

    assert said.status_code == 409
    assert "不能回访自己经手的事" in said.content.decode()


def test_is_written_down_on_the_page(taken: Event, caller: Actor) -> None:
    url = reverse("desk_callback_act", args=[taken.number, "hear"])

    said = browser_of(caller).post(url, {"solved": "yes", "treated": "3"})

    assert said.status_code == 302
    assert found(taken.id).rated_by == "call"


def test_keeps_what_was_typed_when_an_answer_is_missing(taken: Event, caller: Actor) -> None:
    url = reverse("desk_callback_act", args=[taken.number, "hear"])

    said = browser_of(caller).post(url, {"solved": "yes", "comment": "来得快"})

    assert said.status_code == 422
    assert "来得快" in said.content.decode()


def test_shows_a_stranger_nothing(queued: Event, stranger: Actor) -> None:
    browser = browser_of(stranger)

    assert browser.get(reverse("desk_callbacks")).context["rows"] == []
    url = reverse("desk_callback_act", args=[queued.number, "take"])
    assert browser.post(url).status_code == 404


def test_is_listed_by_the_interface_for_whoever_may_call(
    queued: Event, caller: Actor, checker: Actor
) -> None:
    Callback.objects.filter(event=queued).update(until=timezone.now() + timedelta(days=1))

    others = browser_of(caller).get("/api/v1/events/callbacks").json()
    own = browser_of(checker).get("/api/v1/events/callbacks").json()

    assert ([one["number"] for one in others], own) == ([queued.number], [])


# ------------------------------------------------------------------ looking at the number


def test_shows_no_number_to_call_back_outside_the_hours(
    act: Any, queued: Event, caller: Actor
) -> None:
    late = TUESDAY.replace(hour=21)
    facts = {"event_id": queued.id, "actor": caller}

    with pytest.raises(NotNow) as no:
        act(actions.reveal_contact, reason="reply", at=late, **facts)

    told = [no.value.parts[name] for name in ("begins", "ends", "when")]
    assert told == [9, 20, "03-04 09:00"]
    assert act(actions.reveal_contact, reason="reply", at=TUESDAY, **facts)["phone"]
    assert act(actions.reveal_contact, reason="contact", at=late, **facts)["phone"]


def test_an_emergency_breaks_through_the_hours(act: Any, queued: Event, caller: Actor) -> None:
    Event.objects.filter(pk=queued.pk).update(category="0403", is_urgent=True)
    facts = {"event_id": queued.id, "reason": "reply", "at": TUESDAY.replace(hour=22)}

    assert act(actions.reveal_contact, actor=caller, **facts)["phone"]


# ------------------------------------------------------------------ closed before the release


def test_what_was_closed_before_has_the_days_that_its_closing_gave(
    closed: Event, at: datetime
) -> None:
    assert closed.reopen_until is not None
    Event.objects.filter(pk=closed.pk).update(reopen_until=None)
    event = found(closed.pk)

    assert queries.reopen_until(event) == closed.reopen_until
    assert queries.is_reopenable(event, at=closed.reopen_until)
    assert not queries.is_reopenable(event, at=closed.reopen_until + timedelta(seconds=1))
