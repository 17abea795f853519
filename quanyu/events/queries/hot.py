"""What has piled up of one kind at one place: found by the worker, shown to who leads (热点)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, F, Func, Min, Q, QuerySet, UUIDField, Value
from django.utils.translation import gettext as _

from quanyu.events.models import Event
from quanyu.events.models.hot import HotIssue
from quanyu.events.queries.values import place_words
from quanyu.events.queries.words import class_words
from quanyu.events.rules import hot as rules
from quanyu.events.rules.hot import Counts, Hot, Key
from quanyu.events.tables import HOT_ISSUES
from quanyu.events.workflow import State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.calendar.rules import local

NONE = (State.VOID, State.REFUSED)
"""Matters that were none, or were not ours."""

MOST = 200
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What the worker found on one day, and from how many days it knows what is usual."""

    hot: Sequence[Hot]
    days: int


def matters(place: str, category: str, *, actor: Actor) -> "QuerySet[Event]":
    """Return the matters of a class at a place, without those that were none."""
    rows: QuerySet[Event] = Event.objects.visible_to(actor).exclude(state__in=NONE)
    return rows.filter(category=category, region_path__gte=place, region_path__lt=upper(place))


def piled_up(*, actor: Actor, at: datetime) -> Found:
    """Return where the last weeks brought more of a kind than the rest of the year."""
    since, first = at - timedelta(weeks=rules.WEEKS), at - timedelta(days=rules.YEAR)
    rows = Event.objects.visible_to(actor).exclude(state__in=NONE).exclude(category="")
    rows = rows.filter(reported_at__gte=first, reported_at__lt=at)
    began = rows.aggregate(began=Min("reported_at"))["began"]
    days = max(0, (since - began).days) if began else 0
    return Found(rules.hot(_counted(rows, since), days=days), days)


def _counted(rows: "QuerySet[Event]", since: datetime) -> Mapping[Key, Counts]:
    counted = (
        rows.order_by()
        .values("region_path", "category")
        .annotate(
            recent=Count("id", filter=Q(reported_at__gte=since)),
            before=Count("id", filter=Q(reported_at__lt=since)),
        )
    )
    return {
        (one["region_path"], one["category"]): Counts(one["recent"], one["before"])
        for one in counted
    }


def reports(one: Hot, *, actor: Actor, at: datetime) -> list[Event]:
    """Return the matters that one hot issue counts, the earliest first."""
    rows = matters(one.place, one.category, actor=actor)
    rows = rows.filter(reported_at__gte=at - timedelta(weeks=rules.WEEKS), reported_at__lt=at)
    return list(rows.order_by("reported_at", "id"))


def counted_in(issue: HotIssue, *, actor: Actor) -> "QuerySet[Event]":
    """Return the matters within reach that a hot issue counts, the newest first."""
    rows = matters(issue.region_path, issue.category, actor=actor)
    since = issue.seen_at - timedelta(weeks=rules.WEEKS)
    return rows.filter(reported_at__gte=since, reported_at__lt=issue.seen_at).order_by("-id")


def one(issue_id: UUID, *, actor: Actor, lock: bool = False) -> HotIssue:
    """Return one hot issue within reach.

    :raises Denied: if there is none
    """
    return get(HotIssue, issue_id, actor=actor, lock=lock)


def listed(*, actor: Actor, is_aside: bool = False) -> list[HotIssue]:
    """Return the hot issues of today within reach, what is farthest from usual first."""
    rows = HotIssue.objects.visible_to(actor).filter(is_current=True)
    rows = rows.exclude(aside="") if is_aside else rows.filter(aside="")
    found = list(rows.order_by("-count", "id")[:MOST])
    return sorted(found, key=lambda row: rules.chance(row.count, row.usual))


def ranked(*, actor: Actor, is_aside: bool = False) -> "QuerySet[HotIssue]":
    """Return the same rows in the same order, as a file is written from a cursor."""
    keys = [row.pk for row in listed(actor=actor, is_aside=is_aside)]
    kind: Any = ArrayField(UUIDField())
    place = Func(Value(keys, output_field=kind), F("pk"), function="array_position")
    return HotIssue.objects.visible_to(actor).filter(pk__in=keys).order_by(place)


@HOT_ISSUES.read_by
def values(rows: Sequence[HotIssue], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each hot issue holds, as a file writes it."""
    return [
        {
            "place": place_words(row.region_path),
            "class": class_words(row.category, at=at),
            "count": row.count,
            "usual": round(row.usual, 1),
            "repeats": row.repeats,
            "since": row.since,
            "until": row.until,
            "days_before": row.days_before,
            "found": row.found_at,
            "aside": _(rules.ASIDE[row.aside]) if row.aside else "",
            "aside_at": row.aside_at,
        }
        for row in rows
    ]


def dates(at: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last day of the weeks that end now, on the clock of the city."""
    return local(at - timedelta(weeks=rules.WEEKS)), local(at)
