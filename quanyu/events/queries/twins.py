"""Open matters that may be the same as this one: by place, time and words (疑似重复)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from quanyu.events import queries
from quanyu.events.models import Event
from quanyu.events.rules import PARTS_OF_A_STREET, likeness
from quanyu.events.rules.hot import community_of
from quanyu.events.rules.likeness import Spot
from quanyu.kernel.access.rules import Actor, upper

MOST = 5
MOST_COMPARED = 300
"""Matters that are compared word by word; of more, the newest."""

SAME_SPOT = 30
"""So few metres apart, two matters of one class are shown whatever their words."""

SHORTEST = 6
"""Signs from which on words that are being typed are worth comparing."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A matter that may be the same, and why it is thought so."""

    event: Event
    percent: int
    metres: int | None
    days: int
    same_grid: bool
    same_class: bool
    is_said: bool = False
    """Whether the reporter says so."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a report so far: words, spot and class."""

    text: str
    spot: Spot
    category: str = ""


def of_matter(event: Event, *, actor: Actor) -> list[Twin]:
    """Return the open matters that may be the same as this one, the likeliest first."""
    draft = Draft(event.text, _spot(event), event.category or event.suggested)
    rows = _around(draft.spot, actor=actor).exclude(
        pk__in=[event.pk, event.said_same, event.merged_into_id]
    )
    likely = _likeliest(draft, rows.order_by("-reported_at")[:MOST_COMPARED])
    return [*_said(event, draft, actor=actor), *likely][:MOST]


def _said(event: Event, draft: Draft, *, actor: Actor) -> list[Twin]:
    """Return the matter that the reporter says this is, too, if it is still open within reach."""
    if event.said_same is None:
        return []
    rows = Event.objects.visible_to(actor).filter(pk=event.said_same, state__in=queries.OPEN)
    return [
        replace(_twin(draft, other, likeness.alike(draft.text, [other.text])[0]), is_said=True)
        for other in rows
    ]


def of_draft(draft: Draft, *, actor: Actor) -> list[Twin]:
    """Return the open matters that may be the same as what is being typed."""
    if len(likeness.plain(draft.text)) < SHORTEST:
        return []
    rows = _around(draft.spot, actor=actor).order_by("-reported_at")
    return _likeliest(draft, rows[:MOST_COMPARED])


def _spot(event: Event) -> Spot:
    return Spot(event.region_path, event.reported_at, event.lon, event.lat)


def _around(spot: Spot, *, actor: Actor) -> "QuerySet[Event]":
    """Keep what is open within reach, of the same community or near by, of the same weeks."""
    rows: QuerySet[Event] = Event.objects.visible_to(actor).filter(state__in=queries.OPEN)
    since, until = spot.at - likeness.WITHIN, spot.at + likeness.WITHIN
    return rows.filter(_same_place(spot), reported_at__range=(since, until))


def _same_place(spot: Spot) -> Q:
    place = community_of(spot.path)
    if place.count("/") < PARTS_OF_A_STREET:
        same = Q(region_path=place)
    else:
        same = Q(region_path__gte=place, region_path__lt=upper(place))
    if spot.lon is None or spot.lat is None:
        return same
    up = likeness.METRES / likeness.METRES_A_DEGREE
    aside = up / max(math.cos(math.radians(spot.lat)), 0.01)
    return same | Q(
        lon__range=(spot.lon - aside, spot.lon + aside),
        lat__range=(spot.lat - up, spot.lat + up),
    )


def _likeliest(draft: Draft, rows: Iterable[Event]) -> list[Twin]:
    others = list(rows)
    shares = likeness.alike(draft.text, [other.text for other in others])
    found = [_twin(draft, *pair) for pair in zip(others, shares, strict=True)]
    kept = [one for one in found if _is_likely(one)]
    return sorted(kept, key=lambda one: (-one.percent, one.metres or 0, one.days))[:MOST]


def _twin(draft: Draft, other: Event, share: float) -> Twin:
    there = _spot(other)
    kind = other.category or other.suggested
    return Twin(
        event=other,
        percent=round(100 * share),
        metres=likeness.metres(draft.spot, there),
        days=likeness.days(draft.spot, there),
        same_grid=other.region_path == draft.spot.path and other.region_path.count("/") > 5,
        same_class=bool(kind) and kind == draft.category,
    )


def _is_likely(twin: Twin) -> bool:
    if twin.metres is not None and twin.metres > likeness.METRES:
        return False
    same_spot = twin.same_class and twin.metres is not None and twin.metres <= SAME_SPOT
    return same_spot or twin.percent >= 100 * likeness.ALIKE
