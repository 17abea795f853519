"""Keep the roll of members, where a city keeps one at all (党员名册)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy import actions as privacy
from quanyu.organisations.models import Body, Membership, PartyMember
from quanyu.organisations.queries.party import party_body
from quanyu.organisations.rules import check_days, check_stands
from quanyu.organisations.rules import members as rules
from quanyu.organisations.rules.members import Standing
from quanyu.organisations.rules.party import NotLedByYou

ROLL_KEEPERS = frozenset({Role.PARTY_OFFICER, Role.SYSTEM})
"""Who keeps the roll, and nobody else sees it but the person."""


@transaction.atomic
def enter_member(
    *,
    body_id: UUID,
    name: str,
    standing: str,
    joined: date,
    since: date | None = None,
    account_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> PartyMember:
    """Enter a member on the roll of an organisation (登记党员).

    :raises WrongMember: if name, standing or a day cannot be
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if there is no such organisation, or no such account, or it is out of reach
    """
    body = _kept(body_id, actor=actor)
    today = timezone.localdate(at)
    rules.check_member(name=name, standing=standing, joined=joined, today=today)
    day = since or today
    rules.check_past(day, field="since", today=today)
    check_stands(body.valid_from, body.valid_to, day)
    if account_id is not None and not accounts.nameable([account_id], actor=actor, at=at):
        raise Denied
    row = PartyMember(
        body=body,
        region_path=body.life_path,
        standing=standing,
        joined=joined,
        account_id=account_id,
        entered_at=at,
    )
    row.name = name.strip()
    row.save(force_insert=True)
    Membership.objects.create(member=row, body=body, valid_from=day)
    record("member.enter", row, actor=actor, at=at, changed=["name", "standing", "joined"])
    return row


@transaction.atomic
def confirm_member(*, member_id: UUID, actor: Actor, at: datetime) -> PartyMember:
    """Let a probationary member be a full one (预备党员转正).

    :raises NoLonger: if the member is one already, or has left
    :raises TransferWaits: if the member is on the way to another
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if it is out of reach
    """
    row = kept_member(member_id, actor=actor)
    if row.standing == Standing.FULL:
        raise rules.NoLonger(_("已经是正式党员"), field="standing", value=row.standing)
    row.standing = Standing.FULL
    row.save(update_fields=["standing"])
    record("member.confirm", row, actor=actor, at=at, changed=["standing"])
    return row


@transaction.atomic
def transfer_member(
    *, member_id: UUID, to: UUID, on: date | None = None, actor: Actor, at: datetime
) -> PartyMember:
    """Let a member belong to another organisation from a day on (转移组织关系).

    Both are kept by the actor. To another roll it goes by a proposal: see ``transferring``.

    :raises NoLonger: if the member has left
    :raises TransferWaits: if the member is on the way to another already
    :raises WrongMember: if the member is there already, or the day is to come
    :raises WrongDay: if the organisation does not stand on the day
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if one of both is out of reach
    """
    row, body = kept_member(member_id, actor=actor), _kept(to, actor=actor)
    move(row, body, on or timezone.localdate(at), actor=actor, at=at)
    record("member.transfer", row, actor=actor, at=at, changed=["body"])
    return row


@transaction.atomic
def end_member(
    *, member_id: UUID, on: date | None = None, actor: Actor, at: datetime
) -> PartyMember:
    """Take a member off the roll; a year later nothing of it is kept (转出名册).

    :raises NoLonger: if the member has left already
    :raises TransferWaits: if the member is on the way to another
    :raises WrongMember: if the day is to come
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if it is out of reach
    """
    row = kept_member(member_id, actor=actor)
    _close(row, on or timezone.localdate(at), actor=actor, at=at)
    row.left_at = at
    row.save(update_fields=["left_at"])
    record("member.end", row, actor=actor, at=at, changed=["left_at"])
    return row


@transaction.atomic
def look_at_member(*, member_id: UUID, actor: Actor, at: datetime) -> PartyMember:
    """Return one member for a page of its own, and write down who opened it (打开党员页面).

    :raises Denied: if it is out of reach
    """
    row = get(PartyMember, member_id, actor=actor)
    record("member.look", row, actor=actor, at=at)
    return row


@transaction.atomic
def reveal_member(*, member_id: UUID, reason: str, actor: Actor, at: datetime) -> str:
    """Return a member's name in the clear, for a reason that is kept with who looked (查看姓名).

    :raises NotYours: if the actor is no party officer there
    :raises Denied: if it is out of reach
    """
    row = get(PartyMember, member_id, actor=actor)
    by = {Role.PARTY_OFFICER.value}
    return privacy.reveal(row, "name", by=by, reason=reason, actor=actor, at=at)


def _kept(body_id: UUID, *, actor: Actor) -> Body:
    body = party_body(body_id)
    roles = actor.roles_at(body.life_path)
    if not roles:
        raise Denied
    if not roles & ROLL_KEEPERS:
        raise NotLedByYou(_("党员名册只由党务干事登记"))
    return body


def kept_member(member_id: UUID, *, actor: Actor) -> PartyMember:
    """Return a member of a roll that the actor keeps, locked, who has not left nor is leaving.

    :raises NoLonger: if the member has left
    :raises TransferWaits: if the member is on the way to another organisation
    :raises NotLedByYou: if the actor is no party officer there
    :raises Denied: if it is out of reach
    """
    row = get(PartyMember, member_id, actor=actor, lock=True)
    _kept(row.body_id, actor=actor)
    if row.left_at is not None:
        raise rules.NoLonger(_("已经转出名册"))
    if row.also_at:
        raise rules.TransferWaits(_("正在转接，等待对方答复；要改先撤回"))
    return row


def move(row: PartyMember, body: Body, day: date, *, actor: Actor, at: datetime) -> None:
    """Let a member belong to another organisation from a day on; part of two verbs.

    :raises WrongMember: if the member is there already, or the day is to come
    :raises WrongDay: if the organisation does not stand on the day
    """
    rules.check_elsewhere(row.body_id, body.pk)
    for stands in (day, timezone.localdate(at)):
        check_stands(body.valid_from, body.valid_to, stands)
    _close(row, day, actor=actor, at=at)
    row.body, row.region_path, row.also_at = body, body.life_path, ""
    row.save(update_fields=["body", "region_path", "also_at"])
    Membership.objects.create(member=row, body=body, valid_from=day)


def _close(row: PartyMember, day: date, *, actor: Actor, at: datetime) -> None:
    rules.check_past(day, field="on", today=timezone.localdate(at))
    held = Membership.objects.visible_to(actor).get(member=row, valid_to=None)
    check_days(held.valid_from, day)
    held.valid_to = day
    held.save(update_fields=["valid_to"])
