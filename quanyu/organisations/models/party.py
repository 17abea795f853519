"""Party organisations: the rules in numbers, member counts, terms of committees (党组织)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.rules.norms import NormKey
from quanyu.organisations.rules.terms import ChangeKind, Form, Span

DECIDED = Personal(
    "duty", gettext_noop("说明延期或提前换届的理由和批复"), 3650, "decided_at", of="staff"
)


class Norms(models.QuerySet["PartyNorm"]):
    """Numbers of the rules, chainable."""

    def on(self, day: date) -> Self:
        """Keep those that hold on ``day``."""
        return self.filter(holding(day))


class PartyNorm(models.Model):
    """One number of the rules as it holds from a day on, with its clause (党组织规定的数)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField("规定项", max_length=24)
    subject = models.CharField("适用对象", max_length=40, blank=True)
    amount = models.PositiveIntegerField("数")
    base = models.PositiveIntegerField("分母", default=1)
    clause = models.ForeignKey(
        "codes.Clause",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="依据条款",
    )
    because = models.CharField("修改依据", max_length=200, blank=True)
    kept_by = models.UUIDField("登记人", null=True)
    """Nobody for the numbers that were shipped."""
    kept_at = models.DateTimeField("登记时间", null=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)

    objects = Norms.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党组织规定的数"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "subject", "valid_from"], name="party_norm_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["key", "subject"],
                condition=Q(valid_to__isnull=True),
                name="party_norm_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="party_norm_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(key__in=[key.value for key in NormKey]), name="party_norm_key_is_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1, base__gte=1), name="party_norm_is_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.subject} {self.amount}"


class Counts(models.QuerySet["MemberCount"]):
    """Counts of members, chainable."""

    def on(self, day: date) -> Self:
        """Keep those that hold on ``day``."""
        return self.filter(holding(day))


class MemberCount(models.Model):
    """How many members a party organisation has from a day on; a number, no person (党员数)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        "organisations.Body",
        on_delete=models.PROTECT,
        related_name="member_counts",
        verbose_name="党组织",
    )
    full = models.PositiveIntegerField("正式党员")
    probationary = models.PositiveIntegerField("预备党员", default=0)
    units = models.PositiveIntegerField("联合的单位数", null=True)
    source = models.CharField("来源", max_length=120, blank=True)
    kept_by = models.UUIDField("登记人", null=True)
    kept_at = models.DateTimeField("登记时间")
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("截止日期", null=True)

    objects = Counts.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员数"
        constraints = [
            models.UniqueConstraint(
                fields=["body", "valid_from"], name="member_count_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["body"],
                condition=Q(valid_to__isnull=True),
                name="member_count_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="member_count_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.full}+{self.probationary}"


class CommitteeTerm(models.Model):
    """From when and for how long a committee serves (届)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        "organisations.Body",
        on_delete=models.PROTECT,
        related_name="terms",
        verbose_name="党组织",
    )
    form = models.CharField("领导形式", max_length=12)
    size = models.PositiveSmallIntegerField("委员人数")
    years = models.PositiveSmallIntegerField("任期年数")
    starts = models.DateField("起始日期")
    due_date = models.DateField("应换届日期")
    moved_to = models.DateField("批准改到", null=True)
    ended = models.DateField("届满日期", null=True)
    kept_by = models.UUIDField("登记人", null=True)
    kept_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "届"
        constraints = [
            models.UniqueConstraint(fields=["body", "starts"], name="term_begins_once_a_day"),
            models.UniqueConstraint(
                fields=["body"], condition=Q(ended__isnull=True), name="term_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(ended__gt=F("starts")),
                name="term_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(due_date__gt=F("starts")), name="term_is_due_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(form__in=[form.value for form in Form]), name="term_form_is_known"
            ),
            models.CheckConstraint(
                condition=Q(size__gte=1, years__gte=1), name="term_is_of_somebody"
            ),
        ]
        indexes = [
            models.Index("due_date", condition=Q(ended__isnull=True), name="term_by_due_date")
        ]

    def __str__(self) -> str:
        return f"{self.starts}"

    @property
    def span(self) -> Span:
        """Return from when to when it runs."""
        return Span(self.starts, self.years, self.moved_to)


class TermChange(models.Model):
    """An election that one asks to hold later or earlier, and what the superior said (届期变更)."""

    access = Access(rows=Reach(place="region_path", circle="life"), writes="insert update")
    personal = {"reason": DECIDED, "words": DECIDED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(
        CommitteeTerm, on_delete=models.PROTECT, related_name="changes", verbose_name="届"
    )
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    decided_at_path = models.CharField("上级所在辖区", max_length=40, db_collation="C")
    kind = models.CharField("变更", max_length=8)
    to = models.DateField("改到")
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    asked_by = models.UUIDField("申请人", null=True)
    asked_at = models.DateTimeField("申请时间")
    is_approved = models.BooleanField("已批准", null=True)
    words = models.CharField(_("批复意见"), max_length=500, blank=True)
    decided_by = models.UUIDField("批复人", null=True)
    decided_at = models.DateTimeField("批复时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "届期变更"
        constraints = [
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(decided_at__isnull=True),
                name="term_change_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="term_change_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_approved__isnull=True)
                | Q(decided_at__isnull=False, is_approved__isnull=False),
                name="term_change_decided_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ChangeKind]),
                name="term_change_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/", decided_at_path__endswith="/"),
                name="term_change_places_end_with_slash",
            ),
        ]
        indexes = [models.Index("region_path", name="term_change_by_place")]

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"
