"""Every quarter each grant is looked at again (授权复核)."""

from django.db import models
from django.db.models import F, Q

from quanyu.kernel.access.reach import Access
from quanyu.kernel.accounts.models.grants import GrantRow
from quanyu.kernel.accounts.models.keeping import WHY, staff
from quanyu.kernel.accounts.models.people import Account
from quanyu.kernel.accounts.rules import Verdict
from quanyu.kernel.keys import uuid7


class Review(models.Model):
    """The grants at one place that lived when a quarter began, to be kept or ended (授权复核)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    quarter = models.CharField("季度", max_length=6)
    region_path = models.CharField("辖区路径", max_length=80, db_collation="C")
    opened_by = models.UUIDField("发起人", null=True)
    opened_at = models.DateTimeField("发起时间")
    due_on = models.DateField("办结期限")
    closed_at = models.DateTimeField("办结时间", null=True)
    late_told_at = models.DateTimeField("逾期告知时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "授权复核"
        constraints = [
            models.UniqueConstraint("quarter", "region_path", name="review_once_a_quarter"),
            models.CheckConstraint(
                condition=Q(quarter__regex=r"^[0-9]{4}Q[1-4]$"), name="review_of_a_quarter"
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="review_at_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.region_path}"


class ReviewLine(models.Model):
    """One grant in a review: kept or ended, by whom and why (复核明细)."""

    access = Access(writes="insert update")
    personal = {
        "proposal_reason": staff(WHY, since="proposed_at"),
        "reason": staff(WHY, since="decided_at"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, verbose_name="复核", related_name="lines")
    grant = models.ForeignKey(
        GrantRow, models.PROTECT, verbose_name="授权", related_name="reviewed"
    )
    account = models.ForeignKey(Account, models.PROTECT, verbose_name="账号", related_name="+")
    proposal = models.CharField("建议", max_length=4, blank=True)
    proposal_reason = models.CharField("建议理由", max_length=200, blank=True)
    proposed_by = models.UUIDField("建议人", null=True)
    proposed_at = models.DateTimeField("建议时间", null=True)
    verdict = models.CharField("结论", max_length=4, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    decided_by = models.UUIDField("复核人", null=True)
    decided_at = models.DateTimeField("复核时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "复核明细"
        indexes = [models.Index("review", "verdict", name="review_line_by_verdict")]
        constraints = [
            models.UniqueConstraint("review", "grant", name="review_line_once"),
            models.CheckConstraint(
                condition=Q(verdict="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(
                    verdict__in=[v.value for v in Verdict],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="review_line_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("account")),
                name="review_line_not_decided_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(proposal="", proposed_by__isnull=True)
                | Q(proposal__in=[v.value for v in Verdict], proposed_by__isnull=False),
                name="review_line_proposed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | ~Q(proposed_by=F("account")),
                name="review_line_not_proposed_for_oneself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.verdict}"
