"""The tree of places, and the mark that tells when it was re-drawn (区划)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.keys import uuid7
from quanyu.regions import rules


class Placed(models.QuerySet["Region"]):
    """Places of the tree, chainable."""

    def standing(self) -> Self:
        """Keep what holds until it is abolished."""
        return self.filter(valid_to__isnull=True)

    def on(self, day: date) -> Self:
        """Keep what held on ``day``."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)

    def within(self, path: str) -> Self:
        """Keep a place and everything in it."""
        return self.filter(path__gte=path, path__lt=upper(path))


class Region(models.Model):
    """One place of the tree in one period: province, city, area, street, community, grid (区划)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=20, db_collation="C")
    scheme = models.CharField(_("代码体系"), max_length=8)
    civil_code = models.CharField(
        _("民政代码"), max_length=16, db_collation="C", blank=True, db_default=""
    )
    """The civil-affairs code; it differs from the statistical one between two yearly editions."""
    level = models.CharField(_("层级"), max_length=10)
    kind = models.CharField(_("类型"), max_length=24)
    admin_level = models.CharField(_("行政级别"), max_length=10, blank=True, db_default="")
    """Of which level it is held to be, where that is not how deep it stands; else blank."""
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    path = models.CharField(_("路径"), max_length=40, db_collation="C")
    parent_path = models.CharField(_("上级路径"), max_length=40, db_collation="C", blank=True)
    urban_rural = models.CharField(_("城乡分类"), max_length=3, blank=True)
    lon = models.FloatField(_("经度"), null=True)
    lat = models.FloatField(_("纬度"), null=True)
    shape = models.BinaryField(_("边界"), null=True)
    is_sample = models.BooleanField(_("示例几何"), default=False)
    households = models.PositiveIntegerField(_("户数"), null=True)
    counted_on = models.DateField(_("户数计于"), null=True)
    """On which day the households were last summed from the buildings; null: when the row began.

    They are of that day, whatever day of the row is asked for.
    """
    residents = models.PositiveIntegerField(_("人口"), null=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Placed.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("区划")
        constraints = [
            models.UniqueConstraint(fields=["path", "valid_from"], name="region_begins_once_a_day"),
            models.UniqueConstraint(
                fields=["path"], condition=Q(valid_to__isnull=True), name="region_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="region_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(path__endswith="/"), name="region_path_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=[scheme.value for scheme in rules.Scheme]),
                name="region_scheme_is_known",
            ),
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in rules.Level]),
                name="region_level_is_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in rules.Kind]),
                name="region_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(admin_level__in=["", *(level.value for level in rules.Level)]),
                name="region_admin_level_is_known",
            ),
            models.UniqueConstraint(
                fields=["civil_code"],
                condition=Q(valid_to__isnull=True) & ~Q(civil_code=""),
                name="region_civil_code_stands_once",
            ),
        ]
        indexes = [
            models.Index("parent_path", "path", name="region_by_parent"),
            models.Index("code", name="region_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"

    @property
    def region_path(self) -> str:
        return self.path


class Edition(models.Model):
    """The mark of the tree as it stands; a new one tells every process to read it anew (版本)."""

    name = models.CharField(_("名称"), max_length=20, primary_key=True)
    mark = models.UUIDField(_("标记"), default=uuid7)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("区划版本")

    def __str__(self) -> str:
        return f"{self.name} {self.mark}"
