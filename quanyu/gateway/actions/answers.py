"""Tell another system what became of its order, and hear what it says to that (对外答复)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.queries import telling
from quanyu.events.queries.words import body_name
from quanyu.events.rules import Audience
from quanyu.gateway import queries, rules
from quanyu.gateway.models import Answer, Batch, Order, Source
from quanyu.gateway.rules import TELLS, Given
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label, record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News

CLOCKED = frozenset({Given.DISPATCHED, Given.EXTENDED, Given.REOPENED, Given.RESUMED})
"""The answers that say until when."""

SHORTEST, LONGEST = 2, 500


@transaction.atomic
def let_rest(*, actor: Actor, at: datetime) -> int:
    """Look after no order any more whose matter ended long ago; return how many (不再跟办)."""
    rows = Order.objects.visible_to(actor).filter(is_watched=True)
    over = rows.filter(event__closed_at__lt=at - queries.WATCHED)
    # What somebody works on rests the next time.
    free = list(over.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
    return rows.filter(pk__in=free).update(is_watched=False)


@transaction.atomic
def tell_source(*, event_id: UUID, actor: Actor, at: datetime) -> int:
    """Write down what the system that sent a matter is to be told since the last time (生成答复).

    Repeating it adds nothing: each step of the story is told once.

    :returns: how many answers were written
    """
    rows = Order.objects.visible_to(actor).filter(event_id=event_id)
    if not rows.exists():
        return 0
    matters.held([event_id], actor=actor)
    order = rows.select_for_update(of=("self",)).select_related("source", "event").get()
    steps = [one for one in matters.story(order.event, actor=actor) if one.number > order.told]
    told = [step for step in reversed(steps) if step.verb in TELLS]
    if told:
        _hold(order.source_id)
    for step in told:
        if step.facts.get("sent_back"):
            _mark(order, step, actor=actor, at=at)
        _answer(order, step, actor=actor, at=at)
    if steps:
        order.told = steps[0].number
        order.save(update_fields=["told"])
    return len(told)


def _answer(order: Order, step: Any, *, actor: Actor, at: datetime) -> None:
    event, kind = order.event, TELLS[step.verb]
    row = Answer.objects.create(
        source=order.source,
        order=order,
        event=event,
        seq=_next(order.source),
        step=step.number,
        kind=kind,
        words=_words(event, step, kind),
        body=body_name(event.body_id)[:120] if kind is not Given.ACCEPTED else "",
        until=event.due_at if kind in CLOCKED else _review(event, kind),
        at=step.at,
    )
    facts = {"kind": kind.value, "seq": row.seq, "step": step.number}
    record("gateway.answer", row, actor=actor, at=at, facts=facts)
    if kind in CLOCKED and rules.is_later(event.due_at, order.due_said):
        _warn(order, actor=actor, at=at)


def _mark(order: Order, step: Any, *, actor: Actor, at: datetime) -> None:
    """Mark the last word as sent back: our operator had it done again for the system (来源退回).

    What the system sent back itself is marked already.
    """
    rows = Answer.objects.visible_to(actor).filter(order=order, kind__in=rules.RETURNABLE)
    row = rows.filter(step__lt=step.number).order_by("-seq").first()
    if row is None or row.sent_back_at is not None:
        return
    _return(row, order, said=str(step.facts["reason"]), actor=actor, at=step.at)


def _return(row: Answer, order: Order, *, said: str, actor: Actor, at: datetime) -> None:
    row.sent_back_at, row.sent_back_reason = at, said
    row.save(update_fields=["sent_back_at", "sent_back_reason"])
    order.returned, order.return_said = order.returned + 1, said
    order.is_watched = True
    order.save(update_fields=["returned", "return_said", "is_watched"])
    facts = {"seq": row.seq, "reason": said}
    record("gateway.send_back", row, actor=actor, at=at, facts=facts)


def _hold(source: UUID) -> None:
    """Lock a system before its answers; what comes from it meanwhile waits for nothing."""
    Source.objects.select_for_update(no_key=True).filter(pk=source).first()


def _next(source: Source) -> int:
    """Return the next number of a system's answers."""
    Source.objects.filter(pk=source.pk).update(answers=F("answers") + 1)
    return int(Source.objects.values_list("answers", flat=True).get(pk=source.pk))


def _words(event: Any, step: Any, kind: Given) -> str:
    facts = step.facts
    if kind is Given.CLOSED:
        return str(event.reply or event.outcome)
    said = (facts.get(name) for name in ("reply", "question", "promise"))
    return next((str(words) for words in said if words), "")


def _review(event: Any, kind: Given) -> datetime | None:
    return event.stands_until if kind in {Given.SUSPENDED, Given.ASKED} else None


def _warn(order: Order, *, actor: Actor, at: datetime) -> None:
    """Tell the desk that we promise to be done after they want an answer."""
    event = order.event
    news = News(
        topic="gateway.later",
        subject=label(event),
        occasion=telling.occasion(event.due_at) if event.due_at else "",
        region_path=event.region_path,
        link=f"/desk/matters/{event.number}",
        words=telling.words(event, at=at),
    )
    to = telling.recipients(event, Audience.DISPATCHERS, at=at)
    notices.tell(news, to=to, actor=actor, at=at)


# ------------------------------------------------------------------ what they say to it


@transaction.atomic
def acknowledge_answer(*, source: Source, seq: int, actor: Actor, at: datetime) -> Answer:
    """Note that a system has an answer; doing it twice changes nothing (对方签收)."""
    row = queries.answer_of(source, seq, actor=actor, lock=True)
    if row.acknowledged_at is None:
        row.acknowledged_at = at
        row.save(update_fields=["acknowledged_at"])
        record("gateway.acknowledge", row, actor=actor, at=at, facts={"seq": seq})
    return row


@transaction.atomic
def send_back(*, source: Source, seq: int, reason: str, actor: Actor, at: datetime) -> Answer:
    """Have a matter done again whose answer the system does not take, with its reason (退回重办).

    :raises WrongAnswer: if it is not the last word on the matter, or was sent back before
    """
    found = queries.answer_of(source, seq, actor=actor)
    matters.held([found.event_id], actor=actor)
    queries.order_of(source, found.order.number, actor=actor, lock=True)
    row = queries.answer_of(source, seq, actor=actor, lock=True)
    said = _checked(reason)
    if row.sent_back_at is not None:
        if row.sent_back_reason == said:
            return row
        raise rules.WrongAnswer(_("这条答复已经退回过"), field="seq", value=seq)
    if row.kind not in rules.FINAL:
        raise rules.WrongAnswer(
            _("只有办结、强制结案和不予受理的答复可以退回重办"),
            field="seq",
            value=seq,
            allowed=rules.RETURNABLE,
        )
    events.redo(event_id=row.event_id, reason=said, actor=actor, at=at)
    _return(row, row.order, said=said, actor=actor, at=at)
    return row


def last_word(order: Order, *, actor: Actor) -> Answer | None:
    """Return the answer that an order may be sent back for: the last word, not sent back yet."""
    rows = Answer.objects.visible_to(actor).filter(order=order, kind__in=rules.RETURNABLE)
    return rows.filter(sent_back_at=None).order_by("-seq").first()


def _checked(reason: str) -> str:
    said = " ".join(reason.split())
    if not SHORTEST <= len(said) <= LONGEST:
        raise rules.WrongOrder(
            _("请写明退回的理由，{least} 到 {most} 个字"),
            field="reason",
            value=len(said),
            least=SHORTEST,
            most=LONGEST,
        )
    return said


# ------------------------------------------------------------------ by file


@transaction.atomic
def give_answers(*, source: str, actor: Actor, at: datetime) -> Batch:
    """Mark what a system is still to be told as given, under one batch number (答复出批).

    :raises Denied: if there is no such system, or the actor hands nothing out
    :raises WrongAnswer: if nothing waits
    """
    row = Source.objects.select_for_update(no_key=True).filter(code=source).first()
    if row is None or not rules.BRINGS & actor.roles:
        raise Denied
    waiting = queries.waiting(row, actor=actor).select_for_update(of=("self",))
    keys = list(waiting.values_list("pk", flat=True))
    if not keys:
        raise rules.WrongAnswer(_("没有等待交出的答复"), field="source", value=source)
    row.batches += 1
    row.save(update_fields=["batches"])
    batch = Batch.objects.create(
        source=row, number=row.batches, count=len(keys), at=at, by=actor.id
    )
    Answer.objects.visible_to(actor).filter(pk__in=keys).update(batch=batch)
    facts = {"source": row.code, "batch": batch.number, "count": batch.count}
    record("gateway.give", batch, actor=actor, at=at, facts=facts)
    return batch
