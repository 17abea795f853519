"""force_close … ends a matter unsolved, says so, and may be looked at and undone (强制结案)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions, jobs, queries
from quanyu.events.models import Draw, Event, ForceClosing
from quanyu.events.queries import desk, figures, gone, words
from quanyu.events.rules import BadText, Filters, leaving
from quanyu.events.rules.fair import ReopenOver
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.figures.rules import Grain, holding
from quanyu.kernel.notices.models import Notice
from quanyu.kernel.workflow.spec import Guarded, Missing, NotAllowed
from quanyu.organisations import queries as bodies
from tests.conftest import STREET, found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
WORKER = system(settings.QUANYU_CITY, job="tests")
SAID = {
    "ground": "cannot_be_met",
    "reason": "三次协商不成",
    "reply": "这件事按现行规定办不了，可以找街道信访窗口",
}
DISTRICT = "34/01/04/"


@pytest.fixture
def commander() -> Actor:
    """街道指挥长 of the demo street."""
    return person(Role.COMMANDER, name="吴刚")


@pytest.fixture
def reviewer() -> Actor:
    """区级统筹, above the commander."""
    return person(Role.DISTRICT_ADMIN, DISTRICT, name="严文博")


@pytest.fixture
def forced(act: Any, handling: Event, commander: Actor, at: datetime) -> Event:
    """A matter ended unsolved."""
    event: Event = act(
        actions.force_close,
        event_id=handling.id,
        actor=commander,
        at=at + timedelta(hours=1),
        **SAID,
    )
    return event


@pytest.fixture
def drawn(act: Any, forced: Event, at: datetime) -> ForceClosing:
    """Its closing, drawn to be looked at again."""
    monday = at + timedelta(days=7)
    act(actions.draw, region_path=DISTRICT, until=monday, seed="a" * 32, actor=WORKER, at=monday)
    row = gone.last_closing(forced, actor=WORKER)
    assert row is not None
    return row


def review(act: Any, row: ForceClosing, by: Actor, at: datetime, **other: Any) -> ForceClosing:
    facts = {"in_order": True, "words": "经过和理由都看过，妥当"} | other
    done: ForceClosing = act(actions.review_closing, closing_id=row.pk, actor=by, at=at, **facts)
    return done


def test_ends_it_with_the_answer_and_keeps_who_and_why(forced: Event, commander: Actor) -> None:
    set_scope(WORKER)
    row = ForceClosing.objects.get(event=forced)

    assert (forced.state, forced.reply, forced.next_due_at) == ("forced", SAID["reply"], None)
    assert forced.closed_at is not None
    assert (row.ground, row.reason, row.closed_by) == (
        "cannot_be_met",
        SAID["reason"],
        commander.id,
    )


@pytest.mark.parametrize(
    "role", [Role.OPERATOR, Role.DISPATCHER, Role.CHECKER, Role.DISTRICT_ADMIN]
)
def test_is_for_the_commander_alone(act: Any, handling: Event, role: Role, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        act(actions.force_close, event_id=handling.id, actor=person(role), at=at, **SAID)


def test_is_not_for_a_commander_of_another_street(act: Any, handling: Event, at: datetime) -> None:
    other = person(Role.COMMANDER, "34/01/04/002/")

    with pytest.raises(Denied):
        act(actions.force_close, event_id=handling.id, actor=other, at=at, **SAID)


def test_is_not_for_who_dispatched_it(
    act: Any, handling: Event, dispatcher: Actor, at: datetime
) -> None:
    both = Actor(
        ActorKind.PERSON, dispatcher.id, dispatcher.grants | {Grant(Role.COMMANDER, STREET)}
    )

    with pytest.raises(Guarded) as refusal:
        act(actions.force_close, event_id=handling.id, actor=both, at=at, **SAID)

    assert str(refusal.value) == leaving.FORCING_OWN


def test_needs_a_listed_ground(act: Any, handling: Event, commander: Actor, at: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        act(
            actions.force_close,
            event_id=handling.id,
            actor=commander,
            at=at,
            **SAID | {"ground": "太麻烦"},
        )

    assert "cannot_be_met" in refusal.value.allowed


@pytest.mark.parametrize("name", ["reason", "reply"])
def test_needs_reason_and_answer(
    act: Any, handling: Event, commander: Actor, at: datetime, name: str
) -> None:
    with pytest.raises(Missing):
        act(actions.force_close, event_id=handling.id, actor=commander, at=at, **SAID | {name: ""})


@pytest.mark.parametrize("state", ["reported", "filed", "closed"])
def test_is_for_what_is_handed_out_and_open(
    request: Any, act: Any, commander: Actor, at: datetime, state: str
) -> None:
    event = request.getfixturevalue(state)

    with pytest.raises(NotAllowed):
        act(actions.force_close, event_id=event.id, actor=commander, at=at, **SAID)


def test_counts_the_days_of_a_suspended_one(
    act: Any, handling: Event, handler: Actor, commander: Actor, at: datetime
) -> None:
    facts = {"ground": "season", "review_date": at.date() + timedelta(days=30), "promise": "四月"}
    act(actions.ask_suspension, event_id=handling.id, actor=handler, at=at, **facts)
    act(actions.suspend, event_id=handling.id, actor=commander, at=at)

    later = at + timedelta(days=9)
    event = act(actions.force_close, event_id=handling.id, actor=commander, at=later, **SAID)

    assert (event.state, event.suspended_days, event.stands_until) == ("forced", 9, None)


def test_is_counted_apart_and_not_as_done_in_time(forced: Event, at: datetime) -> None:
    set_scope(WORKER)
    scope = figures.Scope(settings.QUANYU_CITY)
    month = holding(at.date(), Grain.MONTH)
    later = at + timedelta(days=40)

    counts = figures.whole(
        figures.tallies(scope, month, by="channel", actor=WORKER, at=later)
    ).counts

    assert (counts["due"], counts["forced"]) == (1, 1)
    assert [counts[name] for name in ("done", "on_time", "late", "left", "pending")] == [0] * 5
    assert (counts["closed"], counts["answered"]) == (0, 1)


def test_stands_in_no_list_of_what_is_open(forced: Event, commander: Actor, at: datetime) -> None:
    set_scope(commander)

    assert queries.page(Filters(state="open"), actor=commander, at=at).count == 0
    assert queries.page(Filters(state="forced"), actor=commander, at=at).count == 1


def test_is_told_the_reporter_as_it_is(forced: Event, at: datetime) -> None:
    set_scope(holder(forced.id))

    seen = words.followed(holder(forced.id), at=at)

    assert (seen.state_words, seen.may_appeal, seen.may_rate) == ("没有办成，停办了", True, False)
    assert SAID["reply"] in seen.story[0].text
    assert SAID["reason"] not in seen.story[0].text


def test_may_be_appealed_and_is_dispatched_anew(
    act: Any, forced: Event, body: Any, dispatcher: Actor, at: datetime
) -> None:
    later = at + timedelta(days=1)

    event = act(
        actions.appeal, event_id=forced.id, reason="还是漏水", actor=holder(forced.id), at=later
    )

    assert (event.state, event.closed_at, event.body_id) == ("filed", None, None)
    assert (event.reopened, event.solved) == (1, False)
    again = act(actions.dispatch, event_id=forced.id, body=body, actor=dispatcher, at=later)
    assert (again.state, again.due_at == forced.due_at) == ("dispatched", False)


def test_is_appealed_with_words(act: Any, forced: Event, at: datetime) -> None:
    with pytest.raises(BadText):
        act(actions.appeal, event_id=forced.id, reason=" ", actor=holder(forced.id), at=at)


def test_is_appealed_so_many_times(
    act: Any, forced: Event, commander: Actor, body: Any, dispatcher: Actor, at: datetime
) -> None:
    Event.objects.filter(pk=forced.pk).update(reopened=forced.most("reopens"))

    with pytest.raises(Guarded):
        act(actions.appeal, event_id=forced.id, reason="还漏", actor=holder(forced.id), at=at)


def test_ends_what_was_merged_into_it_alike(
    act: Any, said: Any, handling: Event, operator: Actor, commander: Actor, at: datetime
) -> None:
    twin = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.merge, event_id=twin.id, main=handling.number, actor=operator, at=at)
    act(actions.force_close, event_id=handling.id, actor=commander, at=at, **SAID)

    jobs.FOLLOWS["force_close"](handling.id, at)

    ended = found(twin.id)
    assert (ended.state, ended.reply) == ("forced", SAID["reply"])


def test_undone_takes_along_what_was_merged_into_it(
    act: Any,
    said: Any,
    handling: Event,
    operator: Actor,
    commander: Actor,
    reviewer: Actor,
    at: datetime,
) -> None:
    twin = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.merge, event_id=twin.id, main=handling.number, actor=operator, at=at)
    act(actions.force_close, event_id=handling.id, actor=commander, at=at, **SAID)
    jobs.FOLLOWS["force_close"](handling.id, at)
    facts = {"event_id": handling.id, "reason": "没有到现场看过"}
    act(actions.overrule, actor=reviewer, at=at, **facts)

    jobs.go_on_together(handling.id, at)
    jobs.go_on_together(handling.id, at)

    again = found(twin.id)
    assert (again.state, again.closed_at, again.reply) == ("merged", None, "")
    assert again.steps.filter(verb="overrule_with").count() == 1


def test_undone_and_ended_otherwise_by_now_ends_what_was_merged_into_it_alike(
    act: Any,
    said: Any,
    handling: Event,
    operator: Actor,
    dispatcher: Actor,
    commander: Actor,
    reviewer: Actor,
    at: datetime,
) -> None:
    twin = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.merge, event_id=twin.id, main=handling.number, actor=operator, at=at)
    act(actions.force_close, event_id=handling.id, actor=commander, at=at, **SAID)
    jobs.FOLLOWS["force_close"](handling.id, at)
    main: dict[str, Any] = {"event_id": handling.id, "reason": "没有到现场看过"}
    act(actions.overrule, actor=reviewer, at=at, **main)
    there = bodies.body_by_code("outside-power")
    assert there is not None
    main |= {"body": there.id, "reply": "已移送，由他们答复"}
    act(actions.forward, actor=dispatcher, at=at, **main)
    jobs.FOLLOWS["forward"](handling.id, at)

    jobs.go_on_together(handling.id, at)

    assert found(twin.id).state == "forwarded"


def test_undone_leaves_alone_whose_reporter_had_it_done_again(
    act: Any,
    said: Any,
    handling: Event,
    operator: Actor,
    commander: Actor,
    reviewer: Actor,
    at: datetime,
) -> None:
    twin = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.merge, event_id=twin.id, main=handling.number, actor=operator, at=at)
    act(actions.force_close, event_id=handling.id, actor=commander, at=at, **SAID)
    jobs.FOLLOWS["force_close"](handling.id, at)
    act(actions.appeal, event_id=twin.id, reason="还漏水", actor=holder(twin.id), at=at)
    facts = {"event_id": handling.id, "reason": "没有到现场看过"}
    act(actions.overrule, actor=reviewer, at=at, **facts)

    jobs.go_on_together(handling.id, at)

    assert found(twin.id).state == "filed"


def test_is_appealed_within_the_days_promised(act: Any, forced: Event, at: datetime) -> None:
    late = at + timedelta(days=30)

    with pytest.raises(ReopenOver):
        act(actions.appeal, event_id=forced.id, reason="还漏", actor=holder(forced.id), at=late)


# ------------------------------------------------------------------ looked at again


def test_is_drawn_once_its_week_is_over(act: Any, forced: Event, at: datetime) -> None:
    set_scope(WORKER)
    jobs.draw(at)
    assert Draw.objects.count() == 0

    jobs.draw(at + timedelta(days=7))
    jobs.draw(at + timedelta(days=7))

    held = Draw.objects.get()
    assert (held.region_path, held.population, held.drawn, len(held.seed)) == (DISTRICT, 1, 1, 32)


def test_is_told_to_who_stands_above(
    act: Any, drawn: ForceClosing, reviewer: Actor, at: datetime
) -> None:
    browser_of(reviewer)
    set_scope(WORKER)

    actions.tell(event_id=drawn.event_id, verb="sample", since=at, actor=WORKER, at=at)

    told = Notice.objects.filter(topic="event.sample").values_list("account_id", flat=True)
    assert list(told) == [reviewer.id]


def test_in_order_stays_ended(act: Any, drawn: ForceClosing, reviewer: Actor, at: datetime) -> None:
    row = review(act, drawn, reviewer, at)

    assert (row.in_order, row.reviewed_by) == (True, reviewer.id)
    assert found(row.event_id).state == "forced"


def test_not_in_order_is_done_after_all(
    act: Any, drawn: ForceClosing, reviewer: Actor, at: datetime
) -> None:
    review(act, drawn, reviewer, at, in_order=False, words="没有到现场看过")

    event = found(drawn.event_id)
    verbs = list(event.steps.order_by("number").values_list("verb", flat=True))
    assert (event.state, event.closed_at) == ("filed", None)
    assert verbs[-3:] == ["sample", "fault", "overrule"]


def test_not_in_order_of_what_goes_on_already_is_noted_alone(
    act: Any, drawn: ForceClosing, reviewer: Actor, at: datetime
) -> None:
    facts = {"event_id": drawn.event_id, "reason": "还漏"}
    act(actions.appeal, actor=holder(drawn.event_id), at=at, **facts)

    review(act, drawn, reviewer, at, in_order=False, words="没有到现场看过")

    assert found(drawn.event_id).steps.latest("number").verb == "fault"


def test_is_looked_at_by_nobody_below(
    act: Any, drawn: ForceClosing, dispatcher: Actor, commander: Actor, at: datetime
) -> None:
    for one in (dispatcher, commander):
        with pytest.raises(NotAllowed):
            review(act, drawn, one, at)


def test_is_not_looked_at_by_who_ended_it(
    act: Any, drawn: ForceClosing, commander: Actor, at: datetime
) -> None:
    risen = Actor(ActorKind.PERSON, commander.id, frozenset({Grant(Role.DISTRICT_ADMIN, DISTRICT)}))

    with pytest.raises(Guarded):
        review(act, drawn, risen, at)


def test_is_looked_at_once(act: Any, drawn: ForceClosing, reviewer: Actor, at: datetime) -> None:
    review(act, drawn, reviewer, at)

    with pytest.raises(Guarded):
        review(act, drawn, reviewer, at)


def test_is_not_looked_at_undrawn(act: Any, forced: Event, reviewer: Actor, at: datetime) -> None:
    row = gone.last_closing(forced, actor=WORKER)
    assert row is not None

    with pytest.raises(Guarded):
        review(act, row, reviewer, at)


def test_a_stranger_is_told_there_is_none(
    act: Any, drawn: ForceClosing, stranger: Actor, at: datetime
) -> None:
    far = Actor(ActorKind.PERSON, stranger.id, frozenset({Grant(Role.DISTRICT_ADMIN, "34/01/02/")}))

    for one in (stranger, far):
        with pytest.raises(Denied):
            review(act, drawn, one, at)


def test_is_kept_by_the_database_from_who_ended_it(drawn: ForceClosing, at: datetime) -> None:
    set_scope(WORKER)
    drawn.in_order, drawn.reviewed_by, drawn.reviewed_at = True, drawn.closed_by, at

    with pytest.raises(IntegrityError, match="reviewed_by_another"), transaction.atomic():
        drawn.save()


# ------------------------------------------------------------------ the draw


def test_of_a_few_all_are_drawn() -> None:
    keys = [uuid4() for _number in range(5)]

    assert set(leaving.chosen(keys, seed="x", share=20, few=5)) == set(keys)


def test_of_many_a_share_is_drawn_and_whoever_has_the_seed_finds_the_same() -> None:
    keys = [uuid4() for _number in range(100)]

    first = leaving.chosen(keys, seed="x", share=20, few=5)

    assert len(first) == 20
    assert first == leaving.chosen(keys[::-1], seed="x", share=20, few=5)
    assert first != leaving.chosen(keys, seed="y", share=20, few=5)


def test_of_a_little_more_than_few_no_fewer_are_drawn() -> None:
    keys = [uuid4() for _number in range(6)]

    assert len(leaving.chosen(keys, seed="x", share=20, few=5)) == 5


# ------------------------------------------------------------------ at the edge


def test_is_offered_the_commander_last(handling: Event, commander: Actor) -> None:
    page = browser_of(commander).get(reverse("desk_matter", args=[handling.number]))

    assert "强制结案" in page.content.decode()
    set_scope(commander)
    assert desk.work(actor=commander) == []


def test_is_reviewed_on_a_page(
    client: Any, drawn: ForceClosing, reviewer: Actor, at: datetime
) -> None:
    browser = browser_of(reviewer)
    url = reverse("desk_forced_review", args=[drawn.pk])

    blank = browser.post(url, {"in_order": "yes", "words": ""})
    done = browser.post(url, {"in_order": "yes", "words": "看过，妥当"}, follow=True)

    assert (blank.status_code, done.status_code) == (422, 200)
    assert "复查结论已记下" in done.content.decode()


def test_is_answered_on_the_page_of_the_code(
    client: Any, act: Any, said: Any, clerk: Actor, commander: Actor
) -> None:
    at = timezone.now()  # browsers live by the clock on the wall, and so does the promise
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)
    set_scope(clerk)
    one = desk.holders(found(receipt.id), "P0102", at=at)[0].body_id
    act(actions.send_out, event_id=receipt.id, class_code="P0102", body=one, actor=clerk, at=at)
    act(actions.force_close, event_id=receipt.id, actor=commander, at=at, **SAID)
    code = receipt.code.replace(" ", "")

    page = client.get(reverse("follow_code", args=[code])).content.decode()
    assert "现行规定下确实无法满足" in page
    assert SAID["reply"] in page
    assert SAID["reason"] not in page

    client.post(reverse("appeal", args=[code]), {"reason": "还是漏水"})
    assert found(receipt.id).state == "filed"
