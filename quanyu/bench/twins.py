"""How long it takes to find the twins among many matters, and how many are found (查重).

The reports are generated: no city gives away those of its residents. A share of them is told twice,
in other words, within days and metres; what is found is held against these known twins. So cost is
the reliable part here; precision and recall say only how it fares with twins of this making.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np

from quanyu.bench.ground import tell
from quanyu.events.engine.twins import Reports, pairs

SEED = 20260918
ROWS = 100_000
STREETS = 130
DAYS = 365
TWICE = 0.12
"""The share of reports that another person makes too."""

MOST_CPU = 60.0
WEIGHTS = tuple(accumulate(1 / (number + 10) for number in range(STREETS)))
"""The busiest street has some four times the reports of one in the middle."""

CITY = (116.9, 31.5)
BEFORE = ("", "您好，", "反映一下，", "请问，", "麻烦看看，", "又是这里，", "我要反映：")
AFTER = (
    "",
    "请尽快处理。",
    "已经好几天了。",
    "希望有人管。",
    "谢谢。",
    "老人走路很危险。",
    "怎么没人管？",
)
WHAT = (
    *(
        "路灯",
        "井盖",
        "垃圾桶",
        "绿化带",
        "人行道地砖",
        "下水道",
        "健身器材",
        "楼道灯",
        "单元门",
        "电梯",
    ),
    *(
        "消防通道",
        "共享单车",
        "流浪狗",
        "工地",
        "早餐摊",
        "广告牌",
        "树枝",
        "公交站牌",
        "护栏",
        "减速带",
    ),
    *("化粪池", "电线", "围墙", "楼顶", "充电桩", "垃圾房", "雨水篦子", "公厕", "快递车", "停车位"),
)
WRONG = (
    *("坏了", "一直没人修", "堵住了", "占了半条路", "很臭", "晚上太吵睡不着", "断了一截", "松动了"),
    *("裂开一大块", "积了很多水", "被车撞歪了", "不亮", "堆满杂物", "漏水", "盖不严", "少了一块"),
    *("油烟很大", "挡住了视线", "没有人清理", "被人占用", "掉下来砸到车", "长满了草", "一踩就响"),
)
SINCE = (
    *(
        "昨天开始的",
        "上个星期就这样了",
        "快一个月了",
        "下雨以后更厉害",
        "每天早上都这样",
        "一到晚上就发生",
    ),
    *("物业说不归他们管", "打过电话没有回音", "之前修过一次", "从春节到现在", "孩子上学要从这里走"),
)
WHERE = (
    *(
        "小区东门口",
        "菜市场旁边",
        "幼儿园对面",
        "地下车库入口",
        "三单元楼下",
        "公交站后面",
        "河边步道",
    ),
    *("超市门前", "学校围墙外", "十字路口西北角", "卫生服务站门口", "加油站旁", "老年活动室前"),
)
ROADS = ("绩溪路", "青阳路", "长江西路", "荷塘路", "樊洼路", "休宁路", "史河路", "合作化路")


@dataclass
class Told:
    """The reports as they are made, and which two are of one thing."""

    texts: list[str] = field(default_factory=list)
    streets: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    things: list[int] = field(default_factory=list)


def run(*, rows: int = ROWS) -> dict[str, object]:
    """Measure, print one JSON object on stdout, and return it."""
    tell(f"making {rows:,} reports, of which some are told twice")
    made = _made(rows)
    reports = Reports(
        made.texts, np.array(made.streets), np.array(made.seconds), np.array(made.points)
    )
    before, began = _cpu(), time.perf_counter()
    found = pairs(reports)
    cpu, seconds = _cpu() - before, time.perf_counter() - began
    things = np.array(made.things)
    right = int((things[found.first] == things[found.second]).sum())
    known = sum(1 for _pair in _twins(made))
    result: dict[str, object] = {
        "bench": "twins",
        "rows": rows,
        "cpu_seconds": round(cpu, 1),
        "seconds": round(seconds, 1),
        "pairs": len(found),
        "known_twins": known,
        "precision": round(right / max(len(found), 1), 3),
        "recall": round(right / max(known, 1), 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "texts": "generated",
        "most_cpu_seconds": MOST_CPU,
    }
    sys.stdout.write(f"{json.dumps(result)}\n")
    return result


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _made(rows: int) -> Told:
    dice = random.Random(SEED)  # noqa: S311 - a seed, no secret
    made, thing = Told(), 0
    while len(made.texts) < rows:
        thing += 1
        street = dice.choices(range(STREETS), cum_weights=WEIGHTS)[0]
        spot = _spot(street, dice)
        at = dice.uniform(0, DAYS * 86_400)
        mark = f"{dice.choice(ROADS)}{dice.randint(1, 400)}号"
        body = _said(dice)
        _add(made, thing, _told(body, mark, dice), street, at, spot)
        if dice.random() < TWICE and len(made.texts) < rows:
            near = (spot[0] + dice.uniform(-5e-4, 5e-4), spot[1] + dice.uniform(-5e-4, 5e-4))
            later = at + dice.uniform(0, 12 * 86_400)
            _add(made, thing, _told(_reworded(body, dice), mark, dice), street, later, near)
    return made


def _spot(street: int, dice: random.Random) -> tuple[float, float]:
    row, column = divmod(street, 12)
    west, south = CITY
    return west + 0.03 * column + dice.uniform(0, 0.03), south + 0.02 * row + dice.uniform(0, 0.02)


def _told(body: str, mark: str, dice: random.Random) -> str:
    return f"{dice.choice(BEFORE)}{mark}{body}{dice.choice(AFTER)}"


def _said(dice: random.Random) -> str:
    parts = [dice.choice(WHERE) + "的" + dice.choice(WHAT) + dice.choice(WRONG)]
    parts += [dice.choice(WRONG)] if dice.random() < 0.5 else []
    return "，".join([*parts, *dice.sample(SINCE, dice.randint(1, 2))]) + "。"


def _reworded(body: str, dice: random.Random) -> str:
    """Return the same in other words: clauses in another order, one left out, some signs lost."""
    clauses = [one for one in body.replace("。", "，").split("，") if one]
    if len(clauses) > 1:
        dice.shuffle(clauses)
        clauses = clauses[: max(1, len(clauses) - dice.randint(0, 1))]
    kept = [sign for sign in "，".join(clauses) if dice.random() > 0.08]
    return "".join(kept)


def _add(
    made: Told, thing: int, text: str, street: int, at: float, spot: tuple[float, float]
) -> None:
    made.texts.append(text)
    made.streets.append(street)
    made.seconds.append(at)
    made.points.append(spot)
    made.things.append(thing)


def _twins(made: Told) -> Iterator[tuple[int, int]]:
    """Give the known twins: they were made one after the other."""
    for one, other in pairwise(range(len(made.things))):
        if made.things[one] == made.things[other]:
            yield one, other
