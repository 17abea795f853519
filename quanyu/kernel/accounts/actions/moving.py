"""Let grants follow a place that a re-organisation ended, or end with it (授权随区划调整).

Nobody grants alone: who may do what in a place was granted by two; that the place is another from
a day on was decided by two as well. Here nothing is decided, and only the system does it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from quanyu.kernel.access.rules import Actor, ActorKind, Grant
from quanyu.kernel.accounts.actions.grants import close, give, hold_holders
from quanyu.kernel.accounts.models import GrantRow
from quanyu.kernel.errors import Denied

MOVED: Final = "grants.moved"
PLACE_ENDED: Final = "grants.place_ended"


@transaction.atomic
def move_grants(
    *,
    ways: Mapping[str, str],
    is_moving: bool,
    reason: str,
    most: int,
    actor: Actor,
    at: datetime,
) -> int:
    """Move the grants at places that ended, or end them; return how many this time, at most some.

    What a deputy has of a grant moves with it. Somebody who has the same role there already gets
    no second one. A second time nothing is left to do.

    :param ways: from each place that ended to the one that follows it
    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    rows = _left(ways, at=at)
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    hold_holders(GrantRow.objects.filter(Q(pk__in=keys) | Q(source__in=keys)))
    # Asked again under the lock: what somebody ended in between is given to nobody anew.
    held = _left(ways, at=at).select_for_update(of=("self",)).filter(pk__in=keys)
    found = list(held.select_related("account").order_by("pk"))
    for row in found:
        if is_moving:
            _move(row, ways[row.region_path], reason=reason, actor=actor, at=at)
        else:
            close(row, reason=reason, topic=PLACE_ENDED, actor=actor, at=at)
    return len(keys)


def _left(ways: Mapping[str, str], *, at: datetime) -> QuerySet[GrantRow]:
    """Return one's own grants at these places that live now or will.

    One ended before it began ends when it would have begun, which may be yet to come.
    """
    rows = GrantRow.objects.filter(region_path__in=list(ways), source__isnull=True)
    rows = rows.filter(ended_at__isnull=True)
    return rows.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=at))


def _move(row: GrantRow, place: str, *, reason: str, actor: Actor, at: datetime) -> None:
    # The new one first: what is held as a deputy elsewhere keeps its footing.
    given = _held_there(row, place, at=at) or _again(
        row, place, source=None, reason=reason, actor=actor, at=at
    )
    for passed in _passed(row, at=at):
        _again(passed, place, source=given, reason=reason, actor=actor, at=at)
    close(row, reason=reason, topic="", actor=actor, at=at)


def _again(
    row: GrantRow,
    place: str,
    *,
    source: GrantRow | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> GrantRow:
    return give(
        row.account,
        Grant(row.role, path=place),
        (max(at, row.granted_from), row.granted_to),
        reason=reason,
        topic=MOVED,
        actor=actor,
        at=at,
        deputy=row.deputy,
        source=source,
        appointment=row.appointment,
    )


def _held_there(row: GrantRow, place: str, *, at: datetime) -> GrantRow | None:
    """Return the same role there or above it that lasts as long, if its holder has one.

    What a post carries goes with the post: its end takes it, and nothing else does.
    """
    if row.appointment is not None:
        return None
    own = GrantRow.objects.filter(
        account=row.account_id,
        role=row.role,
        source__isnull=True,
        appointment__isnull=True,
        granted_from__lte=at,
    ).exclude(pk=row.pk)
    own = own.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=at)).order_by("pk")
    for one in own:
        lasts = one.granted_to is None or (row.granted_to and one.granted_to >= row.granted_to)
        if place.startswith(one.region_path) and one.region_path and lasts:
            return one
    return None


def _passed(row: GrantRow, *, at: datetime) -> Sequence[GrantRow]:
    rows = GrantRow.objects.filter(source=row, granted_to__gt=at, ended_at__isnull=True)
    return list(rows.select_related("account", "deputy").order_by("pk"))
