"""Who holds a post now, and by what mail they are reached (在岗与邮箱)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.queries.standing import live_rows
from quanyu.kernel.errors import Denied


def account_of(actor: Actor) -> Account:
    """Return one's own account.

    :raises Denied: if one has none
    """
    row = Account.objects.filter(pk=actor.id, is_active=True).first() if actor.id else None
    if row is None:
        raise Denied
    return row


def emails(keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return the mail address of each who is still here; an empty one where none is kept."""
    rows = Account.objects.filter(pk__in=list(keys), is_active=True)
    return dict(rows.values_list("pk", "email"))


def holders(role: str, *, at: datetime, body: UUID | None = None, path: str = "") -> list[UUID]:
    """Return who holds a role now: in a body, or at a place; of several places the nearest.

    Each in their own right: who stands in for one of them is asked for by :func:`deputies_of`.
    """
    rows = live_rows(at=at).filter(role=role, account__is_active=True, deputy__isnull=True)
    if body is not None:
        return sorted(set(rows.filter(body_id=body).values_list("account_id", flat=True)))
    held = list(
        rows.filter(region_path__in=_down_to(path)).values_list("region_path", "account_id")
    )
    nearest = max((place for place, _who in held), key=len, default="")
    return sorted({who for place, who in held if place == nearest})


def holders_at(roles: Collection[str], *, path: str, at: datetime) -> list[UUID]:
    """Return who holds one of these roles now at this very place, each in their own right."""
    rows = live_rows(at=at).filter(role__in=list(roles), account__is_active=True)
    rows = rows.filter(region_path=path, deputy__isnull=True)
    return sorted(set(rows.values_list("account_id", flat=True)))


def over(roles: Collection[str], *, path: str, at: datetime) -> list[UUID]:
    """Return everybody who holds one of these roles now over a place: there, or above it."""
    rows = live_rows(at=at).filter(role__in=list(roles), account__is_active=True)
    rows = rows.filter(region_path__in=_down_to(path), deputy__isnull=True)
    return sorted(set(rows.values_list("account_id", flat=True)))


@dataclass(frozen=True, slots=True)
class Over:
    """A role that somebody holds over a place, and where (在上任职)."""

    path: str
    role: str
    account: UUID
    is_deputy: bool
    """Had as a deputy, and not in one's own right."""


def over_by_place(roles: Collection[str], *, path: str, at: datetime) -> list[Over]:
    """Return who holds one of these roles now over a place, the nearest first, deputies too."""
    rows = live_rows(at=at).filter(role__in=list(roles), account__is_active=True)
    rows = rows.filter(region_path__in=_down_to(path))
    fields = ("region_path", "role", "account_id", "deputy_id")
    found = [
        Over(at_, role, who, deputy is not None)
        for at_, role, who, deputy in rows.values_list(*fields)
    ]
    return sorted(found, key=lambda one: (-len(one.path), one.role, str(one.account)))


def _down_to(path: str) -> list[str]:
    """Return a place and every one above it, from the top."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
