from django.db import models

from quanyu.events.rules.hot import ASIDE
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.keys import uuid7


class HotIssue(models.Model):
    """More matters of a kind at a place than usual, over some weeks; counts only (热点)."""

    access = Access(rows=Reach(place="region_path"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField("地点", max_length=80, db_collation="C")
    category = models.CharField("类别", max_length=8)
    since = models.DateField("从")
    until = models.DateField("到")
    count = models.PositiveIntegerField("件数")
    usual = models.FloatField("往常件数")
    days_before = models.PositiveSmallIntegerField("往常所依据的天数")
    repeats = models.PositiveIntegerField("其中疑似重复", default=0)
    is_current = models.BooleanField("仍是热点", default=True)
    found_at = models.DateTimeField("发现时间")
    seen_at = models.DateTimeField("最近一次计算")
    aside = models.CharField("搁置理由", max_length=12, blank=True)
    aside_at = models.DateTimeField("搁置时间", null=True)
    aside_by = models.UUIDField("搁置人", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "热点"
        constraints = [
            models.UniqueConstraint(
                "region_path",
                "category",
                name="hot_issue_once_while_current",
                condition=models.Q(is_current=True),
            ),
            models.CheckConstraint(
                name="hot_issue_aside_known", condition=models.Q(aside__in=["", *ASIDE])
            ),
            models.CheckConstraint(
                name="hot_issue_aside_whole",
                condition=models.Q(aside="", aside_at=None)
                | (~models.Q(aside="") & models.Q(aside_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="hot_issue_place_ends_with_slash",
                condition=models.Q(region_path__endswith="/"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_path} {self.category} {self.count}"
