"""Requests within one's reach, what ends soon, and who stands in for whom (申请与代理)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, Role
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, Deputy, GrantRequest, GrantRow
from quanyu.kernel.accounts.queries.explained import Explained, explain, names_of
from quanyu.kernel.accounts.queries.names import answers, body_places, located, places_below
from quanyu.kernel.accounts.queries.standing import grant_of, inside, live_rows
from quanyu.kernel.accounts.queries.waiting import taken_up

MOST = 200
"""How many requests, or grants that end, one page shows."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request, in words, and what the reader may do about it."""

    id: UUID
    account_id: UUID
    name: str
    username: str
    role: str
    role_name: str
    where: str
    granted_from: datetime
    granted_to: datetime
    reason: str
    asked_by: str
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    decision: str
    opened_at: datetime | None
    """When the account was last opened by a link, or linked to an identity."""

    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who stands in for whom, in words."""

    id: UUID
    principal: str
    principal_id: UUID
    deputy: str
    deputy_id: UUID
    granted_from: datetime
    granted_to: datetime
    reason: str
    named_by: str
    what: tuple[str, ...]
    """The roles passed on, each with its place."""

    state: str
    end_reason: str


def requests(*, actor: Actor, at: datetime, is_open: bool) -> list[Wish]:
    """Return requests within reach: as administrator or leader, by oneself, for oneself."""
    state = Q(state=rules.Asked.ASKED, asked_at__gt=at - _patience())
    rows = GrantRequest.objects.filter(_reached(actor)).filter(state if is_open else ~state)
    ordered = rows.select_related("account").order_by("asked_at" if is_open else "-asked_at")
    return _wishes(list(ordered[:MOST]), actor=actor, at=at)


def requests_for(account: Account, *, actor: Actor, at: datetime) -> list[Wish]:
    """Return the open requests for one account that the actor may read."""
    rows = GrantRequest.objects.filter(_reached(actor), account=account)
    rows = rows.filter(state=rules.Asked.ASKED, asked_at__gt=at - _patience())
    return _wishes(list(rows.select_related("account").order_by("asked_at")), actor=actor, at=at)


def count_to_decide(*, actor: Actor, at: datetime) -> int:
    """Return how many requests wait for this person's decision."""
    if Role.SEC_ADMIN not in actor.roles:
        return 0
    rows = GrantRequest.objects.filter(state=rules.Asked.ASKED, asked_at__gt=at - _patience())
    rows = rows.exclude(Q(asked_by=actor.id) | Q(account=actor.id)) if actor.id else rows
    places = [g.path for g in actor.grants if g.role == Role.SEC_ADMIN and g.path]
    return rows.filter(inside(places, _bodies(rows))).count()


def ending_rows(*, at: datetime) -> models.QuerySet[GrantRow]:
    """Return the grants that end soon and are followed by no other; a deputy's are meant to end."""
    followed = GrantRow.objects.filter(
        account=OuterRef("account"),
        role=OuterRef("role"),
        region_path=OuterRef("region_path"),
        source__isnull=True,
        granted_from__lte=OuterRef("granted_to"),
    ).filter(
        Q(body_id=OuterRef("body_id")) | Q(body_id__isnull=True),
        Q(granted_to__isnull=True) | Q(granted_to__gt=OuterRef("granted_to")),
    )
    soon = GrantRow.objects.filter(granted_from__lte=at, granted_to__gt=at)
    soon = soon.filter(granted_to__lte=at + rules.SOON, source__isnull=True)
    return soon.filter(account__is_active=True).exclude(Exists(followed))


def ending(*, actor: Actor, at: datetime) -> list[tuple[GrantRow, Explained]]:
    """Return the grants within reach that end soon, the next first, in words."""
    rows = ending_rows(at=at)
    places = reach_of(actor)
    own = Q(account=actor.id)
    seen = own | inside(places, _bodies(rows)) if places else own
    kept = list(rows.filter(seen).select_related("account").order_by("granted_to", "id")[:MOST])
    return list(zip(kept, explain(kept, at=at), strict=True))


def deputies_of(account_id: UUID, at: datetime) -> list[UUID]:
    """Return the accounts that stand in for this one right now; notices go to them too (代理人)."""
    rows = live_rows(at=at).filter(deputy__principal=account_id, account__is_active=True)
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct())


def stand_ins(account_id: UUID, *, at: datetime) -> list[StandIn]:
    """Return who stands in for this person, or for whom this person does, now or later."""
    rows = Deputy.objects.filter(Q(principal=account_id) | Q(account=account_id))
    rows = rows.filter(granted_to__gt=at).exclude(granted_to=F("granted_from"))
    return _stand_ins(list(rows.select_related("principal", "account").order_by("granted_from")))


def stand_ins_within(*, actor: Actor, at: datetime) -> list[StandIn]:
    """Return who stands in for whom within the actor's reach as administrator or leader."""
    places = reach_of(actor)
    if not places:
        return []
    lent = GrantRow.objects.filter(source__isnull=False, granted_to__gt=at)
    within = lent.filter(inside(places, _bodies(lent))).values("deputy")
    rows = Deputy.objects.filter(pk__in=within, granted_to__gt=at)
    ordered = rows.select_related("principal", "account").order_by("granted_to")
    return _stand_ins(list(ordered[:MOST]))


def reach_of(actor: Actor) -> list[str]:
    """Return the places over which one stands as an administrator or a leader."""
    over = ADMINISTRATORS | rules.LEADERS
    return sorted({grant.path for grant in actor.grants if grant.path and grant.role in over})


def places_over(actor: Actor, chosen: str) -> dict[str, str]:
    """Return the places by which a list is narrowed: one's own, the chosen, and those below."""
    return dict(
        sorted(answers(places_below.ask([*reach_of(actor), *filter(None, [chosen])])).items())
    )


def _patience() -> timedelta:
    return timedelta(days=settings.QUANYU_REQUEST_DAYS)


def _reached(actor: Actor) -> Q:
    seen = Q(asked_by=actor.id) | Q(account=actor.id) if actor.id else Q(pk__in=[])
    places = reach_of(actor)
    return seen | inside(places, _bodies(GrantRequest.objects.all())) if places else seen


def _bodies(rows: models.QuerySet[GrantRow] | models.QuerySet[GrantRequest]) -> Collection[UUID]:
    """Return the bodies that rows name; a city has dozens of them, not thousands."""
    named = rows.exclude(body_id=None).order_by().values_list("body_id", flat=True).distinct()
    return [body for body in named if body]


def _wishes(rows: list[GrantRequest], *, actor: Actor, at: datetime) -> list[Wish]:
    names = names_of(hand for row in rows for hand in (row.asked_by, row.decided_by))
    stand = answers(body_places.ask(sorted({row.body_id for row in rows if row.body_id})))
    opened = taken_up({row.account_id for row in rows})
    return [
        Wish(
            id=row.id,
            account_id=row.account_id,
            name=row.account.name,
            username=row.account.username,
            role=row.role,
            role_name=rules.ROLE_NAMES[row.role],
            where=where,
            granted_from=row.granted_from,
            granted_to=row.granted_to,
            reason=row.reason,
            asked_by=names.get(row.asked_by, ""),
            asked_at=row.asked_at,
            state=_state(row, at=at),
            decided_by=names.get(row.decided_by, "") if row.decided_by else "",
            decided_at=row.decided_at,
            decision=row.decision,
            opened_at=opened.get(row.account_id),
            may_decide=_may_decide(row, actor, stand, at=at),
            may_withdraw=_is_open(row, at=at) and row.asked_by == actor.id,
        )
        for row, where in zip(rows, located(rows), strict=True)
    ]


def _may_decide(row: GrantRequest, actor: Actor, stand: dict[UUID, str], *, at: datetime) -> bool:
    if not _is_open(row, at=at) or actor.id in {row.asked_by, row.account_id}:
        return False
    place = row.region_path or stand.get(row.body_id, settings.QUANYU_CITY)  # type: ignore[arg-type]
    return any(grant.role == Role.SEC_ADMIN and grant.covers(place) for grant in actor.grants)


def _is_open(row: GrantRequest, *, at: datetime) -> bool:
    return _state(row, at=at) == rules.Asked.ASKED


def _state(row: GrantRequest, *, at: datetime) -> str:
    """Return where a request stands; one that is late has lapsed, whether the job ran or not."""
    late = row.state == rules.Asked.ASKED and row.asked_at + _patience() <= at
    return rules.Asked.EXPIRED.value if late else row.state


def _stand_ins(rows: list[Deputy]) -> list[StandIn]:
    names = names_of(row.named_by for row in rows)
    lent = list(GrantRow.objects.filter(deputy__in=rows).order_by("pk"))
    told: dict[UUID | None, list[str]] = {}
    for grant, where in zip(lent, located(lent), strict=True):
        role = rules.ROLE_NAMES[grant_of(grant).role]
        told.setdefault(grant.deputy_id, []).append(f"{role}\n{where}")
    return [
        StandIn(
            id=row.id,
            principal=row.principal.name,
            principal_id=row.principal_id,
            deputy=row.account.name,
            deputy_id=row.account_id,
            granted_from=row.granted_from,
            granted_to=row.granted_to,
            reason=row.reason,
            named_by=names.get(row.named_by, ""),
            what=tuple(told.get(row.id, ())),
            state="live",
            end_reason=row.end_reason,
        )
        for row in rows
    ]
