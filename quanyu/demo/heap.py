"""One kind that piles up at one place over weeks, and the campaign upon it (热点与专项示例)."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from quanyu.demo import pending, plan, texts
from quanyu.demo.plan import Life
from quanyu.demo.tale import Bends, Draft, Spot, World, told
from quanyu.demo.texts import Said, Topic
from quanyu.events import actions as events
from quanyu.events.queries import campaigns
from quanyu.events.queries import hot as piles
from quanyu.events.rules.campaigns import Plan
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.organisations import queries as organisations

KIND: Final = ("part", "0118")
FIRST: Final = 900
"""Numbers from here on: those of the year stand below."""

DAYS: Final = (46, 41, 35, 30, 24, 19, 13, 9, 4, 2)
"""So many days before the city opens each was said: the last ones are still under way."""

SAID: Final = (
    ("web", "{place}的路灯前天换过，昨晚又灭了，来回修了三次。"),
    ("phone", "来电反映{place}一整排路灯到九点就跳闸，一片黑。"),
    ("web", "{place}路灯时亮时不亮，下雨那天冒过火花，不敢靠近。"),
    ("web", "晚上回家经过{place}全靠手机照，灯坏了快一周。"),
    ("phone", "市民来电，{place}路灯不亮，老人散步被路沿绊倒。"),
    ("web", "{place}修好两天的灯又灭了，是不是线路的问题？"),
    ("web", "{place}的灯杆在嗡嗡响，灯光发红，一会儿就灭。"),
    ("phone", "来电人说{place}那几盏灯隔三差五坏，希望一次查清楚。"),
    ("web", "昨晚{place}又停了五盏，放学的孩子结伴走。"),
    ("web", "{place}路灯又不亮了，这个月第四回，拜托彻底修一下。"),
)


def upon(planned: Callable[[World], list[Life]], world: World) -> list[Life]:
    """Return the matters of the year and those of the heap, in the order they were reported."""
    whole = [*planned(world), *lives(world)]
    return sorted(whole, key=lambda life: (life.reported_at, life.number))


def lives(world: World) -> Iterator[Life]:
    """Yield matters of one kind in one grid, over weeks in which the rest of the year saw few."""
    topic, spots = _topic(), _grid(world)
    for number, (days, (voice, words)) in enumerate(zip(DAYS, SAID, strict=True), start=FIRST):
        spot = spots[number % len(spots)]
        draft = Draft(number, "closed", topic, Said(voice, words), spot)
        yield _life(draft, days, world)


def lead(commander: Actor, *, at: datetime) -> None:
    """Find what has piled up as every night does, and open a campaign on it, once."""
    with acting(commander):
        if campaigns.listed(actor=commander):
            return
    worker = system(settings.QUANYU_CITY, job="events.find_hot")
    with transaction.atomic(), acting(worker):
        found = piles.piled_up(actor=worker, at=at)
        events.keep_hot(found=found, repeats={}, actor=worker, at=at)
    with transaction.atomic(), acting(commander):
        issues = [one for one in piles.listed(actor=commander) if one.category == _code()]
        if not issues:
            return
        day = local(at).date()
        holders = organisations.duty_holders(_code(), place=issues[0].region_path, on=day)
        opened = Plan(
            title="路灯反复损坏专项，示例",
            goal="查清线路，一次修好，看新增是不是少了",
            body_id=holders[0].body_id,
            starts_on=day - timedelta(days=14),
            ends_on=day + timedelta(days=14),
        )
        events.open_campaign(plan=opened, issue_id=issues[0].pk, actor=commander, at=at)


def _code() -> str:
    return f"P{KIND[1]}"


def _topic() -> Topic:
    return next(one for one in texts.topics() if (one.kind, one.code) == KIND)


def _grid(world: World) -> list[Spot]:
    """Return the places of the grid that has most of them, the first by its path."""
    counted = Counter(spot.path for spot in world.street)
    path = min(counted, key=lambda one: (-counted[one], one))
    return [spot for spot in world.street if spot.path == path]


def _life(draft: Draft, days: int, world: World) -> Life:
    """Return one of them as far as it has come when the city opens."""
    dice = random.Random(f"{pending.SEED} {draft.number}")  # noqa: S311 - a seed, no secret
    day = (local(world.at) - timedelta(days=days)).date()
    began = pending.hour_of(draft.said.voice, day, dice)
    acts = told(draft, Bends(), began, world, dice)
    return plan.life(draft, [act for act in acts if act.at < world.at], dice)
