"""The bodies whose meetings and elections somebody keeps, and who can be called (可选单位)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Body
from quanyu.organisations.queries.duties import is_key
from quanyu.organisations.rules.kinds import PARTY, BodyKind
from quanyu.organisations.rules.party import ELECTING

MOST = 300
"""So many bodies a form offers; of more, one begins from the body's own page."""

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


def led_bodies(*, actor: Actor, on: date, is_election: bool = False, asked: str = "") -> list[Body]:
    """Return the bodies that hold meetings, or elections, where the actor leads.

    :param asked: the key of the one from whose page one comes: it stands among them always
    """
    rows = _within(actor, on).filter(kind__in=sorted(ELECTING) if is_election else list(MEETING))
    found = list(rows[:MOST])
    more = rows.filter(pk=asked) if is_key(asked) else rows.none()
    return [*(one for one in more if one not in found), *found]


def callable_bodies(*, actor: Actor, on: date, besides: Sequence[UUID] = ()) -> list[Body]:
    """Return the bodies that may be called to a meeting: those around, and those called already."""
    rows = list(_within(actor, on).filter(kind__in=CALLED)[: MOST // 5])
    there = {row.pk for row in rows}
    more = Body.objects.filter(pk__in=[key for key in besides if key not in there])
    return [*rows, *more.order_by("code")]


def _within(actor: Actor, on: date) -> QuerySet[Body]:
    within = Q(pk__in=[])
    for low, high in actor.ranges_in("life"):
        within |= Q(life_path__gte=low, life_path__lt=high)
    return Body.objects.on(on).filter(within).order_by("region_path", "code")
