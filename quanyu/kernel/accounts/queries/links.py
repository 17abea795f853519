"""Links that open an account once, and the administrators whom the first ones go to."""

from datetime import datetime

from django.conf import settings
from django.db.models import Count, QuerySet

from quanyu.kernel.access.rules import ADMINISTRATORS
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, GrantRow, Invitation


def invitation(token: str, *, at: datetime) -> Invitation:
    """Return the open link of this token, with its account.

    :raises WrongLink: if there is none; whether there ever was one, nobody is told
    """
    found = Invitation.objects.filter(
        token_hash=link_hash(token), used_at=None, ended_at=None, account__is_active=True
    )
    row = found.select_related("account").first()
    rules.check_link(row, row.ends_at if row else at, at=at)
    assert row is not None  # noqa: S101 - checked above
    return row


def is_invited(account: Account, *, at: datetime) -> bool:
    """Answer whether a link to this account is open."""
    found = Invitation.objects.filter(account=account, used_at=None, ended_at=None)
    return found.filter(ends_at__gt=at).exists()


def link_hash(token: str) -> str:
    """Return the keyed hash under which a link is kept."""
    return rules.keyed("link", token, secret=settings.SECRET_KEY)


def administrators(*, at: datetime) -> dict[str, list[Account]]:
    """Return who administers the whole city now, by the administrator's role."""
    held = _administering(at=at).select_related("account").order_by("account__username")
    found: dict[str, list[Account]] = {}
    for grant in held:
        found.setdefault(grant.role, []).append(grant.account)
    return found


def count_administrators(*, at: datetime) -> dict[str, int]:
    """Return how many people administer the whole city now, by each of the three roles."""
    rows = _administering(at=at).order_by().values_list("role")
    counted = dict(rows.annotate(people=Count("account", distinct=True)))
    return {role.value: counted.get(role.value, 0) for role in ADMINISTRATORS}


def _administering(*, at: datetime) -> QuerySet[GrantRow]:
    rows = GrantRow.objects.filter(region_path=settings.QUANYU_CITY, account__is_active=True)
    rows = rows.filter(role__in=[role.value for role in ADMINISTRATORS], granted_from__lte=at)
    return rows.exclude(granted_to__lte=at)
