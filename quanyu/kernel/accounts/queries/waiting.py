"""Ways into an account that a second administrator has still to confirm (待核对)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from quanyu.kernel.accounts.models import WAITING, Account, Identity, Invitation
from quanyu.kernel.accounts.queries.explained import names_of


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link or an identity that opens nothing yet, and who asked for it."""

    id: UUID
    is_link: bool
    by: str
    by_id: UUID | None


def is_new(account: Account) -> bool:
    """Answer whether nobody has a way into this account yet, and it never held anything.

    One way at most is made alone: beside the link that its holder takes up nobody keeps another.
    """
    return not (
        account.has_usable_password()
        or account.grants.exists()
        or account.invitations.filter(ended_at=None).exists()
        or account.identities.exists()
    )


def waiting(account: Account, *, at: datetime) -> list[Waiting]:
    """Return what waits for a confirmation before it opens this account."""
    links = Invitation.objects.filter(WAITING, account=account, used_at=None, ended_at=None)
    found = [(row, True) for row in links.filter(ends_at__gt=at)]
    identities = [(row, False) for row in Identity.objects.filter(WAITING, account=account)]
    names = names_of(row.asker for row, _is_link in [*found, *identities])
    return [
        Waiting(row.pk, is_link, names.get(row.asker, "") if row.asker else "", row.asker)
        for row, is_link in [*found, *identities]
    ]


def taken_up(accounts: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when each of these accounts was last opened by a link or linked to an identity."""
    used = Invitation.objects.filter(account__in=accounts, used_at__isnull=False)
    linked = Identity.objects.filter(~WAITING, account__in=accounts)
    opened = [*used.values_list("account_id", "used_at")]
    opened += linked.values_list("account_id", "linked_at")
    found: dict[UUID, datetime] = {}
    for key, when in opened:
        if key is not None and when is not None:
            found[key] = max(when, found.get(key, when))
    return found
