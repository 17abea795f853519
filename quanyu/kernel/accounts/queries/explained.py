"""What each grant says, in words (授权说明)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.accounts.queries.names import answers, body_names, place_names, where


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


def history(account: Account, *, at: datetime) -> list[Explained]:
    """Return every grant an account ever had, the newest first."""
    return explain(list(account.grants.order_by("-granted_from", "-id")), at=at)


def explain(grants: Sequence[GrantRow], *, at: datetime) -> list[Explained]:
    """Return what each grant says, in words: names of role, place, body and people."""
    places = answers(place_names.ask(sorted({g.region_path for g in grants if g.region_path})))
    bodies = answers(body_names.ask(sorted({g.body_id for g in grants if g.body_id})))
    hands = {hand for g in grants for hand in (g.granted_by, g.ended_by) if hand}
    names = dict(Account.objects.filter(pk__in=hands).values_list("pk", "name")) if hands else {}
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
        )
        for grant in grants
    ]


def _state(grant: GrantRow, *, at: datetime) -> str:
    if grant.granted_to is not None and grant.granted_to <= at:
        return "ended"
    return "future" if grant.granted_from > at else "live"
