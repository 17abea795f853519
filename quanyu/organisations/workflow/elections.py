"""How an election goes, from its preparation to the new committee (换届选举的流程)."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move, Workflow


class ElectionState(TextChoices):
    """Where an election stands (选举状态)."""

    PREPARING = "preparing", lazy("筹备中")
    READY = "ready", lazy("候选人已定")
    VOTED = "voted", lazy("已计票")
    CONCLUDED = "concluded", lazy("已产生新一届")
    WITHDRAWN = "withdrawn", pgettext_lazy("election", "已终止")


S, R = ElectionState, Role
LED_BY = [
    R.PARTY_OFFICER,
    R.COMMUNITY_SECRETARY,
    R.GRID_BRANCH_SECRETARY,
    R.COMMANDER,
    R.DISTRICT_ADMIN,
]
OPEN = [S.PREPARING, S.READY, S.VOTED]


def has_list(case: Any, actor: Actor) -> bool:
    """Answer whether each post has as many candidates as seats."""
    return bool(case.is_full_list())


def has_seats_left(case: Any, actor: Actor) -> bool:
    """Answer whether a seat is not filled yet."""
    return bool(case.seats_left())


def has_elected(case: Any, actor: Actor) -> bool:
    """Answer whether the ballots have filled a seat."""
    return bool(case.elected())


FULL_LIST = Guard(
    "full_list",
    "每个职务的候选人不少于应选人数",
    has_list,
    _("每个职务的候选人不得少于应选人数"),
)
SEATS_LEFT = Guard("seats_left", "还有名额没有选出", has_seats_left, _("名额已经全部选出"))
ELECTED = Guard("elected", "已有人当选", has_elected, _("还没有人当选，不能产生新一届"))

ELECTION = Workflow(
    name="election",
    start=S.PREPARING,
    opened_by=LED_BY,
    moves=(
        Move("amend", _("修改方案"), [S.PREPARING], S.PREPARING, by=LED_BY),
        Move("nominate", _("提名候选人"), [S.PREPARING], S.PREPARING, by=LED_BY),
        Move("strike", _("撤下候选人"), [S.PREPARING], S.PREPARING, by=LED_BY),
        Move("close_list", _("确定候选人"), [S.PREPARING], S.READY, by=LED_BY, guards=[FULL_LIST]),
        Move("reopen", _("重新提名"), [S.READY], S.PREPARING, by=LED_BY, needs=["words"]),
        Move("adjourn", _("人数不足，改期再开"), [S.READY], S.READY, by=LED_BY),
        Move("count", _("登记选举结果"), [S.READY], S.VOTED, by=LED_BY),
        Move("again", _("再次投票"), [S.VOTED], S.READY, by=LED_BY, guards=[SEATS_LEFT]),
        Move("conclude", _("产生新一届"), [S.VOTED], S.CONCLUDED, by=LED_BY, guards=[ELECTED]),
        Move("withdraw", _("终止选举"), OPEN, S.WITHDRAWN, by=LED_BY, needs=["words"]),
    ),
)
