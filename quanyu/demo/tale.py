"""How one matter goes, act by act, each at its moment and by its actor (一件事的经过).

Pure: the same beginning and the same dice tell the same tale.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from quanyu.demo import texts
from quanyu.demo.texts import Said, Topic
from quanyu.kernel.calendar import rules as calendar
from quanyu.kernel.calendar.rules import Hours, Limit, WorkCalendar, working_days

SPAN: Final = "handling"
"""The state that has no limit of its own: the time for handling runs on from the dispatch."""

USUAL: Final = working_days(3)
"""What handling may take where no table says otherwise."""

WATCHED: Final = frozenset({"04", "23", "27"})
"""The classes for which somebody is on duty round the clock."""

ADVANCED = ("dispatched", "returned", "handling", "handled", "checking", "closed", "rated")
REACHED: Final[Mapping[str, str]] = {
    "report": "reported",
    "request_verification": "verifying",
    "verify": "verified",
    "accept": "accepted",
    "file": "filed",
    "dispatch": "dispatched",
    "send_out": "dispatched",
    "hand_back": "returned",
    "insist": "dispatched",
    "acknowledge": "handling",
    "handle": "handled",
    "check": "checking",
    "rework": "handling",
    "close": "closed",
    "reopen": "handling",
    "rate": "rated",
    "settle": "settled",
    "refuse": "refused",
    "void": "void",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something may be wrong: a building of the demo street, or a place in a community."""

    path: str
    address: str
    near: str
    lon: float | None = None
    lat: float | None = None
    is_village: bool = False

    @property
    def is_mapped(self) -> bool:
        """Answer whether it is a point in the demo street."""
        return self.lon is not None


@dataclass(frozen=True)
class World:
    """What the plan stands on: places, the calendar, the limits and the moment."""

    street: Sequence[Spot]
    city: Sequence[Spot]
    calendar: WorkCalendar
    limit_of: Callable[[str, str, datetime], Limit | None]
    """What a stage may take, for a class, from a moment on."""
    must_verify: Callable[[str], bool]
    is_urgent: Callable[[str], bool]
    at: datetime
    only: int | None = None
    """So many matters and no more: tests of the way it is told need few."""


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a matter: what, when, by whom, with which words."""

    verb: str
    at: datetime
    by: str
    facts: Mapping[str, object] = field(default_factory=dict)
    due: datetime | None = None
    """When the time for handling it is over, as reckoned after this act."""


@dataclass(frozen=True, slots=True)
class Bends:
    """Where a matter leaves the straight way (旁路)."""

    verify: bool = False
    send_out: bool = False
    hand_back: bool = False
    insist: bool = False
    late: bool = False
    rework: bool = False
    reopen: bool = False
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A report with its place and its goal, before the clock is set."""

    number: int
    goal: str
    topic: Topic
    said: Said
    spot: Spot
    reason: str = ""
    reply: str = ""
    is_late: bool = False
    """Whether a clock of it has run out when the city is opened; for open ones only."""

    @property
    def class_code(self) -> str:
        """Return the class as codes knows it: parts bear a P."""
        return f"P{self.topic.code}" if self.topic.kind == "part" else self.topic.code

    @property
    def is_watched(self) -> bool:
        """Answer whether somebody is on duty for it round the clock."""
        return self.class_code[:2] in WATCHED


@dataclass
class Telling:
    """The tale of one matter as it grows: a clock, dice and the acts so far."""

    draft: Draft
    world: World
    dice: random.Random
    at: datetime
    due: datetime | None = None
    limit: Limit = USUAL
    left: int = 0
    acts: list[Act] = field(default_factory=list)

    @property
    def hours(self) -> Hours:
        """Return when somebody is at work for it."""
        return calendar.ROUND_THE_CLOCK if self.draft.is_watched else calendar.OFFICE

    def wait(self, low: float, high: float, *, hours: Hours | None = None) -> None:
        """Let some minutes of working time pass."""
        seconds = round(self.dice.uniform(low, high) * 60)
        self.at = calendar.add_working_seconds(
            self.at, seconds, calendar=self.world.calendar, hours=hours or self.hours
        )

    def spend(self, low: float, high: float) -> None:
        """Let a share of what is left until the due time pass."""
        assert self.due is not None  # noqa: S101 - dispatched before it is spent
        left = calendar.working_seconds(
            self.at, self.due, calendar=self.world.calendar, hours=self.hours
        )
        minutes = max(left, 1800) / 60
        self.wait(minutes * low, minutes * high)

    def act(self, verb: str, by: str, **facts: object) -> None:
        """Write one act down, a moment after the one before."""
        self.at += timedelta(seconds=self.dice.randint(4, 50))
        self._turn_clock(verb)
        self.acts.append(Act(verb, self.at, by, facts, self.due))

    def _turn_clock(self, verb: str) -> None:
        """Begin the time for handling at the first dispatch; let it rest while it is checked."""
        world = self.world
        if verb in {"dispatch", "send_out"} and self.due is None:
            self.limit = world.limit_of(SPAN, self.draft.class_code, self.at) or self.limit
            self.due = calendar.due(self.limit, since=self.at, calendar=world.calendar)
        elif verb == "handle" and self.due is not None:
            self.left = calendar.remaining(
                self.due, at=self.at, unit=self.limit.unit, calendar=world.calendar
            )
        elif verb in {"rework", "reopen"} and self.left > 0:
            self.due = calendar.resumed(
                self.left, at=self.at, unit=self.limit.unit, calendar=world.calendar
            )

    def say(self, name: str) -> str:
        """Return one of the sentences of that name that fit this matter."""
        return self.dice.choice(texts.fitting(name, self.draft.topic, self.draft.said))

    def outcome(self) -> str:
        """Return what was done, in the words nearest to the report."""
        return texts.nearest(self.draft.topic.done, self.draft.said)


def told(
    draft: Draft, bends: Bends, began: datetime, world: World, dice: random.Random
) -> list[Act]:
    """Return all acts of a matter, from its report on."""
    tale = Telling(draft, world, dice, began)
    tale.act("report", _reporter(draft))
    if draft.goal == "settled":
        _settle(tale)
    elif draft.reason:
        _turn_down(tale)
    else:
        _desk(tale, bends)
        _outside(tale, bends)
        _inside_again(tale, bends)
    return tale.acts


def _reporter(draft: Draft) -> str:
    voices = {"web": "resident", "grid": "grid_worker", "window": "community_officer"}
    return voices.get(draft.said.voice, "operator")


def _settle(tale: Telling) -> None:
    tale.at += timedelta(minutes=tale.dice.randint(4, 25))
    tale.act(
        "settle", "grid_worker", outcome=texts.nearest(tale.draft.topic.settled, tale.draft.said)
    )


def _turn_down(tale: Telling) -> None:
    tale.wait(5, 25)
    draft = tale.draft
    if draft.goal == "void":
        tale.act("void", "operator", reason=draft.reason)
    else:
        tale.act("refuse", "operator", reason=draft.reason, reply=draft.reply)


def _desk(tale: Telling, bends: Bends) -> None:
    """Accept, file and dispatch; look first where it is asked or required."""
    tale.wait(2, 22)
    if bends.verify:
        tale.act("request_verification", "operator", remark=tale.say("request_verification"))
        tale.wait(15, 190)
        tale.act("verify", "grid_worker", finding=tale.say("verify"))
        tale.wait(2, 20)
    if not tale.draft.spot.is_mapped:
        tale.act("place", "dispatcher")
    if bends.send_out:
        tale.act("send_out", "clerk")
    else:
        tale.act("accept", "operator")
        tale.wait(1, 18)
        tale.act("file", "operator")
        tale.wait(2, 26)
        tale.act("dispatch", "dispatcher")


def _outside(tale: Telling, bends: Bends) -> None:
    """Let the body acknowledge, perhaps bounce it once, and do the work."""
    if bends.hand_back:
        tale.spend(0.03, 0.1)
        owner = tale.dice.random() < 0.6
        ground = "owned_by_other" if owner else "not_our_duty"
        reason = tale.say("return_owner" if owner else "return_power")
        tale.act("hand_back", "handler", legal_ground=ground, reason=reason)
        tale.wait(10, 120)
        if bends.insist:
            tale.act("insist", "dispatcher", reason=tale.say("insist"))
        else:
            tale.act("dispatch", "dispatcher", other=True)
    tale.spend(0.03, 0.2)
    tale.act("acknowledge", "handler")
    if bends.late:
        tale.spend(1.0, 1.0)
        tale.act("tell_overdue", "system", clock="span")
        tale.wait(90, 2400)
    else:
        tale.spend(0.2, 0.8)
    tale.act("handle", "handler", outcome=tale.outcome())


def _inside_again(tale: Telling, bends: Bends) -> None:
    """Check, send back what is not done, close, and hear the reporter."""
    _check(tale)
    if bends.rework:
        tale.act("rework", "checker", reason=tale.say("rework"))
        _once_more(tale)
    tale.act("close", "checker", evidence=tale.say("check"))
    if bends.reopen:
        _hear(tale, "reopen", solved=False, treated=tale.dice.choice((1, 1, 2)), of="reopen")
        _once_more(tale)
        tale.act("close", "checker", evidence=tale.say("check"))
    if bends.rated:
        _rate(tale)


def _check(tale: Telling) -> None:
    tale.wait(15, 200, hours=calendar.OFFICE)
    tale.act("check", "checker")
    tale.wait(8, 70, hours=calendar.OFFICE)


def _once_more(tale: Telling) -> None:
    tale.spend(0.2, 0.7)
    tale.act("handle", "handler", outcome=tale.outcome())
    _check(tale)


def _rate(tale: Telling) -> None:
    fate = tale.dice.random()
    if fate < 0.68:
        _hear(tale, "rate", solved=True, treated=3, of="rating_good")
    elif fate < 0.9:
        _hear(tale, "rate", solved=True, treated=2, of="rating_fair")
    else:
        _hear(tale, "rate", solved=True, treated=1, of="rating_poor")


def _hear(tale: Telling, verb: str, *, solved: bool, treated: int, of: str) -> None:
    """Let the reporter answer in the following days, by daylight."""
    later = tale.at + timedelta(seconds=round(tale.dice.uniform(1, 60) * 3600))
    if not 8 <= later.hour < 22:
        later = later.replace(hour=19, minute=tale.dice.randrange(60))
    tale.at = max(later, tale.at + timedelta(minutes=20))
    comment = tale.say(of) if of == "reopen" or tale.dice.random() < 0.6 else ""
    tale.act(verb, "resident", solved=solved, treated=treated, comment=comment)


# ------------------------------------------------------------------ where it stands


def cut(acts: Sequence[Act], goal: str) -> list[Act]:
    """Return the way to the last time a matter reaches its goal; nothing if it never does."""
    reached = [number for number, act in enumerate(acts, 1) if REACHED.get(act.verb) == goal]
    return list(acts[: reached[-1]]) if reached else []


def clocks(acts: Sequence[Act], draft: Draft, world: World) -> dict[str, datetime]:
    """Return the clocks that run after the last act, and when each runs out."""
    last = acts[-1]
    state = REACHED[last.verb]
    found: dict[str, datetime] = {}
    if state in {"dispatched", "returned", SPAN} and last.due is not None:
        found["span"] = last.due
    limit = None if state == SPAN else world.limit_of(state, draft.class_code, last.at)
    if limit is not None:
        found["stage"] = calendar.due(limit, since=last.at, calendar=world.calendar)
    return found
