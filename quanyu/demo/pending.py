"""Matters that are still open when the city is opened: begun so lately that few are late (在办件).

How long a matter has stood is counted in working time back from the opening, so that the desk
looks as used on a Sunday night, in a holiday or on New Year's Day as on a weekday noon.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from quanyu.demo.tale import ADVANCED, SPAN, USUAL, Act, Bends, Draft, World, clocks, cut, told
from quanyu.kernel.calendar import rules as calendar
from quanyu.kernel.calendar.rules import Hours, Limit, Unit

SEED: Final = 20260918
TRIES: Final = 40
DAY: Final = 6.5 * 3600
"""The working seconds of a day."""

_SECONDS: Final = {
    Unit.MINUTES: 60.0,
    Unit.WORKING_MINUTES: 60.0,
    Unit.HOURS: 3600.0,
    Unit.WORKING_HOURS: 3600.0,
    Unit.WORKING_DAYS: DAY,
    Unit.DAYS: 86_400.0,
}


def acts(draft: Draft, world: World) -> list[Act]:
    """Return the acts of an open matter up to the opening; none if it cannot stand there now."""
    dice = random.Random(f"{SEED} {draft.number} {draft.goal}")  # noqa: S311 - a seed, no secret
    bent = replace(bends(draft, world, dice), late=False)
    for _tried in range(TRIES):
        for found in _ways(draft, bent, world, dice):
            if _fits(found, draft, world):
                return [*found, *_alarms(found, draft, world, dice)]
    return []


def bends(draft: Draft, world: World, dice: random.Random) -> Bends:
    """Return where a matter leaves the straight way."""
    chance = dice.random
    goal, web = draft.goal, draft.said.voice in {"web", "phone"}
    verify = goal in {"verifying", "verified"} or world.must_verify(draft.class_code)
    hand_back = goal == "returned" or chance() < 0.07
    rework = goal in {"closed", "handling"} and chance() < 0.07
    return Bends(
        verify=verify or (web and draft.spot.is_mapped and chance() < 0.18),
        send_out=goal in ADVANCED and draft.spot.is_mapped and chance() < 0.4,
        hand_back=hand_back and not draft.is_watched,
        insist=chance() < 0.35,
        late=chance() < (0.02 if world.is_urgent(draft.class_code) else 0.09),
        rework=rework,
        reopen=goal == "closed" and web and not rework and chance() < 0.07,
        rated=goal == "closed" and draft.said.voice != "grid" and chance() < 0.62,
    )


def may_be_said(draft: Draft, moment: datetime, world: World) -> bool:
    """Answer whether somebody would say this then: in its season, and awake or at work."""
    if draft.said.months and moment.month not in draft.said.months:
        return False
    hours = {"web": (6, 23), "phone": (7, 21)}.get(draft.said.voice)
    if hours is not None:
        return hours[0] <= moment.hour < hours[1]
    return calendar.next_working_moment(moment, calendar=world.calendar) == moment


def hour_of(voice: str, day: date, dice: random.Random) -> datetime:
    """Return a moment of that day at which such a voice is mostly heard."""
    low, peak, high = {"web": (6, 18, 23), "phone": (7, 10, 21)}.get(voice, (8.6, 10, 17.4))
    minutes = round(dice.triangular(low, high, peak) * 60)
    moment = datetime.combine(day, time(), tzinfo=calendar.ZONE) + timedelta(minutes=minutes)
    return moment + timedelta(seconds=dice.randrange(60))


# ------------------------------------------------------------------ inside


def _ways(draft: Draft, bent: Bends, world: World, dice: random.Random) -> Iterator[list[Act]]:
    """Yield ways to the goal whose nearest clock shows about what it should at the opening."""
    limit = _limit(draft, world)
    hours = calendar.OFFICE if limit.unit.is_working else calendar.ROUND_THE_CLOCK
    lead, seed = _lead(draft, limit, dice), dice.random()
    began = calendar.local(world.at).replace(microsecond=0)
    way: list[Act] = []
    for _nearer in range(6):
        way = _way(draft, bent, began, world, seed)
        if not way:
            return
        off = _left(way, draft, world, hours) - lead
        began = calendar.add_working_seconds(began, -off, calendar=world.calendar, hours=hours)
    if draft.said.voice in {"web", "phone"} and dice.random() < 0.5:
        yield _way(draft, bent, _off_hours(began, draft, world, dice), world, seed)
    yield way


def _way(draft: Draft, bent: Bends, began: datetime, world: World, seed: float) -> list[Act]:
    dice = random.Random(seed)  # noqa: S311 - a seed, no secret
    return cut(told(draft, bent, began, world, dice), draft.goal)


def _off_hours(began: datetime, draft: Draft, world: World, dice: random.Random) -> datetime:
    """Return a moment when offices were shut: many report after work."""
    if draft.goal == "reported":
        return began + (world.at - began) * dice.random()
    return hour_of(draft.said.voice, began.date() - timedelta(days=1), dice)


def _limit(draft: Draft, world: World) -> Limit:
    return world.limit_of(draft.goal, draft.class_code, world.at) or USUAL


def _lead(draft: Draft, limit: Limit, dice: random.Random) -> int:
    """Return the seconds that should be left on the clock; fewer than none when late."""
    whole = limit.amount * _SECONDS[limit.unit]
    if draft.is_late:
        return -round(whole * dice.uniform(0.1, 0.6) + dice.uniform(900, 7200))
    return round(whole * dice.uniform(0.12, 0.85 if draft.goal == SPAN else 0.97))


def _left(way: Sequence[Act], draft: Draft, world: World, hours: Hours) -> int:
    due = min(clocks(way, draft, world).values())
    return calendar.working_seconds(world.at, due, calendar=world.calendar, hours=hours)


def _fits(way: Sequence[Act], draft: Draft, world: World) -> bool:
    if not way or way[-1].at >= world.at or not may_be_said(draft, way[0].at, world):
        return False
    due = min(clocks(way, draft, world).values())
    return (due < world.at) == draft.is_late


def _alarms(way: Sequence[Act], draft: Draft, world: World, dice: random.Random) -> Iterator[Act]:
    """Yield what the machine has said about the clocks that have run out."""
    for clock, due in sorted(clocks(way, draft, world).items(), key=lambda one: one[1]):
        told_at = max(due, way[-1].at) + timedelta(seconds=dice.randint(5, 55))
        if told_at < world.at:
            yield Act("tell_overdue", told_at, "system", {"clock": clock})
