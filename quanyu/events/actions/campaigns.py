"""Opening a campaign, saying what belongs to it, and closing it with a result (专项)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.models import Campaign, CampaignMatter, CampaignNote, Event
from quanyu.events.queries import campaigns as queries
from quanyu.events.queries import hot
from quanyu.events.queries.campaigns import LED_BY, NOTED_BY
from quanyu.events.rules import campaigns as rules
from quanyu.events.rules.campaigns import Closed, Plan
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries as organisations

NO_BODY = _("请从列表里选一个牵头单位")
NO_CLASS = _("没有“{value}”这个类别")
ATTACHED = _("这件事已经在专项里")
NOT_ATTACHED = _("这件事不在专项里")
NO_MATTER = _("没有找到编号“{value}”的事项")


@transaction.atomic
def open_campaign(
    *, plan: Plan, issue_id: UUID | None = None, actor: Actor, at: datetime
) -> Campaign:
    """Open a campaign, by hand or from a hot issue with its matters attached (开专项).

    :raises Denied: if the hot issue is out of reach, or another role would have to do it
    """
    issue = hot.one(issue_id, actor=actor) if issue_id else None
    rules.check_dates(plan.starts_on, plan.ends_on)
    campaign = Campaign(
        region_path=issue.region_path if issue else plan.region_path,
        category=issue.category if issue else _class(plan.category, at=at),
        title=rules.said(plan.title, field="title", most=rules.LONGEST_TITLE),
        goal=rules.said(plan.goal, field="goal", most=rules.LONGEST_GOAL),
        body_id=_body(plan.body_id, at=at),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        hot_issue=issue,
        opened_at=at,
        opened_by=actor.id,
    )
    # The lead body does not make a leader: only a place does.
    if not LED_BY & actor.roles_at(campaign.region_path):
        raise Denied
    campaign.save(force_insert=True)
    found = list(hot.counted_in(issue, actor=actor)) if issue else []
    _attach(campaign, found, actor=actor, at=at)
    facts = {"matters": len(found), "class": campaign.category}
    record("campaign.open", campaign, actor=actor, at=at, facts=facts)
    return campaign


@transaction.atomic
def attach(*, campaign_id: UUID, number: str, actor: Actor, at: datetime) -> Campaign:
    """Attach a matter within reach to a campaign (纳入专项).

    :raises Denied: if there is no such campaign within reach, or another role would have to do it
    """
    _led(campaign_id, actor)  # who may not is told so, whatever the number
    key = _numbered(number, actor).pk
    event = events.one(event_id=key, actor=actor, lock=True)
    campaign = _led(campaign_id, actor, lock=True)
    if event.pk in queries.attached(campaign, actor=actor):
        raise Invalid(ATTACHED, field="number", value=number)
    _attach(campaign, [event], actor=actor, at=at)
    record("campaign.attach", campaign, actor=actor, at=at, facts={"event": event.pk})
    return campaign


@transaction.atomic
def detach(*, campaign_id: UUID, event_id: UUID, actor: Actor, at: datetime) -> Campaign:
    """Detach a matter from a campaign (移出专项).

    :raises Denied: if there is no such campaign within reach, or another role would have to do it
    """
    campaign = _led(campaign_id, actor, lock=True)
    rows = CampaignMatter.objects.visible_to(actor).filter(campaign=campaign)
    gone, _kinds = rows.filter(event_id=event_id).delete()
    if not gone:
        raise Invalid(NOT_ATTACHED, field="number", value=str(event_id))
    record("campaign.detach", campaign, actor=actor, at=at, facts={"event": event_id})
    return campaign


@transaction.atomic
def note_campaign(*, campaign_id: UUID, words: str, actor: Actor, at: datetime) -> CampaignNote:
    """Write down how a campaign goes (专项记事).

    :raises Denied: if there is no such campaign within reach, or another role would have to do it
    """
    campaign = _open(campaign_id, actor, NOTED_BY, lock=True)
    told = rules.said(words, field="words", most=rules.LONGEST_NOTE)
    row = CampaignNote(campaign=campaign, words=told, at=at, by=actor.id)
    row.save(force_insert=True)
    record("campaign.note", campaign, actor=actor, at=at, facts={"note": row.pk})
    return row


@transaction.atomic
def close_campaign(*, campaign_id: UUID, result: str, actor: Actor, at: datetime) -> Campaign:
    """Close a campaign with its result; its matters go on by themselves (专项办结).

    :raises Denied: if there is no such campaign within reach, or another role would have to do it
    """
    campaign = _led(campaign_id, actor, lock=True)
    campaign.result = rules.said(result, field="result", most=rules.LONGEST_NOTE)
    campaign.closed_at = at
    campaign.save(update_fields=["result", "closed_at"])
    record("campaign.close", campaign, actor=actor, at=at, changed=["result"])
    return campaign


def _led(campaign_id: UUID, actor: Actor, *, lock: bool = False) -> Campaign:
    return _open(campaign_id, actor, LED_BY, lock=lock)


def _open(campaign_id: UUID, actor: Actor, roles: frozenset[str], *, lock: bool) -> Campaign:
    campaign = queries.one(campaign_id, actor=actor, lock=lock)
    if not roles & actor.roles_on(campaign):
        raise Denied
    if campaign.closed_at is not None:
        raise Closed(rules.IS_CLOSED, field="campaign", value=campaign.title)
    return campaign


def _attach(campaign: Campaign, found: Iterable[Event], *, actor: Actor, at: datetime) -> None:
    CampaignMatter.objects.bulk_create(
        CampaignMatter(campaign=campaign, event=one, attached_at=at, attached_by=actor.id)
        for one in sorted(found, key=lambda each: each.pk)  # each row holds its matter
    )


def _numbered(number: str, actor: Actor) -> Event:
    try:
        return events.by_number(number.strip(), actor=actor)
    except Denied as fault:
        raise Invalid(NO_MATTER, field="number", value=number) from fault


def _body(body_id: UUID, *, at: datetime) -> UUID:
    if not organisations.stands(body_id, on=local(at).date()):
        raise Invalid(NO_BODY, field="body_id", value=str(body_id))
    return body_id


def _class(code: str, *, at: datetime) -> str:
    if code and codes.class_of(code, on=local(at).date()) is None:
        raise Invalid(NO_CLASS, field="category", value=code)
    return code
