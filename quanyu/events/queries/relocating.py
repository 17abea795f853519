"""What of ours stands in places that a re-organisation touches (区划调整涉及的事项)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.events.models import Campaign, Event, Precedent, SupervisionCard, WhistleCall
from quanyu.events.queries import words
from quanyu.events.queries.columns import OPEN
from quanyu.events.workflow.cards import OPEN as OPEN_CARDS
from quanyu.events.workflow.whistle import CallState
from quanyu.kernel.access.rules import Actor
from quanyu.regions.queries import bound, following
from quanyu.regions.queries.bound import Bound, Tied

FOLLOWER = "matters"
MOST = 500
"""Matters of one batch."""

PORTION = 50
"""Matters that are moved on late in one transaction."""


@following.follows.answered_by
def follows() -> str:
    """Return under which name matters follow a re-organisation."""
    return FOLLOWER


@bound.bound.answered_by
def at_places(paths: Sequence[str], actor: Actor, at: datetime) -> tuple[Bound, ...]:
    """Return the open matters at just these places, as far as the actor sees them."""
    rows = open_at(paths, actor=actor).order_by("region_path", "-reported_at", "pk")
    fields = ("region_path", "number", "title", "category", "lon", "lat")
    tied = [
        Tied(
            path,
            f"{number} {title}",
            words.class_words(category, at=at),
            reverse("desk_matter", args=[number]),
            lon,
            lat,
        )
        for path, number, title, category, lon, lat in rows.values_list(*fields)
    ]
    return (Bound("matters", _("未结事项"), tuple(tied)),)


def open_at(paths: Sequence[str], *, actor: Actor) -> QuerySet[Event]:
    """Return the open matters at just these places; what is over keeps the place it had."""
    rows = Event.objects.visible_to(actor).filter(region_path__in=paths)
    return rows.filter(state__in=OPEN).order_by("pk")


def next_at(paths: Sequence[str], after: UUID | None, *, actor: Actor) -> list[Event]:
    """Return the next open matters at these places, locked."""
    rows = open_at(paths, actor=actor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.select_for_update(of=("self",))[:MOST])


def stragglers(after: UUID | None, *, actor: Actor) -> list[UUID]:
    """Return the next open matters at places gone: opened anew, or reported at that moment."""
    rows = open_at(following.gone(), actor=actor)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.values_list("pk", flat=True)[:PORTION])


def on_their_way(paths: Sequence[str], *, actor: Actor) -> list[Event]:
    """Return the matters that are being passed on to one of these places, locked."""
    rows = Event.objects.visible_to(actor).filter(moving_to__in=paths)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def cards_at(paths: Sequence[str], *, actor: Actor) -> list[SupervisionCard]:
    """Return the cards at these places that are not over, locked."""
    rows = SupervisionCard.objects.visible_to(actor).filter(region_path__in=paths)
    rows = rows.filter(state__in=OPEN_CARDS).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def calls_at(paths: Sequence[str], *, actor: Actor) -> list[WhistleCall]:
    """Return the whistle calls at these places that go on, locked."""
    rows = WhistleCall.objects.visible_to(actor).filter(region_path__in=paths)
    rows = rows.filter(state=CallState.CALLED).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def campaigns_at(paths: Sequence[str], *, actor: Actor) -> list[Campaign]:
    """Return the campaigns at these places that go on, locked."""
    rows = Campaign.objects.visible_to(actor).filter(region_path__in=paths, closed_at=None)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def precedents_at(paths: Sequence[str]) -> list[Precedent]:
    """Return the precedents for these places that are in force, locked."""
    rows = Precedent.objects.filter(region_path__in=paths, revoked_at=None)
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def has_precedent_like(one: Precedent, place: str) -> bool:
    """Answer whether the same kind of matter has a precedent in force at another place."""
    like = Q(class_prefix=one.class_prefix, keyword=one.keyword, region_path=place)
    return Precedent.objects.filter(like, revoked_at=None).exists()
