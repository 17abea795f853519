"""Which party organisation covered which grid and building. Public reference data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models.bodies import Body
from quanyu.organisations.models.dated import DATED
from quanyu.organisations.models.footing import Periods
from quanyu.organisations.rules.covering import Tie

AT_GRID = Q(tie=Tie.GRID.value, building__isnull=True, region_path__endswith="/")
AT_BUILDING = Q(tie=Tie.BUILDING.value, building__isnull=False, region_path="")


class Cover(models.Model):
    """A branch covers a grid, or a group a building, from day to day (覆盖关系)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="covers", verbose_name=_("党组织")
    )
    tie = models.CharField(_("关系"), max_length=10)
    region_path = models.CharField(_("网格"), max_length=40, db_collation="C", blank=True)
    building = models.ForeignKey(
        "regions.Building",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("楼栋"),
    )
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Periods.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("覆盖关系")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path"],
                condition=Q(valid_to__isnull=True, tie=Tie.GRID.value),
                name="cover_of_a_grid_is_one_today",
            ),
            models.UniqueConstraint(
                fields=["building"],
                condition=Q(valid_to__isnull=True, tie=Tie.BUILDING.value),
                name="cover_of_a_building_is_one_today",
            ),
            models.CheckConstraint(
                condition=AT_GRID | AT_BUILDING, name="cover_is_of_a_grid_or_a_building"
            ),
            models.CheckConstraint(condition=DATED, name="cover_ends_after_it_begins"),
        ]
        indexes = [
            models.Index("body", "valid_from", name="cover_by_body"),
            models.Index("region_path", "valid_from", name="cover_by_grid"),
        ]

    def __str__(self) -> str:
        return f"{self.body_id} {self.region_path or self.building_id}"
