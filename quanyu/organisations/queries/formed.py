"""Which units have a party organisation of their own, and how many members it has (组建情况)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Body, Footing, Formation
from quanyu.organisations.queries.hanging import Hanging, Held, hanging
from quanyu.organisations.queries.net import Way
from quanyu.organisations.queries.party import counts_on
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import BodyKind

WITH, WITHOUT = "with", "without"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit on a day, and its party organisation if it has one."""

    id: UUID
    name: str
    place: str
    party_id: UUID | None
    party: str
    members: int


@dataclass(frozen=True, slots=True)
class Units:
    """The units of one kind on a day: every figure is how long its list is."""

    rows: tuple[Unit, ...]

    def of(self, way: str) -> tuple[Unit, ...]:
        """Return those with an organisation of their own, those without, or all for ""."""
        return tuple(one for one in self.rows if way in ("", WITH if one.party_id else WITHOUT))

    @property
    def members(self) -> int:
        """Return how many members their organisations count together."""
        return sum(one.members for one in self.rows)


def units(kind: BodyKind, *, actor: Actor, on: date, place: str = "") -> Units:
    """Return the units of a kind in a place on a day; "" for all where the actor works.

    :raises Denied: if the actor has no part in the place
    """
    if place and not actor.roles_at(place):
        raise Denied
    within = Q(pk__in=[])
    for path in [place] if place else actor.stations:
        within |= Q(region_path__gte=path, region_path__lt=upper(path))
    stood = Footing.objects.on(on).filter(within, kind=kind).order_by("region_path", "body__code")
    rows = list(stood)
    formed = _formed({row.body_id for row in rows}, on=on)
    return Units(
        tuple(
            Unit(
                row.body_id,
                in_language(row.name, row.name_en),
                row.region_path,
                *formed.get(row.body_id, (None, "", 0)),
            )
            for row in rows
        )
    )


def _formed(keys: Collection[UUID], *, on: date) -> Mapping[UUID, tuple[UUID, str, int]]:
    """Return the organisation of each unit that has one: key, name and members."""
    rows = Formation.objects.on(on).filter(unit__in=keys).select_related("party")
    held = list(rows.order_by("-party__code"))
    counts = counts_on(on=on).filter(body__in=[row.party_id for row in held])
    members = {row.body_id: row.full + row.probationary for row in counts}
    return {
        row.unit_id: (
            row.party_id,
            in_language(row.party.name, row.party.name_en),
            sum(members.get(one.party_id, 0) for one in held if one.unit_id == row.unit_id),
        )
        for row in held
    }


def unit_of(party_id: UUID, *, on: date) -> Way | None:
    """Return in which unit a party organisation was formed on a day, or None."""
    row = Formation.objects.on(on).filter(party=party_id).select_related("unit").first()
    return _way(row.unit, row) if row else None


def parties_of(unit_id: UUID, *, on: date) -> tuple[Way, ...]:
    """Return the party organisations that a unit had on a day."""
    rows = Formation.objects.on(on).filter(unit=unit_id).select_related("party")
    return tuple(_way(row.party, row) for row in rows.order_by("party__code"))


@hanging.answered_by
def parties_in(body_id: UUID, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return the party organisations formed in a body; they are public."""
    rows = tuple(
        Held(one.name, "", reverse("desk_organisation", args=[one.id]))
        for one in parties_of(body_id, on=timezone.localdate(at))
    )
    return (Hanging("parties", _("组建的党组织"), rows),) if rows else ()


def _way(body: Body, row: Formation) -> Way:
    return Way(body.pk, in_language(body.name, body.name_en), row.valid_from, row.because)
