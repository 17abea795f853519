"""Whom a rung tells now, whom the rungs have told, and who is told next (逐级提醒)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, override

from quanyu.events.models import Event, RungTold
from quanyu.events.queries import desk, telling, words
from quanyu.events.rules import Audience
from quanyu.events.rules import escalating as rules
from quanyu.events.rules.escalating import Whom
from quanyu.events.workflow import EVENT, State
from quanyu.events.workflow.joint import PART
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import Limit, Unit
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.codes.rules.rungs import BEFORE, SHARE, RungEntry
from quanyu.kernel.workflow import ladder, rungs
from quanyu.kernel.workflow.ladder import Moment
from quanyu.kernel.workflow.rungs import Ticking
from quanyu.organisations import queries as organisations

BATCH = 50
"""So many matters in one transaction: their rows stay locked until it ends."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who is told of a rung: at the level it means, or above it where nobody is there."""

    level: str
    people: list[UUID]


@dataclass(frozen=True, slots=True)
class Next:
    """The rung that is told next, if nothing happens until then (下一步提醒)."""

    ticking: Ticking
    moment: Moment
    found: Found


def due(*, actor: Actor, at: datetime) -> list[Event]:
    """Return the matters with a rung due, what waits longest first; locked.

    Of two workers each takes others: a locked row is passed over.
    """
    rows = Event.objects.visible_to(actor).filter(next_rung_at__lt=at)
    locked = rows.select_for_update(skip_locked=True, of=("self",))
    return list(locked.order_by("next_rung_at", "id")[:BATCH])


def run_of(event: Event, one: Ticking) -> str:
    """Return which run of a clock it is: a state entered again runs anew, and more time granted."""
    since = int(one.clock.since.timestamp())
    return f"{one.stage}.{since}" + (f".{event.extended}" if one.name == "span" else "")


def people(event: Event, whom: str, *, at: datetime) -> Found:
    """Return who is told at a level, or at the nearest one above it where somebody is."""
    for level in rules.upward(whom):
        if found := _at(event, level, at=at):
            return Found(level, found)
    return Found("", [])


def told(event: Event, *, actor: Actor) -> list[RungTold]:
    """Return whom the rungs of a matter have told, the last first."""
    rows = RungTold.objects.visible_to(actor).filter(event=event)
    return list(rows.order_by("-told_at", "-number", "account_id"))


def coming(event: Event, *, at: datetime) -> Next | None:
    """Return who is told next and when, by the clocks and the holders of the posts as they are."""
    found = [
        (moment.at, one, moment)
        for one in rungs.ticking(event)
        for moment in ladder.ahead(rungs.moments(event, one), climbed=one.climbed)
        if moment.at >= at and rules.is_meant(moment.rung.whom, state=event.state)
    ]
    if not found:
        return None
    _when, one, moment = min(found, key=lambda each: (each[0], each[2].number))
    return Next(one, moment, people(event, moment.rung.whom, at=at))


def said(event: Event, one: Ticking, whom: str, found: Found, *, at: datetime) -> dict[str, object]:
    """Return the short public words that fill a notice of a rung."""
    filling = telling.words(event, at=at) | {"due_at": one.due.isoformat()}
    filling |= both("holder", lambda: holder(event, at=at))
    if found.level == whom:
        return filling
    return filling | both("note", lambda: gettext(rules.VACANT).format(whom=level_words(whom)))


def holder(event: Event, *, at: datetime) -> str:
    """Return who has a matter: its body by name, else the post that it waits for."""
    if event.body_id is not None:
        return organisations.body_names([event.body_id])[event.body_id]
    return next((words.role_words(role, at=at) for role in desk.awaited(event)), "")


def body_above(event: Event) -> UUID | None:
    """Return the body above the one that has a matter."""
    return organisations.above(event.body_id) if event.body_id is not None else None


def was_told_above(event: Event, *, actor: Actor) -> bool:
    """Answer whether people of the body above were asked to see to a matter."""
    rows = RungTold.objects.visible_to(actor).filter(event=event, level=Whom.LEADER)
    return rows.exists()


def distance_words(rung: RungEntry) -> str:
    """Return how far from the end a rung tells, as people say it."""
    if rung.unit == SHARE:
        return gettext("时限剩 {n} % 时").format(n=rung.amount)
    if rung.amount == 0:
        return gettext("到期时")
    length = calendar.limit_words(Limit(rung.amount, Unit(rung.unit)))
    said = gettext("到期前 {length}") if rung.side == BEFORE else gettext("到期后 {length}")
    return said.format(length=length)


def stage_words(stage: str, *, of: str = EVENT.name) -> str:
    """Return what the clock of a stage is called; that of a part is told in its matter."""
    known = codes.named_rungs(PART.name)["stages"] | codes.named_rungs(of)["stages"]
    return known.get(stage) or gettext("各环节")


def notice_words(key: str) -> str:
    """Return what the notice of a rung is called."""
    return gettext(rules.TOPICS[key])


def level_words(level: str, *, of: str = EVENT.name) -> str:
    """Return what a level is called."""
    return gettext(rules.WHOM_BESIDE.get(of, {}).get(level) or rules.WHOM_NAMES[level])


@codes.rung_names.answered_by
def rung_names(workflow: str) -> dict[str, dict[str, str]]:
    """Return the clocks of a matter, whom it tells, and with which notices."""
    if workflow != EVENT.name:
        return {}
    stages = {state.value: str(state.label) for state in State if state in EVENT.limits}
    if EVENT.span is not None:
        stages = {EVENT.span.name: gettext(EVENT.span.label)} | stages
    return {
        "stages": stages,
        "people": {level: level_words(level) for level in rules.UPWARD},
        "words": {key: gettext(name) for key, name in rules.TOPICS.items()},
    }


# ------------------------------------------------------------------ inside


def _at(event: Event, level: Whom, *, at: datetime) -> list[UUID]:
    if level in rules.PARTS:
        path = rules.place_of(level, event.region_path)
        return accounts.holders_at(rules.IN_COMMAND, path=path, at=at) if path else []
    found: dict[str, Callable[[], list[UUID]]] = {
        Whom.HANDS: lambda: _hands(event, at=at),
        Whom.LEADER: lambda: _above(event, at=at),
        Whom.DESK: lambda: telling.recipients(event, Audience.DISPATCHERS, at=at),
    }
    return found[level]()


def _hands(event: Event, *, at: datetime) -> list[UUID]:
    whom = rules.hands(event.state)
    return telling.recipients(event, whom, at=at) if whom else []


def _above(event: Event, *, at: datetime) -> list[UUID]:
    above = body_above(event)
    return accounts.holders(Role.HANDLER, body=above, at=at) if above else []


def both(name: str, say: Callable[[], str]) -> dict[str, object]:
    """Return a word in both languages, as a notice keeps it."""
    with override("zh-hans"):
        chinese = say()
    with override("en"):
        return {name: chinese, f"{name}_en": say()}
