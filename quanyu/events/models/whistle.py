from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from quanyu.events.rules.whistle import Grade
from quanyu.events.workflow.whistle import CALL, CallState
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.models import Case, Step, of_steps

YEARS = 1095
GRADES = [grade.value for grade in Grade]


def _said(purpose: str, since: str) -> Personal:
    return Personal("duty", purpose, YEARS, since, of="both", ends="fade")


SAID = _said(_("吹哨事由与结果"), "ended_at")
PART = _said(_("记录报到单位的办理和评价"), "call__ended_at")


class WhistleCall(Case):
    """A street calls departments to the spot, by rule and with a clock (吹哨)."""

    workflow = CALL
    access = Access(rows=Reach(place="region_path", bodies="bodies"), writes="insert update")
    personal = {"words": SAID, "address": SAID, "result": SAID, "needed_words": SAID}

    number = models.CharField("编号", max_length=16, unique=True)
    kind = models.CharField("类型", max_length=40)
    ground = models.CharField("情形", max_length=40)
    words = models.TextField("事由和要求")
    address = models.CharField("地点", max_length=200, blank=True)
    campaign = models.ForeignKey(
        "events.Campaign", models.PROTECT, verbose_name="专项", null=True, related_name="calls"
    )
    bodies = ArrayField(models.UUIDField(), verbose_name="被叫单位")
    """Each of them has a part; named here too, so that one column opens the row to all."""
    called_at = models.DateTimeField("吹哨时间")
    called_by = models.UUIDField("吹哨人", null=True)
    answer_amount = models.PositiveIntegerField("报到时限")
    answer_unit = models.CharField("报到时限单位", max_length=16)
    answer_clause_id = models.UUIDField("时限依据", null=True)
    answer_due_at = models.DateTimeField("报到到期")
    ended_at = models.DateTimeField("收哨时间", null=True)
    result = models.TextField("结果", blank=True)
    is_needed = models.BooleanField("评审认为必要", null=True)
    needed_words = models.CharField("评审意见", max_length=400, blank=True)
    needed_by = models.UUIDField("评审人", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "吹哨"
        constraints = [
            models.CheckConstraint(
                name="whistle_call_state_known", condition=models.Q(state__in=CallState.values)
            ),
            models.CheckConstraint(
                name="whistle_call_place_ends_with_slash",
                condition=models.Q(region_path__endswith="/"),
            ),
            models.CheckConstraint(
                name="whistle_call_calls_somebody", condition=models.Q(bodies__len__gt=0)
            ),
            models.CheckConstraint(
                name="whistle_call_result_once_ended",
                condition=models.Q(state=CallState.CALLED, ended_at=None)
                | models.Q(state=CallState.ENDED, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="whistle_call_needless_says_why",
                condition=models.Q(is_needed=None)
                | models.Q(is_needed=True)
                | ~models.Q(needed_words=""),
            ),
        ]
        indexes = [
            models.Index("region_path", "called_at", name="whistle_call_by_place"),
            GinIndex("bodies", name="whistle_call_by_body"),
            models.Index(
                "answer_due_at",
                name="whistle_call_open_by_due",
                condition=models.Q(state=CallState.CALLED),
            ),
            models.Index(
                "next_rung_at",
                name="whistle_call_by_next_rung",
                condition=models.Q(next_rung_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def class_code(self) -> str:
        """Return by what its limits are looked up: the kind of whistle."""
        return self.kind


class WhistleStep(Step):
    """One act in the story of a call (吹哨经过)."""

    access = Access(
        rows=Under("case", "events.WhistleCall"), writes="insert", opened_by_anyone=True
    )
    personal = of_steps(_("记录吹哨经过"), YEARS, "ended_at")

    case = models.ForeignKey(WhistleCall, models.CASCADE, verbose_name="吹哨", related_name="steps")

    class Meta:
        verbose_name = verbose_name_plural = "吹哨经过"
        constraints = [
            models.UniqueConstraint("case", "number", name="whistle_step_in_order"),
        ]


WhistleCall.step_model = WhistleStep


class WhistlePart(models.Model):
    """One called department's part of a call: report, work, assessment (报到单位)."""

    access = Access(rows=Under("call", "events.WhistleCall"), writes="insert update")
    personal = {
        "doing": PART,
        "done_words": PART,
        "assessed_words": PART,
        "reply": PART,
        "needed_words": PART,
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(WhistleCall, models.CASCADE, verbose_name="吹哨", related_name="parts")
    body_id = models.UUIDField("被叫单位")
    reported_at = models.DateTimeField("报到时间", null=True)
    doing = models.CharField("在做什么", max_length=400, blank=True)
    done_at = models.DateTimeField("办完时间", null=True)
    done_words = models.CharField("办了什么", max_length=400, blank=True)
    came = models.CharField("到位", max_length=8, blank=True)
    solved = models.CharField("解决", max_length=8, blank=True)
    manner = models.CharField("态度", max_length=8, blank=True)
    assessed_at = models.DateTimeField("评价时间", null=True)
    assessed_words = models.CharField("评价理由", max_length=400, blank=True)
    reply = models.CharField("单位答复", max_length=400, blank=True)
    replied_at = models.DateTimeField("答复时间", null=True)
    is_needed = models.BooleanField("单位认为必要", null=True)
    needed_words = models.CharField("单位意见", max_length=400, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "报到单位"
        constraints = [
            models.UniqueConstraint("call", "body_id", name="whistle_part_once_a_body"),
            models.CheckConstraint(
                name="whistle_part_done_after_report",
                condition=models.Q(done_at=None) | models.Q(reported_at__isnull=False),
            ),
            models.CheckConstraint(
                name="whistle_part_assessed_whole",
                condition=models.Q(assessed_at=None, came="", solved="", manner="")
                | models.Q(
                    assessed_at__isnull=False,
                    came__in=GRADES,
                    solved__in=GRADES,
                    manner__in=GRADES,
                ),
            ),
            models.CheckConstraint(
                name="whistle_part_lowest_says_why",
                condition=~models.Q(assessed_words="")
                | ~(
                    models.Q(came=Grade.POOR.value)
                    | models.Q(solved=Grade.POOR.value)
                    | models.Q(manner=Grade.POOR.value)
                ),
            ),
            models.CheckConstraint(
                name="whistle_part_replies_to_an_assessment",
                condition=models.Q(replied_at=None) | models.Q(assessed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="whistle_part_needless_says_why",
                condition=models.Q(is_needed=None)
                | models.Q(is_needed=True)
                | ~models.Q(needed_words=""),
            ),
        ]
        indexes = [models.Index("body_id", "reported_at", name="whistle_part_by_body")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.body_id}"


class WhistleMatter(models.Model):
    """One matter that a call is about (吹哨事项)."""

    access = Access(rows=Under("call", "events.WhistleCall"), writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call = models.ForeignKey(
        WhistleCall, models.CASCADE, verbose_name="吹哨", related_name="matters"
    )
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="calls"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "吹哨事项"
        constraints = [
            models.UniqueConstraint("call", "event", name="whistle_matter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.event_id}"
