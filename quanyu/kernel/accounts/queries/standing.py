"""What an account may do right now, and over whom one stands (当前授权)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, Grant, Role, upper
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, Attempts, GrantRow
from quanyu.kernel.accounts.queries.names import body_places_of, place_of
from quanyu.kernel.errors import Denied


@dataclass(frozen=True, slots=True)
class Standing:
    """One account with the grants that live at one moment."""

    account: Account
    grants: frozenset[Grant]


def standing(account_id: UUID, *, at: datetime) -> Standing | None:
    """Return an active account and its live grants, in one query."""
    live = Q(grants__granted_from__lte=at) & (
        Q(grants__granted_to__isnull=True) | Q(grants__granted_to__gt=at)
    )
    rows = list(
        Account.objects.filter(pk=account_id, is_active=True)
        .annotate(live=FilteredRelation("grants", condition=live))
        .annotate(role=F("live__role"), place=F("live__region_path"), body=F("live__body_id"))
    )
    if not rows:
        return None
    grants = frozenset(
        Grant(row.role, path=row.place, body=row.body) for row in rows if row.role is not None
    )
    return Standing(rows[0], grants)


def grants_of(account: Account, *, at: datetime) -> frozenset[Grant]:
    """Return the grants of an account that live at one moment."""
    found = standing(account.pk, at=at)
    return found.grants if found else frozenset()


def held_from(account_id: UUID, *, at: datetime) -> frozenset[Grant]:
    """Return the grants of an account that live now or will."""
    rows = GrantRow.objects.filter(account=account_id).exclude(granted_to__lte=at)
    # A withdrawn grant is an empty period: it never lives.
    rows = rows.exclude(granted_to__isnull=False, granted_to=F("granted_from"))
    return frozenset(Grant(row.role, path=row.region_path, body=row.body_id) for row in rows)


def administers(actor: Actor, role: str, path: str) -> bool:
    """Answer whether the actor holds this administrator's role over a place."""
    return any(grant.role == role and grant.covers(path) for grant in actor.grants)


def reaches(actor: Actor, roles: Collection[str], account_id: UUID, *, at: datetime) -> bool:
    """Answer whether all that an account holds, now or later, lies where the actor has the role.

    An account that holds nothing may become anything: it is for who stands over the whole city.
    """
    over = [grant for grant in actor.grants if grant.role in roles]
    held = {place_of(grant) for grant in held_from(account_id, at=at)} or {settings.QUANYU_CITY}
    return all(any(grant.covers(place) for grant in over) for place in held)


def resetters(account_id: UUID, *, at: datetime) -> frozenset[Role]:
    """Return who may take the second factor of an account away: nobody who sets its password too.

    That holds for the three administrators; of anybody else the system administrator does both.
    """
    roles = {grant.role for grant in held_from(account_id, at=at)}
    managers = frozenset({Role.SYS_ADMIN})
    return ADMINISTRATORS - managers if rules.is_administrator(roles) else managers


def locks(keys: Iterable[str]) -> list[datetime | None]:
    """Return until when these names and addresses are locked."""
    return list(Attempts.objects.filter(key__in=keys).values_list("locked_until", flat=True))


def has_second_factor(account_id: UUID) -> bool:
    """Answer whether the account has set up its second factor."""
    kept = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP)
    return bool(kept.exists())


def within(actor: Actor) -> models.QuerySet[Account]:
    places = [g.path for g in actor.grants if g.role in ADMINISTRATORS and g.path]
    if not places:
        raise Denied
    if any(settings.QUANYU_CITY.startswith(path) for path in places):
        return Account.objects.all()
    inside = Q(pk__in=[])
    for path in places:
        inside |= Q(region_path__gte=path, region_path__lt=upper(path))
    held = GrantRow.objects.filter(inside).values("account")
    return Account.objects.filter(Q(pk__in=held) | Q(grants__isnull=True))


def grant_of(row: GrantRow) -> Grant:
    """Return what a row grants."""
    return Grant(row.role, path=row.region_path, body=row.body_id)


def live_rows(*, at: datetime) -> models.QuerySet[GrantRow]:
    """Return the grants that live at one moment."""
    return GrantRow.objects.filter(granted_from__lte=at).filter(
        Q(granted_to__isnull=True) | Q(granted_to__gt=at)
    )


def own_rows(account_id: UUID, *, at: datetime) -> list[GrantRow]:
    """Return the live grants of an account that are its own, not had as a deputy."""
    return list(live_rows(at=at).filter(account=account_id, source__isnull=True).order_by("pk"))


def own_grants(account_id: UUID, *, at: datetime) -> list[Grant]:
    """Return what the live grants of an account give that are its own."""
    return [grant_of(row) for row in own_rows(account_id, at=at)]


def inside(paths: Iterable[str], bodies: Iterable[UUID | None]) -> Q:
    """Return the condition on a grant or a request: at one of these places, or in a body there.

    :param bodies: those that the rows name; the ones standing inside are found among them
    """
    wanted = list(paths)
    if any(settings.QUANYU_CITY.startswith(path) for path in wanted):
        return Q(pk__isnull=False)  # an empty condition would vanish beside another
    kept = [
        body
        for body, place in body_places_of(filter(None, bodies)).items()
        if place.startswith(tuple(wanted))
    ]
    found = Q(body_id__in=kept)
    for path in wanted:
        found |= Q(region_path__gte=path, region_path__lt=upper(path))
    return found
