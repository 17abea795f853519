"""Named roads (道路)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.keys import uuid7


class Road(models.Model):
    """A named road, for the map and for spoken addresses (道路)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField(_("所在街道"), max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    is_main = models.BooleanField(_("主干道"), default=False)
    shape = models.BinaryField(_("中心线"))
    is_sample = models.BooleanField(_("示例几何"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("道路")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path", "name"], name="road_named_once_in_a_street"
            ),
        ]

    def __str__(self) -> str:
        return self.name
