"""People and their grants, and what an account may do right now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, Grant, Role, upper
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, Attempts, GrantRow
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.questions import Question

PAGE = 100
K = TypeVar("K")

place_names: Question[[Sequence[str]], Mapping[str, str]] = Question("place_names", default={})
"""What are these places called? Asked with paths; regions answers."""

body_names: Question[[Sequence[UUID]], Mapping[UUID, str]] = Question("body_names", default={})
"""What are these bodies called? Asked with their keys; organisations answers."""

places_called: Question[[str], Mapping[str, str]] = Question("places_called", default={})
"""Which places bear this name or path, whole or in part? regions answers, with few."""

bodies_on: Question[[date], Mapping[UUID, str]] = Question("bodies_on", default={})
"""Which bodies stand on this day, and what are they called? organisations answers."""

body_places: Question[[Sequence[UUID]], Mapping[UUID, str]] = Question("body_places", default={})
"""In which places do these bodies stand? Asked with their keys; organisations answers."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account with the grants that live at one moment."""

    account: Account
    grants: frozenset[Grant]


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


def account(account_id: UUID, *, actor: Actor) -> Account:
    """Return one account that the actor may administer.

    :raises Denied: if there is none, or it is out of reach
    """
    found = _within(actor).filter(pk=account_id).first()
    if found is None:
        raise Denied
    return found


def by_username(username: str) -> Account | None:
    """Return the account of this name; whoever asks sees to who may know."""
    return Account.objects.filter(username=username.strip().lower()).first()


def people(
    *, actor: Actor, at: datetime, text: str = "", role: str = "", place: str = "", after: str = ""
) -> list[tuple[Account, list[Explained]]]:
    """Return a page of accounts by name, each with its live and future grants.

    :param after: the user name after which the page begins
    :raises Denied: if the actor administers nothing
    """
    rows = _found(actor=actor, at=at, text=text, role=role, place=place)
    if after:
        rows = rows.filter(username__gt=after)
    accounts = list(rows.order_by("username")[: PAGE + 1])
    kept = GrantRow.objects.filter(account__in=accounts).exclude(granted_to__lte=at)
    told = explain(list(kept.order_by("granted_from", "id")), at=at)
    whose = dict(kept.values_list("id", "account_id")) if told else {}
    return [(one, [e for e in told if whose.get(e.id) == one.pk]) for one in accounts]


def count(*, actor: Actor, at: datetime, text: str = "", role: str = "", place: str = "") -> int:
    """Return how many people there are of whom :func:`people` returns a page."""
    return _found(actor=actor, at=at, text=text, role=role, place=place).count()


def history(account: Account, *, at: datetime) -> list[Explained]:
    """Return every grant an account ever had, the newest first."""
    return explain(list(account.grants.order_by("-granted_from", "-id")), at=at)


def explain(grants: Sequence[GrantRow], *, at: datetime) -> list[Explained]:
    """Return what each grant says, in words: names of role, place, body and people."""
    places = _answers(place_names.ask(sorted({g.region_path for g in grants if g.region_path})))
    bodies = _answers(body_names.ask(sorted({g.body_id for g in grants if g.body_id})))
    hands = {hand for g in grants for hand in (g.granted_by, g.ended_by) if hand}
    names = dict(Account.objects.filter(pk__in=hands).values_list("pk", "name")) if hands else {}
    return [
        Explained(
            id=grant.id,
            role=grant.role,
            role_name=rules.ROLE_NAMES.get(grant.role, grant.role),
            where=_where(grant, places, bodies),
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


def hat_names(hats: Sequence[rules.Hat]) -> dict[str, str]:
    """Return what each hat is called, by its key."""
    places = _answers(place_names.ask([hat.path for hat in hats if hat.path]))
    bodies = _answers(body_names.ask([hat.body for hat in hats if hat.body]))
    return {
        hat.key: bodies.get(hat.body, hat.key) if hat.body else places.get(hat.path, hat.key)
        for hat in hats
    }


def place_called(text: str) -> str:
    """Return the path of the one place of this name; a path stands for itself.

    :raises WrongGrant: if there is no such place, or several
    """
    if not text or text.endswith("/"):
        return text
    found = _answers(places_called.ask(text))
    exact = [path for path, name in found.items() if name == text] or list(found)
    if len(exact) != 1:
        raise rules.WrongGrant(
            _("没有找到唯一的辖区：{text}"), field="region_path", value=text, text=text
        )
    return str(exact[0])


def bodies(*, on: date) -> dict[UUID, str]:
    """Return the bodies in which a post may be given that day, with their names."""
    return _answers(bodies_on.ask(on))


def demo_people(*, at: datetime) -> list[tuple[Account, list[Explained]]]:
    """Return the demo's accounts that one click may enter, each with what it holds."""
    rows = GrantRow.objects.filter(account__is_demo=True, account__is_active=True)
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
    return bool(account.is_demo and roles and not rules.is_administrator(roles))


def locks(keys: Iterable[str]) -> list[datetime | None]:
    """Return until when these names and addresses are locked."""
    return list(Attempts.objects.filter(key__in=keys).values_list("locked_until", flat=True))


def has_second_factor(account_id: UUID) -> bool:
    """Answer whether the account has set up its second factor."""
    kept = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP)
    return bool(kept.exists())


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


def held_from(account_id: UUID, *, at: datetime) -> frozenset[Grant]:
    """Return the grants of an account that live now or will."""
    rows = GrantRow.objects.filter(account=account_id).exclude(granted_to__lte=at)
    # A withdrawn grant is an empty period: it never lives.
    rows = rows.exclude(granted_to__isnull=False, granted_to=F("granted_from"))
    return frozenset(Grant(row.role, path=row.region_path, body=row.body_id) for row in rows)


def is_known(grant: Grant) -> bool:
    """Answer whether the place or the body of a grant is one; the city itself always is."""
    if grant.body is not None:
        return grant.body in _answers(body_places.ask([grant.body]))
    name = _answers(place_names.ask([grant.path])).get(grant.path, grant.path)
    return grant.path == settings.QUANYU_CITY or name != grant.path


def place_of(grant: Grant) -> str:
    """Return the place over which one must stand to give this grant; a body's own, or the city."""
    if grant.body is None:
        return grant.path
    return _answers(body_places.ask([grant.body])).get(grant.body, settings.QUANYU_CITY)


def _within(actor: Actor) -> models.QuerySet[Account]:
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


def _found(
    *, actor: Actor, at: datetime, text: str, role: str, place: str
) -> models.QuerySet[Account]:
    rows = _within(actor)
    if text:
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    return rows.filter(_holding(role, place, at=at)) if role or place else rows


def _holding(role: str, place: str, *, at: datetime) -> Q:
    rows = GrantRow.objects.filter(granted_from__lte=at).exclude(granted_to__lte=at)
    rows = rows.filter(role=role) if role else rows
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    return Q(pk__in=rows.values("account"))


@audit.account_names.answered_by
def account_names(keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return what these people are called, for the log."""
    return dict(Account.objects.filter(pk__in=list(keys)).values_list("pk", "name"))


def _administrators() -> list[str]:
    return sorted(role.value for role in ADMINISTRATORS)


def _state(grant: GrantRow, *, at: datetime) -> str:
    if grant.granted_to is not None and grant.granted_to <= at:
        return "ended"
    return "future" if grant.granted_from > at else "live"


def _where(grant: GrantRow, places: Mapping[str, str], bodies: Mapping[UUID, str]) -> str:
    if grant.body_id is not None:
        return bodies.get(grant.body_id, str(grant.body_id))
    return places.get(grant.region_path, grant.region_path)


def _answers(answers: Iterable[Mapping[K, str]]) -> dict[K, str]:
    """Return everybody's answers as one."""
    return {key: name for answer in answers for key, name in answer.items()}
