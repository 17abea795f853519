"""Who decides what was proposed: the nearest of the level above, whoever is left (谁来确认)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.queries import Over
from quanyu.organisations.rules.posts import CONFIRMERS, PROPOSERS, confirmed_at
from quanyu.organisations.rules.proposals import nearest
from quanyu.regions.rules import level_of


def deciders(place: str, *, at: datetime, without: Collection[UUID | None] = ()) -> list[Over]:
    """Return who may confirm at a place, the nearest above it who are left, deputies too."""
    roles = CONFIRMERS.get(level_of(place), frozenset())
    held = accounts.over_by_place(roles, path=confirmed_at(place), at=at)
    return nearest(held, without=without)


def proposers(place: str, *, at: datetime) -> list[Over]:
    """Return who may propose at a place, the nearest to it."""
    roles = PROPOSERS.get(level_of(place), frozenset())
    return nearest(accounts.over_by_place(roles, path=place, at=at), without=())
