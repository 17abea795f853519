"""Have a list counted row by row, by the worker (精确计数)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events.models.listed import ListCount
from quanyu.events.queries import asked_counts
from quanyu.events.workflow import EVENT
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.actions import announce

COUNT = f"{EVENT.name}.count"


@transaction.atomic
def ask_count(*, asked: Mapping[str, str], hat: str = "", actor: Actor, at: datetime) -> ListCount:
    """Ask for an exact count of a list; one that is under way is not begun anew (申请精确计数).

    :raises Denied: if the actor is no person of the city's offices
    """
    if actor.kind is not ActorKind.PERSON or actor.id is None or not actor.grants:
        raise Denied
    found = asked_counts.newest(asked, hat=hat, actor=actor, at=at)
    if found is not None and asked_counts.is_waiting(found):
        return found
    made = ListCount(account_id=actor.id, hat=hat, asked=dict(asked), at=at)
    made.save(force_insert=True)
    record(COUNT, made, actor=actor, at=at, facts={"filters": sorted(asked)})
    announce(COUNT, made, at=at)
    return made


@transaction.atomic
def keep_count(*, count_id: UUID, number: int | None, actor: Actor, at: datetime) -> None:
    """Keep what the worker counted, and when; None where it took too long (记下件数).

    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    count = get(ListCount, count_id, actor=actor, lock=True)
    count.number, count.counted_at = number, at
    count.save(update_fields=["number", "counted_at"])
