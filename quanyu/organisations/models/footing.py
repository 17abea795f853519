"""How a body stood from day to day, and who commanded it. Public reference data."""

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models.bodies import Body
from quanyu.organisations.models.dated import DATED, holding
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.changing import Change


class Periods(models.QuerySet):  # type: ignore[type-arg]
    """Rows with a first day and perhaps a last one, chainable."""

    def standing(self) -> Self:
        """Keep what holds until it is ended."""
        return self.filter(valid_to__isnull=True)

    def on(self, day: date) -> Self:
        """Keep what held on ``day``."""
        return self.filter(holding(day))


def apart(
    column: str, name: str, condition: Q | None = None, *, beside: str = ""
) -> ExclusionConstraint:
    """Return the constraint that the periods of one key never overlap.

    ``uuidrange`` is a range type of ours over keys: ranges are compared by every PostgreSQL, where
    comparing plain keys beside them would need an extension.

    :param beside: a second column, of what holds between two
    """
    keys = [
        Func(F(one), F(one), Value("[]"), function="uuidrange") for one in (column, beside) if one
    ]
    days = Func(F("valid_from"), F("valid_to"), function="daterange")
    return ExclusionConstraint(
        name=name, expressions=[*((key, "&&") for key in keys), (days, "&&")], condition=condition
    )


class Footing(models.Model):
    """How a body stood from day to day: its name, kind, place and superior (建制).

    The row without an end is today's; :class:`Body` keeps a copy of it, written in the same
    statement. Place and superior are two axes: an agency stands in a street and hangs under a
    department.
    """

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="footings", verbose_name=_("单位")
    )
    kind = models.CharField(_("类型"), max_length=24)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    region_path = models.CharField(_("所在辖区"), max_length=40, db_collation="C")
    parent = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("上级单位")
    )
    change = models.CharField(_("变动"), max_length=16)
    because = models.CharField(_("依据文件或事由"), max_length=200, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Periods.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("建制")
        constraints = [
            models.UniqueConstraint(
                fields=["body"], condition=Q(valid_to__isnull=True), name="footing_is_one_today"
            ),
            models.UniqueConstraint(
                fields=["body", "valid_from"], name="footing_begins_once_a_day"
            ),
            models.CheckConstraint(condition=DATED, name="footing_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in BodyKind]),
                name="footing_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(change__in=[change.value for change in Change]),
                name="footing_change_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="footing_place_ends_with_a_slash"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("body")),
                name="footing_hangs_under_another",
            ),
            apart("body_id", "footing_never_overlaps"),
        ]
        indexes = [
            models.Index("parent", "valid_from", name="footing_by_parent"),
            models.Index("valid_from", "valid_to", name="footing_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"


class Command(models.Model):
    """Which body commands a stationed agency that another owns, from day to day (指挥关系)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="commands", verbose_name=_("派驻机构")
    )
    commander = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="commanding", verbose_name=_("指挥单位")
    )
    because = models.CharField(_("依据文件或事由"), max_length=200, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Periods.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("指挥关系")
        constraints = [
            models.UniqueConstraint(
                fields=["agency"], condition=Q(valid_to__isnull=True), name="command_is_one_today"
            ),
            models.UniqueConstraint(
                fields=["agency", "valid_from"], name="command_begins_once_a_day"
            ),
            models.CheckConstraint(condition=DATED, name="command_ends_after_it_begins"),
            models.CheckConstraint(
                condition=~Q(agency=F("commander")), name="command_is_by_another"
            ),
            apart("agency_id", "command_never_overlaps"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.commander_id}"


class Formation(models.Model):
    """In which unit a party organisation was formed, from day to day (组建关系)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="formed_in", verbose_name=_("党组织")
    )
    unit = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="formed", verbose_name=_("所在单位")
    )
    because = models.CharField(_("依据文件或事由"), max_length=200, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Periods.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("组建关系")
        constraints = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(valid_to__isnull=True),
                name="formation_is_in_one_today",
            ),
            models.CheckConstraint(condition=DATED, name="formation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(party=F("unit")), name="formation_is_in_another"),
            apart("party_id", "formation_never_overlaps"),
        ]
        indexes = [models.Index("unit", "valid_from", name="formation_by_unit")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.unit_id}"


class Succession(models.Model):
    """Into which body another went, on a day (承继)."""

    access = Access(writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    origin = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="successions", verbose_name=_("原单位")
    )
    target = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="origins", verbose_name=_("承继单位")
    )
    because = models.CharField(_("依据文件或事由"), max_length=200, blank=True)
    on = models.DateField(_("日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("承继")
        constraints = [
            models.UniqueConstraint(fields=["origin"], name="succession_is_one_a_body"),
            models.CheckConstraint(
                condition=~Q(origin=F("target")), name="succession_is_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.target_id}"
