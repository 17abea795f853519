"""A campaign … holds matters of a kind together, and is measured by the records (专项)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions, jobs
from quanyu.events.models import Campaign, Event, HotIssue
from quanyu.events.queries import campaigns as queries
from quanyu.events.rules.campaigns import Closed, Plan, measured
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied, Invalid
from quanyu.organisations import queries as organisations
from tests.conftest import STREET, found, in_body, person
from tests.seat import browser_of

KIND = "P0102"
DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 1))


@given(DAYS, st.integers(0, 300), DAYS)
def test_is_measured_over_two_stretches_of_as_many_days(start: date, long: int, on: date) -> None:
    span = measured(start, start + timedelta(days=long), on=on)

    assert (span is None) == (on <= start)
    if span is not None:
        assert (start - span.before).days == span.days
        assert span.since >= start
        assert span.until <= min(on, start + timedelta(days=long + 1))


@pytest.fixture
def commander(db: None) -> Actor:
    """指挥长 of the demo street."""
    return person(Role.COMMANDER, name="何强")


@pytest.fixture
def lead(db: None, at: datetime) -> UUID:
    """A body that may lead."""
    return organisations.bodies(on=at.date(), place=STREET)[0].id


@pytest.fixture
def plan(lead: UUID, at: datetime) -> Plan:
    """Covers, for four weeks."""
    day = at.date()
    return Plan("井盖专项", "四周内换完破损井盖", lead, day, day + timedelta(days=27), STREET, KIND)


@pytest.fixture
def opened(act: Any, plan: Plan, commander: Actor, at: datetime) -> Campaign:
    """A campaign opened by hand."""
    return act(actions.open_campaign, plan=plan, actor=commander, at=at)


@pytest.fixture
def issue(act: Any, said: actions.Report, at: datetime, db: None) -> HotIssue:
    """Six covers lately, where there was one in half a year."""
    for n in range(7):
        when = at - timedelta(days=200 if n == 0 else n)
        receipt = act(actions.report, said=said, actor=REPORTER, at=when)
        found(receipt.id)
        Event.objects.filter(pk=receipt.id).update(category=KIND)
    jobs.find_hot(at)
    return HotIssue.objects.get(is_current=True)


def matters(campaign: Campaign, actor: Actor) -> int:
    set_scope(actor)
    return queries.matters(campaign, actor=actor).count()


def test_is_opened_from_a_hot_issue_with_its_matters(
    issue: HotIssue, plan: Plan, commander: Actor, act: Any, at: datetime
) -> None:
    given_up = replace(plan, region_path="34/01/02/", category="0101")
    made = act(actions.open_campaign, plan=given_up, issue_id=issue.pk, actor=commander, at=at)

    assert (made.region_path, made.category) == (issue.region_path, KIND)
    assert matters(made, commander) == issue.count == 6


def test_is_measured_by_what_is_new(
    issue: HotIssue, plan: Plan, commander: Actor, act: Any, said: actions.Report, at: datetime
) -> None:
    made = act(actions.open_campaign, plan=plan, issue_id=issue.pk, actor=commander, at=at)
    receipt = act(actions.report, said=said, actor=REPORTER, at=at + timedelta(days=3))
    found(receipt.id)
    Event.objects.filter(pk=receipt.id).update(category=KIND)
    set_scope(commander)
    seen = queries.progress(made, actor=commander, at=at + timedelta(days=14))

    assert (seen.attached, seen.open, seen.ended) == (6, 6, 0)
    assert seen.measured
    assert (seen.measured.days, seen.new_before, seen.new_since) == (14, 6, 1)


def test_a_matter_is_attached_and_detached(
    opened: Campaign, reported: Event, commander: Actor, act: Any, at: datetime
) -> None:
    key = opened.pk
    act(actions.attach, campaign_id=key, number=reported.number, actor=commander, at=at)
    assert matters(opened, commander) == 1
    with pytest.raises(Invalid):
        act(actions.attach, campaign_id=key, number=reported.number, actor=commander, at=at)

    act(actions.detach, campaign_id=key, event_id=reported.pk, actor=commander, at=at)
    assert matters(opened, commander) == 0
    with pytest.raises(Invalid):
        act(actions.detach, campaign_id=key, event_id=reported.pk, actor=commander, at=at)


def test_no_matter_out_of_reach_is_attached(
    opened: Campaign, commander: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Invalid):
        act(actions.attach, campaign_id=opened.pk, number="x", actor=commander, at=at)


def test_is_closed_with_a_result_and_changed_no_more(
    opened: Campaign, commander: Actor, act: Any, at: datetime
) -> None:
    key = opened.pk
    with pytest.raises(Invalid):
        act(actions.close_campaign, campaign_id=key, result=" ", actor=commander, at=at)
    act(actions.close_campaign, campaign_id=key, result="换完了", actor=commander, at=at)

    with pytest.raises(Closed):
        act(actions.note_campaign, campaign_id=key, words="再看看", actor=commander, at=at)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"goal": "长" * 201}, "goal"),
        ({"body_id": uuid4()}, "body_id"),
        ({"ends_on": date(2026, 3, 1)}, "ends_on"),
        ({"ends_on": date(2028, 3, 1)}, "ends_on"),
        ({"category": "9999"}, "category"),
    ],
)
def test_is_not_opened_for_nothing(
    change: dict[str, Any], wrong: str, plan: Plan, commander: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Invalid) as no:
        act(actions.open_campaign, plan=replace(plan, **change), actor=commander, at=at)

    assert no.value.field == wrong


Try = tuple[Callable[..., Any], dict[str, Any]]
TRIES: list[Try] = [
    (actions.attach, {"number": "x"}),
    (actions.detach, {"event_id": uuid4()}),
    (actions.note_campaign, {"words": "看过"}),
    (actions.close_campaign, {"result": "好了"}),
]


@pytest.mark.parametrize(("verb", "facts"), TRIES)
def test_is_not_there_for_a_stranger(
    verb: Any, facts: Any, opened: Campaign, stranger: Actor, act: Any, at: datetime
) -> None:
    for key in (opened.pk, uuid4()):
        with pytest.raises(Denied):
            act(verb, campaign_id=key, actor=stranger, at=at, **facts)


@pytest.mark.parametrize(("verb", "facts"), TRIES)
def test_is_not_led_by_who_only_sees_it(
    verb: Any, facts: Any, opened: Campaign, checker: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(verb, campaign_id=opened.pk, actor=checker, at=at, **facts)


def test_is_not_opened_by_a_stranger_or_elsewhere(
    plan: Plan, stranger: Actor, commander: Actor, act: Any, at: datetime
) -> None:
    with pytest.raises(Denied):
        act(actions.open_campaign, plan=plan, actor=stranger, at=at)
    elsewhere = replace(plan, region_path="34/01/02/")
    with pytest.raises(Denied):
        act(actions.open_campaign, plan=elsewhere, actor=commander, at=at)


def test_the_lead_body_sees_it_and_notes_but_does_not_lead(
    opened: Campaign, lead: UUID, act: Any, at: datetime
) -> None:
    handler = in_body(lead)
    act(actions.note_campaign, campaign_id=opened.pk, words="换了三个", actor=handler, at=at)
    with pytest.raises(Denied):
        act(actions.close_campaign, campaign_id=opened.pk, result="好", actor=handler, at=at)
    page = browser_of(handler).get(reverse("desk_campaign", args=[opened.pk])).content.decode()

    assert "换了三个" in page


# ------------------------------------------------------------------ on pages


def test_is_opened_from_the_page_of_hot_issues(
    issue: HotIssue, lead: UUID, commander: Actor
) -> None:
    browser = browser_of(commander)
    [row] = browser.get(reverse("desk_hot")).context["rows"]
    assert "往常" in browser.get(row["open_url"]).content.decode()
    typed = {
        "title": "井盖专项",
        "goal": "换完",
        "body_id": str(lead),
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-30",
    }
    sent = browser.post(row["open_url"], typed)
    page = browser.get(sent["Location"])

    assert "纳入 6 件" in page.content.decode()
    assert "井盖专项" in browser.get(reverse("desk_hot")).content.decode()


def test_who_answers_stands_first_and_any_other_body_is_found_by_name(
    issue: HotIssue, lead: UUID, commander: Actor
) -> None:
    """A district has a thousand bodies: none is sent unasked but those of the duty list."""
    browser = browser_of(commander)
    page = browser.get(reverse("desk_campaign_new"), {"issue": str(issue.pk)})
    asked = next(one for one in page.context["form"]["fields"] if one["name"] == "body_id")
    held = organisations.body(lead)
    assert held is not None
    found = browser.get(f"{asked['url']}&body_id_q={quote(held.name)}").content.decode()
    holders = organisations.duty_holders(
        issue.category, place=issue.region_path, on=timezone.localdate()
    )

    assert asked["kind"] == "pick"
    assert [one["value"] for one in asked["options"]] == [str(one.body_id) for one in holders[:10]]
    assert f'name="body_id" value="{lead}"' in found


def test_the_body_that_was_chosen_stays_when_the_page_says_what_is_wrong(
    lead: UUID, commander: Actor
) -> None:
    page = browser_of(commander).post(reverse("desk_campaign_new"), {"body_id": str(lead)})

    assert page.status_code == 422
    assert f'name="body_id" value="{lead}" required checked' in page.content.decode()


def test_the_page_says_what_is_wrong_and_keeps_the_rest(commander: Actor) -> None:
    page = browser_of(commander).post(reverse("desk_campaign_new"), {"title": "井盖专项"})

    assert page.status_code == 422
    assert "井盖专项" in page.content.decode()


def test_the_page_attaches_notes_and_closes(
    opened: Campaign, reported: Event, commander: Actor
) -> None:
    browser = browser_of(commander)
    for verb, typed in (
        ("attach", {"number": reported.number}),
        ("note", {"words": "今天换了一个"}),
        ("detach", {"event": str(reported.pk)}),
        ("attach", {"number": reported.number}),
    ):
        assert browser.post(act_of(opened, verb), typed).status_code == 302
    page = browser.get(reverse("desk_campaign", args=[opened.pk])).content.decode()
    assert reported.title in page
    assert "今天换了一个" in page
    assert browser.post(act_of(opened, "close"), {"result": "换完了"}).status_code == 302
    assert browser.post(act_of(opened, "note"), {"words": "又"}).status_code == 409
    assert browser.post(act_of(opened, "win"), {}).status_code == 404


def test_the_page_of_a_matter_names_its_campaign(
    opened: Campaign, reported: Event, commander: Actor, act: Any, at: datetime
) -> None:
    act(actions.attach, campaign_id=opened.pk, number=reported.number, actor=commander, at=at)
    page = browser_of(commander).get(reverse("desk_matter", args=[reported.number]))

    assert reverse("desk_campaign", args=[opened.pk]) in page.content.decode()


def test_the_page_is_not_there_for_a_stranger(opened: Campaign) -> None:
    browser = browser_of(person(Role.COMMANDER, "34/01/02/"))

    assert browser.get(reverse("desk_campaign", args=[opened.pk])).status_code == 404
    assert browser.get(reverse("desk_hot")).context["campaigns"] == []


def test_no_form_is_opened_to_who_may_not_lead(db: None, dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get(reverse("desk_campaign_new")).status_code == 404


def act_of(campaign: Campaign, verb: str) -> str:
    return reverse("desk_campaign_act", args=[campaign.pk, verb])
