"""What a person has had counted, and who that person is when the worker comes to it (精确计数)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from quanyu.events.models.listed import ListCount
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts import rules as hats

GIVEN_UP = timedelta(minutes=10)
"""After so long one may ask again: the worker has not come to it."""

FRESH = timedelta(hours=1)
"""So long a number is shown, with its time."""


def newest(asked: Mapping[str, str], *, hat: str, actor: Actor, at: datetime) -> ListCount | None:
    """Return this person's last count of this very list: one that is fresh, or under way."""
    if actor.id is None:
        return None
    own = ListCount.objects.visible_to(actor).filter(account_id=actor.id, hat=hat)
    found = own.filter(asked=dict(asked), at__gt=at - FRESH).order_by("-at", "-id").first()
    return None if found is None or (is_waiting(found) and is_stale(found, at=at)) else found


def is_waiting(count: ListCount) -> bool:
    """Answer whether the worker has not counted yet."""
    return count.counted_at is None


def is_stale(count: ListCount, *, at: datetime) -> bool:
    """Answer whether it was asked so long ago that one no longer waits for it."""
    return count.at <= at - GIVEN_UP


def to_count(count_id: UUID, *, actor: Actor) -> ListCount | None:
    """Return a count that still waits and is its person's newest; None where it is over."""
    count = get(ListCount, count_id, actor=actor)
    later = ListCount.objects.visible_to(actor).filter(account_id=count.account_id, at__gt=count.at)
    return None if count.counted_at is not None or later.exists() else count


def asker(count: ListCount, *, at: datetime) -> Actor | None:
    """Return who asked, with the grants that live now; None where account or hat is gone."""
    found = accounts.standing(count.account_id, at=at)
    if found is None:
        return None
    hat = hats.worn(found.grants, count.hat)
    if count.hat and hat is None:
        return None
    grants = hats.under(found.grants, hat)
    return Actor(ActorKind.PERSON, id=count.account_id, grants=grants, name=found.account.name)
