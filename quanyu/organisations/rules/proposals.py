"""Of what proposed or asked for people are told, and who is nearest to decide it (任免的告知)."""

from collections.abc import Collection, Sequence
from typing import Final, Protocol, TypeVar
from uuid import UUID

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare

PROPOSED: Final = "appointment.propose"
DECIDED: Final = "appointment.decide"
AGREED: Final = "proposal.confirm"
DECLINED: Final = "proposal.refuse"
ELECTED: Final = "election.conclude"
ELECTED_PROPOSED: Final = "election.propose"
LEAVE_ASKED: Final = "appointment.ask_end"
LEAVE_KEPT: Final = "appointment.keep"


class Placed(Protocol):
    """Somebody with a role over a place (在某地任职的人)."""

    @property
    def path(self) -> str:
        """Where the role is held."""

    @property
    def account(self) -> UUID:
        """Who holds it."""

    @property
    def is_deputy(self) -> bool:
        """Whether it is held in somebody's place."""


P = TypeVar("P", bound=Placed)


def nearest(held: Sequence[P], *, without: Collection[UUID | None]) -> list[P]:
    """Return those at the nearest place at which somebody is left when some people are left out.

    :param held: over one place
    """
    left = [one for one in held if one.account not in without]
    place = max((one.path for one in left), key=len, default="")
    return [one for one in left if one.path == place]


def addressed(near: Sequence[P]) -> list[UUID]:
    """Return who of the nearest is told: those in their own right, or their deputies for lack.

    With whoever is told, who stands in for them is told too.
    """
    own = [one.account for one in near if not one.is_deputy]
    return list(dict.fromkeys(own or [one.account for one in near]))


WAITING: Final = ("body", "post", "count")

declare(
    Topic(
        PROPOSED,
        Group.ASSIGNED,
        _("任职提名待确认"),
        _("任职提名待确认：{body}{post}"),
        _("{body}{post}等共 {count} 项提名等待确认。请确认，或写明理由不同意。"),
        WAITING,
    ),
    Topic(
        AGREED,
        Group.ANSWERS,
        _("任职提名已确认"),
        _("任职提名已确认：{body}{post}"),
        _("您提名的{body}{post}等共 {count} 项任职已经确认。"),
        WAITING,
    ),
    Topic(
        DECLINED,
        Group.ANSWERS,
        _("任职提名未获同意"),
        _("任职提名未获同意：{body}{post}"),
        _("您提名的{body}{post}等共 {count} 项任职没有确认，理由见岗位页。"),
        WAITING,
    ),
    Topic(
        LEAVE_ASKED,
        Group.ASSIGNED,
        _("卸任待确认"),
        _("卸任待确认：{body}{post}"),
        _("有人提出{body}{post}的一项任职卸任。请登记卸任，或不予卸任。"),
        ("body", "post"),
    ),
    Topic(
        LEAVE_KEPT,
        Group.ANSWERS,
        _("提出的卸任未获同意"),
        _("提出的卸任未获同意：{body}{post}"),
        _("您提出的{body}{post}的一项任职卸任没有获得同意，此人继续任职。"),
        ("body", "post"),
    ),
    Topic(
        ELECTED,
        Group.ASSIGNED,
        _("选举已产生新一届"),
        _("选举已产生新一届：{body}"),
        _("{body}的新一届已经产生，请提名当选人任职。"),
        ("body",),
    ),
)
