"""The bodies whose meetings and elections somebody keeps, and who can be called (可选单位)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Body
from quanyu.organisations.queries.duties import is_key
from quanyu.organisations.queries.holders import opens_posts
from quanyu.organisations.rules.kinds import PARTY, BodyKind
from quanyu.organisations.rules.party import ELECTING

FEW = 40
"""So many bodies around are offered to be called; any other is searched for."""

MEETING: tuple[BodyKind, ...] = (*sorted(PARTY), BodyKind.COORDINATION)
CALLED: tuple[BodyKind, ...] = (
    BodyKind.DEPARTMENT,
    BodyKind.STREET_OFFICE,
    BodyKind.STATIONED_AGENCY,
    BodyKind.RESIDENTS_COMMITTEE,
    BodyKind.OWNERS_COMMITTEE,
    BodyKind.RESIDENT_UNIT,
    BodyKind.PROPERTY_FIRM,
)


def led_bodies(*, actor: Actor, on: date, is_election: bool = False) -> QuerySet[Body]:
    """Return the bodies that hold meetings, or elections, where the actor leads."""
    return _living(actor, on).filter(kind__in=sorted(ELECTING) if is_election else list(MEETING))


def callable_bodies(*, actor: Actor, on: date, chosen: Iterable[str] = ()) -> list[Body]:
    """Return the bodies that may be called to a meeting: those chosen, then some around."""
    rows = bodies_of(chosen)
    around = _living(actor, on).filter(kind__in=CALLED).exclude(pk__in=[row.pk for row in rows])
    return [*rows, *around[:FEW]]


def bodies_of(keys: Iterable[str]) -> list[Body]:
    """Return the bodies of these keys in their order; what is none is left out."""
    asked = list(dict.fromkeys(UUID(key) for key in keys if is_key(key)))
    known = Body.objects.in_bulk(asked)
    return [known[key] for key in asked if key in known]


def opened(*, actor: Actor, on: date) -> QuerySet[Body]:
    """Return the bodies seated where the actor works, if the actor opens posts anywhere there."""
    return _within("region_path", actor.ranges if opens_posts(actor) else (), on)


def _living(actor: Actor, on: date) -> QuerySet[Body]:
    return _within("life_path", actor.ranges_in("life"), on)


def _within(path: str, ranges: Iterable[tuple[str, str]], on: date) -> QuerySet[Body]:
    within = Q(pk__in=[])
    for low, high in ranges:
        within |= Q(**{f"{path}__gte": low, f"{path}__lt": high})
    return Body.objects.on(on).filter(within).order_by("region_path", "code")
