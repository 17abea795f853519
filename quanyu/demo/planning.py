"""A plan of the street's grids stands on the planning desk, for the worker to draw (规划示例)."""

from collections.abc import Mapping
from datetime import datetime

from quanyu.demo.cast import STREET
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import acting
from quanyu.regions import actions
from quanyu.regions.queries import planning
from quanyu.regions.rules.planning import Wanted, Weight

WANTED = Wanted(
    low=330,
    high=450,
    target=390,
    weights={
        Weight.LITTLE_CHANGE.value: 3,
        Weight.WHOLE_ESTATES.value: 2,
        Weight.ROADS.value: 2,
        Weight.COMPACT.value: 2,
    },
)
"""Narrower than the profile, so that about half of the street's grids are to be mended."""


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let the commander make a plan; the worker draws it when it comes to it."""
    commander = actors["commander"]
    with acting(commander):
        if planning.plans(actor=commander):
            return
        actions.make_plan(
            place=STREET,
            title="春季网格优化，示例",
            reason="有的网格户数偏多，有的偏少，先看怎样划更匀，示例",
            wanted=WANTED,
            actor=commander,
            at=at,
        )
