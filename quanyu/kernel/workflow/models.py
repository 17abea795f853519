from typing import Any, ClassVar

from django.db import models

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.spec import Workflow


class Case(models.Model):
    """Something that moves, in one place, against two clocks (办件).

    ``stage_due_at`` is the clock of this state and restarts with each; ``due_at`` is that of the
    span, which begins once and never restarts.
    """

    workflow: ClassVar[Workflow]
    step_model: ClassVar[Any]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField("辖区路径", max_length=80, db_collation="C")
    body_id = models.UUIDField("承办机构", null=True)
    account_id = models.UUIDField("提出人账号", null=True)
    state = models.CharField("状态", max_length=32)
    state_since = models.DateTimeField("进入状态时间")
    version = models.PositiveIntegerField("版本", default=0)

    stage_amount = models.PositiveIntegerField("环节时限", null=True)
    stage_unit = models.CharField("环节时限单位", max_length=16, blank=True)
    stage_due_at = models.DateTimeField("环节到期", null=True)
    stage_told_at = models.DateTimeField("环节逾期告知时间", null=True)
    stage_rung = models.PositiveSmallIntegerField("环节已提醒到第几步", default=0)

    span_since = models.DateTimeField("办理起算", null=True)
    span_amount = models.PositiveIntegerField("办理时限", null=True)
    span_unit = models.CharField("办理时限单位", max_length=16, blank=True)
    span_clause_id = models.UUIDField("时限依据", null=True)
    span_left = models.IntegerField("停表时剩余秒数", null=True)
    span_resumed_at = models.DateTimeField("续走时间", null=True)
    span_resumed_left = models.IntegerField("续走时剩余秒数", null=True)
    span_extended = models.PositiveSmallIntegerField("延长工作日", default=0)
    """Working days granted since the span began or last went on."""
    due_at = models.DateTimeField("办理到期", null=True)
    due_told_at = models.DateTimeField("办理逾期告知时间", null=True)
    span_rung = models.PositiveSmallIntegerField("办理已提醒到第几步", default=0)

    next_due_at = models.DateTimeField("最近到期", null=True)
    """Whichever of the two running clocks runs out first; none where nobody owes anything."""

    next_rung_at = models.DateTimeField("下一步提醒", null=True)
    """When the next rung of a running clock is due, or the clock runs out untold."""

    objects = ScopedManager()

    class Meta:
        abstract = True

    def class_code(self) -> str:
        """Return the class by which limits are looked up."""
        return ""

    def stands_still(self) -> bool:
        """Answer whether its span stands still though it would run in this state."""
        return False


def of_steps(purpose: str, days: int, since: str, *, of: str = "both") -> dict[str, Personal]:
    """Return what a story keeps of people: what was said and who did it (经过中的个人信息).

    :param purpose: why what was said is kept
    :param since: the case's own end, from which the days are counted
    """
    doer = gettext_noop("说明由谁办理")
    ended = f"case__{since}"
    return {
        "facts": Personal("duty", purpose, days, ended, of=of),
        "actor_name": Personal("duty", doer, days, ended, kind="name", of="staff", ends="fade"),
    }


class Step(models.Model):
    """One act in the story of a case (办理经过); purged with the case.

    ``salt`` is what the audit's digest of the same facts was salted with.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField("次序")
    verb = models.CharField("动作", max_length=32)
    source = models.CharField("原状态", max_length=32, blank=True)
    target = models.CharField("新状态", max_length=32)
    actor_kind = models.CharField("操作人类型", max_length=12)
    actor_id = models.UUIDField("操作人", null=True)
    actor_name = models.CharField("操作人姓名", max_length=40, blank=True)
    role = models.CharField("以何角色", max_length=32, blank=True)
    at = models.DateTimeField("时间")
    facts = models.JSONField("内容", default=dict)
    salt = models.BinaryField("盐", max_length=16)

    objects = ScopedManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"
