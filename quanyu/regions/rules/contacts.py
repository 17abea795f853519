"""Who is to be met in a grid: the posts, and what an appointment must be (网格联系人)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare


class Post(StrEnum):
    """In which post somebody serves a grid (岗位), domain.md 1.3."""

    LEADER = "leader"
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    CADRE = "cadre"
    POLICE = "police"


POST_WORDS: Final[Mapping[Post, str]] = MappingProxyType(
    {
        Post.LEADER: _("网格长"),
        Post.FULL_TIME: _("专职网格员"),
        Post.PART_TIME: _("兼职网格员"),
        Post.CADRE: _("包联干部"),
        Post.POLICE: _("警格民警"),
    }
)
LONGEST_NAME: Final = 40


class WrongContact(Invalid):
    """Somebody who cannot be appointed as given."""


class NotContactKeeper(Refusal):
    """This role does not appoint who serves a grid."""


class AlreadyServing(Refusal):
    """The post is held already in that time."""


class WrongContactDay(Refusal):
    """The days of a service do not fit."""


def check_contact(*, post: str, name: str) -> None:
    """Refuse an unknown post and a missing or overlong name.

    :raises WrongContact: if so
    """
    if post not in set(Post):
        raise WrongContact(
            _("没有这种岗位"), field="post", value=post, allowed=[one.value for one in Post]
        )
    if not name.strip() or len(name.strip()) > LONGEST_NAME or any(map(str.isdigit, name)):
        raise WrongContact(
            _("请填写姓名，最多 {most} 个字，不带号码"),
            field="name",
            value=name[:LONGEST_NAME],
            most=LONGEST_NAME,
        )


def check_serves(start: date, end: date | None, *, grid_from: date, grid_to: date | None) -> None:
    """Refuse a service that does not lie within the grid's own time.

    :raises WrongContactDay: if so
    """
    if end is not None and end <= start:
        raise WrongContactDay(
            _("卸任日期须晚于任职日期{start}"),
            field="end",
            value=end.isoformat(),
            start=start.isoformat(),
        )
    if start < grid_from or (grid_to is not None and start >= grid_to):
        raise WrongContactDay(
            _("网格自{start}起才有，或那时已撤销"),
            field="start",
            value=start.isoformat(),
            start=grid_from.isoformat(),
        )


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Answer whether two half-open periods have a day in common; None is open."""
    begins, ends = max(one[0], other[0]), [day for day in (one[1], other[1]) if day is not None]
    return not ends or begins < min(ends)


APPOINTED: Final = "grid_contact.appoint"
LEFT: Final = "grid_contact.end"

declare(
    Topic(
        APPOINTED,
        Group.ADMINISTRATION,
        _("任网格联系人"),
        _("您任{place}{post}"),
        _("自{start}起，您在{place}任{post}。查这里归谁负责时会列出您的姓名。"),
        ("place", "post", "start"),
    ),
    Topic(
        LEFT,
        Group.ADMINISTRATION,
        _("卸任网格联系人"),
        _("您不再任{place}{post}"),
        _("自{end}起，您不再任{place}{post}。"),
        ("place", "post", "end"),
    ),
)
