"""How a re-organisation goes, from draft to its day (区划调整的流程)."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move, Workflow


class ReorganisationState(TextChoices):
    """Where a re-organisation stands (区划调整状态)."""

    DRAFT = "draft", pgettext_lazy("reorganisation", "起草中")
    SUBMITTED = "submitted", pgettext_lazy("reorganisation", "待批准")
    APPROVED = "approved", lazy("已批准待生效")
    TAKING = "taking", lazy("正在生效")
    DONE = "done", lazy("已生效")
    REFUSED = "refused", pgettext_lazy("reorganisation", "未批准")
    WITHDRAWN = "withdrawn", pgettext_lazy("reorganisation", "已撤回")


S, R = ReorganisationState, Role
MAKERS = [R.COMMUNITY_SECRETARY, R.COMMANDER, R.DISTRICT_ADMIN]
APPROVERS = [R.COMMANDER, R.DISTRICT_ADMIN]
WAITING = [S.DRAFT, S.SUBMITTED, S.APPROVED]
HOLDING = [S.APPROVED, S.TAKING]
"""The states in which a re-organisation keeps others away from the places it touches."""


def is_anothers(case: Any, actor: Actor) -> bool:
    """Answer whether others drew it, made it, changed it and submitted it."""
    if actor.id in {case.made_by, case.submitted_by, *case.drawn_by}:
        return False
    return not case.steps.filter(actor_id=actor.id, verb__in=["amend", "submit"]).exists()


def is_for(case: Any, actor: Actor) -> bool:
    """Answer whether the actor may decide of what it touches: of communities the district alone."""
    return not case.of_communities or R.DISTRICT_ADMIN in actor.roles_at(case.region_path)


ANOTHER = Guard(
    "another",
    "批准人不得是划定、起草、修改、提交的人",
    is_anothers,
    _("划定、起草、修改和提交的人不得批准，须由另一人办理"),
)
DISTRICT = Guard(
    "district",
    "涉及社区的由区级批准",
    is_for,
    _("涉及社区的区划调整须由区级统筹批准"),
)
"""A rule of the platform; which law says so for a city is not verified."""

REORGANISATION = Workflow(
    name="reorganisation",
    start=S.DRAFT,
    opened_by=MAKERS,
    moves=(
        Move("amend", _("修改"), [S.DRAFT], S.DRAFT, by=MAKERS),
        Move("submit", _("提交批准"), [S.DRAFT], S.SUBMITTED, by=MAKERS),
        Move("take_back", _("收回修改"), [S.SUBMITTED], S.DRAFT, by=MAKERS),
        Move(
            "approve",
            _("批准"),
            [S.SUBMITTED],
            S.APPROVED,
            by=APPROVERS,
            guards=[ANOTHER, DISTRICT],
        ),
        Move(
            "send_back",
            _("退回修改"),
            [S.SUBMITTED],
            S.DRAFT,
            by=APPROVERS,
            needs=["words"],
            guards=[ANOTHER],
        ),
        Move(
            "refuse",
            _("不予批准"),
            [S.SUBMITTED],
            S.REFUSED,
            by=APPROVERS,
            needs=["words"],
            guards=[ANOTHER, DISTRICT],
        ),
        Move("withdraw", _("撤回"), WAITING, S.WITHDRAWN, by=MAKERS, needs=["words"]),
        Move(
            "set_back", _("无法生效，退回"), [S.APPROVED], S.DRAFT, by=[R.SYSTEM], needs=["words"]
        ),
        Move("begin", _("开始生效"), [S.APPROVED], S.TAKING, by=[R.SYSTEM]),
        Move("finish", _("全部生效"), [S.TAKING], S.DONE, by=[R.SYSTEM]),
    ),
)
