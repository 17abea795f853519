"""Who is told what of grants, standing in and reviews, and what settles it (账号与管理的通知)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices.rules import Group, Topic, declare


class Whom(StrEnum):
    """Whom a step of this kind concerns (告知对象)."""

    SECURITY = "security"
    """The security administrators over the place, never who asked or for whom."""

    AUDIT = "audit"
    """The audit administrators over the place."""

    HOLDER = "holder"
    """Whose grant it is; the deputy, where somebody stands in."""

    ASKER = "asker"
    """Who asked for it, if it was somebody else."""

    PRINCIPAL = "principal"
    """For whom somebody stands in."""


MINE: Final = "/desk/grants"
ANSWERS: Final = (Whom.HOLDER, Whom.ASKER)

AUDIENCES: Mapping[str, tuple[Whom, ...]] = MappingProxyType(
    {
        "grants.asked": (Whom.SECURITY,),
        "grants.approved": ANSWERS,
        "grants.refused": ANSWERS,
        "grants.lapsed": ANSWERS,
        "grants.ends_soon": ANSWERS,
        "grants.given": (Whom.HOLDER,),
        "grants.ended": (Whom.HOLDER,),
        "grants.moved": (Whom.HOLDER, Whom.SECURITY),
        "grants.place_ended": (Whom.HOLDER, Whom.SECURITY),
        "grants.deputy_named": (Whom.HOLDER, Whom.PRINCIPAL),
        "grants.review_opened": (Whom.SECURITY,),
        "grants.review_late": (Whom.SECURITY, Whom.AUDIT),
    }
)

HEARD: Final = (*AUDIENCES, "grants.withdrawn", "grants.review_closed")
"""Every step of these that tells somebody, or that settles what they were told."""

SETTLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "grants.approved": ("grants.asked",),
        "grants.refused": ("grants.asked",),
        "grants.lapsed": ("grants.asked",),
        "grants.withdrawn": ("grants.asked",),
        "grants.ended": ("grants.given", "grants.ends_soon", "grants.deputy_named"),
        "grants.place_ended": ("grants.given", "grants.ends_soon", "grants.deputy_named"),
        "grants.review_late": ("grants.review_opened",),
        "grants.review_closed": ("grants.review_opened", "grants.review_late"),
    }
)
"""What is no news any more once a step of the same row was done."""

WAITING: Final = frozenset(
    {"grants.asked", "grants.ends_soon", "grants.deputy_named", "grants.given"}
    | {"grants.review_opened", "grants.review_late"}
)
"""Told only while it still stands so: a job may run after the next step."""

LINKS: Mapping[tuple[str, Whom], str] = MappingProxyType(
    {
        ("grants.asked", Whom.SECURITY): "/desk/grants/requests",
        ("grants.approved", Whom.ASKER): "/desk/grants/requests?show=done",
        ("grants.refused", Whom.ASKER): "/desk/grants/requests?show=done",
        ("grants.lapsed", Whom.ASKER): "/desk/grants/requests?show=done",
        ("grants.ends_soon", Whom.ASKER): "/desk/grants/ending",
        ("grants.moved", Whom.SECURITY): "/desk/people",
        ("grants.place_ended", Whom.SECURITY): "/desk/people",
        ("grants.review_opened", Whom.SECURITY): "/desk/grants/reviews",
        ("grants.review_late", Whom.SECURITY): "/desk/grants/reviews",
        ("grants.review_late", Whom.AUDIT): "/desk/grants/reviews",
    }
)
"""Where it is seen; else on the page of one's own grants."""

HOLDING: Mapping[Whom, Role] = MappingProxyType(
    {Whom.SECURITY: Role.SEC_ADMIN, Whom.AUDIT: Role.AUDIT_ADMIN}
)


@dataclass(frozen=True, slots=True)
class Parties:
    """The people round one grant, request, standing in or review (有关的人)."""

    account: UUID | None = None
    asked_by: UUID | None = None
    principal: UUID | None = None
    over: Mapping[Whom, Collection[UUID]] = field(default_factory=dict)
    """Who holds an administrator's role over the place."""


def whom(topic: str, parties: Parties) -> dict[UUID, str]:
    """Return whom a step concerns, each once, and where each sees it."""
    found: dict[UUID, str] = {}
    for kind in AUDIENCES.get(topic, ()):
        for key in _those(kind, parties):
            found.setdefault(key, LINKS.get((topic, kind), MINE))
    return found


def _those(kind: Whom, parties: Parties) -> Collection[UUID]:
    if kind in HOLDING:
        own = {parties.account, parties.asked_by}
        return [key for key in parties.over.get(kind, ()) if key not in own]
    one = {
        Whom.HOLDER: parties.account,
        Whom.ASKER: parties.asked_by,
        Whom.PRINCIPAL: parties.principal,
    }[kind]
    return [one] if one else []


GRANT: Final = ("role", "place", "until_on")
REVIEW: Final = ("quarter", "place", "until_on")

declare(
    Topic(
        "grants.asked",
        Group.ADMINISTRATION,
        _("授权申请待审批"),
        _("授权申请待审批：{role}"),
        _("{place}，授权期至 {until_on}。请批准或不予批准；久不审批的申请会过期。"),
        GRANT,
    ),
    Topic(
        "grants.approved",
        Group.ADMINISTRATION,
        _("授权申请已批准"),
        _("授权申请已批准：{role}"),
        _("{place}，至 {until_on}，下一次操作起生效。"),
        GRANT,
    ),
    Topic(
        "grants.refused",
        Group.ADMINISTRATION,
        _("授权申请未获批准"),
        _("授权申请未获批准：{role}"),
        _("{place}。理由见申请记录。"),
        GRANT,
    ),
    Topic(
        "grants.lapsed",
        Group.ADMINISTRATION,
        _("授权申请已过期"),
        _("授权申请已过期：{role}"),
        _("{place}，期限内无人审批。仍然需要的，请重新申请。"),
        GRANT,
    ),
    Topic(
        "grants.ends_soon",
        Group.ADMINISTRATION,
        _("授权将到期"),
        _("授权将到期：{role}"),
        _("{place}，{until_on} 终了失效。还要用的，请提前申请。"),
        GRANT,
    ),
    Topic(
        "grants.given",
        Group.ADMINISTRATION,
        _("获得授权"),
        _("您获得了授权：{role}"),
        _("{place}。能做什么、由谁授予，见“我的授权”。"),
        GRANT,
    ),
    Topic(
        "grants.ended",
        Group.ADMINISTRATION,
        _("授权终止"),
        _("您的授权已终止：{role}"),
        _("{place}。理由见“我的授权”；认为有误的，请告诉安全管理员。"),
        GRANT,
    ),
    Topic(
        "grants.moved",
        Group.ADMINISTRATION,
        _("授权随区划调整转移"),
        _("授权随区划调整转移：{role}"),
        _("原地方已经调整，授权转到{place}，起止不变。不对的，请告诉安全管理员。"),
        GRANT,
    ),
    Topic(
        "grants.place_ended",
        Group.ADMINISTRATION,
        _("授权随区划调整终止"),
        _("授权随区划调整终止：{role}"),
        _("{place}已经撤并，那里的授权随之终止。仍然需要的，请在新的地方申请。"),
        GRANT,
    ),
    Topic(
        "grants.deputy_named",
        Group.ADMINISTRATION,
        _("指定了代理"),
        _("指定了代理：{role}"),
        _("{place}，至 {until_on}。谁代谁、代哪些事，见“我的授权”；不对的，可以在那里终止。"),
        GRANT,
    ),
    Topic(
        "grants.review_opened",
        Group.ADMINISTRATION,
        _("授权复核开始"),
        _("授权复核开始：{quarter}"),
        _("{place}，请在 {until_on} 前逐条保留或终止。"),
        REVIEW,
    ),
    Topic(
        "grants.review_late",
        Group.ADMINISTRATION,
        _("授权复核逾期"),
        _("授权复核逾期：{quarter}"),
        _("{place}，应在 {until_on} 前办完，还有授权没有复核。"),
        REVIEW,
    ),
)
