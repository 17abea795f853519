"""What happens in the demo city in a year: who says what and where, and how far it goes (剧本).

Pure: the same seed, places, limits and moment give the same plan, so that a start that was cut
short goes on where it stopped.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from quanyu.demo import pending, texts
from quanyu.demo.pending import SEED
from quanyu.demo.tale import REACHED, WATCHED, Act, Draft, Spot, World, told
from quanyu.demo.texts import Said, Topic
from quanyu.kernel.calendar import rules as calendar

DAYS: Final = 364
TRIES: Final = 20
MATTERS: Final = 458
"""How many reports go their way; those that are turned down or voided come on top."""

OPEN: Final[Mapping[str, int]] = {
    "reported": 9,
    "verifying": 7,
    "verified": 5,
    "accepted": 5,
    "filed": 9,
    "dispatched": 15,
    "returned": 6,
    "handling": 52,
    "handled": 13,
    "checking": 9,
}
"""How many matters stand in each open state when the city is opened."""

LATE: Final[Mapping[str, int]] = {
    "filed": 1,
    "dispatched": 2,
    "returned": 1,
    "handling": 8,
    "handled": 1,
    "checking": 1,
}
"""How many of those are late, by some hours or a few days."""


@dataclass(frozen=True, slots=True)
class Life:
    """One matter from its report to where it stands today."""

    number: int
    class_code: str
    name: str
    said: Said
    text: str
    spot: Spot
    contact: tuple[str, str] = ("", "")
    gives_class: bool = False
    with_photo: bool = False
    acts: tuple[Act, ...] = ()

    @property
    def reported_at(self) -> datetime:
        """Return when it was said."""
        return self.acts[0].at

    @property
    def state(self) -> str:
        """Return where it stands today."""
        return [REACHED[act.verb] for act in self.acts if act.verb in REACHED][-1]

    @property
    def consent(self) -> dict[str, Any]:
        """Return how the person agreed to the record, and to be called back after closing."""
        is_heard = self.said.voice in {"phone", "window"}
        return {"agreed": "said" if is_heard else "", "may_ask_back": bool(self.contact[1])}


def plan(world: World) -> list[Life]:
    """Return every matter of the demo city, in the order in which they were reported."""
    said = drafts(world)[: world.only]
    waiting = _waiting(said, world)
    lives = [_live(draft, waiting.get(draft.number), world) for draft in said]
    return sorted(lives, key=lambda life: (life.reported_at, life.number))


def again(drafts: Sequence[Draft], number: int, began: datetime, world: World, seed: int) -> Life:
    """Return one more matter, said at this moment, from its report to its end.

    The same number and seed give the same life. Its contact is made up, of a range nobody is given.
    """
    dice = random.Random(f"{seed} {number}")  # noqa: S311 - a seed, no secret
    tries = [dice.choice(drafts) for _try in range(TRIES)]
    draft = next((one for one in tries if pending.may_be_said(one, began, world)), tries[0])
    goal = "closed" if draft.goal in OPEN else draft.goal
    draft = replace(draft, number=number % 10_000, goal=goal)
    bends = pending.bends(draft, world, dice)
    return life(draft, told(draft, bends, began, world, dice), dice)


def drafts(world: World) -> list[Draft]:
    """Return what people of the demo city say, and where."""
    return list(_drafts(world))


def _waiting(drafts: Sequence[Draft], world: World) -> dict[int, list[Act]]:
    """Return the open matters by number.

    Not every report can wait at every hour: at night no grid worker has just found anything.
    What cannot is closed long since, and another of the street waits in its place.
    """
    found: dict[int, list[Act]] = {}
    spare = iter([draft for draft in drafts if _may_wait(draft)])
    for draft in drafts:
        if draft.goal not in OPEN:
            continue
        other: Draft | None = draft
        while other is not None and not (acts := pending.acts(other, world)):
            other = _instead(draft, spare, world)
        if other is not None:
            found[other.number] = acts
    return found


def _may_wait(draft: Draft) -> bool:
    """Answer whether a closed matter of the street could as well be open, at any hour."""
    is_any_time = draft.said.voice in {"web", "phone"} and not draft.said.months
    return draft.goal == "closed" and is_any_time and draft.spot.is_mapped


def _instead(draft: Draft, spare: Iterator[Draft], world: World) -> Draft | None:
    """Return the next that may stand where this one cannot."""
    fitting = (one for one in spare if _suits(draft.goal, draft.is_late, one.class_code, world))
    other = next(fitting, None)
    return other and replace(other, goal=draft.goal, is_late=draft.is_late)


# ------------------------------------------------------------------ who says what, and where


def _drafts(world: World) -> Iterator[Draft]:
    dice = random.Random(SEED)  # noqa: S311 - a seed, no secret
    said = _chosen(dice)
    goals = _goals(said, world, dice)
    for number, (topic, report) in enumerate(said):
        goal, is_late = goals[number]
        spot = _spot(topic, report, goal, world, dice)
        yield Draft(number, goal, topic, report, spot, is_late=is_late)
    for number, ended in enumerate(texts.turned(), start=len(said)):
        topic = _guessed(ended.said)
        spot = _spot(topic, ended.said, "", world, dice)
        goal = "refused" if ended.ending == "refuse" else "void"
        yield Draft(number, goal, topic, ended.said, spot, ended.reason, ended.reply)


def _chosen(dice: random.Random) -> list[tuple[Topic, Said]]:
    """Return two reports of every class and as many of the rest as the year holds, shuffled."""
    first = [(topic, said) for topic in texts.topics() for said in topic.reports[:2]]
    rest = [(topic, said) for topic in texts.topics() for said in topic.reports[2:]]
    dice.shuffle(rest)
    chosen = first + rest[: max(MATTERS - len(first), 0)]
    dice.shuffle(chosen)
    return chosen


def _guessed(said: Said) -> Topic:
    return Topic("event", "0199", "其他", reports=[said])


def _goals(
    said: Sequence[tuple[Topic, Said]], world: World, dice: random.Random
) -> dict[int, tuple[str, bool]]:
    """Settle who stands where today, and who is late; the rest is closed long since."""
    wanted = [(goal, n < LATE.get(goal, 0)) for goal, times in OPEN.items() for n in range(times)]
    dice.shuffle(wanted)
    goals: dict[int, tuple[str, bool]] = {}
    for number, (topic, report) in enumerate(said):
        goals[number] = ("settled" if _is_settled(topic, report) else "closed"), False
        may_wait = not report.months and topic.code != "0101"
        if goals[number][0] == "closed" and may_wait:
            code = f"{'P' * (topic.kind == 'part')}{topic.code}"
            fitting = (one for one in wanted if _suits(*one, code, world))
            taken = next(fitting, goals[number])
            goals[number] = taken
            wanted.remove(taken) if taken in wanted else None
    return goals


def _suits(goal: str, is_late: bool, class_code: str, world: World) -> bool:
    """Answer whether a matter of this class may plausibly stand there.

    Danger is hardly ever late, is not handed back, and leaves the desk within minutes.
    """
    watched = class_code[:2] in WATCHED
    if is_late:
        return not watched and not world.is_urgent(class_code)
    return not watched or goal in {"handling", "handled", "checking"}


def _is_settled(topic: Topic, report: Said) -> bool:
    on_the_spot = any(word in report.text for word in texts.phrases()["on_the_spot"])
    return report.voice == "grid" and bool(topic.settled) and on_the_spot


def _spot(topic: Topic, report: Said, goal: str, world: World, dice: random.Random) -> Spot:
    """Return a place that fits: only the demo street has grid workers and a window of its own."""
    bound = report.voice in {"grid", "window"} or goal in {"verifying", "verified"}
    bound = bound or world.must_verify(f"{'P' * (topic.kind == 'part')}{topic.code}")
    if bound or not world.city or dice.random() < 0.45:
        return dice.choice(world.street)
    is_urban = any(word in report.text for word in texts.phrases()["urban_only"])
    return dice.choice([spot for spot in world.city if not (is_urban and spot.is_village)])


# ------------------------------------------------------------------ when


def _live(draft: Draft, waiting: Sequence[Act] | None, world: World) -> Life:
    dice = random.Random(f"{SEED} {draft.number}")  # noqa: S311 - a seed, no secret
    if waiting is not None:
        return life(draft, waiting, dice)
    ended = replace(draft, goal="closed") if draft.goal in OPEN else draft
    return life(ended, _ended(ended, world, dice), dice)


def _ended(draft: Draft, world: World, dice: random.Random) -> list[Act]:
    """Return the way of a matter that is over, some time in the last year."""
    bends = pending.bends(draft, world, dice)
    acts: list[Act] = []
    for began in _beginnings(draft, world, dice):
        acts = told(draft, bends, began, world, dice)
        if acts[-1].at < world.at:
            break
    return acts


def life(draft: Draft, acts: Sequence[Act], dice: random.Random) -> Life:
    """Return a matter with who says it, how and with which picture, by the dice."""
    is_resident = draft.said.voice != "grid"
    contact = _contact(draft.number, dice) if is_resident and dice.random() < 0.7 else ("", "")
    gives_class = draft.said.voice != "web" or dice.random() < 0.3
    return Life(
        number=draft.number,
        class_code=draft.class_code,
        name=draft.topic.name,
        said=draft.said,
        text=draft.said.text.replace("{place}", draft.spot.near),
        spot=draft.spot,
        contact=contact,
        gives_class=gives_class and not draft.reason,
        with_photo=not draft.reason and dice.random() < 0.28,
        acts=tuple(acts),
    )


def _contact(number: int, dice: random.Random) -> tuple[str, str]:
    """Return a made-up name and a number of a range that nobody is given."""
    name = dice.choice(texts.phrases()["surname"]) + dice.choice(texts.phrases()["given"])
    return name, f"1380000{number:04d}"


def _beginnings(draft: Draft, world: World, dice: random.Random) -> Iterator[datetime]:
    """Yield moments at which it may have been reported."""
    for _tried in range(400):
        back = timedelta(days=dice.uniform(0.3, DAYS))
        day = (calendar.local(world.at) - back).date()
        moment = pending.hour_of(draft.said.voice, day, dice)
        is_within = world.at - timedelta(days=DAYS + 1) < moment < world.at
        if is_within and pending.may_be_said(draft, moment, world):
            yield moment
    # Nothing fitted: long ago, when everything could be finished.
    yield calendar.local(world.at) - timedelta(days=60 + dice.uniform(0, 200))
