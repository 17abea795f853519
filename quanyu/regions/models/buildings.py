"""Estates, the buildings in them, and in which grid each building stood (小区、楼栋)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.keys import uuid7
from quanyu.regions import rules


class Dated(models.QuerySet):  # type: ignore[type-arg]
    """Rows with a first and a last day, chainable."""

    def standing(self) -> Self:
        """Keep what holds until it is ended."""
        return self.filter(valid_to__isnull=True)

    def on(self, day: date) -> Self:
        """Keep what held on ``day``; a row without a first day held as long as anybody knows."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )

    def within(self, path: str) -> Self:
        """Keep what lies in a place."""
        return self.filter(region_path__gte=path, region_path__lt=upper(path))


def _ends_after_it_begins(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True)
        | Q(valid_from__isnull=True)
        | Q(valid_to__gt=F("valid_from")),
        name=name,
    )


class Estate(models.Model):
    """A residential estate or a compound with one gate, in its community (小区)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("小区代码"), max_length=24, db_collation="C", unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    region_path = models.CharField(_("所在社区"), max_length=40, db_collation="C")
    lon = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    shape = models.BinaryField(_("边界"), null=True)
    is_sample = models.BooleanField(_("示例几何"), default=False)
    valid_from = models.DateField(_("生效日期"), null=True)
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("小区")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path", "name"],
                condition=Q(valid_to__isnull=True),
                name="estate_named_once_in_a_community",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="estate_has_a_code"),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="estate_path_ends_with_a_slash"
            ),
            _ends_after_it_begins("estate_ends_after_it_begins"),
        ]
        indexes = [models.Index("region_path", "name", name="estate_by_place")]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """A building, in the grid it stands in today (楼栋).

    ``region_path`` is today's copy of the one :class:`Siting` row that has no end, and is
    written in the same statement.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        _("楼栋代码"), max_length=24, db_collation="C", null=True, blank=True, unique=True
    )
    region_path = models.CharField(_("所在网格"), max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=80)
    number = models.CharField(_("幢号"), max_length=16, blank=True)
    estate = models.ForeignKey(
        Estate,
        verbose_name=_("小区"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="buildings",
    )
    estate_name = models.CharField(_("小区名称"), max_length=80, blank=True, db_column="estate")
    address = models.CharField(_("地址"), max_length=160)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    door_lon = models.FloatField(_("主出入口经度"), null=True)
    door_lat = models.FloatField(_("主出入口纬度"), null=True)
    given_in = models.CharField(_("原坐标系"), max_length=10, blank=True, db_default="")
    """In which system the point came; it is kept in WGS-84, which CGCS2000 equals here."""
    shape = models.BinaryField(_("轮廓"), null=True)
    floors = models.PositiveSmallIntegerField(_("地上层数"), null=True)
    households = models.PositiveIntegerField(_("户数"), default=0)
    status = models.CharField(_("状态"), max_length=10, default="active", db_default="active")
    merged_into = models.ForeignKey(
        "self", verbose_name=_("并入"), null=True, blank=True, on_delete=models.PROTECT
    )
    valid_from = models.DateField(_("生效日期"), null=True)
    valid_to = models.DateField(_("失效日期"), null=True)
    is_sample = models.BooleanField(_("示例几何"), default=False)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("楼栋")
        constraints = [
            models.UniqueConstraint(
                fields=["estate", "number"],
                condition=Q(status="active") & ~Q(number=""),
                name="building_numbered_once_in_an_estate",
            ),
            models.CheckConstraint(
                condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="building_stands_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in rules.Status]),
                name="building_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status="active", valid_to__isnull=True)
                | (~Q(status="active") & Q(valid_to__isnull=False)),
                name="building_is_active_until_its_end",
            ),
            models.CheckConstraint(
                condition=Q(status="merged") | Q(merged_into__isnull=True),
                name="building_merges_into_another_when_merged",
            ),
            _ends_after_it_begins("building_ends_after_it_begins"),
        ]
        indexes = [
            models.Index("lon", "lat", name="building_by_place"),
            models.Index("region_path", "name", name="building_by_grid"),
        ]

    def __str__(self) -> str:
        return self.address


class Siting(models.Model):
    """In which grid a building stood from day to day; the row without an end is today's (归属)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    building = models.ForeignKey(
        Building, verbose_name=_("楼栋"), on_delete=models.PROTECT, related_name="sitings"
    )
    region_path = models.CharField(_("所在网格"), max_length=40, db_collation="C")
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("楼栋归属")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "valid_from"], name="siting_begins_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["building"],
                condition=Q(valid_to__isnull=True),
                name="siting_is_one_today",
            ),
            _ends_after_it_begins("siting_ends_after_it_begins"),
        ]
        indexes = [models.Index("region_path", "valid_from", name="siting_by_grid")]

    def __str__(self) -> str:
        return f"{self.building_id} {self.region_path}"
