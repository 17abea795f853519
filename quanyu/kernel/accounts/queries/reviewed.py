"""Reviews and their lines, within one's reach (授权复核)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import GrantRow, Review, ReviewLine
from quanyu.kernel.accounts.queries.asked import reach_of
from quanyu.kernel.accounts.queries.explained import Explained, explain, names_of
from quanyu.kernel.accounts.queries.names import (
    answers,
    body_names,
    body_places,
    located,
)
from quanyu.kernel.accounts.queries.standing import inside, live_rows
from quanyu.kernel.errors import Denied

LINES = 100
"""Lines on one page of a review."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review has come."""

    id: UUID
    quarter: str
    where: str
    opened_at: datetime
    due_on: date
    closed_at: datetime | None
    lines: int
    done: int
    ended: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """One line of a review, in words, and what the reader may do about it."""

    id: UUID
    account_id: UUID
    name: str
    grant: Explained
    proposal: str
    proposal_reason: str
    proposed_by: str
    verdict: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    may_decide: bool
    may_propose: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which lines of a review are looked for; an empty word narrows nothing (筛选)."""

    shown: str = ""
    """``open`` for those without a verdict, ``done`` for the others."""
    text: str = ""
    """A part of a person's name or user name."""
    role: str = ""
    place: str = ""
    body: UUID | None = None


ALL = Chosen()


def to_review(region_path: str, *, at: datetime) -> list[GrantRow]:
    """Return the grants of a place that a review opened now would list; a deputy's end by date."""
    rows = live_rows(at=at).filter(source__isnull=True, account__is_active=True)
    bodies = rows.exclude(body_id=None).order_by().values_list("body_id", flat=True).distinct()
    return list(rows.filter(inside([region_path], bodies)).order_by("region_path", "id"))


def stood_before(day: date) -> bool:
    """Answer whether anybody held anything before this day."""
    return GrantRow.objects.filter(granted_from__date__lt=day).exists()


def reviews(*, actor: Actor, at: datetime) -> list[Progress]:
    """Return the reviews that touch the actor's reach, the newest first.

    :raises Denied: if the actor is no administrator and leads nothing
    """
    places = _places(actor)
    touching = Q(pk__in=[])
    for path in places:
        above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        touching |= Q(region_path__in=above) | Q(region_path__startswith=path)
    rows = list(_counted(Review.objects.filter(touching)).order_by("-opened_at")[:40])
    return _progress(rows, at=at)


def review(review_id: UUID, *, actor: Actor, at: datetime) -> Progress:
    """Return one review that touches the actor's reach.

    :raises Denied: if there is none
    """
    found = [one for one in reviews(actor=actor, at=at) if one.id == review_id]
    if not found:
        raise Denied
    return found[0]


def lines(
    review_id: UUID,
    *,
    actor: Actor,
    at: datetime,
    chosen: Chosen = ALL,
    after: UUID | None = None,
) -> list[Looked]:
    """Return a page of a review's lines within reach, one more than the page when there are more.

    :raises Denied: if the actor is no administrator and leads nothing
    """
    rows = _chosen(review_id, chosen, actor=actor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows.select_related("grant", "account").order_by("pk")[: LINES + 1])
    return _looked(found, actor=actor, at=at)


def count_lines(review_id: UUID, *, actor: Actor, chosen: Chosen = ALL) -> int:
    """Return how many lines there are of which :func:`lines` returns a page."""
    return _chosen(review_id, chosen, actor=actor).count()


def roles_reviewed(review_id: UUID, *, actor: Actor) -> Sequence[str]:
    """Return the roles that a review's lines within reach name."""
    rows = _chosen(review_id, ALL, actor=actor).order_by()
    return rules.roles_in_order(set(rows.values_list("grant__role", flat=True).distinct()))


def bodies_reviewed(review_id: UUID, *, actor: Actor) -> dict[UUID, str]:
    """Return the bodies that a review's lines within reach name, by name."""
    rows = _chosen(review_id, ALL, actor=actor).exclude(grant__body_id=None).order_by()
    keys = sorted(key for key in rows.values_list("grant__body_id", flat=True).distinct() if key)
    named = answers(body_names.ask(keys)) if keys else {}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def late_reviews(*, actor: Actor, at: datetime) -> list[Progress]:
    """Return the reviews within reach that are not done in time."""
    return [one for one in reviews(actor=actor, at=at) if one.is_late]


def _chosen(review_id: UUID, chosen: Chosen, *, actor: Actor) -> models.QuerySet[ReviewLine]:
    rows = ReviewLine.objects.filter(_within_reach(actor), review=review_id)
    if chosen.shown:
        rows = rows.filter(verdict="") if chosen.shown == "open" else rows.exclude(verdict="")
    if chosen.text:
        named = Q(account__username__icontains=chosen.text)
        rows = rows.filter(named | Q(account__name__icontains=chosen.text))
    if chosen.role:
        rows = rows.filter(grant__role=chosen.role)
    if chosen.body:
        rows = rows.filter(grant__body_id=chosen.body)
    return rows.filter(grant__in=_held_in([chosen.place])) if chosen.place else rows


def _held_in(places: Sequence[str]) -> models.QuerySet[GrantRow, UUID]:
    """Return the grants at these places or in a body there."""
    bodies = GrantRow.objects.exclude(body_id=None).order_by()
    named = bodies.values_list("body_id", flat=True).distinct()
    return GrantRow.objects.filter(inside(places, named)).values_list("pk", flat=True)


def _places(actor: Actor) -> list[str]:
    places = reach_of(actor)
    if not places:
        raise Denied
    return places


def _counted(rows: models.QuerySet[Review]) -> models.QuerySet[Review]:
    return rows.annotate(
        all_lines=Count("lines"),
        done=Count("lines", filter=~Q(lines__verdict="")),
        ended=Count("lines", filter=Q(lines__verdict=rules.Verdict.END)),
    )


def _progress(rows: Sequence[Review], *, at: datetime) -> list[Progress]:
    today = timezone.localdate(at)
    return [
        Progress(
            id=row.id,
            quarter=row.quarter,
            where=where,
            opened_at=row.opened_at,
            due_on=row.due_on,
            closed_at=row.closed_at,
            lines=getattr(row, "all_lines", 0),
            done=getattr(row, "done", 0),
            ended=getattr(row, "ended", 0),
            is_late=row.closed_at is None and row.due_on < today,
        )
        for row, where in zip(rows, located([_At(row.region_path) for row in rows]), strict=True)
    ]


@dataclass
class _At:
    """A place, as the names are asked for."""

    region_path: str
    body_id: UUID | None = None


def _within_reach(actor: Actor) -> Q:
    places = _places(actor)
    if any(settings.QUANYU_CITY.startswith(path) for path in places):
        return Q(pk__isnull=False)
    return Q(grant__in=_held_in(places))


def _looked(rows: Sequence[ReviewLine], *, actor: Actor, at: datetime) -> list[Looked]:
    told = explain([row.grant for row in rows], at=at)
    names = names_of(hand for row in rows for hand in (row.proposed_by, row.decided_by))
    stand = answers(
        body_places.ask(sorted({row.grant.body_id for row in rows if row.grant.body_id}))
    )
    return [
        Looked(
            id=row.id,
            account_id=row.account_id,
            name=row.account.name,
            grant=grant,
            proposal=row.proposal,
            proposal_reason=row.proposal_reason,
            proposed_by=names.get(row.proposed_by, "") if row.proposed_by else "",
            verdict=row.verdict,
            reason=row.reason,
            decided_by=names.get(row.decided_by, "") if row.decided_by else "",
            decided_at=row.decided_at,
            may_decide=_may(row, actor, stand, roles=frozenset({Role.SEC_ADMIN})),
            may_propose=_may(row, actor, stand, roles=rules.LEADERS),
        )
        for row, grant in zip(rows, told, strict=True)
    ]


def _may(row: ReviewLine, actor: Actor, stand: dict[UUID, str], *, roles: frozenset[Role]) -> bool:
    if row.verdict or row.account_id == actor.id:
        return False
    body = row.grant.body_id
    place = stand.get(body, settings.QUANYU_CITY) if body else row.grant.region_path
    return any(grant.role in roles and grant.covers(place) for grant in actor.grants)
