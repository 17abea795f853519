"""Meetings of bodies and what they resolved; attendance is a number, never a name (会议)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.rules.rhythm import MeetingKind

DAYS = 3650
"""Sample days: records of meetings are kept ten years."""

HELD = Personal("duty", gettext_noop("记录会议讨论和决定的事"), DAYS, "over_at", of="staff")
RESOLVED = Personal(
    "duty", gettext_noop("记录会议决定的事及落实情况"), DAYS, "meeting__over_at", of="staff"
)


class Meeting(models.Model):
    """A meeting of a body: planned, held or called off (会议)."""

    access = Access(
        rows=Reach(place="region_path", bodies="invited", circle="life"), writes="insert update"
    )
    personal = {"title": HELD, "agenda": HELD, "minutes": HELD, "called_off": HELD}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        "organisations.Body",
        on_delete=models.PROTECT,
        related_name="meetings",
        verbose_name="召集单位",
    )
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    invited = ArrayField(models.UUIDField(), default=list, verbose_name="参加单位")
    kind = models.CharField("类型", max_length=16)
    title = models.CharField(_("议题"), max_length=80, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    agenda = models.TextField(_("议程"), blank=True)
    starts_at = models.DateTimeField("开始时间")
    planned_by = models.UUIDField("安排人", null=True)
    planned_at = models.DateTimeField("安排时间")
    expected = models.PositiveIntegerField("应到人数", null=True)
    present = models.PositiveIntegerField("实到人数", null=True)
    observing = models.PositiveIntegerField("列席人数", null=True)
    minutes = models.TextField(_("记录"), blank=True)
    recorded_by = models.UUIDField("记录人", null=True)
    recorded_at = models.DateTimeField("记录时间", null=True)
    called_off = models.CharField(_("取消原因"), max_length=500, blank=True)
    called_off_at = models.DateTimeField("取消时间", null=True)
    over_at = models.DateTimeField("结束登记时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "会议"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in MeetingKind]),
                name="meeting_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="meeting_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True)
                | Q(
                    called_off_at__isnull=True,
                    expected__gte=1,
                    present__lte=F("expected"),
                    observing__isnull=False,
                ),
                name="meeting_record_counts_who_came",
            ),
            models.CheckConstraint(
                condition=Q(over_at__isnull=True)
                | Q(recorded_at__isnull=False)
                | Q(called_off_at__isnull=False),
                name="meeting_is_over_when_held_or_off",
            ),
        ]
        indexes = [
            models.Index("region_path", "starts_at", name="meeting_by_place"),
            models.Index("body", "kind", "starts_at", name="meeting_by_body"),
            GinIndex(fields=["invited"], name="meeting_by_invited"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at}"


class Resolution(models.Model):
    """What a meeting decided: who does what by when, and what became of it (决议).

    Where it was decided, in what kind of meeting and who was called is the meeting's: the body that
    is to do it sees what it has to do, and not the meeting with its minutes.
    """

    access = Access(
        rows=Reach(place="region_path", body="body_id", bodies="invited", circle="life"),
        writes="insert update",
    )
    personal = {"text": RESOLVED, "ended_words": RESOLVED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="resolutions", verbose_name="会议"
    )
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    kind = models.CharField("会议类型", max_length=16)
    invited = ArrayField(models.UUIDField(), default=list, verbose_name="参加单位")
    number = models.PositiveSmallIntegerField("序号")
    body = models.ForeignKey(
        "organisations.Body",
        on_delete=models.PROTECT,
        related_name="resolutions",
        verbose_name="负责单位",
    )
    text = models.CharField(_("内容"), max_length=500, blank=True)
    due_date = models.DateField("完成期限")
    votes_for = models.PositiveIntegerField("赞成", null=True)
    votes_against = models.PositiveIntegerField("反对", null=True)
    abstained = models.PositiveIntegerField("弃权", null=True)
    adopted_at = models.DateTimeField("登记时间")
    done_at = models.DateTimeField("完成登记时间", null=True)
    withdrawn_at = models.DateTimeField("撤销登记时间", null=True)
    ended_words = models.CharField(_("完成或撤销说明"), max_length=500, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "决议"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="resolution_in_order"),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="resolution_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="resolution_ends_in_one_way",
            ),
            models.CheckConstraint(
                condition=Q(
                    votes_for__isnull=True, votes_against__isnull=True, abstained__isnull=True
                )
                | Q(
                    votes_for__isnull=False,
                    votes_against__isnull=False,
                    abstained__isnull=False,
                ),
                name="resolution_votes_are_whole",
            ),
        ]
        indexes = [
            models.Index(
                "due_date",
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="resolution_open_by_day",
            ),
            models.Index("body", name="resolution_by_body"),
            models.Index("region_path", name="resolution_by_place"),
            GinIndex(fields=["invited"], name="resolution_by_invited"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
