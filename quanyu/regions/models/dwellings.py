"""Staircases of a building and the dwellings on them (单元、房).

A dwelling holds no personal data: who owns it and who lives in it is no matter of places.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.keys import uuid7
from quanyu.regions.models.buildings import Building


class Unit(models.Model):
    """One staircase of a building with a door of its own (单元)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    building = models.ForeignKey(
        Building,
        verbose_name=_("楼栋"),
        on_delete=models.PROTECT,
        related_name="units",
        db_index=False,
    )
    number = models.CharField(_("单元号"), max_length=8)

    class Meta:
        verbose_name = verbose_name_plural = _("单元")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "number"], name="unit_numbered_once_in_a_building"
            ),
            models.CheckConstraint(condition=~Q(number=""), name="unit_has_a_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Dwelling(models.Model):
    """One home behind one door (房). Kept narrow: a city has millions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    building = models.ForeignKey(
        Building,
        verbose_name=_("楼栋"),
        on_delete=models.PROTECT,
        related_name="dwellings",
        db_index=False,
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("单元"),
        null=True,
        on_delete=models.PROTECT,
        related_name="dwellings",
        db_index=False,
    )
    floor = models.SmallIntegerField(_("楼层"))
    room = models.CharField(_("房号"), max_length=12)

    class Meta:
        verbose_name = verbose_name_plural = _("房")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "unit", "room"],
                nulls_distinct=False,
                name="dwelling_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(floor__range=(-9, 150)) & ~Q(floor=0), name="dwelling_floor_is_one"
            ),
            models.CheckConstraint(condition=~Q(room=""), name="dwelling_has_a_room"),
        ]

    def __str__(self) -> str:
        return self.room
