"""By what an account signs in: password, second factor, recovery codes, identity (登录方式)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import queries
from quanyu.kernel.accounts.models import WAITING, Account, Identity

ENDERS = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN})
FEW = 3
"""From so few recovery codes on, the person is told to make new ones."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an account can sign in with right now."""

    password: bool
    factor: bool
    codes_left: int
    linked_at: datetime | None
    waits: bool
    """Whether the identity counts only once a second administrator has confirmed it."""

    linked_by: str
    """Who linked the identity; empty if the person did."""

    @property
    def linked(self) -> bool:
        """Answer whether an identity of the provider is linked."""
        return self.linked_at is not None

    @property
    def few_codes(self) -> bool:
        """Answer whether it is time for new recovery codes."""
        return self.factor and self.codes_left <= FEW


def of(account: Account) -> Means:
    """Return the means of an account."""
    found = Identity.objects.filter(account=account).first()
    return Means(
        password=account.has_usable_password(),
        factor=queries.has_second_factor(account.pk),
        codes_left=codes_left(account.pk),
        linked_at=found.linked_at if found else None,
        waits=found is not None and found.waits,
        linked_by=_other(found, account),
    )


def may_end_sessions(account_id: UUID, *, actor: Actor, at: datetime) -> bool:
    """Answer whether the actor may end what this account has open, and so learn how much that is.

    It takes nothing away but time, so either administrator may, an administrator's too.
    """
    return queries.reaches(actor, ENDERS, account_id, at=at)


def vouched(*, issuer: str, subject: str) -> Account | None:
    """Return the active account that is linked to this subject, and confirmed where need be."""
    rows = Identity.objects.filter(~WAITING).select_related("account")
    found = rows.filter(issuer=issuer, subject=subject, account__is_active=True).first()
    return found.account if found else None


def codes_left(account_id: UUID) -> int:
    """Return how many recovery codes are not used yet."""
    kind = Authenticator.Type.RECOVERY_CODES
    kept = Authenticator.objects.filter(user_id=account_id, type=kind).first()
    return len(kept.wrap().get_unused_codes()) if kept else 0


def _other(found: Identity | None, account: Account) -> str:
    if found is None or found.linked_by in {None, account.pk}:
        return ""
    hand = Account.objects.filter(pk=found.linked_by).first()
    return hand.name if hand else ""
