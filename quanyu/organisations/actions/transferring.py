"""A member goes from one roll to another: one officer proposes, the other confirms (转接)."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.actions.members import ROLL_KEEPERS, kept_member, move
from quanyu.organisations.models import Body, MemberTransfer, PartyMember
from quanyu.organisations.queries.party import party_body
from quanyu.organisations.rules import check_days, check_stands
from quanyu.organisations.rules import members as rules
from quanyu.organisations.rules.members import Answer
from quanyu.organisations.rules.party import NotLedByYou
from quanyu.organisations.rules.terms import NotAnother

JOB = "organisations.member_transfer"


@transaction.atomic
def propose_transfer(
    *, member_id: UUID, to: UUID, on: date | None = None, actor: Actor, at: datetime
) -> MemberTransfer:
    """Propose a member to an organisation whose roll another keeps (转出组织关系).

    From now on that roll's officer sees this one member, until it is answered.

    :raises NoLonger: if the member has left
    :raises TransferWaits: if the member is on the way to another already
    :raises WrongMember: if the member is there already, or the day is to come
    :raises WrongDay: if the organisation does not stand on the day
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if the member is out of reach, or there is no such organisation
    """
    row, body = kept_member(member_id, actor=actor), party_body(to)
    day = on or timezone.localdate(at)
    rules.check_elsewhere(row.body_id, body.pk)
    rules.check_past(day, field="on", today=timezone.localdate(at))
    check_stands(body.valid_from, body.valid_to, day)
    check_days(_since(row, actor=actor), day)
    row.also_at = body.life_path
    row.save(update_fields=["also_at"])
    asked = MemberTransfer.objects.create(
        member=row,
        body_id=row.body_id,
        to=body,
        region_path=row.region_path,
        also_at=row.also_at,
        start=day,
        proposed_by=actor.id,
        proposed_at=at,
    )
    record("member_transfer.propose", asked, actor=actor, at=at, facts={"to": body.code})
    return asked


@transaction.atomic
def accept_transfer(*, transfer_id: UUID, actor: Actor, at: datetime) -> MemberTransfer:
    """Take over a member whom another officer has proposed; both rolls change at once (接收).

    :raises TransferAnswered: if it waits no longer
    :raises NotAnother: if the actor proposed it
    :raises NotLedByYou: if the actor keeps the roll that the member leaves, and not this one
    :raises WrongDay: if the organisation did not stand on the day
    :raises Denied: if it is out of reach
    """
    asked = _received(transfer_id, actor=actor)
    if actor.id == asked.proposed_by:
        raise NotAnother(_("提出转接的人不能自己接收，须由另一人办理"))
    row = get(PartyMember, asked.member_id, actor=actor, lock=True)
    body = Body.objects.get(pk=asked.to_id)
    move(row, body, asked.start, actor=actor, at=at)
    return _answered(asked, Answer.ACCEPTED, actor=actor, at=at)


@transaction.atomic
def decline_transfer(
    *, transfer_id: UUID, words: str, actor: Actor, at: datetime
) -> MemberTransfer:
    """Leave a member where he is, and say why; from then on only the old officer sees him (不接收).

    :raises TransferAnswered: if it waits no longer
    :raises WrongMember: if no reason is given
    :raises NotLedByYou: if the actor keeps the roll that the member leaves, and not this one
    :raises Denied: if it is out of reach
    """
    asked = _received(transfer_id, actor=actor)
    asked.words = rules.check_declined(words)
    _answered(asked, Answer.DECLINED, actor=actor, at=at)
    # Whoever declines may not write a row that he does not see afterwards: the system does it.
    worker = system(settings.QUANYU_CITY, job=JOB)
    set_scope(worker)
    try:
        _stay(asked, actor=worker)
    finally:
        set_scope(actor)
    return asked


@transaction.atomic
def withdraw_transfer(*, transfer_id: UUID, actor: Actor, at: datetime) -> MemberTransfer:
    """Take a proposal back before it is answered (撤回转接).

    :raises TransferAnswered: if it waits no longer
    :raises NotLedByYou: if the actor keeps the other roll, and not the one that the member leaves
    :raises Denied: if it is out of reach
    """
    asked = _waiting(transfer_id, actor=actor)
    if not actor.roles_at(asked.region_path) & ROLL_KEEPERS:
        raise NotLedByYou(_("只有转出方可以撤回"))
    _stay(asked, actor=actor)
    return _answered(asked, Answer.WITHDRAWN, actor=actor, at=at)


def _received(transfer_id: UUID, *, actor: Actor) -> MemberTransfer:
    asked = _waiting(transfer_id, actor=actor)
    if not actor.roles_at(asked.also_at) & ROLL_KEEPERS:
        raise NotLedByYou(_("只有转入方可以答复"))
    return asked


def _waiting(transfer_id: UUID, *, actor: Actor) -> MemberTransfer:
    asked = get(MemberTransfer, transfer_id, actor=actor, lock=True)
    if asked.answer:
        raise rules.TransferAnswered(_("这次转接已经办结"))
    return asked


def _answered(
    asked: MemberTransfer, answer: Answer, *, actor: Actor, at: datetime
) -> MemberTransfer:
    asked.answer, asked.answered_by, asked.answered_at = answer.value, actor.id, at
    asked.save(update_fields=["answer", "words", "answered_by", "answered_at"])
    record(f"member_transfer.{_VERBS[answer]}", asked, actor=actor, at=at, changed=["answer"])
    return asked


_VERBS = {Answer.ACCEPTED: "accept", Answer.DECLINED: "decline", Answer.WITHDRAWN: "withdraw"}


def _stay(asked: MemberTransfer, *, actor: Actor) -> None:
    row = get(PartyMember, asked.member_id, actor=actor, lock=True)
    row.also_at = ""
    row.save(update_fields=["also_at"])


def _since(row: PartyMember, *, actor: Actor) -> date:
    held = row.memberships.all().visible_to(actor).filter(valid_to=None)
    since: date = held.values_list("valid_from", flat=True).get()
    return since
