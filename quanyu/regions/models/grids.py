"""How grids are coded and sized, what the check of them found, who is to be met there (网格)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import Scoped, ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal
from quanyu.regions.rules.contacts import Post
from quanyu.regions.rules.topology import Fault

DATED = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
SERVING = gettext_noop("公示和联系网格工作人员，并查明当时由谁负责")
SERVED = Personal("duty", SERVING, 3650, "ended_at", kind="name", of="staff", ends="fade")
"""Ten years after somebody left the post: who answered then is asked that long. Sample days."""


class GridProfile(models.Model):
    """How the grids of a place are coded, drawn and sized, from a day on (网格规范)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place_path = models.CharField(_("适用辖区"), max_length=40, db_collation="C")
    base_digits = models.CharField(_("基础网格类型码"), max_length=2, blank=True)
    dedicated_digits = models.CharField(_("专属网格类型码"), max_length=2, blank=True)
    micro_digits = models.CharField(_("微网格类型码"), max_length=2, blank=True)
    width = models.PositiveSmallIntegerField(_("顺序号位数"))
    tolerance_m2 = models.PositiveIntegerField(_("容差（平方米）"))
    households_low = models.PositiveIntegerField(_("户数下限"))
    households_high = models.PositiveIntegerField(_("户数上限"))
    residents_low = models.PositiveIntegerField(_("人口下限"))
    residents_high = models.PositiveIntegerField(_("人口上限"))
    source = models.CharField(_("来源"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("示例"), default=False)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("网格规范")
        constraints = [
            models.UniqueConstraint(
                fields=["place_path", "valid_from"], name="grid_profile_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["place_path"],
                condition=Q(valid_to__isnull=True),
                name="grid_profile_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="grid_profile_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(place_path__endswith="/"), name="grid_profile_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(width__in=[2, 3]), name="grid_profile_width_is_two_or_three"
            ),
            models.CheckConstraint(
                condition=Q(households_low__lt=F("households_high"))
                & Q(residents_low__lt=F("residents_high")),
                name="grid_profile_sizes_are_ranges",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_path} {self.valid_from}"


class GridCheck(models.Model):
    """One look at how the grids of a street lie, at one edition of the tree (网格检查)."""

    access = Access(rows=Reach(), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField(_("街道"), max_length=40, db_collation="C")
    edition = models.UUIDField(_("区划版本"), null=True)
    tolerance_m2 = models.PositiveIntegerField(_("容差（平方米）"), default=0)
    asked_by = models.UUIDField(_("发起人"), null=True)
    asked_at = models.DateTimeField(_("发起时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True)
    communities = models.PositiveIntegerField(_("社区数"), default=0)
    grids = models.PositiveIntegerField(_("网格数"), default=0)
    buildings = models.PositiveIntegerField(_("楼栋数"), default=0)
    faults = models.PositiveIntegerField(_("问题数"), default=0)
    warnings = models.PositiveIntegerField(_("提示数"), default=0)
    undrawn = models.PositiveIntegerField(_("未划边界的社区和村"), default=0)
    new_faults = models.PositiveIntegerField(_("新问题数"), default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = _("网格检查")
        indexes = [models.Index("region_path", "asked_at", name="grid_check_by_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="grid_check_place_ends_with_a_slash"
            ),
            models.UniqueConstraint(
                fields=["region_path"],
                condition=Q(done_at__isnull=True),
                name="grid_check_is_under_way_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_path} {self.asked_at:%Y-%m-%d}"


class GridFinding(models.Model):
    """One thing that a check found wrong, and where (网格问题)."""

    access = Access(rows=Under("check_of", "regions.GridCheck"), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    check_of = models.ForeignKey(
        GridCheck, on_delete=models.CASCADE, related_name="findings", verbose_name=_("检查")
    )
    number = models.PositiveIntegerField(_("序号"))
    fault = models.CharField(_("问题"), max_length=24)
    path = models.CharField(_("网格或社区"), max_length=40, db_collation="C")
    other_path = models.CharField(_("另一网格"), max_length=40, db_collation="C", blank=True)
    building = models.ForeignKey(
        "regions.Building",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("楼栋"),
    )
    building_name = models.CharField(_("楼栋名称"), max_length=160, blank=True)
    area_m2 = models.FloatField(_("面积（平方米）"), default=0)
    lon = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    shape = models.BinaryField(_("范围"), null=True)
    is_new = models.BooleanField(_("新问题"), default=False)
    """The check before had none like it."""

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = _("网格问题")
        constraints = [
            models.UniqueConstraint(
                fields=["check_of", "number"], name="grid_finding_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(fault__in=[fault.value for fault in Fault]),
                name="grid_finding_fault_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fault} {self.path}"


class Contacts(Scoped["GridContact"]):
    """Contacts, chainable."""

    def on(self, day: date) -> Self:
        """Keep who served on ``day``; the last day is not counted in."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


ContactManager = models.Manager.from_queryset(Contacts)


class GridContact(models.Model):
    """Who served in which post of a grid, from day to day (网格联系人)."""

    access = Access(rows=Reach(own="account_id"), writes="insert update")
    personal = {"name": SERVED}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField(_("网格"), max_length=40, db_collation="C")
    post = models.CharField(_("岗位"), max_length=20)
    name = models.CharField(_("姓名"), max_length=40)
    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("账号"),
    )
    valid_from = models.DateField(_("任职日期"))
    valid_to = models.DateField(_("卸任日期"), null=True)
    ended_at = models.DateTimeField(_("登记卸任的时间"), null=True)

    objects = ContactManager()

    class Meta:
        verbose_name = verbose_name_plural = _("网格联系人")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path", "post", "name"],
                condition=Q(valid_to__isnull=True),
                name="grid_contact_serves_once",
            ),
            models.UniqueConstraint(
                fields=["region_path"],
                condition=Q(valid_to__isnull=True, post=Post.LEADER.value),
                name="grid_has_one_leader",
            ),
            models.CheckConstraint(condition=DATED, name="grid_contact_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True, ended_at__isnull=True)
                | Q(valid_to__isnull=False, ended_at__isnull=False),
                name="grid_contact_end_is_entered_once",
            ),
            models.CheckConstraint(
                condition=Q(post__in=[post.value for post in Post]),
                name="grid_contact_post_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="grid_contact_place_ends_with_a_slash"
            ),
        ]
        indexes = [models.Index("region_path", "valid_from", name="grid_contact_by_grid")]

    def __str__(self) -> str:
        return f"{self.post} {self.region_path}"
