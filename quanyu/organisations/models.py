"""Bodies and the dated duty list. Public reference data: no row security."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.rules import Basis, BodyKind

DATED = Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))


def holding(day: date) -> Q:
    """Keep what holds on ``day``; the last day is not counted in."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


class Bodies(models.QuerySet["Body"]):
    """Bodies, chainable."""

    def on(self, day: date) -> Self:
        """Keep the bodies that stand on ``day``."""
        return self.filter(holding(day))


class Duties(models.QuerySet["Duty"]):
    """Duties, chainable."""

    def on(self, day: date) -> Self:
        """Keep the duties that hold on ``day``."""
        return self.filter(holding(day))


class Body(models.Model):
    """A body that acts: department, street office, stationed team, community, firm (单位)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=16)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="below",
        verbose_name=_("上级单位"),
    )
    phone = models.CharField(_("办公电话"), max_length=24, blank=True)
    is_sample = models.BooleanField(_("示例"), default=False)
    valid_from = models.DateField(_("设立日期"))
    valid_to = models.DateField(_("撤销日期"), null=True)

    objects = Bodies.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("单位")
        constraints = [
            models.CheckConstraint(condition=DATED, name="body_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in BodyKind]), name="body_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="body_place_ends_with_a_slash"
            ),
        ]
        indexes = [models.Index("region_path", name="body_by_place")]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """Which body answers for which class in which place, from a day on (权责清单)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="duties", verbose_name=_("单位")
    )
    class_prefix = models.CharField(_("类别"), max_length=16, blank=True, db_collation="C")
    place_path = models.CharField(_("适用辖区"), max_length=40, db_collation="C")
    basis = models.CharField(_("责任来源"), max_length=12)
    clause = models.ForeignKey(
        "codes.Clause",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("依据条款"),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Duties.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("权责")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "class_prefix", "place_path", "valid_from"],
                name="duty_begins_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["body", "class_prefix", "place_path"],
                condition=Q(valid_to__isnull=True),
                name="duty_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="duty_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(basis__in=[basis.value for basis in Basis]), name="duty_basis_is_known"
            ),
            models.CheckConstraint(
                condition=Q(place_path__endswith="/"), name="duty_place_ends_with_a_slash"
            ),
        ]
        indexes = [models.Index("place_path", "class_prefix", name="duty_by_place_and_class")]

    def __str__(self) -> str:
        return f"{self.class_prefix or '*'} {self.place_path}"
