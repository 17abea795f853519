"""The roll of members within reach, and how it stands to the count (党员名册)."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Membership, PartyMember
from quanyu.organisations.rules.members import Standing
from quanyu.organisations.rules.party import Head


@dataclass(frozen=True, slots=True)
class Difference:
    """How the roll stands to the count: below zero, the roll has fewer (名册与人数之差)."""

    full: int
    probationary: int

    @property
    def is_none(self) -> bool:
        """Answer whether both say the same."""
        return self.full == 0 and self.probationary == 0


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
