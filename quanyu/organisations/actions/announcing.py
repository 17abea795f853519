"""Tell who holds a post or left it, who is to confirm, and who proposed (任免告知)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH
from quanyu.organisations.models import Appointment
from quanyu.organisations.queries import confirming, elections, posted
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules import proposals
from quanyu.organisations.rules.leaving import waits
from quanyu.organisations.rules.posts import Decision, confirmed_at


@transaction.atomic
def tell_appointment(*, appointment_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell the holder how an appointment stands; old news is told to nobody.

    Returns how many were told.

    :raises Denied: if there is none within reach
    """
    row = get(Appointment, appointment_id, actor=actor)
    settle_leaving(appointment_id=appointment_id, actor=actor, at=at)
    if at - since > FRESH or row.decision != Decision.CONFIRMED:
        return 0
    has_left = row.ended_at is not None
    words = posted.words_of(row)
    asked = ("body", "post", "end" if has_left else "start")
    news = News(
        topic=rules.LEFT if has_left else rules.APPOINTED,
        subject=label(row),
        occasion=words[asked[-1]],
        region_path=row.region_path,
        link=f"/desk/posts/{row.post_id}",
        words={name: words[name] for name in (*asked, "body_en", "post_en")},
        is_own=True,
    )
    return len(notices.tell(news, to=[row.account_id], actor=actor, at=at))


@transaction.atomic
def tell_proposed(*, appointment_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell who may confirm that a batch waits, each once for all of it; return how many.

    Those are the nearest of the level above; never who proposed, nor the holder for oneself.

    :raises Denied: if there is none within reach
    """
    row = get(Appointment, appointment_id, actor=actor)
    rows = _batch(row, actor=actor, decision=Decision.OPEN)
    if not rows or at - since > FRESH:
        return 0
    first, told = _first(row, actor=actor), 0
    for parts, who in _shares(rows, at=at):
        news = _news(proposals.PROPOSED, parts, first, occasion=str(row.batch))
        told += len(notices.tell(news, to=who, actor=actor, at=at))
    return told


@transaction.atomic
def tell_decided(*, appointment_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell who proposed what became of it, once for an act; take what is settled off the inboxes.

    Who takes back what one has proposed is not told of it. Returns how many were told.

    :raises Denied: if there is none within reach
    """
    row, topics = get(Appointment, appointment_id, actor=actor), [proposals.PROPOSED]
    first = _first(row, actor=actor)
    if not _batch(row, actor=actor, decision=Decision.OPEN):
        notices.over(subject=label(first), topics=topics, actor=actor, at=at)
    topic = TOLD.get(Decision(row.decision))
    if topic is None or row.proposed_by is None or at - since > FRESH:
        return 0
    rows = [
        one
        for one in _batch(row, actor=actor, decision=Decision(row.decision))
        if one.decided_at == row.decided_at
    ]
    occasion = row.decided_at.isoformat() if row.decided_at else ""
    news = _news(topic, rows, first, occasion=occasion)
    return len(notices.tell(news, to=[row.proposed_by], actor=actor, at=at))


@transaction.atomic
def tell_leaving(*, appointment_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell who decides it that an end is asked for; return how many were told.

    Those are the nearest who confirm; never who asked, nor the holder.

    :raises Denied: if there is none within reach
    """
    row = get(Appointment, appointment_id, actor=actor)
    if not _waits(row, at=at) or at - since > FRESH:
        return 0
    without = (row.leave_asked_by, row.account_id)
    near = confirming.deciders(row.region_path, at=at, without=without)
    occasion = row.leave_asked_at.isoformat() if row.leave_asked_at else ""
    news = _news(proposals.LEAVE_ASKED, [row], row, occasion=occasion)
    return len(notices.tell(news, to=proposals.addressed(near), actor=actor, at=at))


@transaction.atomic
def settle_leaving(*, appointment_id: UUID, actor: Actor, at: datetime) -> int:
    """Take the request for an end off the inboxes, unless one waits; return how many.

    :raises Denied: if there is none within reach
    """
    row = get(Appointment, appointment_id, actor=actor)
    if _waits(row, at=at):
        return 0
    return notices.over(subject=label(row), topics=[proposals.LEAVE_ASKED], actor=actor, at=at)


@transaction.atomic
def tell_kept(*, row: Appointment, asked_by: UUID, actor: Actor, at: datetime) -> int:
    """Tell who asked for an end that the holder stays; return how many were told."""
    news = _news(proposals.LEAVE_KEPT, [row], row, occasion=at.isoformat())
    return len(notices.tell(news, to=[asked_by], actor=actor, at=at))


@transaction.atomic
def tell_elected(*, election_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell who proposes for posts that an election is over; return how many were told.

    :raises Denied: if there is none within reach
    """
    row = elections.one(election_id, actor=actor)
    if at - since > FRESH:
        return 0
    body = elections.body_of(row)
    news = News(
        topic=proposals.ELECTED,
        subject=label(row),
        occasion=since.isoformat(),
        region_path=row.region_path,
        link=f"/desk/elections/{row.pk}",
        words={"body": body.name, "body_en": body.name_en},
    )
    to = {one.account for one in confirming.proposers(row.region_path, at=at)}
    return len(notices.tell(news, to=sorted(to), actor=actor, at=at))


@transaction.atomic
def settle_elected(*, election_id: UUID, actor: Actor, at: datetime) -> int:
    """Take the news of an election off the inboxes once the elected are proposed; return how many.

    :raises Denied: if there is none within reach
    """
    row = elections.one(election_id, actor=actor)
    return notices.over(subject=label(row), topics=[proposals.ELECTED], actor=actor, at=at)


# ------------------------------------------------------------------ inside

TOLD = {Decision.CONFIRMED: proposals.AGREED, Decision.REFUSED: proposals.DECLINED}


def _waits(row: Appointment, *, at: datetime) -> bool:
    is_over = row.valid_to is not None and row.valid_to <= timezone.localdate(at)
    return waits(row.leave_asked_at, row.ended_at) and not is_over


def _batch(row: Appointment, *, actor: Actor, decision: Decision) -> list[Appointment]:
    rows = Appointment.objects.visible_to(actor).filter(batch=row.batch, decision=decision.value)
    return list(rows.order_by("pk"))


def _first(row: Appointment, *, actor: Actor) -> Appointment:
    """Return the first of a batch: under it the whole batch is told of."""
    rows = Appointment.objects.visible_to(actor).filter(batch=row.batch).order_by("pk")
    return rows.first() or row


def _shares(
    rows: Sequence[Appointment], *, at: datetime
) -> list[tuple[list[Appointment], list[UUID]]]:
    """Return who decides what of a batch: people with the same part of it stand together."""
    parts: dict[UUID, list[Appointment]] = {}
    known: dict[tuple[str, UUID], list[UUID]] = {}
    for row in rows:
        key = (confirmed_at(row.region_path), row.account_id)
        if key not in known:
            without = (row.proposed_by, row.account_id)
            found = confirming.deciders(row.region_path, at=at, without=without)
            known[key] = proposals.addressed(found)
        for who in known[key]:
            parts.setdefault(who, []).append(row)
    alike: dict[tuple[UUID, ...], list[UUID]] = {}
    for who, part in parts.items():
        alike.setdefault(tuple(one.pk for one in part), []).append(who)
    return [(parts[people[0]], sorted(people)) for people in alike.values()]


def _news(topic: str, rows: Sequence[Appointment], subject: Appointment, *, occasion: str) -> News:
    words = posted.words_of(rows[0])
    return News(
        topic=topic,
        subject=label(subject),
        occasion=occasion,
        region_path=rows[0].region_path,
        link=f"/desk/posts/{rows[0].post_id}" if len(rows) == 1 else "/desk/appointments",
        words={name: words[name] for name in ("body", "body_en", "post", "post_en")}
        | {"count": str(len(rows))},
    )
