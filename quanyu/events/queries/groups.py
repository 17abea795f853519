"""By what figures are grouped, and what each group is called; ordered by code or name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from quanyu.events.figures import SETS
from quanyu.events.queries import values, words
from quanyu.events.queries.figures import DIMENSIONS
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions


@dataclass(frozen=True, slots=True)
class Group:
    """One line of a table of figures (分组)."""

    key: Any
    label: str
    code: str
    narrowed: dict[str, str]
    """What a list is narrowed to, so that it holds this group alone."""
    below: str = ""
    """The place into which one may look further."""


def names() -> dict[str, str]:
    """Return what the groupings are called."""
    return {
        "place": gettext("分辖区"),
        "body": gettext("分单位"),
        "class": gettext("分大类"),
        "minor": gettext("分小类"),
        "channel": gettext("分来源"),
    }


def heads() -> dict[str, str]:
    """Return what the first column of each table is called."""
    return {
        "place": gettext("辖区"),
        "body": gettext("处置单位"),
        "class": gettext("大类"),
        "minor": gettext("小类"),
        "channel": gettext("来源"),
    }


def place(path: str, *, actor: Actor) -> str:
    """Return a place within reach; the first of one's own when none is asked for.

    :raises Denied: if it is not within reach
    """
    within = actor.places
    if not path and within:
        return within[0]
    if not any(path.startswith(one) for one in within) or not path.endswith("/"):
        raise Denied
    return path


def dimension(by: str) -> str:
    """Return a grouping.

    :raises Invalid: if there is none of that name
    """
    if by not in DIMENSIONS:
        raise Invalid(_("不能这样分组"), field="by", value=by, allowed=list(DIMENSIONS))
    return by


def chosen(name: str) -> str:
    """Return the name of a set of metrics.

    :raises Invalid: if there is none of that name
    """
    if name not in SETS:
        raise Invalid(_("没有这套指标"), field="set", value=name, allowed=list(SETS))
    return name


def listed(keys: Collection[Any], *, by: str, place: str, at: datetime) -> list[Group]:
    """Return the groups in the order of their codes or names; what stands in none comes last."""
    making: dict[str, Callable[[Any, str, datetime], list[Group]]] = {
        "place": _places,
        "body": _bodies,
        "class": _classes,
        "minor": _classes,
        "channel": _channels,
    }
    return making[by](keys, place, at)


def _places(keys: Collection[str], place: str, at: datetime) -> list[Group]:
    known = {crumb.path for crumb in regions.below(place)} | set(keys)
    found = [
        Group(path, regions.label(path), path.rstrip("/").rpartition("/")[2], {"place": path}, path)
        for path in sorted(known - {place})
    ]
    if place in keys:
        found.append(Group(place, gettext("没有落到下一级"), "", {"without": "below"}))
    return found


def _bodies(keys: Collection[UUID | None], place: str, at: datetime) -> list[Group]:
    named = organisations.body_names(sorted(key for key in keys if key))
    found = [Group(key, label, "", {"body": str(key)}) for key, label in named.items()]
    found.sort(key=lambda group: (group.label, str(group.key)))
    if None in keys:
        found.append(Group(None, gettext("没有承办单位"), "", {"without": "body"}))
    return found


def _classes(keys: Collection[str], place: str, at: datetime) -> list[Group]:
    found = [
        Group(code, words.class_words(code, at=at), "", {"class": code})
        for code in sorted(key for key in keys if key)
    ]
    if "" in keys:
        found.append(Group("", gettext("没有类别"), "", {"without": "class"}))
    return found


def _channels(keys: Collection[str], place: str, at: datetime) -> list[Group]:
    found = [Group(key, values.channel_words(key), "", {"channel": key}) for key in keys]
    return sorted(found, key=lambda group: group.key)
