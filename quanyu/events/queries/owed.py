"""The clocks that run beside a matter: of parts, calls and cards; whom they tell (逐级提醒)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext

from quanyu.events import queries
from quanyu.events.models import Event, JointPart, SupervisionCard, WhistleCall
from quanyu.events.models.escalating import CallRungTold, CardRungTold, Told
from quanyu.events.queries import calling, escalating, joint, joint_telling, telling, whistle
from quanyu.events.queries.escalating import Found
from quanyu.events.rules import calling as called
from quanyu.events.rules import escalating as rules
from quanyu.events.rules import joint as parts
from quanyu.events.rules.escalating import Whom
from quanyu.events.rules.joint import HELD, LIVE
from quanyu.events.workflow import EVENT
from quanyu.events.workflow.cards import CARD, CardState
from quanyu.events.workflow.joint import PART
from quanyu.events.workflow.whistle import CALL, CallState
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import (
    Hours,
    Limit,
    Unit,
    local,
    moment_of,
    remaining,
    resumed,
    working_seconds,
)
from quanyu.kernel.calendar.rules import due as due_by
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.workflow import rungs
from quanyu.kernel.workflow.ladder import Clock
from quanyu.kernel.workflow.rungs import Ticking
from quanyu.organisations import queries as organisations

Row: TypeAlias = JointPart | WhistleCall | SupervisionCard
KINDS: Final[Mapping[str, type[Row]]] = {
    PART.name: JointPart,
    CALL.name: WhistleCall,
    CARD.name: SupervisionCard,
}
BATCH = 50
LAST_FIRST: Final = ("-told_at", "-number", "account_id")


# ------------------------------------------------------------------ which, and under the lock


def due(kind: str, *, actor: Actor, at: datetime) -> list[UUID]:
    """Return what of a kind has a rung due, what waits longest first.

    A part stands still with its matter: it is told of once that goes on.
    """
    rows: QuerySet[Any] = KINDS[kind].objects.visible_to(actor).filter(next_rung_at__lt=at)
    if kind == PART.name:
        rows = rows.filter(event__state__in=EVENT.span.runs if EVENT.span else [])
    return list(rows.order_by("next_rung_at", "id").values_list("pk", flat=True)[:BATCH])


def held(kind: str, key: UUID, *, actor: Actor) -> Row:
    """Return one under the lock: a part under that of its matter, as its acts take it.

    :raises Denied: if there is none within reach
    """
    if kind != PART.name:
        row: Row = get(KINDS[kind], key, actor=actor, lock=True)
        return row
    found = get(JointPart, key, actor=actor)
    event = get(Event, found.event_id, actor=actor, lock=True)
    return joint.part(event, key, actor=actor)


def moved(kind: str, *, since: date, actor: Actor) -> list[Row]:
    """Return what is owed to another time by the calendar as it is now.

    :param since: the first date that has changed; what ends before it cannot have moved
    """
    first = moment_of(since, 0)
    owing: Mapping[str, Mapping[str, Any]] = {
        PART.name: {"state__in": LIVE, "due_at__gte": first, "event__state__in": queries.OPEN},
        CALL.name: {"state": CallState.CALLED, "answer_due_at__gte": first},
        CARD.name: {"state": CardState.RAISED, "answer_due_at__gte": first},
    }
    rows: QuerySet[Any] = KINDS[kind].objects.visible_to(actor).filter(**owing[kind])
    return [row for row in rows.order_by("id") if ends(row) != end_of(row)]


# ------------------------------------------------------------------ their clocks


def end_of(row: Row) -> datetime:
    """Return when it is owed, as it stands written."""
    return row.due_at if isinstance(row, JointPart) else row.answer_due_at


def ends(row: Row) -> datetime:
    """Return when it is owed by the calendar as it is now: from what it was given, and when."""
    if isinstance(row, JointPart):
        return _part_ends(row)
    hours = calendar.hours(
        place=row.region_path, body=row.body_id, on=local(row.state_since).date()
    )
    return due_by(
        Limit(row.answer_amount, Unit(row.answer_unit)),
        since=row.state_since,
        calendar=calendar.calendar(row.state_since),
        hours=hours,
    )


def _part_ends(row: JointPart) -> datetime:
    """Return when a part is due; it never outlasts its matter while that has time left."""
    event, whole = row.event, row.event.due_at
    if row.since is None or row.amount is None or row.resumed_left == 0:
        return row.due_at  # not kept how it was reckoned, or late before its matter stood still
    if row.resumed_at is not None and row.resumed_left is not None:
        found = part_resumed(row, row.resumed_left, until=row.resumed_at)
        found = max(found, row.due_at) if _is_one_moment(row, found) else found
    else:
        limit = Limit(row.amount, Unit(row.unit))
        found = joint.due_in(event, limit, body=row.body_id, since=row.since)
    return parts.part_due(found, whole=whole, at=row.since, is_chosen=False)


def part_left(row: JointPart, *, at: datetime) -> int:
    """Return the working seconds a part had left when its matter came to stand still."""
    known = calendar.calendar(at)
    hours = _part_hours(row)
    return remaining(row.due_at, at=at, unit=Unit.WORKING_HOURS, calendar=known, hours=hours)


def part_resumed(row: JointPart, left: int, *, until: datetime) -> datetime:
    """Return when a part is due that had so many working seconds left when it went on."""
    return resumed(
        left,
        at=until,
        unit=Unit.WORKING_HOURS,
        calendar=calendar.calendar(until),
        hours=_part_hours(row),
    )


def _is_one_moment(row: JointPart, found: datetime) -> bool:
    """Answer whether no work is done between two ends: closing time and the next opening."""
    known = calendar.calendar(found)
    hours = _part_hours(row)
    return working_seconds(*sorted((found, row.due_at)), calendar=known, hours=hours) == 0


def _part_hours(row: JointPart) -> Hours:
    day = local(row.since or row.asked_at).date()
    return calendar.hours(place=row.region_path, body=row.body_id, on=day)


def ticking(row: Row) -> tuple[Ticking, ...]:
    """Return the one clock of it that runs, if any."""
    if not isinstance(row, JointPart):
        return rungs.ticking(row)
    if row.state not in LIVE:
        return ()
    limit = Limit(row.amount, Unit(row.unit)) if row.amount else parts.USUAL
    clock = Clock(limit, row.since or row.asked_at, row.due_at)
    return (Ticking("part", parts.PART, clock, row.told_at, row.rung),)


def next_at(row: Row) -> datetime | None:
    """Return when somebody is to be told next, or its clock runs out that was not told of."""
    return rungs.soonest(row, ticking(row))


def run_of(row: Row, one: Ticking) -> str:
    """Return which run of the clock it is; those of several parts of a matter stand apart."""
    run = occasion(one)
    return f"{row.pk.hex}.{run}" if isinstance(row, JointPart) else run


def occasion(one: Ticking) -> str:
    """Return the name of one run of a clock."""
    return f"{one.stage}.{int(one.clock.since.timestamp())}"


# ------------------------------------------------------------------ whom they tell


def is_owing(row: Row) -> bool:
    """Answer whether a body owes the next act; what was handed back waits for the desk."""
    return not isinstance(row, JointPart) or row.state in HELD


def people(row: Row, whom: str, *, actor: Actor, at: datetime) -> Found:
    """Return who is told at a level, or at the nearest one above it where somebody is."""
    for level in rules.upward(whom, among=rules.BESIDE):
        if found := _at(row, level, actor=actor, at=at):
            return Found(level, found)
    return Found("", [])


def _at(row: Row, level: Whom, *, actor: Actor, at: datetime) -> list[UUID]:
    if level in rules.PARTS:
        path = rules.place_of(level, row.region_path)
        return accounts.holders_at(rules.IN_COMMAND, path=path, at=at) if path else []
    told = _hands if level == Whom.HANDS else _desk
    return told(row, actor=actor, at=at)


def _hands(row: Row, *, actor: Actor, at: datetime) -> list[UUID]:
    """Return who owes it: whoever handles in the body asked, called or urged."""
    if isinstance(row, JointPart):
        return joint_telling.of_part(row, parts.Whom.BODY, at=at)
    if isinstance(row, SupervisionCard):
        return calling.told_of_card(row, called.Whom.ONE, at=at)
    return calling.handlers(_missing(row, actor=actor), at=at)


def _desk(row: Row, *, actor: Actor, at: datetime) -> list[UUID]:
    """Return who asked, called or urged; else who holds such a post there."""
    if isinstance(row, JointPart):
        return joint_telling.of_part(row, parts.Whom.DESK, at=at)
    if isinstance(row, SupervisionCard):
        return calling.told_of_card(row, called.Whom.RAISER, at=at)
    return calling.told_of_call(row, called.Whom.STREET, about=None, at=at)


def _missing(call: WhistleCall, *, actor: Actor) -> list[UUID]:
    """Return the called bodies that did not report in yet."""
    held = whistle.parts(call, actor=actor)
    return [part.body_id for part in held if part.reported_at is None]


def all_came(call: WhistleCall, *, actor: Actor) -> bool:
    """Answer whether every called body has reported in."""
    return not _missing(call, actor=actor)


# ------------------------------------------------------------------ in which words


def link(row: Row) -> str:
    """Return where a notice of it leads."""
    if isinstance(row, JointPart):
        return f"/desk/matters/{row.event.number}"
    return f"/desk/{'whistle' if isinstance(row, WhistleCall) else 'cards'}/{row.number}"


def is_urgent(row: Row) -> bool:
    """Answer whether it breaks through quiet hours: an emergency alone does."""
    if isinstance(row, JointPart):
        return telling.is_urgent(row.event)
    return isinstance(row, WhistleCall) and calling.is_emergency(row)


def said(row: Row, whom: str, found: Found, *, actor: Actor, at: datetime) -> dict[str, object]:
    """Return the short public words that fill a notice of a rung."""
    filling = _public(row, at=at) | {"note": "", "note_en": ""}
    filling |= escalating.both("holder", lambda: _owing(row, actor=actor))
    if found.level == whom:
        return filling
    return filling | escalating.both("note", lambda: _vacant(row, whom))


def _vacant(row: Row, whom: str) -> str:
    label = escalating.level_words(whom, of=row.workflow.name)
    return gettext(rules.VACANT).format(whom=label)


def _public(row: Row, *, at: datetime) -> dict[str, object]:
    if isinstance(row, JointPart):
        return joint_telling.words(row, at=at)
    return calling.call_words(row) if isinstance(row, WhistleCall) else calling.card_words(row)


def _owing(row: Row, *, actor: Actor) -> str:
    """Return which bodies owe it, by name."""
    owing = _missing(row, actor=actor) if isinstance(row, WhistleCall) else [row.body_id]
    known = organisations.body_names([key for key in owing if key])
    return pgettext("between items", "、").join(sorted(known.values()))


# ------------------------------------------------------------------ for its page and the ladders


def told(row: WhistleCall | SupervisionCard, *, actor: Actor) -> list[Told]:
    """Return whom the rungs of a call or of a card have told, the last first."""
    if isinstance(row, WhistleCall):
        return list(CallRungTold.objects.visible_to(actor).filter(call=row).order_by(*LAST_FIRST))
    return list(CardRungTold.objects.visible_to(actor).filter(card=row).order_by(*LAST_FIRST))


@codes.rung_names.answered_by
def rung_names(workflow: str) -> dict[str, dict[str, str]]:
    """Return the clock of a part, a call or a card, whom it tells, and with which notices."""
    if workflow not in KINDS:
        return {}
    stage, name = rules.CLOCKS_BESIDE[workflow]
    return {
        "stages": {stage: gettext(name)},
        "people": {level: escalating.level_words(level, of=workflow) for level in rules.BESIDE},
        "words": {key: gettext(name) for key, name in rules.TOPICS.items()},
    }
