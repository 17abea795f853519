"""What each grant says, in words, and why somebody may do something (授权说明)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, Deputy, GrantRow
from quanyu.kernel.accounts.queries.names import answers, body_names, place_names, where
from quanyu.kernel.accounts.queries.standing import grant_of, live_rows


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one holds a role: what, where, from when to when, by whom and for what reason."""

    id: UUID
    role: str
    role_name: str
    where: str
    granted_from: datetime
    granted_to: datetime | None
    granted_by: str
    reason: str
    ended_by: str
    end_reason: str
    state: str
    """live, future or ended"""

    deputy_of: str = ""
    """For whom one stands in; empty where the role is one's own."""


def history(account: Account, *, at: datetime) -> list[Explained]:
    """Return every grant an account ever had, the newest first."""
    return explain(list(account.grants.order_by("-granted_from", "-id")), at=at)


def why(
    account_id: UUID,
    *,
    at: datetime,
    place: str = "",
    body: UUID | None = None,
    roles: Collection[str] = (),
) -> list[Explained]:
    """Return the live grants by which somebody may do something at a place or in a body.

    :param roles: those that the act asks for; without any every role counts
    """
    rows = [
        row
        for row in live_rows(at=at).filter(account=account_id).order_by("granted_from", "id")
        if _opens(row, place, body) and (not roles or row.role in roles)
    ]
    return explain(rows, at=at)


def explain(grants: Sequence[GrantRow], *, at: datetime) -> list[Explained]:
    """Return what each grant says, in words: names of role, place, body and people."""
    places = answers(place_names.ask(sorted({g.region_path for g in grants if g.region_path})))
    bodies = answers(body_names.ask(sorted({g.body_id for g in grants if g.body_id})))
    names = names_of(hand for g in grants for hand in (g.granted_by, g.ended_by))
    lent = _principals({g.deputy_id for g in grants if g.deputy_id})
    return [
        Explained(
            id=grant.id,
            role=grant.role,
            role_name=rules.ROLE_NAMES.get(grant.role, grant.role),
            where=where(grant, places, bodies),
            granted_from=grant.granted_from,
            granted_to=grant.granted_to,
            granted_by=names.get(grant.granted_by, "") if grant.granted_by else "",
            reason=grant.reason,
            ended_by=names.get(grant.ended_by, "") if grant.ended_by else "",
            end_reason=grant.end_reason,
            state=_state(grant, at=at),
            deputy_of=lent.get(grant.deputy_id, "") if grant.deputy_id else "",
        )
        for grant in grants
    ]


def names_of(keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return what these people are called; asks nothing for nobody."""
    wanted = {key for key in keys if key}
    rows = Account.objects.filter(pk__in=wanted)
    return dict(rows.values_list("pk", "name")) if wanted else {}


def _principals(keys: Collection[UUID]) -> dict[UUID, str]:
    rows = Deputy.objects.filter(pk__in=keys)
    return dict(rows.values_list("pk", "principal__name")) if keys else {}


def _opens(row: GrantRow, place: str, body: UUID | None) -> bool:
    if not place and body is None:
        return True
    grant = grant_of(row)
    return grant.covers(place) if place else grant.body == body


def _state(grant: GrantRow, *, at: datetime) -> str:
    if grant.granted_to is not None and grant.granted_to <= at:
        return "ended"
    return "future" if grant.granted_from > at else "live"
