"""The texts of the demo city, said otherwise by dice: as many messages as one asks for (改写)."""

import random
import re
from collections.abc import Sequence

from quanyu.demo import texts

SEED = 20260301
OPENINGS = (
    "",
    "您好，",
    "反映一下，",
    "想问问，",
    "来电人称，",
    "请帮忙看看，",
    "又来反映：",
    "市民反映，",
)
ENDINGS = ("", "请尽快处理。", "麻烦派人看看。", "希望早点解决。", "已经说过好几次了。", "谢谢。")
ASIDE = (
    "我是住这附近的居民",
    "这几天一直这样",
    "上周就发现了",
    "邻居们都有意见",
    "老人孩子经过不方便",
    "物业说不归他们管",
    "不知道该找哪个部门",
    "拍了照片",
)
OTHERWISE = {
    "没有": ("没", "无"),
    "晚上": ("夜里", "夜间", "半夜"),
    "希望": ("盼着", "恳请", "要求"),
    "处理": ("解决", "管管", "处置"),
    "孩子": ("小孩", "娃娃", "小朋友"),
    "旁边": ("边上", "附近"),
    "坏了": ("坏掉了", "出故障了"),
    "一直": ("老是", "总是"),
    "很多": ("好多", "不少"),
    "巡查": ("巡逻", "走访"),
    "来电": ("打电话来", "致电"),
}


def messages(count: int, *, seed: int = SEED) -> list[tuple[str, str, int]]:
    """Return so many messages: what is said, its class, and the number of the text it came from.

    Every class has about as many; the order is the dice's.
    """
    dice = random.Random(seed)  # noqa: S311 - the same dice for everybody, no secret
    places = [line for name, lines in texts.phrases().items() if name == "place" for line in lines]
    sources = [
        [(said.text, f"{'P' * (topic.kind == 'part')}{topic.code}") for said in topic.reports]
        for topic in texts.topics()
    ]
    numbers = {one: n for n, one in enumerate(s for group in sources for s in group)}
    found = []
    for n in range(count):
        one = dice.choice(sources[n % len(sources)])
        found.append((_otherwise(one[0], dice, places), one[1], numbers[one]))
    dice.shuffle(found)
    return found


def _otherwise(text: str, dice: random.Random, places: Sequence[str]) -> str:
    said = text.replace("{place}", dice.choice(places))
    for word, others in OTHERWISE.items():
        if word in said and dice.random() < 0.5:
            said = said.replace(word, dice.choice(others))
    parts = [part for part in re.split(r"[，。；！？]", said) if part]
    if len(parts) > 2:
        parts.pop(dice.randrange(len(parts)))
    if dice.random() < 0.4:
        parts.insert(dice.randrange(len(parts) + 1), dice.choice(ASIDE))
    if dice.random() < 0.2:
        dice.shuffle(parts)
    return dice.choice(OPENINGS) + "，".join(parts) + "。" + dice.choice(ENDINGS)
