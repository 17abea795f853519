"""Accounts, found by name, role and place (人员)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models
from django.db.models import Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.accounts.queries.explained import Explained, explain
from quanyu.kernel.accounts.queries.standing import grants_of, inside, live_rows, within
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.errors import Denied

MOST = 200
"""Grants that the page of a circle shows; more are found by name."""


def account(account_id: UUID, *, actor: Actor) -> Account:
    """Return one account that the actor may administer.

    :raises Denied: if there is none, or it is out of reach
    """
    found = within(actor).filter(pk=account_id).first()
    if found is None:
        raise Denied
    return found


def by_username(username: str) -> Account | None:
    """Return the account of this name; whoever asks sees to who may know."""
    return Account.objects.filter(username=username.strip().lower()).first()


def demo_people(*, at: datetime) -> list[tuple[Account, list[Explained]]]:
    """Return the demo's accounts that one click may enter, each with what it holds."""
    rows = GrantRow.objects.filter(
        account__is_demo=True, account__is_active=True, source__isnull=True
    )
    rows = rows.exclude(account__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    live = rows.filter(granted_from__lte=at).exclude(granted_to__lte=at)
    barred = live.filter(role__in=_administrators()).values("account")
    kept = list(live.exclude(account__in=barred).select_related("account").order_by("account_id"))
    order = list(rules.ROLE_NAMES)
    held: dict[Account, list[Explained]] = {}
    for grant, told in zip(kept, explain(kept, at=at), strict=True):
        held.setdefault(grant.account, []).append(told)
    for grants in held.values():
        grants.sort(key=lambda one: order.index(one.role))
    return sorted(held.items(), key=lambda pair: (order.index(pair[1][0].role), pair[0].username))


def may_enter_by_click(account: Account, *, at: datetime) -> bool:
    """Answer whether this is one of the demo's accounts, and no administrator's."""
    roles = {grant.role for grant in grants_of(account, at=at)}
    enters = account.is_demo and account.has_usable_password()
    return bool(enters and roles and not rules.is_administrator(roles))


@audit.accounts_called.answered_by
def accounts_called(who: str) -> list[UUID]:
    """Return the accounts of this user name or of people of this name, for who reads the log."""
    named = Q(username=who.strip().lower()) | Q(name=who.strip())
    return list(Account.objects.filter(named).values_list("pk", flat=True)[:100])


@audit.account_names.answered_by
def account_names(keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return what these people are called, for the log."""
    return dict(Account.objects.filter(pk__in=list(keys)).values_list("pk", "name"))


def _administrators() -> list[str]:
    return sorted(role.value for role in ADMINISTRATORS)


def circle(*, actor: Actor, at: datetime, text: str = "") -> list[tuple[Account, list[Explained]]]:
    """Return the people who work where the actor leads, each with what they hold there.

    :raises Denied: if the actor leads nothing
    """
    rows = _led(actor, at=at)
    if text:
        rows = rows.filter(Q(account__username__icontains=text) | Q(account__name__icontains=text))
    kept = list(rows.select_related("account").order_by("account__username", "id")[:MOST])
    told: dict[Account, list[Explained]] = {}
    for row, one in zip(kept, explain(kept, at=at), strict=True):
        told.setdefault(row.account, []).append(one)
    return list(told.items())


def colleague(account_id: UUID, *, actor: Actor, at: datetime) -> Account:
    """Return somebody who works where the actor leads.

    :raises Denied: if there is no such person, or the actor leads nothing
    """
    row = _led(actor, at=at).filter(account=account_id).select_related("account").first()
    if row is None:
        raise Denied
    return row.account


def _led(actor: Actor, *, at: datetime) -> models.QuerySet[GrantRow]:
    places = [one.path for one in actor.grants if one.path and one.role in rules.LEADERS]
    if not places:
        raise Denied
    rows = live_rows(at=at).filter(account__is_active=True).exclude(role__in=_administrators())
    bodies = rows.exclude(body_id=None).order_by().values_list("body_id", flat=True).distinct()
    return rows.filter(inside(places, bodies))
