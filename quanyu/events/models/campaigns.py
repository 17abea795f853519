from django.db import models

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal

NOTED = Personal("duty", _("记录专项办理经过"), 1095, "campaign__closed_at", of="both", ends="fade")


class Campaign(models.Model):
    """Matters of a kind put right together: a goal, a lead body, dates, a result (专项)."""

    access = Access(rows=Reach(place="region_path", body="body_id"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField("地点", max_length=80, db_collation="C")
    category = models.CharField("类别", max_length=8, blank=True)
    title = models.CharField("名称", max_length=60)
    goal = models.CharField("目标", max_length=200)
    body_id = models.UUIDField("牵头单位")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    hot_issue = models.ForeignKey(
        "events.HotIssue", models.PROTECT, verbose_name="起于热点", null=True, related_name="+"
    )
    opened_at = models.DateTimeField("开立时间")
    opened_by = models.UUIDField("开立人", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    result = models.CharField("结果", max_length=400, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "专项"
        constraints = [
            models.CheckConstraint(
                name="campaign_ends_after_it_starts",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="campaign_result_once_closed",
                condition=models.Q(closed_at=None, result="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(result="")),
            ),
            models.CheckConstraint(
                name="campaign_place_ends_with_slash",
                condition=models.Q(region_path__endswith="/"),
            ),
        ]
        indexes = [
            models.Index("region_path", "id", name="campaign_by_place"),
            models.Index("body_id", name="campaign_by_body"),
        ]

    def __str__(self) -> str:
        return self.title


class CampaignMatter(models.Model):
    """One matter of a campaign, attached and perhaps detached again (专项事项)."""

    access = Access(rows=Under("campaign", "events.Campaign"), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, verbose_name="专项", related_name="matters"
    )
    event = models.ForeignKey(
        "events.Event", models.CASCADE, verbose_name="事件", related_name="campaigns"
    )
    attached_at = models.DateTimeField("纳入时间")
    attached_by = models.UUIDField("纳入人", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "专项事项"
        constraints = [
            models.UniqueConstraint("campaign", "event", name="campaign_matter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.event_id}"


class CampaignNote(models.Model):
    """One line on how a campaign goes (专项记事)."""

    access = Access(rows=Under("campaign", "events.Campaign"), writes="insert")
    personal = {"words": NOTED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, verbose_name="专项", related_name="notes"
    )
    words = models.CharField("内容", max_length=400)
    at = models.DateTimeField("时间")
    by = models.UUIDField("记录人", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "专项记事"

    def __str__(self) -> str:
        return f"{self.at} {self.words[:20]}"
