"""A body belongs to a co-ordination body, from day to day (成员单位)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper, lock_body, lock_tree
from quanyu.organisations.models import Body, Participation, Periods
from quanyu.organisations.rules.changing import Nothing, check_day
from quanyu.organisations.rules.joining import (
    WrongJoining,
    check_host,
    check_other,
    going_on,
)
from quanyu.organisations.rules.kinds import HOSTS


@transaction.atomic
def join_body(
    *,
    host_id: UUID,
    member_id: UUID,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Participation:
    """Take a body into a co-ordination body from a day on (登记成员单位).

    Who keeps the co-ordination body says it, of bodies of their places and of those above.

    :raises WrongJoining: if it is no co-ordination body, or the same one
    :raises Nothing: if it belongs to it already
    :raises WrongDay: if the day is to come, would rewrite history, or one does not stand
    :raises NotKeeper: if the actor has another part in the place of the co-ordination body
    :raises Denied: if there is no such body, or the actor has no part in its place
    """
    lock_tree()
    host, member = lock_body(host_id), lock_body(member_id)
    check_keeper(actor, host.region_path, host.kind)
    check_near(actor, host, member)
    check_host(host.kind)
    check_other(host.code, member.code)
    today = timezone.localdate(at)
    first = day or today
    for body in (host, member):
        rules.check_standing(body.code, body.valid_to)
        rules.check_stands(body.valid_from, body.valid_to, first, field="day")
    held = _pair(host.pk, member.pk).order_by("-valid_from").first()
    if held is not None and held.valid_to is None:
        raise Nothing(_("与现在登记的一样，没有变动"), field="member")
    check_day(first, today=today, since=(held and held.valid_to) or host.valid_from)
    row = Participation.objects.create(
        host=host, member=member, because=because.strip(), valid_from=first
    )
    _record("body.join", row, first, actor=actor, at=at)
    return row


@transaction.atomic
def leave_body(
    *,
    host_id: UUID,
    member_id: UUID,
    day: date | None = None,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> Participation:
    """Let a body belong to a co-ordination body no more, from a day on (成员单位退出).

    Why is kept in the log; the row keeps why it was taken in.

    :raises WrongDay: if the day is to come or would rewrite history
    :raises NotKeeper: if the actor has another part in the place of the co-ordination body
    :raises Denied: if it does not belong to it, or the actor has no part in that place
    """
    lock_tree()
    host = lock_body(host_id)
    check_keeper(actor, host.region_path, host.kind)
    held: Participation | None = _pair(host.pk, member_id).standing().first()
    if held is None:
        raise Denied
    today = timezone.localdate(at)
    last = day or today
    check_day(last, today=today, since=held.valid_from)
    _end(held, last, because=because, actor=actor, at=at)
    return held


def check_near(actor: Actor, host: Body, member: Body) -> None:
    """Refuse a body of elsewhere, as if there were none.

    A street's conference also has bodies of the district; another street says itself where its own
    belong.

    :raises Denied: if it stands neither in a place of the actor's nor above the other body
    """
    is_above = host.region_path.startswith(member.region_path)
    if not is_above and not actor.roles_at(member.region_path):
        raise Denied


def check_host_stays(body_id: UUID, kind: str) -> None:
    """Refuse to make another kind of body of one that has members.

    :raises WrongJoining: if so
    """
    if kind not in HOSTS and Participation.objects.standing().filter(host=body_id).exists():
        raise WrongJoining(
            _("还有成员单位，不能改为其他类型"), field="kind", value=kind, allowed=sorted(HOSTS)
        )


def leave_participations(
    goes: Body, day: date, *, stays: Body | None = None, actor: Actor, at: datetime
) -> None:
    """Let a body that ends belong to none, and none to it; into which it goes takes its place.

    :raises WrongDay: if one was taken in on that very day or later
    """
    rows = Participation.objects.standing().select_for_update()
    for row in list(rows.filter(member=goes).order_by("pk")):
        pair = (row.host_id, stays.pk) if stays else None
        _pass_on(row, day, pair, actor=actor, at=at)
    for row in list(rows.filter(host=goes).order_by("pk")):
        pair = (stays.pk, row.member_id) if stays else None
        _pass_on(row, day, pair, actor=actor, at=at)


def _pass_on(
    row: Participation, day: date, pair: tuple[UUID, UUID] | None, *, actor: Actor, at: datetime
) -> None:
    """End a row on a day, and let it go on between another two, unless they have one."""
    start, going = _start(pair, day), row
    if row.valid_from != start:
        _end(row, day, actor=actor, at=at)
        going = Participation(because=row.because)
    if pair is not None and start is not None:
        going.host_id, going.member_id = pair
        going.valid_from = start
        going.save()
        _record("body.join", going, start, actor=actor, at=at)


def _start(pair: tuple[UUID, UUID] | None, day: date) -> date | None:
    if pair is None or pair[0] == pair[1]:
        return None
    return going_on(day, _pair(*pair).values_list("valid_from", "valid_to"))


def _end(row: Participation, day: date, *, because: str = "", actor: Actor, at: datetime) -> None:
    rules.check_days(row.valid_from, day, field="day")
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    _record("body.leave", row, day, because=because, actor=actor, at=at)


def _record(
    topic: str,
    row: Participation,
    day: date,
    *,
    because: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    facts = {"member": row.member.code, "on": day.isoformat(), "because": because.strip()}
    record(topic, row.host, actor=actor, at=at, facts=facts)


def _pair(host: UUID, member: UUID) -> Periods:
    return Participation.objects.filter(host=host, member=member)
