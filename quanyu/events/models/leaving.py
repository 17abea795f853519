from django.db import models

from quanyu.events.rules.leaving import Ending, Kind
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

YEARS = 1095
ENDED = "event__closed_at"
SAID = Personal("duty", _("说明为何强制结案，供抽查"), YEARS, ENDED, of="both", ends="fade")
JUDGED = Personal("duty", _("记录抽查结论"), YEARS, ENDED, of="both", ends="fade")
WRITTEN = Personal("duty", _("请系统外单位办理"), YEARS, ENDED, of="both", ends="fade")
ANSWERED = Personal("duty", _("留存系统外单位的答复"), YEARS, ENDED, of="both", ends="fade")
ANSWERER = Personal("duty", _("留存由谁答复"), YEARS, ENDED, kind="name", of="staff", ends="fade")


class Draw(models.Model):
    """One drawing of forced closings to be looked at again; its seed finds them anew (抽查)."""

    access = Access(rows=Reach(place="region_path"), writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField("辖区", max_length=80, db_collation="C")
    until = models.DateTimeField("截至")
    seed = models.CharField("种子", max_length=64)
    share = models.PositiveSmallIntegerField("比例")
    few = models.PositiveSmallIntegerField("不多于几件全查")
    population = models.PositiveIntegerField("件数")
    drawn = models.PositiveIntegerField("抽中")
    at = models.DateTimeField("抽取时间")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查"
        constraints = [
            models.UniqueConstraint("region_path", "until", name="draw_once_a_week"),
            models.CheckConstraint(
                name="draw_of_what_there_is",
                condition=models.Q(drawn__lte=models.F("population"), population__gte=1),
            ),
            models.CheckConstraint(
                name="draw_place_ends_with_slash", condition=models.Q(region_path__endswith="/")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_path} {self.until}"


class ForceClosing(models.Model):
    """One matter that a commander ended unsolved, and what was found of it (强制结案)."""

    access = Access(rows=Under("event", "events.Event"), writes="insert update")
    personal = {"reason": SAID, "words": JUDGED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="force_closings"
    )
    ground = models.CharField("事由", max_length=40)
    reason = models.TextField("理由", blank=True)
    closed_by = models.UUIDField("强制结案人")
    at = models.DateTimeField("强制结案时间")
    draw = models.ForeignKey(
        Draw, models.PROTECT, verbose_name="抽查", related_name="closings", null=True
    )
    is_drawn = models.BooleanField("抽中", null=True)
    in_order = models.BooleanField("复查结论", null=True)
    words = models.TextField("复查意见", blank=True)
    reviewed_by = models.UUIDField("复查人", null=True)
    reviewed_at = models.DateTimeField("复查时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "强制结案"
        constraints = [
            models.CheckConstraint(
                name="force_closing_drawn_in_a_draw",
                condition=models.Q(draw__isnull=True, is_drawn__isnull=True)
                | models.Q(draw__isnull=False, is_drawn__isnull=False),
            ),
            models.CheckConstraint(
                name="force_closing_reviewed_when_drawn",
                condition=models.Q(
                    in_order__isnull=True, reviewed_by__isnull=True, reviewed_at__isnull=True
                )
                | models.Q(
                    is_drawn=True,
                    in_order__isnull=False,
                    reviewed_by__isnull=False,
                    reviewed_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="force_closing_reviewed_by_another",
                condition=models.Q(reviewed_by__isnull=True)
                | ~models.Q(reviewed_by=models.F("closed_by")),
            ),
        ]
        indexes = [
            models.Index(
                "at", name="force_closing_not_drawn", condition=models.Q(draw__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.ground}"


class Letter(models.Model):
    """A letter to a body or authority outside this system, and what it answered (函件)."""

    access = Access(rows=Under("event", "events.Event"), writes="insert update")
    personal = {"text": WRITTEN, "answer": ANSWERED, "answered_by": ANSWERER}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="letters"
    )
    number = models.PositiveSmallIntegerField("第几函")
    kind = models.CharField("种类", max_length=8)
    body_id = models.UUIDField("致")
    ground = models.CharField("事由", max_length=40, blank=True)
    text = models.TextField("内容", blank=True)
    stops_clock = models.BooleanField("停表", default=False)
    promised_on = models.DateField("答应答复日期", null=True)
    sent_at = models.DateTimeField("发出时间")
    sent_by = models.UUIDField("经办人", null=True)
    ending = models.CharField("结果", max_length=8, blank=True)
    ended_at = models.DateTimeField("了结时间", null=True)
    answered_on = models.DateField("答复日期", null=True)
    answered_by = models.CharField("答复人", max_length=40, blank=True)
    answer = models.TextField("答复", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "函件"
        constraints = [
            models.UniqueConstraint("event", "number", name="letter_in_order"),
            models.UniqueConstraint(
                "event", name="letter_one_waits", condition=models.Q(ending="")
            ),
            models.CheckConstraint(
                name="letter_kind_known", condition=models.Q(kind__in=[k.value for k in Kind])
            ),
            models.CheckConstraint(
                name="letter_ending_known",
                condition=models.Q(ending="", ended_at__isnull=True)
                | models.Q(ending__in=[e.value for e in Ending if e.value], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_outside_has_a_day",
                condition=~models.Q(kind=Kind.OUTSIDE.value)
                | (models.Q(promised_on__isnull=False) & ~models.Q(ground="")),
            ),
        ]
        indexes = [
            models.Index("promised_on", name="letter_waiting", condition=models.Q(ending="")),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.number}"
