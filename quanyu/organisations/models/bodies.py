"""Bodies that act. Public reference data: no row security."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.rules import BodyKind


class Bodies(models.QuerySet["Body"]):
    """Bodies, chainable."""

    def on(self, day: date) -> Self:
        """Keep the bodies that stand on ``day``."""
        return self.filter(holding(day))


class Body(models.Model):
    """A body that acts: party organisation, department, street, agency, firm (单位).

    Name, kind, place and superior are today's copy of the one ``Footing`` that has no end.
    """

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("类型"), max_length=24)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    initials = models.CharField(_("拼音首字母"), max_length=80, blank=True, db_default="")
    uscc = models.CharField(
        _("统一社会信用代码"), max_length=18, blank=True, db_default="", db_collation="C"
    )
    uscc_because = models.CharField(
        _("信用代码核对情况"), max_length=200, blank=True, db_default=""
    )
    """Why a code whose last character is wrong is kept: somebody read it in the register."""
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    life_path = models.CharField(
        _("归口辖区"), max_length=40, db_collation="C", blank=True, db_default=""
    )
    """Where its meetings, elections and roll are kept: where it stands, but where its superior
    stands for a party organisation of a unit that belongs to no street (``standing.SETTLE``)."""
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
            models.UniqueConstraint(
                fields=["uscc"], condition=~Q(uscc=""), name="body_credit_code_is_one"
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="body_place_ends_with_a_slash"
            ),
        ]
        indexes = [models.Index("region_path", name="body_by_place")]

    def __str__(self) -> str:
        return self.name
