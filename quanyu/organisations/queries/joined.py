"""Which bodies belonged to a co-ordination body, and to which one belonged, on a day (成员单位)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Body, Footing, Participation
from quanyu.organisations.queries.net import Node, nodes
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules.kinds import HOSTS
from quanyu.organisations.tables import PARTICIPATIONS


@dataclass(frozen=True, slots=True)
class Joined:
    """A body at the other end of a participation, as it was called on the day."""

    id: UUID
    code: str
    name: str
    kind: str
    kind_name: str
    region_path: str
    because: str
    valid_from: date
    valid_to: date | None


def members_of(host_id: UUID, *, on: date) -> tuple[Joined, ...]:
    """Return the bodies that belonged to a co-ordination body on a day."""
    rows = Participation.objects.on(on).filter(host=host_id)
    return _joined(rows.order_by("member__region_path", "member__code"), "member_id", on)


def hosts_of(member_id: UUID, *, on: date) -> tuple[Joined, ...]:
    """Return the co-ordination bodies to which a body belonged on a day."""
    rows = Participation.objects.on(on).filter(member=member_id)
    return _joined(rows.order_by("host__region_path", "host__code"), "host_id", on)


def member_keys(host_id: UUID, *, on: date) -> list[UUID]:
    """Return the keys of the bodies that belonged to a co-ordination body on a day."""
    rows = Participation.objects.on(on).filter(host=host_id).order_by("member__code")
    return list(rows.values_list("member", flat=True))


def _joined(rows: Iterable[Participation], end: str, on: date) -> tuple[Joined, ...]:
    held = [(getattr(row, end), row) for row in rows]
    found = nodes([key for key, _row in held], on=on)
    return tuple(_one(found[key], row) for key, row in held if key in found)


def _one(node: Node, row: Participation) -> Joined:
    return Joined(
        id=node.id,
        code=node.code,
        name=node.name,
        kind=node.kind,
        kind_name=node.kind_name,
        region_path=node.region_path,
        because=row.because,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


@dataclass(frozen=True, slots=True)
class Host:
    """A co-ordination body on a day, and how many belonged to it."""

    id: UUID
    name: str
    place: str
    members: int


def hosts(*, actor: Actor, on: date, place: str = "") -> tuple[Host, ...]:
    """Return the co-ordination bodies in a place on a day; "" for all where the actor works.

    :raises Denied: if the actor has no part in the place
    """
    if place and not actor.roles_at(place):
        raise Denied
    within = Q(pk__in=[])
    for path in [place] if place else actor.stations:
        within |= Q(region_path__gte=path, region_path__lt=upper(path))
    stood = Footing.objects.on(on).filter(within, kind__in=HOSTS)
    rows = list(stood.order_by("region_path", "body__code"))
    held = Participation.objects.on(on).filter(host__in=[row.body_id for row in rows])
    count = dict(held.values_list("host").annotate(n=Count("pk")))
    return tuple(
        Host(
            row.body_id,
            in_language(row.name, row.name_en),
            row.region_path,
            count.get(row.body_id, 0),
        )
        for row in rows
    )


# ------------------------------------------------------------------ as a list and a file


def hosts_known() -> dict[str, str]:
    """Return every body that has or had others belonging to it: its name by its code."""
    keys = Participation.objects.values("host")
    rows = Body.objects.filter(Q(pk__in=keys) | Q(kind__in=HOSTS, valid_to=None))
    found = rows.order_by("region_path", "code").values_list("code", "name", "name_en")
    return {code: in_language(name, english) for code, name, english in found}


def participations_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Participation]:
    """Return every link that the page of this address shows, in its order."""
    rows = Participation.objects.select_related("host", "member")
    if asked.get("standing") != "all":
        rows = rows.on(on)
    if asked.get("host"):
        rows = rows.filter(host__code=asked["host"])
    if place := asked.get("place"):
        rows = rows.filter(host__region_path__gte=place, host__region_path__lt=upper(place))
    if said := asked.get("q", "").strip():
        named = Q(member__name__contains=said) | Q(member__name_en__icontains=said)
        named |= Q(member__initials__contains=said.lower()) | Q(member__code__startswith=said)
        rows = rows.filter(named)
    return rows.order_by("host__code", "member__code", "valid_from")


@PARTICIPATIONS.read_by
def participation_values(rows: Sequence[Participation], *, at: Any) -> list[dict[str, Any]]:
    """Return what each link holds by the columns of its list."""
    return [
        {
            "host": row.host.code,
            "host_name": in_language(row.host.name, row.host.name_en),
            "member": row.member.code,
            "member_name": in_language(row.member.name, row.member.name_en),
            "because": row.because or None,
            "start": row.valid_from,
            "end": row.valid_to,
        }
        for row in rows
    ]
