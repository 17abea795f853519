"""Campaigns within reach, and how each goes, reckoned from the records (专项)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from quanyu.events import queries
from quanyu.events.models import Campaign, CampaignMatter, CampaignNote, Event
from quanyu.events.queries import hot
from quanyu.events.queries.values import place_words
from quanyu.events.queries.words import class_words
from quanyu.events.rules import campaigns as rules
from quanyu.events.rules.campaigns import Measured
from quanyu.events.tables import CAMPAIGNS
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import ZONE, local
from quanyu.organisations import queries as organisations

LED_BY = frozenset({Role.COMMANDER, Role.DISTRICT_ADMIN})
"""Who opens a campaign, says what belongs to it, and closes it."""

NOTED_BY = LED_BY | {Role.DISPATCHER, Role.COMMUNITY_SECRETARY, Role.HANDLER}
"""Who writes down how it goes: who leads, the desks and the lead body."""

MOST = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How a campaign goes; a matter out of the reader's reach is in no number."""

    attached: int
    open: int
    ended: int
    reopened: int
    measured: Measured | None
    new_before: int = 0
    new_since: int = 0


def one(campaign_id: UUID, *, actor: Actor, lock: bool = False) -> Campaign:
    """Return one campaign within reach.

    :raises Denied: if there is none
    """
    return get(Campaign, campaign_id, actor=actor, lock=lock)


def ranked(*, actor: Actor) -> "QuerySet[Campaign, Any]":
    """Return the campaigns within reach with their counts: under way first, then the newest."""
    seen = Q(matters__event__in=Event.objects.visible_to(actor))
    is_open = seen & Q(matters__event__state__in=queries.OPEN)
    rows = Campaign.objects.visible_to(actor).annotate(
        attached=Count("matters", filter=seen),
        open=Count("matters", filter=is_open),
        reopened=Count("matters", filter=seen & Q(matters__event__reopened__gt=0)),
    )
    return rows.order_by("-closed_at", "-id")


def listed(*, actor: Actor) -> list[Any]:
    """Return as many of them as a page shows."""
    return list(ranked(actor=actor)[:MOST])


@CAMPAIGNS.read_by
def values(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each campaign holds, as a file writes it."""
    bodies = organisations.body_names(sorted({row.body_id for row in rows}))
    return [
        {
            "title": row.title,
            "place": place_words(row.region_path),
            "class": class_words(row.category, at=at),
            "goal": row.goal,
            "body": bodies.get(row.body_id, ""),
            "starts": row.starts_on,
            "ends": row.ends_on,
            "attached": row.attached,
            "ended": row.attached - row.open,
            "reopened": row.reopened,
            "opened": row.opened_at,
            "closed": row.closed_at,
            "result": row.result,
        }
        for row in rows
    ]


def matters(campaign: Campaign, *, actor: Actor) -> "QuerySet[Event]":
    """Return the matters of a campaign within reach, what is open first."""
    rows: QuerySet[Event] = Event.objects.visible_to(actor)
    return rows.filter(campaigns__campaign=campaign).order_by("-closed_at", "-id")


def attached(campaign: Campaign, *, actor: Actor) -> set[UUID]:
    """Return the keys of the matters that are attached."""
    rows = CampaignMatter.objects.visible_to(actor).filter(campaign=campaign)
    return set(rows.values_list("event_id", flat=True))


def notes(campaign: Campaign, *, actor: Actor) -> list[CampaignNote]:
    """Return what was written down, the newest first."""
    rows = CampaignNote.objects.visible_to(actor).filter(campaign=campaign)
    return list(rows.order_by("-id")[:MOST])


def of_matter(event: Event, *, actor: Actor) -> list[Campaign]:
    """Return the campaigns within reach that a matter belongs to."""
    rows = Campaign.objects.visible_to(actor).filter(matters__event=event)
    return list(rows.order_by("-id"))


def progress(campaign: Campaign, *, actor: Actor, at: datetime) -> Progress:
    """Return how many are done, and whether fewer new ones come than before."""
    found = (
        matters(campaign, actor=actor)
        .order_by()
        .aggregate(
            attached=Count("id"),
            open=Count("id", filter=Q(state__in=queries.OPEN)),
            reopened=Count("id", filter=Q(reopened__gt=0)),
        )
    )
    ended = found["attached"] - found["open"]
    span = rules.measured(campaign.starts_on, campaign.ends_on, on=local(at).date())
    if span is None or not campaign.category:
        return Progress(**found, ended=ended, measured=None)
    before = _new(campaign, span.before, campaign.starts_on, actor=actor)
    since = _new(campaign, span.since, span.until, actor=actor)
    return Progress(**found, ended=ended, measured=span, new_before=before, new_since=since)


def _new(campaign: Campaign, first: date, until: date, *, actor: Actor) -> int:
    rows = hot.matters(campaign.region_path, campaign.category, actor=actor)
    return rows.filter(reported_at__gte=_begin(first), reported_at__lt=_begin(until)).count()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZONE)


def may_lead(actor: Actor) -> str:
    """Return the place where somebody may open a campaign by hand, or nothing."""
    led = [grant.path for grant in actor.grants if grant.role in LED_BY and grant.path]
    return min(led, default="")
