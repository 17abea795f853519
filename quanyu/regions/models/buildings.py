"""What stands in a grid (楼栋)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.keys import uuid7


class Building(models.Model):
    """A building, in the grid it stands in (楼栋)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField(_("所在网格"), max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=80)
    estate = models.CharField(_("小区"), max_length=80, blank=True)
    address = models.CharField(_("地址"), max_length=160)
    lon = models.FloatField(_("经度"))
    lat = models.FloatField(_("纬度"))
    shape = models.BinaryField(_("轮廓"), null=True)
    households = models.PositiveIntegerField(_("户数"), default=0)
    is_sample = models.BooleanField(_("示例几何"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("楼栋")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path", "name"], name="building_named_once_in_a_grid"
            ),
            models.CheckConstraint(
                condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="building_stands_on_earth",
            ),
        ]
        indexes = [models.Index("lon", "lat", name="building_by_place")]

    def __str__(self) -> str:
        return self.address
