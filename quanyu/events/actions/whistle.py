"""A street whistles, departments report in, and both sides judge it (吹哨报到)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries as events
from quanyu.events.actions.common import new_number
from quanyu.events.actions.joint import seat
from quanyu.events.models import Event, WhistleCall, WhistleMatter, WhistlePart
from quanyu.events.queries import campaigns, owed
from quanyu.events.queries import whistle as queries
from quanyu.events.rules import whistle as rules
from quanyu.events.rules.whistle import Call
from quanyu.events.workflow.whistle import CallState
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.actions import move, note, start

NO_MATTER = _("没有找到编号“{value}”的事项")


@transaction.atomic
def blow(*, call: Call, actor: Actor, at: datetime) -> WhistleCall:
    """Call departments: for matters, for those of a campaign, or for a place and words (吹哨).

    The clock of those called begins now. From now on they see the call and its matters.

    :raises Denied: if the campaign is out of reach
    :raises Refusal: if kind, situation, bodies or matters do not allow it, or the role is another
    """
    kinds = queries.flagged(rules.KINDS, at=at)
    grounds = queries.flagged(rules.GROUNDS, at=at)
    rules.check_kind(call.kind, call.ground, kinds=kinds, grounds=grounds)
    about = _about(call, actor=actor)
    row = WhistleCall(
        number=new_number(at),
        region_path=_place(call, about),
        kind=call.kind,
        ground=call.ground,
        words=rules.said(call.words, field="words"),
        address=call.address.strip()[:200],
        campaign_id=call.campaign,
        bodies=sorted(set(call.bodies)),
        called_at=at,
        called_by=actor.id,
    )
    allowed = [one.id for one in queries.callable_bodies(row.region_path, at=at)]
    rules.check_bodies(row.bodies, allowed=allowed)
    clock = queries.clock(row, at=at)
    row.answer_amount, row.answer_unit = clock.limit.amount, clock.limit.unit.value
    row.answer_due_at, row.answer_clause_id = clock.due_at, clock.clause_id
    start(row, actor=actor, at=at, matters=len(about), kind=row.kind, ground=row.ground)
    WhistlePart.objects.visible_to(actor).bulk_create(
        WhistlePart(call=row, body_id=body) for body in row.bodies
    )
    WhistleMatter.objects.visible_to(actor).bulk_create(
        WhistleMatter(call=row, event=event) for event in about
    )
    for event in about:
        _tell_matter(event, row, "whistle", row.bodies, actor=actor, at=at)
    return row


@transaction.atomic
def report_in(
    *, call_id: UUID, body: UUID | None = None, words: str = "", actor: Actor, at: datetime
) -> WhistleCall:
    """Say that one's body has come: its name and the time, nothing else is asked (报到).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    part = _own_part(call, body, actor=actor)
    rules.check_reports(part)
    told = rules.said(words, field="words", least=0)
    move(call, "report_in", actor=actor, at=at, body=part.body_id, words=told)
    part.reported_at, part.doing = at, told
    part.save(update_fields=["reported_at", "doing"])
    if owed.all_came(call, actor=actor):
        clocks.meet(call)
        call.save()
    return call


@transaction.atomic
def tell(
    *, call_id: UUID, words: str, body: UUID | None = None, actor: Actor, at: datetime
) -> WhistleCall:
    """Say what is being done (说明进展).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    told = rules.said(words, field="words")
    if not queries.acting_bodies(call, actor=actor):
        move(call, "tell", actor=actor, at=at, words=told)
        return call
    part = _own_part(call, body, actor=actor)
    move(call, "tell", actor=actor, at=at, body=part.body_id, words=told)
    part.doing = told
    part.save(update_fields=["doing"])
    return call


@transaction.atomic
def finish(
    *, call_id: UUID, words: str, body: UUID | None = None, actor: Actor, at: datetime
) -> WhistleCall:
    """Say that one's body has done its part; the call goes on until its street ends it (办完).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    part = _own_part(call, body, actor=actor)
    rules.check_ends(part)
    told = rules.said(words, field="words")
    move(call, "finish", actor=actor, at=at, body=part.body_id, words=told)
    part.done_at, part.done_words = at, told
    part.save(update_fields=["done_at", "done_words"])
    return call


@transaction.atomic
def call_back(*, call_id: UUID, body: UUID, words: str, actor: Actor, at: datetime) -> WhistleCall:
    """Have a body go on that said it was done: 事不完、人不撤 (请继续办).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    part = _part(call, body, actor=actor)
    rules.check_called_back(part)
    told = rules.said(words, field="words")
    move(call, "call_back", actor=actor, at=at, body=part.body_id, words=told)
    part.done_at, part.done_words = None, ""
    part.save(update_fields=["done_at", "done_words"])
    return call


@transaction.atomic
def end(*, call_id: UUID, words: str, actor: Actor, at: datetime) -> WhistleCall:
    """End a call with what came of it; its matters go on by themselves (收哨).

    :raises Denied: if there is no such call within reach
    """
    call = _with_matters(call_id, actor=actor)
    call.result = rules.said(words, field="words")
    call.ended_at = at
    move(call, "end", actor=actor, at=at, words=call.result)
    _take_leave(call, actor=actor, at=at)
    return call


@transaction.atomic
def take_leave(*, call_id: UUID, actor: Actor, at: datetime) -> int:
    """End a call in the story of the matters that its street reaches no more; return how many.

    From then on those called see the call, for which they answer, and not how the matter goes on.

    :raises Denied: if there is no such call within reach
    """
    call = _with_matters(call_id, actor=actor)
    return _take_leave(call, actor=actor, at=at) if call.ended_at is not None else 0


@transaction.atomic
def assess(
    *,
    call_id: UUID,
    body: UUID,
    came: str,
    solved: str,
    manner: str,
    words: str = "",
    actor: Actor,
    at: datetime,
) -> WhistleCall:
    """Assess how a body responded, on the stated scale, once (评价响应).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    part = _part(call, body, actor=actor)
    why = rules.said(words, field="words", least=0)
    grades = {"came": came, "solved": solved, "manner": manner}
    rules.check_grades(grades, why=why)
    rules.check_assessable(part, is_ended=call.state == CallState.ENDED)
    move(call, "assess", actor=actor, at=at, body=part.body_id, words=why, **grades)
    part.came, part.solved, part.manner = came, solved, manner
    part.assessed_words, part.assessed_at = why, at
    part.save(update_fields=[*grades, "assessed_words", "assessed_at"])
    return call


@transaction.atomic
def reply(
    *, call_id: UUID, words: str, body: UUID | None = None, actor: Actor, at: datetime
) -> WhistleCall:
    """Answer the assessment of one's body, once (答复评价).

    :raises Denied: if there is no such call within reach
    """
    call = queries.one(call_id, actor=actor, lock=True)
    part = _own_part(call, body, actor=actor)
    rules.check_reply(part)
    told = rules.said(words, field="words")
    move(call, "reply", actor=actor, at=at, body=part.body_id, words=told)
    part.reply, part.replied_at = told, at
    part.save(update_fields=["reply", "replied_at"])
    return call


@transaction.atomic
def judge(
    *,
    call_id: UUID,
    is_needed: bool,
    words: str = "",
    body: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> WhistleCall:
    """Say whether the call was needed: each called body once, and a reviewer once (评判是否必要).

    :raises Denied: if there is no such call within reach
    :raises Refusal: if it was judged already, or the reviewer is who called
    """
    call = queries.one(call_id, actor=actor, lock=True)
    why = rules.said(words, field="words", least=0)
    own = queries.acting_bodies(call, actor=actor)
    if own:
        part = _own_part(call, body, actor=actor)
        rules.check_judgement(part.is_needed, is_needed=is_needed, why=why)
        facts = {"body": part.body_id, "is_needed": is_needed, "words": why}
        move(call, "judge", actor=actor, at=at, **facts)
        part.is_needed, part.needed_words = is_needed, why
        part.save(update_fields=["is_needed", "needed_words"])
        return call
    if call.called_by is not None and call.called_by == actor.id:
        raise rules.NotNow(rules.OWN_CALL, field="is_needed")
    rules.check_judgement(call.is_needed, is_needed=is_needed, why=why)
    call.is_needed, call.needed_words, call.needed_by = is_needed, why, actor.id
    move(call, "judge", actor=actor, at=at, is_needed=is_needed, words=why)
    return call


# ------------------------------------------------------------------ inside


def _with_matters(call_id: UUID, *, actor: Actor) -> WhistleCall:
    """Return a call, locked after the matters that it is about."""
    found = queries.one(call_id, actor=actor)
    events.held((one.pk for one in queries.lasting(found, actor=actor)), actor=actor)
    return queries.one(call_id, actor=actor, lock=True)


def _take_leave(call: WhistleCall, *, actor: Actor, at: datetime) -> int:
    lasting = queries.lasting(call, actor=actor)
    for event in lasting:
        _tell_matter(event, call, "whistle_end", (), actor=actor, at=at)
        seat(event, actor=actor)
    return len(lasting)


def _about(call: Call, *, actor: Actor) -> list[Event]:
    """Return the open matters it is about, locked in one order."""
    found = {event.pk: event for event in (_open(n, actor) for n in call.matters if n.strip())}
    if call.campaign is not None:
        campaign = campaigns.one(call.campaign, actor=actor)
        rows = campaigns.matters(campaign, actor=actor).filter(state__in=events.OPEN)
        found |= {event.pk: event for event in rows[: rules.MOST_MATTERS + 1]}
    rules.check_matters(len(found))
    return list(events.held(found, actor=actor).values())


def _open(number: str, actor: Actor) -> Event:
    try:
        event = events.by_number(number.strip(), actor=actor)
    except Denied as fault:
        raise Invalid(NO_MATTER, field="matters", value=number) from fault
    if event.state not in events.OPEN:
        raise Invalid(rules.NOT_OPEN, field="matters", value=number)
    return event


def _place(call: Call, about: Sequence[Event]) -> str:
    if not about and not call.region_path:
        raise Invalid(rules.NOWHERE, field="region_path")
    path = rules.common_place(event.region_path for event in about) or call.region_path
    rules.check_place(path)
    return path


def _part(call: WhistleCall, body: UUID, *, actor: Actor) -> WhistlePart:
    found = [part for part in queries.parts(call, actor=actor, lock=True) if part.body_id == body]
    if not found:
        allowed = [str(one) for one in call.bodies]
        raise Invalid(rules.NOT_CALLED, field="body", value=str(body), allowed=allowed)
    return found[0]


def _own_part(call: WhistleCall, body: UUID | None, *, actor: Actor) -> WhistlePart:
    """Return the part of the body in which this person handles."""
    own = queries.acting_bodies(call, actor=actor)
    if body is None and len(own) > 1:
        allowed = [str(one) for one in own]
        raise Invalid(rules.WHICH_BODY, field="body", allowed=allowed)
    if not own or (body is not None and body not in own):
        raise Invalid(rules.NOT_CALLED, field="body", allowed=[str(one) for one in own])
    return _part(call, body or own[0], actor=actor)


def _tell_matter(
    event: Event,
    call: WhistleCall,
    verb: str,
    bodies: Sequence[UUID],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the call into the story of a matter, and let those called see the matter."""
    new = [body for body in bodies if body not in event.shared_with]
    if new:
        event.shared_with = [*event.shared_with, *new]
        event.save(update_fields=["shared_with"])
    role = min(queries.STREET & actor.roles_on(event) or {Role.SYSTEM})
    note(
        event,
        verb,
        actor=actor,
        at=at,
        role=role,
        whistle=call.number,
        whistle_kind=call.kind,
        bodies=[str(body) for body in bodies],
        words=call.words if verb == "whistle" else call.result,
    )
