"""The roll of members within reach, and how it stands to the count (党员名册)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.privacy import queries as privacy
from quanyu.kernel.privacy.fields import declarations
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.models import Membership, MemberTransfer, PartyMember
from quanyu.organisations.rules.members import Standing
from quanyu.organisations.rules.party import Head

LOOKS = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """How the roll stands to the count: below zero, the roll has fewer (名册与人数之差)."""

    full: int
    probationary: int

    @property
    def is_none(self) -> bool:
        """Answer whether both say the same."""
        return self.full == 0 and self.probationary == 0


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Who opened a name, when and why (谁查看过)."""

    at: datetime
    name: str
    reason: str


def member(member_id: UUID, *, actor: Actor) -> PartyMember:
    """Return one member within reach.

    :raises Denied: if there is none
    """
    return get(PartyMember, member_id, actor=actor)


def roll(body: UUID, *, actor: Actor) -> QuerySet[PartyMember]:
    """Return who is on the roll of an organisation, as far as within reach."""
    rows = PartyMember.objects.visible_to(actor).filter(body=body, left_at__isnull=True)
    return rows.order_by("joined", "id")


def own(*, actor: Actor) -> QuerySet[Membership]:
    """Return the actor's own memberships, the newest first."""
    rows = Membership.objects.visible_to(actor).select_related("member", "body")
    mine = rows.filter(member__account_id=actor.id) if actor.id else rows.none()
    return mine.order_by("-valid_from")


def memberships(row: PartyMember, *, actor: Actor) -> QuerySet[Membership]:
    """Return where a member belongs and belonged, the newest first."""
    rows = Membership.objects.visible_to(actor).filter(member=row).select_related("body")
    return rows.order_by("-valid_from")


def transfers(
    *, actor: Actor, body: UUID | None = None, member_id: UUID | None = None
) -> QuerySet[MemberTransfer]:
    """Return the transfers of an organisation or of a member, in and out, the newest first."""
    rows = MemberTransfer.objects.visible_to(actor).select_related("body", "to")
    if body is not None:
        rows = rows.filter(Q(body=body) | Q(to=body))
    if member_id is not None:
        rows = rows.filter(member=member_id)
    return rows.order_by("-proposed_at")


def transfer(transfer_id: UUID, *, actor: Actor) -> MemberTransfer:
    """Return one transfer within reach.

    :raises Denied: if there is none
    """
    return get(MemberTransfer, transfer_id, actor=actor)


def looks(row: PartyMember) -> list[SeenBy]:
    """Return who opened the name of a member, when and why, the newest first."""
    found = list(privacy.looks(row)[:LOOKS])
    names = accounts.account_names([one.account_id for one in found if one.account_id])
    return [
        SeenBy(one.at, names.get(one.account_id, "") if one.account_id else "", one.reason)
        for one in found
    ]


def kept_because() -> Personal:
    """Return on what basis, for what and how long the name of a member is kept."""
    return declarations(PartyMember)["name"]


def difference(body: UUID, head: Head | None, *, actor: Actor) -> Difference | None:
    """Return the roll less the count; None where no roll is kept, no count, or neither is seen."""
    told = (
        roll(body, actor=actor)
        .order_by()
        .aggregate(
            full=Count("pk", filter=Q(standing=Standing.FULL)),
            probationary=Count("pk", filter=Q(standing=Standing.PROBATIONARY)),
        )
    )
    if head is None or not (told["full"] or told["probationary"]):
        return None
    return Difference(told["full"] - head.full, told["probationary"] - head.probationary)
