from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.events.rules.joint import LIVE, PartState
from quanyu.events.workflow.joint import PART
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.spec import Workflow

SAID = Personal(
    "duty", _("记录几个单位怎样一起办"), 1095, "event__closed_at", of="both", ends="fade"
)


class JointPart(models.Model):
    """What one more body was asked to do in a matter that another one leads (协办任务)."""

    workflow: ClassVar[Workflow] = PART
    access = Access(rows=Under("event", "events.Event"), writes="insert update")
    personal = {"task": SAID, "outcome": SAID, "reason": SAID, "withdrawn_reason": SAID}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="parts"
    )
    body_id = models.UUIDField("协办单位")
    task = models.TextField("要办什么")
    state = models.CharField("状态", max_length=10, default=PartState.ASKED.value)
    asked_at = models.DateTimeField("请办时间")
    asked_by = models.UUIDField("请办人", null=True)
    since = models.DateTimeField("起算", null=True)
    amount = models.PositiveIntegerField("时限", null=True)
    unit = models.CharField("时限单位", max_length=16, blank=True)
    """How long it was given, and from when; not kept of what was asked for before release 26."""
    due_at = models.DateTimeField("到期")
    resumed_at = models.DateTimeField("续走时间", null=True)
    resumed_left = models.IntegerField("续走时剩余秒数", null=True)
    told_at = models.DateTimeField("逾期告知时间", null=True)
    rung = models.PositiveSmallIntegerField("已提醒到第几步", default=0)
    next_rung_at = models.DateTimeField("下一步提醒", null=True)
    taken_at = models.DateTimeField("签收时间", null=True)
    taken_by = models.UUIDField("签收人", null=True)
    handed_back = models.PositiveSmallIntegerField("退回次数", default=0)
    legal_ground = models.CharField("退回依据", max_length=40, blank=True)
    reason = models.TextField("退回理由", blank=True)
    outcome = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_reason = models.TextField("撤回理由", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "协办任务"
        constraints = [
            models.UniqueConstraint(
                "event",
                "body_id",
                name="joint_part_one_open_a_body",
                condition=models.Q(state__in=[state.value for state in LIVE]),
            ),
            models.CheckConstraint(
                name="joint_part_state_known",
                condition=models.Q(state__in=[state.value for state in PartState]),
            ),
            models.CheckConstraint(
                name="joint_part_answered_whole",
                condition=models.Q(state=PartState.ANSWERED.value, answered_at__isnull=False)
                | (~models.Q(state=PartState.ANSWERED.value) & models.Q(answered_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                "body_id",
                "due_at",
                name="joint_part_owed",
                condition=models.Q(state__in=[state.value for state in LIVE]),
            ),
            models.Index(
                "next_rung_at",
                name="joint_part_by_next_rung",
                condition=models.Q(next_rung_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.body_id} {self.state}"

    def class_code(self) -> str:
        """Return the class by which its ladder is looked up: that of the matter."""
        return self.event.category

    @property
    def region_path(self) -> str:
        """Return the place of the matter, by which roles on its parts are reckoned."""
        return self.event.region_path


class Consultation(models.Model):
    """A meeting of bodies on a hard matter: called, held, decided in its minutes (疑难会商)."""

    access = Access(rows=Under("event", "events.Event"), writes="insert update")
    personal = {"question": SAID, "decision": SAID, "reason": SAID, "place": SAID}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="consultations"
    )
    question = models.TextField("议题")
    meets_at = models.DateTimeField("会商时间")
    place = models.TextField("会商地点")
    invited = ArrayField(models.UUIDField(), verbose_name="受邀单位")
    convened_at = models.DateTimeField("召集时间")
    convened_by = models.UUIDField("召集人", null=True)
    attended = ArrayField(models.UUIDField(), verbose_name="到会单位", default=list)
    people = models.PositiveSmallIntegerField("到会人数", null=True)
    decision = models.TextField("决定", blank=True)
    body_id = models.UUIDField("牵头单位", null=True)
    clause = models.ForeignKey(
        "codes.Clause", models.PROTECT, verbose_name="依据条款", null=True, related_name="+"
    )
    reason = models.TextField("理由", blank=True)
    ended_at = models.DateTimeField("定案或取消时间", null=True)
    ended_by = models.UUIDField("记录人", null=True)
    is_called_off = models.BooleanField("已取消", default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "疑难会商"
        constraints = [
            models.UniqueConstraint(
                "event", name="consultation_one_open", condition=models.Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="consultation_minutes_whole",
                condition=models.Q(ended_at=None)
                | models.Q(is_called_off=True)
                | (
                    models.Q(body_id__isnull=False, people__gte=1)
                    & ~models.Q(decision="")
                    & ~models.Q(attended=[])
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.meets_at}"

    @property
    def region_path(self) -> str:
        """Return the place of the matter."""
        return self.event.region_path

    @property
    def lead(self) -> UUID | None:
        """Return the body that has the matter now."""
        return self.event.body_id
