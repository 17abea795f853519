"""The dated duty list. Public reference data: no row security."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models.bodies import Body
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.rules import Basis


class Duties(models.QuerySet["Duty"]):
    """Duties, chainable."""

    def on(self, day: date) -> Self:
        """Keep the duties that hold on ``day``."""
        return self.filter(holding(day))


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
