"""The demo city lives on: reports and acts at a chosen speed, through the real actions (回放).

What happens, when and by whom follows from the seed and the moment alone; only how long each act
takes is found out by doing.
"""

import heapq
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from django.db import transaction

from quanyu.demo import cast, plan
from quanyu.demo.city import Player, Stage, standing
from quanyu.demo.plan import Life
from quanyu.demo.tale import Act, Draft, World
from quanyu.kernel.errors import Denied, Refusal

YEARLY: Final = 121_145 / (365 * 24 * 60)
"""Reports a minute in a real year: Boston 2015."""

SLICE: Final = 0.2
"""Seconds slept at most before one looks whether to stop."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One act that is due at its moment, of one matter."""

    life: Life
    number: int
    act: Act
    is_last: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How much of the city's time is played, how fast, and how often somebody reports."""

    since: datetime
    until: datetime
    speed: float
    """Seconds of the city in a second; 0 for as fast as can be."""
    rate: float = YEARLY
    """Reports in a minute of the city."""
    seed: int = 1
    most: int = 0
    """So many reports and no more; 0 for any number."""

    @classmethod
    def up_to(cls, now: datetime, *, hours: float, speed: float, **more: float) -> "Pace":
        """Return the pace that catches up with the clock on the wall: no act lies in the future."""
        whole = timedelta(hours=hours)
        until = now + (whole / speed if speed else timedelta())
        given = {"rate": more["rate"]} if "rate" in more else {}
        seed, most = int(more.get("seed", 1)), int(more.get("most", 0))
        return cls(until - whole, until, speed, seed=seed, most=most, **given)


@dataclass
class Played:
    """What was played, and how long it took (回放结果)."""

    reports: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    """Acts that the city said no to, by verb and reason; the rest of such a matter is left."""
    seconds: float = 0.0
    took: dict[str, list[float]] = field(default_factory=dict)
    behind: float = 0.0
    """By how many seconds, at most, an act came after its moment on the wall."""

    def told(self) -> dict[str, object]:
        """Return it as a person reads it: acts a second, and what share was how fast."""
        everything = [one for took in self.took.values() for one in took]
        return {
            "reports": self.reports,
            "acts": self.acts.total(),
            "acts_a_second": round(self.acts.total() / self.seconds, 1) if self.seconds else 0.0,
            "seconds": round(self.seconds, 1),
            "behind_seconds": round(self.behind, 1),
            "refused": dict(self.refused),
            "milliseconds": _shares(everything),
            "by_verb": {
                verb: {"count": self.acts[verb], **_shares(self.took[verb])}
                for verb in sorted(self.took)
            },
        }


def _shares(took: Sequence[float]) -> dict[str, float]:
    """Return the median, the slow ones and the slowest, in milliseconds."""
    if not took:
        return {}
    ordered = sorted(took)
    at = {name: math.ceil(share * len(ordered)) - 1 for name, share in
          (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))}  # fmt: skip
    return {name: round(ordered[place] * 1000, 1) for name, place in at.items()}


def turns(drafts: Sequence[Draft], world: World, pace: Pace) -> Iterator[Turn]:
    """Give every act of the time that is played, in the order of their moments."""
    order = count()
    waiting: list[tuple[datetime, int, Life, int, int]] = []
    for number, began in enumerate(_arrivals(pace)):
        yield from _until(began, waiting, order)
        life = plan.again(drafts, number, began, world, pace.seed)
        first = life.acts[0].at
        heapq.heappush(waiting, (first, next(order), life, number, 0))
    yield from _until(pace.until, waiting, order)


def _until(
    moment: datetime, waiting: list[tuple[datetime, int, Life, int, int]], order: Iterator[int]
) -> Iterator[Turn]:
    while waiting and waiting[0][0] < moment:
        _at, _order, life, number, step = heapq.heappop(waiting)
        is_last = step + 1 == len(life.acts)
        yield Turn(life, number, life.acts[step], is_last)
        if not is_last:
            coming = life.acts[step + 1].at
            heapq.heappush(waiting, (coming, next(order), life, number, step + 1))


def _arrivals(pace: Pace) -> Iterator[datetime]:
    """Give the moments at which somebody reports: by chance, so many a minute on average."""
    dice = random.Random(f"{pace.seed} arrivals")  # noqa: S311 - a seed, no secret
    moment = pace.since
    for number in count():
        moment += timedelta(minutes=dice.expovariate(pace.rate))
        if moment >= pace.until or (pace.most and number >= pace.most):
            return
        yield moment


def play(
    home: Path,
    pace: Pace,
    *,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    played: Played | None = None,
) -> Played | None:
    """Play in the city of this home; None when none was opened there.

    :param played: what it is counted in, so that who stops it half way knows what was done
    """
    # Looked for first: who asks for the keys of a home that has none makes them.
    found = standing(home, at=pace.until) if (home / cast.FILE).exists() else None
    if found is None:
        return None
    stage, world = found
    stage.news_from = pace.since
    done = played if played is not None else Played()
    began = clock()
    players: dict[int, Player] = {}
    try:
        for turn in turns(plan.drafts(world), world, pace):
            _wait(turn.act.at, pace, began, done, wait, clock)
            _take(turn, players, stage, done, clock)
    finally:
        done.seconds = clock() - began
    return done


def _wait(
    moment: datetime,
    pace: Pace,
    began: float,
    done: Played,
    wait: Callable[[float], None],
    clock: Callable[[], float],
) -> None:
    """Wait for the moment on the wall at which this moment of the city comes."""
    if not pace.speed:
        return
    due = began + (moment - pace.since).total_seconds() / pace.speed
    while (left := due - clock()) > 0:
        wait(min(left, SLICE))
    done.behind = max(done.behind, -left)


def _take(
    turn: Turn, players: dict[int, Player], stage: Stage, done: Played, clock: Callable[[], float]
) -> None:
    """Take one act in a transaction of its own; a matter that is refused one goes no further."""
    verb = turn.act.verb
    if verb == "report":
        players[turn.number] = Player(turn.life, stage)
    player = players.get(turn.number)
    if player is None:
        return
    began = clock()
    try:
        with transaction.atomic():
            player.take(turn.act)
    except (Refusal, Denied) as refusal:
        done.refused[f"{verb}: {type(refusal).__name__}"] += 1
        del players[turn.number]
        return
    done.took.setdefault(verb, []).append(clock() - began)
    done.acts[verb] += 1
    done.reports += verb == "report"
    if turn.is_last:
        del players[turn.number]
