"""Keep how many members an organisation has, from day to day (登记党员数)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.models import Body, MemberCount
from quanyu.organisations.rules import party

LONGEST_SOURCE = 120


@transaction.atomic
def keep_count(
    *,
    body_id: UUID,
    full: int,
    probationary: int = 0,
    units: int | None = None,
    source: str = "",
    start: date | None = None,
    actor: Actor,
    at: datetime,
) -> MemberCount:
    """Let a count of members hold from a day on; the one before it ends that day (登记党员数).

    A count that began on the same day is put right, which the audit keeps.

    :raises WrongCount: if the numbers cannot be, or the body is no party organisation
    :raises WrongDay: if a later count is kept already, or the body does not stand on that day
    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    body = led(body_id, actor=actor)
    party.check_count(full=full, probationary=probationary, units=units, kind=body.kind)
    day = start or timezone.localdate(at)
    rules.check_stands(body.valid_from, body.valid_to, day)
    last = _last(body, day)
    row = last if last is not None and last.valid_from == day else MemberCount(body=body)
    row.full, row.probationary, row.units = full, probationary, units
    row.source, row.kept_by, row.kept_at = source.strip()[:LONGEST_SOURCE], actor.id, at
    if last is not None and row is not last:
        last.valid_to = day
        last.save(update_fields=["valid_to"])
    row.valid_from = day
    row.save()
    facts = {"full": full, "probationary": probationary, "units": units, "from": str(day)}
    record("member_count.keep", row, actor=actor, at=at, facts=facts)
    return row


def led(body_id: UUID, *, actor: Actor) -> Body:
    """Return an organisation that the actor keeps, locked.

    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    row = Body.objects.select_for_update(of=("self",)).filter(pk=body_id).first()
    if row is None:
        raise Denied
    check_leads(actor, row.life_path)
    return row


def check_leads(actor: Actor, place: str) -> None:
    """Refuse who does not keep the affairs of organisations at a place.

    :raises NotLedByYou: if the actor has another role there
    :raises Denied: if the actor has no part in it
    """
    roles = actor.roles_at(place)
    if not roles:
        raise Denied  # a stranger is not told what there is in another's place
    if not roles & party.LIFE_KEEPERS:
        raise party.NotLedByYou(
            _("党组织的人数、届期、会议和选举由党务干事、书记、街道指挥长或区级统筹办理")
        )


def _last(body: Body, day: date) -> MemberCount | None:
    """Return the count that runs.

    :raises WrongDay: if it began later
    """
    last = MemberCount.objects.filter(body=body).order_by("-valid_from").first()
    if last is not None and last.valid_from > day:
        raise rules.WrongDay(
            _("已登记从 {begun} 起的人数，新的不能更早"),
            field="start",
            value=day.isoformat(),
            begun=last.valid_from.isoformat(),
        )
    return last
