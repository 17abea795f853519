"""What happens in the demo city in a year: who says what and where, and how far it goes (剧本).

Pure: the same seed, places, limits and moment give the same plan, so that a start that was cut
short goes on where it stopped.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from quanyu.demo import texts
from quanyu.demo.texts import Said, Topic
from quanyu.kernel.calendar import rules as calendar
from quanyu.kernel.calendar.rules import Hours, Limit, WorkCalendar

SEED: Final = 20260918
DAYS: Final = 364
MATTERS: Final = 458
"""How many reports go their way; those that are turned down or voided come on top."""

OPEN: Final[Mapping[str, int]] = {
    "reported": 10,
    "verifying": 7,
    "verified": 6,
    "accepted": 7,
    "filed": 12,
    "dispatched": 14,
    "returned": 6,
    "handling": 46,
    "handled": 13,
    "checking": 9,
}
"""How many matters stand in each open state when the city is opened."""

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
    limit_of: Callable[[str, datetime], Limit]
    must_verify: Callable[[str], bool]
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

    @property
    def class_code(self) -> str:
        """Return the class as codes knows it: parts bear a P."""
        return f"P{self.topic.code}" if self.topic.kind == "part" else self.topic.code

    @property
    def is_urgent(self) -> bool:
        """Answer whether somebody is on duty for it round the clock."""
        return self.class_code[:2] in {"04", "23", "27"}


def plan(world: World) -> list[Life]:
    """Return every matter of the demo city, in the order in which they were reported."""
    drafts = list(_drafts(world))[: world.only]
    lives = [_live(draft, world) for draft in drafts]
    return sorted(lives, key=lambda life: (life.reported_at, life.number))


# ------------------------------------------------------------------ who says what, and where


def _drafts(world: World) -> Iterator[Draft]:
    dice = random.Random(SEED)  # noqa: S311 - a seed, no secret
    said = _chosen(dice)
    goals = _goals(said, dice)
    for number, (topic, report) in enumerate(said):
        goal = goals[number]
        yield Draft(number, goal, topic, report, _spot(topic, report, goal, world, dice))
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


def _goals(said: Sequence[tuple[Topic, Said]], dice: random.Random) -> dict[int, str]:
    """Settle who stands where today; the rest is closed long since."""
    goals: dict[int, str] = {}
    wanted = [goal for goal, times in OPEN.items() for _ in range(times)]
    dice.shuffle(wanted)
    for number, (topic, report) in enumerate(said):
        if _is_settled(topic, report):
            goals[number] = "settled"
        elif wanted and not report.months and topic.code != "0101":
            goals[number] = wanted.pop()
        else:
            goals[number] = "closed"
    return goals


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


def _live(draft: Draft, world: World) -> Life:
    dice = random.Random(f"{SEED} {draft.number}")  # noqa: S311 - a seed, no secret
    bends = _bends(draft, world, dice)
    acts: list[Act] = []
    for began in _beginnings(draft, world, bends, dice):
        acts = _cut(_told(draft, bends, began, world, dice), draft.goal, world)
        if _fits(acts, draft, bends, world):
            break
    return _life(draft, acts, dice)


def _life(draft: Draft, acts: Sequence[Act], dice: random.Random) -> Life:
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


def _bends(draft: Draft, world: World, dice: random.Random) -> Bends:
    chance = dice.random
    goal, web = draft.goal, draft.said.voice in {"web", "phone"}
    verify = goal in {"verifying", "verified"} or world.must_verify(draft.class_code)
    hand_back = goal == "returned" or chance() < 0.07
    rework = goal in {"closed", "handling"} and chance() < 0.07
    return Bends(
        verify=verify or (web and draft.spot.is_mapped and chance() < 0.18),
        send_out=goal in ADVANCED and draft.spot.is_mapped and chance() < 0.4,
        hand_back=hand_back and not draft.is_urgent,
        insist=chance() < 0.35,
        late=chance() < (0.3 if goal == "handling" else 0.09),
        rework=rework,
        reopen=goal == "closed" and web and not rework and chance() < 0.07,
        rated=goal == "closed" and draft.said.voice != "grid" and chance() < 0.62,
    )


def _beginnings(
    draft: Draft, world: World, bends: Bends, dice: random.Random
) -> Iterator[datetime]:
    """Yield moments at which it may have been reported, the most fitting kind first."""
    is_open = draft.goal in OPEN
    for tried in range(400):
        if is_open:
            reach = 0.15 + tried * (0.25 if bends.late else 0.09)
            back = timedelta(days=dice.uniform(0, reach))
        else:
            back = timedelta(days=dice.uniform(0.3, DAYS))
        moment = (calendar.local(world.at) - back).replace(microsecond=0)
        if not is_open:
            moment = _hour_of(draft.said.voice, moment.date(), dice)
        if _may_be_said(draft, moment, world):
            yield moment
    # Nothing fitted: long ago, when everything could be finished.
    yield calendar.local(world.at) - timedelta(days=60 + dice.uniform(0, 200))


def _hour_of(voice: str, day: date, dice: random.Random) -> datetime:
    low, peak, high = {"web": (6, 18, 23), "phone": (7, 10, 21)}.get(voice, (8.6, 10, 17.4))
    minutes = round(dice.triangular(low, high, peak) * 60)
    moment = datetime.combine(day, time(), tzinfo=calendar.ZONE) + timedelta(minutes=minutes)
    return moment + timedelta(seconds=dice.randrange(60))


def _may_be_said(draft: Draft, moment: datetime, world: World) -> bool:
    if draft.said.months and moment.month not in draft.said.months:
        return False
    if not world.at - timedelta(days=DAYS + 1) < moment < world.at:
        return False
    hours = {"web": (6, 23), "phone": (7, 21)}.get(draft.said.voice)
    if hours is not None:
        return hours[0] <= moment.hour < hours[1]
    working = calendar.next_working_moment(moment, calendar=world.calendar)
    return working == moment


def _fits(acts: Sequence[Act], draft: Draft, bends: Bends, world: World) -> bool:
    if acts[-1].at >= world.at:
        return False
    if draft.goal != "handling":
        return True
    due = next((act.facts["due"] for act in acts if "due" in act.facts), None)
    return due is None or (due < world.at) == bends.late  # type: ignore[operator]


def _cut(acts: Sequence[Act], goal: str, world: World) -> list[Act]:
    """Return the way to the goal; a closed matter goes all its way."""
    if goal == "closed":
        return list(acts)
    end = 1 + [REACHED.get(act.verb) for act in acts].index(goal)
    told = (act for act in acts[end : end + 1] if act.verb == "tell_overdue")
    return [*acts[:end], *(act for act in told if act.at < world.at)]


# ------------------------------------------------------------------ how it goes


@dataclass
class Telling:
    """The tale of one matter as it grows: a clock, dice and the acts so far."""

    draft: Draft
    world: World
    dice: random.Random
    at: datetime
    due: datetime | None = None
    acts: list[Act] = field(default_factory=list)

    @property
    def hours(self) -> Hours:
        """Return when somebody is at work for it."""
        return calendar.ROUND_THE_CLOCK if self.draft.is_urgent else calendar.OFFICE

    def wait(self, low: float, high: float) -> None:
        """Let some minutes of working time pass."""
        seconds = round(self.dice.uniform(low, high) * 60)
        self.at = calendar.add_working_seconds(
            self.at, seconds, calendar=self.world.calendar, hours=self.hours
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
        self.acts.append(Act(verb, self.at, by, facts))

    def say(self, name: str) -> str:
        """Return one of the sentences of that name."""
        return self.dice.choice(texts.phrases()[name])


def _told(
    draft: Draft, bends: Bends, began: datetime, world: World, dice: random.Random
) -> list[Act]:
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
    tale.act("settle", "grid_worker", outcome=tale.dice.choice(tale.draft.topic.settled))


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
    limit = tale.world.limit_of(tale.draft.class_code, tale.at)
    tale.due = calendar.due(
        limit, since=tale.at, calendar=tale.world.calendar, hours=calendar.OFFICE
    )
    tale.acts[-1] = replace(tale.acts[-1], facts={"due": tale.due})


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
        tale.act("tell_overdue", "system")
        tale.wait(90, 2400)
    else:
        tale.spend(0.2, 0.8)
    tale.act("handle", "handler", outcome=tale.dice.choice(tale.draft.topic.done))


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
    tale.wait(15, 200)
    tale.act("check", "checker")
    tale.wait(8, 70)


def _once_more(tale: Telling) -> None:
    tale.spend(0.2, 0.7)
    tale.act("handle", "handler", outcome=tale.dice.choice(tale.draft.topic.done))
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
