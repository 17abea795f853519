"""Supervision cards within reach, and what merits one by the rule of the codes (督办)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.events import queries as events
from quanyu.events.models import CardStep, Event, EventStep, SupervisionCard, WhistleCall
from quanyu.events.queries import whistle
from quanyu.events.rules import cards as rules
from quanyu.events.rules import is_on_time
from quanyu.events.workflow import EVENT
from quanyu.events.workflow.cards import CARD, OPEN, RAISERS, CardState
from quanyu.events.workflow.whistle import CallState
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role, upper
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit, add_working_seconds, due, local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.spec import Move

MOST = 100
MOST_SUGGESTED = 30
RAISED_BY = frozenset(RAISERS)
SECONDS: Mapping[Unit, int] = {Unit.WORKING_MINUTES: 60, Unit.WORKING_HOURS: 3_600}


@dataclass(frozen=True, slots=True)
class Clock:
    """By when a card is to be answered, and on what that rests."""

    limit: Limit
    due_at: datetime
    clause_id: UUID | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An overdue matter, or an unanswered call, that merits a card by the rule; nothing more."""

    level: str
    ground: str
    body_id: UUID
    due_at: datetime
    event: Event | None = None
    call: WhistleCall | None = None


def one(card_id: UUID, *, actor: Actor, lock: bool = False) -> SupervisionCard:
    """Return one card within reach.

    :raises Denied: if there is none
    """
    return get(SupervisionCard, card_id, actor=actor, lock=lock)


def by_number(number: str, *, actor: Actor) -> SupervisionCard:
    """Return the card of that number within reach.

    :raises Denied: if there is none
    """
    found = SupervisionCard.objects.visible_to(actor).filter(number=number).first()
    if found is None:
        raise Denied
    return found


def cards(
    *, actor: Actor, state: str = "", level: str = "", body: UUID | None = None, place: str = ""
) -> "QuerySet[SupervisionCard]":
    """Return the cards within reach, the newest first.

    :param state: a state, ``open`` for what is not over, ``late`` for what is past its answer-by
    """
    rows: QuerySet[SupervisionCard] = SupervisionCard.objects.visible_to(actor)
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state:
        rows = rows.filter(state=state)
    if level:
        rows = rows.filter(level=level)
    if body:
        rows = rows.filter(body_id=body)
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    return rows.select_related("event", "call").order_by("-raised_at", "-id")


def of_matter(event: Event, *, actor: Actor) -> list[SupervisionCard]:
    """Return the cards within reach about a matter, the newest first."""
    return list(cards(actor=actor).filter(event=event))


def of_call(call: WhistleCall, *, actor: Actor) -> list[SupervisionCard]:
    """Return the cards within reach about a whistle call, the newest first."""
    return list(cards(actor=actor).filter(call=call))


def has_open(card: SupervisionCard, *, actor: Actor) -> bool:
    """Answer whether an open card of this level says the same to the same body."""
    rows = cards(actor=actor, state="open", level=card.level, body=card.body_id)
    same = Q(event=card.event_id) if card.event_id else Q(call=card.call_id)
    return rows.filter(same).exists()


def story(card: SupervisionCard, *, actor: Actor) -> list[CardStep]:
    """Return the acts of a card, the newest first."""
    rows = CardStep.objects.visible_to(actor).filter(case_id=card.pk)
    return list(rows.order_by("-number"))


def is_told(card: SupervisionCard, verb: str, *, actor: Actor) -> bool:
    """Answer whether the story of its matter tells of a card by this act already."""
    rows = EventStep.objects.visible_to(actor).filter(case=card.event_id, verb=verb)
    return rows.filter(facts__card=card.number).exists()


def offers(card: SupervisionCard, *, actor: Actor) -> list[Move]:
    """Return the acts this person may do now."""
    return CARD.offers(card, actor=actor)


def levels(*, at: datetime) -> tuple[str, ...]:
    """Return the levels from the mildest to the gravest, as they hold now."""
    found = codes.codes(rules.LEVELS, on=local(at).date())
    return rules.ladder(rules.Level(entry.code, entry.parent) for entry in found)


def grounds(*, at: datetime) -> tuple[str, ...]:
    """Return the listed grounds."""
    return tuple(entry.code for entry in codes.codes(rules.GROUNDS, on=local(at).date()))


def clock(card: SupervisionCard, *, at: datetime) -> Clock:
    """Return by when a card is to be answered: by level and place, from now on."""
    limit, clause = _limit(rules.RAISED, card.level, card.region_path, at=at)
    hours = calendar.hours(place=card.region_path, body=card.body_id, on=local(at).date())
    ends = due(limit, since=at, calendar=calendar.calendar(at), hours=hours)
    return Clock(limit, ends, clause)


def waiting(*, actor: Actor) -> list[tuple[SupervisionCard, str]]:
    """Return the open cards that wait for an act of this person, each with the act."""
    rows = cards(actor=actor, state="open").order_by("answer_due_at")[:MOST]
    return [(card, verb) for card in rows if (verb := _waits(card, actor))]


def _waits(card: SupervisionCard, actor: Actor) -> str:
    roles = actor.roles_on(card)
    if card.state == CardState.RAISED:
        return "answer" if Role.HANDLER in roles else ""
    return "accept" if any(move.verb == "accept" for move in offers(card, actor=actor)) else ""


# ------------------------------------------------------------------ what merits one


def suggested(*, actor: Actor, at: datetime) -> list[Suggestion]:
    """Return what merits a card by the thresholds of the codes, the longest overdue first.

    It is a hint: nothing is raised by itself, and who has cause not to raises none.
    """
    ladder = levels(at=at)
    cutoffs = {level: cut for level in ladder if (cut := _cutoff(level, at=at)) is not None}
    if not cutoffs:
        return []
    latest = max(cutoffs.values())
    found = [*_overdue(latest, actor=actor), *_unanswered(latest, actor=actor)]
    had = _had(found, actor=actor)
    merited = (_merited(one, cutoffs=cutoffs, ladder=ladder, had=had[_key(one)]) for one in found)
    return sorted((one for one in merited if one), key=lambda one: one.due_at)[:MOST_SUGGESTED]


def _overdue(before: datetime, *, actor: Actor) -> list[Suggestion]:
    running = EVENT.span.runs if EVENT.span else []
    rows = Event.objects.visible_to(actor).filter(state__in=running, due_at__lt=before)
    rows = rows.filter(span_left=None, body_id__isnull=False).order_by("due_at", "id")
    return [
        Suggestion("", rules.GROUND_OVERDUE, event.body_id, event.due_at, event=event)
        for event in rows[: MOST_SUGGESTED * 4]
        if event.body_id is not None
        and event.due_at is not None
        and RAISED_BY & actor.roles_on(event)
    ]


def _unanswered(before: datetime, *, actor: Actor) -> list[Suggestion]:
    rows = WhistleCall.objects.visible_to(actor).filter(state=CallState.CALLED)
    held = list(rows.filter(answer_due_at__lt=before).order_by("answer_due_at")[:MOST])
    by_call = whistle.parts_of(held, actor=actor)
    return [
        Suggestion("", rules.GROUND_NO_ANSWER, part.body_id, call.answer_due_at, call=call)
        for call in held
        if RAISED_BY & actor.roles_on(call)
        for part in by_call[call.pk]
        if part.reported_at is None
    ]


def _merited(
    one: Suggestion, *, cutoffs: Mapping[str, datetime], ladder: tuple[str, ...], had: list[str]
) -> Suggestion | None:
    level = rules.merited(one.due_at, cutoffs=cutoffs, levels=ladder, had=had)
    if not level:
        return None
    return Suggestion(level, one.ground, one.body_id, one.due_at, one.event, one.call)


def _key(one: Suggestion) -> tuple[UUID, UUID]:
    about = one.event or one.call
    if about is None:
        raise ValueError("a suggestion is about a matter or a call")
    return about.pk, one.body_id


def _had(found: Iterable[Suggestion], *, actor: Actor) -> dict[tuple[UUID, UUID], list[str]]:
    """Return the levels that were raised already and not withdrawn, by matter or call, and body."""
    held: dict[tuple[UUID, UUID], list[str]] = {_key(one): [] for one in found}
    about = [key for key, _body in held]
    rows = SupervisionCard.objects.visible_to(actor).exclude(state=CardState.WITHDRAWN)
    rows = rows.filter(Q(event__in=about) | Q(call__in=about))
    for event, call, body, level in rows.values_list("event_id", "call_id", "body_id", "level"):
        about_what = event or call
        if about_what is not None and body is not None:
            held.setdefault((about_what, body), []).append(level)
    return held


def _cutoff(level: str, *, at: datetime) -> datetime | None:
    """Return the moment before which a due time lies that merits this level; None without a rule.

    Threshold in working time by the city's calendar and usual hours.
    """
    row = codes.limit(
        workflow=CARD.name, stage=rules.OVERDUE, class_code=level, on=local(at).date()
    )
    if row is None or Unit(row.unit) not in SECONDS:
        return None
    seconds = row.amount * SECONDS[Unit(row.unit)]
    hours = calendar.hours(on=local(at).date())
    return add_working_seconds(at, -seconds, calendar=calendar.calendar(at), hours=hours)


def _limit(stage: str, level: str, place: str, *, at: datetime) -> tuple[Limit, UUID | None]:
    day = local(at).date()
    row = codes.limit(workflow=CARD.name, stage=stage, class_code=level, place=place, on=day)
    if row is None:
        return rules.FALLBACK[stage], None
    return Limit(row.amount, Unit(row.unit)), row.clause_id


def is_late(event: Event, *, at: datetime) -> bool:
    """Answer whether a matter is past its handling limit, or was when it stopped."""
    in_time = is_on_time(event.due_at, left=event.span_left, at=at, without_due=True)
    return event.state in events.OPEN and not in_time
