"""Tell people: put it into the inbox, and send it out by the way each one chose (告知)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.notices import channels, queries, rules
from quanyu.kernel.notices.models import Choice, Delivery, Notice
from quanyu.kernel.notices.rules import Channel, State
from quanyu.kernel.privacy.rules import is_mobile


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told, whoever is told it (一件要告知的事)."""

    topic: str
    subject: str
    """The row it is about, as the audit names it: ``events.event:…``."""

    occasion: str
    """Which time: the same topic of the same subject is told once per occasion."""

    region_path: str
    link: str = ""
    words: Mapping[str, object] = field(default_factory=dict)
    is_urgent: bool = False
    is_own: bool = False
    """About the person and not their work: nobody who stands in for them is told."""


@transaction.atomic
def tell(news: News, *, to: Sequence[UUID], actor: Actor, at: datetime) -> list[Notice]:
    """Tell people who sign in, and who stands in for them; each one once per occasion.

    It acts as the system in a job: nobody writes into another person's inbox.
    """
    people = _people(to, at=at, is_own=news.is_own)
    before = queries.told_before(news.topic, news.subject, news.occasion, actor=actor)
    emails = accounts.emails([key for key, _whom in people if key not in before])
    rows = [
        _notice(news, at=at, account_id=key, on_behalf_of_id=whom)
        for key, whom in people
        if key in emails
    ]
    Notice.objects.visible_to(actor).bulk_create(rows)
    chosen = queries.choices_of(list(emails), actor=actor)
    for row in rows:
        key: UUID = row.account_id  # type: ignore[assignment]
        send_first(row, email=emails[key], row_of_choice=chosen.get(key), at=at)
    return rows


@transaction.atomic
def tell_resident(
    news: News, *, phone: str, name: str, may_text: bool, may_call: bool, actor: Actor, at: datetime
) -> Notice | None:
    """Tell a resident by the number they left: by SMS where they agreed, else by a call.

    Nothing is kept when neither way is open: their code shows the same.

    :param may_call: whether a call is owed: to who reported by telephone or at the window
    """
    by_sms = may_text and is_mobile(phone) and Channel.SMS in channels.open_ways()
    told = queries.told_before(news.topic, news.subject, news.occasion, actor=actor)
    if told or not phone or not (by_sms or may_call):
        return None
    row = _notice(news, at=at, phone=phone, name=name, expires_at=at + rules.CALLED_WITHIN)
    row.save(force_insert=True)
    if by_sms:
        deliver(row, Channel.SMS, next_at=_by_day(at), at=at)
    else:
        put_on_list(row, at=at)
    return row


@transaction.atomic
def over(*, subject: str, topics: Collection[str], actor: Actor, at: datetime) -> int:
    """Take what is settled off everybody's inbox, and send nothing more of it."""
    rows = Notice.objects.visible_to(actor).filter(subject=subject, topic__in=list(topics))
    keys = list(rows.filter(over_at=None, made_at__lt=at).values_list("pk", flat=True))
    if keys:
        rows.filter(pk__in=keys).update(over_at=at)
        waiting = Delivery.objects.filter(notice__in=keys, state=State.WAITING)
        waiting.update(state=State.DROPPED, next_at=None, changed_at=at)
    return len(keys)


@transaction.atomic
def forget(*, actor: Actor, at: datetime) -> int:
    """Delete the notices whose time is over, and the mark of ended accounts on their choice."""
    rows = Notice.objects.visible_to(actor).filter(expires_at__lte=at)
    count, _kinds = rows.delete()
    open_rows = Choice.objects.visible_to(actor).filter(ended_at=None, account__is_active=False)
    for row in open_rows.select_related("account"):
        row.ended_at = row.account.ended_at or at
        row.save(update_fields=["ended_at"])
    return count


# ------------------------------------------------------------------ for this package


def send_first(row: Notice, *, email: str, row_of_choice: Choice | None, at: datetime) -> None:
    """Send a notice out by the first way its owner chose that is open."""
    topic, choice = rules.topics[row.topic], queries.chosen(row_of_choice)
    way = choice.way(topic.group)
    open_ways = queries.reachable(email=email, row=row_of_choice)
    channel = rules.next_channel(way.channels, reachable=open_ways)
    if channel is None:
        return
    goes = rules.goes_out(
        way, choice.quiet, at=at, calendar=calendar.calendar(at), is_urgent=row.is_urgent
    )
    is_digest = way.is_digest and not row.is_urgent and channel is Channel.MAIL
    deliver(row, channel, next_at=goes, at=at, is_digest=is_digest)


def deliver(
    row: Notice, channel: Channel, *, next_at: datetime, at: datetime, is_digest: bool = False
) -> None:
    """Let a notice wait for its turn on one way."""
    Delivery.objects.create(
        notice=row, channel=channel, next_at=next_at, is_digest=is_digest, changed_at=at
    )


def put_on_list(row: Notice, *, at: datetime) -> None:
    """Put a resident on the telephone list of their place."""
    row.call_path = row.region_path
    row.save(update_fields=["call_path"])
    deliver(row, Channel.PHONE, next_at=_by_day(at), at=at)


def _by_day(at: datetime) -> datetime:
    """Return when a resident may be disturbed: not at night, whatever day it is."""
    quiet = rules.Quiet(rest_days=False)
    return rules.allowed_at(at, quiet, calendar=calendar.calendar(at))


def _people(to: Sequence[UUID], *, at: datetime, is_own: bool) -> list[tuple[UUID, UUID | None]]:
    """Return each person once: those meant, then who stands in for them."""
    standing_in = {} if is_own else queries.deputies(to, at=at)
    seen: dict[UUID, UUID | None] = dict.fromkeys(to)
    for key in to:
        for other in standing_in.get(key, ()):
            seen.setdefault(other, key)
    return list(seen.items())


def _notice(news: News, *, at: datetime, **more: object) -> Notice:
    given = {"expires_at": at + rules.KEPT} | more
    return Notice(
        topic=news.topic,
        subject=news.subject,
        occasion=news.occasion,
        link=news.link,
        words=dict(news.words),
        region_path=news.region_path,
        is_urgent=news.is_urgent,
        made_at=at,
        **given,
    )
