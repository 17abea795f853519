"""Door plates, and what people say instead (标准地址、俗称)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.keys import uuid7
from quanyu.regions.models.buildings import Building, Dated, Estate


class Address(models.Model):
    """One door plate: a road and a number, of an estate's gate or of one building (门牌).

    A dwelling's standard address is its building's, with staircase and room.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(
        _("标准地址编码"), max_length=40, db_collation="C", null=True, blank=True, unique=True
    )
    region_path = models.CharField(_("所在社区"), max_length=40, db_collation="C")
    road = models.CharField(_("道路"), max_length=80)
    door = models.CharField(_("门牌号"), max_length=16)
    estate = models.ForeignKey(
        Estate,
        verbose_name=_("小区"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="addresses",
    )
    building = models.ForeignKey(
        Building,
        verbose_name=_("楼栋"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="addresses",
    )
    valid_from = models.DateField(_("生效日期"), null=True)
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Dated.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("门牌")
        constraints = [
            models.UniqueConstraint(
                fields=["region_path", "road", "door"],
                condition=Q(valid_to__isnull=True),
                name="address_stands_once_in_a_community",
            ),
            models.CheckConstraint(
                condition=Q(estate__isnull=False, building__isnull=True)
                | Q(estate__isnull=True, building__isnull=False),
                name="address_is_of_an_estate_or_a_building",
            ),
        ]
        indexes = [models.Index("road", "door", name="address_by_road")]

    def __str__(self) -> str:
        return f"{self.road}{self.door}号"


class Alias(models.Model):
    """What people call a place, an estate or a building besides its name (俗称)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.CharField(_("俗称"), max_length=80)
    """As addresses are compared: half-width, without blanks."""
    region_path = models.CharField(_("地点"), max_length=40, db_collation="C")
    """The place itself, or where the estate or the building lies."""
    estate = models.ForeignKey(
        Estate,
        verbose_name=_("小区"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="aliases",
    )
    building = models.ForeignKey(
        Building,
        verbose_name=_("楼栋"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="aliases",
    )

    class Meta:
        verbose_name = verbose_name_plural = _("俗称")
        constraints = [
            models.UniqueConstraint(
                fields=["text", "region_path", "estate", "building"],
                nulls_distinct=False,
                name="alias_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(estate__isnull=True) | Q(building__isnull=True),
                name="alias_is_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="alias_says_something"),
        ]

    def __str__(self) -> str:
        return self.text
