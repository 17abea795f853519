"""Let holders leave their posts: by who could have put them there, or by themselves (卸任).

To end an appointment takes access away, so who may only propose only asks for it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.organisations.actions.announcing import tell_kept
from quanyu.organisations.actions.appointing import moment, settle, worker
from quanyu.organisations.actions.seats import held_rows
from quanyu.organisations.models import Appointment
from quanyu.organisations.queries.holders import ending
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules import proposals
from quanyu.organisations.rules.leaving import Leaving, agreed, may_keep, waits
from quanyu.organisations.rules.posts import Decision

ASKED = ("leave_asked_by", "leave_asked_at", "leave_day", "leave_reason")


@transaction.atomic
def end_appointment(
    *, appointment_id: UUID, reason: str, end: date | None = None, actor: Actor, at: datetime
) -> Appointment:
    """Let somebody leave a post, or ask for it; what it carries ends with it (卸任).

    The level above ends it at once or on that day, and so does the holder. Who may only propose
    asks, and the level above ends it; in the city, which has none above it, a second person does,
    on the day that was asked for. An end that stands is brought forward by the same hands again.
    A day that is past is kept as it was; access ends now.

    :raises WrongAppointment: if no reason is given
    :raises WrongTerm: if the day lies before the first one, or after the end that was agreed, or
        the second hand names another one than the first
    :raises Settled: if it has ended, or was never confirmed
    :raises NotAppointer: if the actor ends nothing at that level, or somebody has asked before
    :raises Denied: if there is none within reach
    """
    row = held_rows([appointment_id], actor=actor)[1][0]
    rules.check_reason(reason)
    let_go(row, end=end, reason=reason, actor=actor, at=at)
    return row


@transaction.atomic
def keep_appointment(*, appointment_id: UUID, actor: Actor, at: datetime) -> Appointment:
    """Let somebody stay whose end was asked for: by who asked, or who decides it (不予卸任).

    :raises Settled: if nobody has asked for it, or it has ended
    :raises NotAppointer: if the actor neither asked nor decides, or holds it
    :raises Denied: if there is none within reach
    """
    row = held_rows([appointment_id], actor=actor)[1][0]
    how, is_asked = leaving_of(row, actor), waits(row.leave_asked_at, row.ended_at)
    if not is_asked or not _holds(row, timezone.localdate(at)):
        raise rules.Settled(_("没有人提出这项任职卸任，或任职已经结束"))
    if not may_keep(how, is_own=actor.id == row.account_id, is_asked=is_asked):
        raise rules.NotAppointer(_("有人提出本人卸任的，本人不能决定不予卸任"))
    facts, asked_by = {"post": row.post_id, "account": row.account_id}, row.leave_asked_by
    _clear(row)
    row.save(update_fields=ASKED)
    record("appointment.keep", row, actor=actor, at=at, facts=facts)
    announce(proposals.LEAVE_KEPT, row, at=at)
    if asked_by is not None and asked_by != actor.id:
        # Who had asked is kept no longer, so the message is written here and not in a job.
        _tell_kept(row, asked_by, actor, at=at)
    return row


@transaction.atomic
def end_all_of(*, account_id: UUID, reason: str, actor: Actor, at: datetime) -> int:
    """End every appointment of an account that is closed, and what is proposed (随账号停用卸任).

    :raises Denied: if the actor is not the system
    """
    accounts.check_system(actor)
    rows = Appointment.objects.visible_to(actor).filter(account=account_id)
    return end_rows(rows.values_list("pk", flat=True), reason=reason, actor=actor, at=at)


# ------------------------------------------------------------------ what others use


def let_go(row: Appointment, *, end: date | None, reason: str, actor: Actor, at: datetime) -> None:
    """End an appointment that is locked with its post, or ask for it, as the actor may.

    :raises NotAppointer: if the actor does neither
    :raises Denied: if the actor has no part in its place and is not its holder
    """
    how = leaving_of(row, actor)
    if how is Leaving.ASK:
        _ask(row, end=end, reason=reason, actor=actor, at=at)
        return
    is_second = how is Leaving.SECOND
    if is_second:
        end = _agreed(row, end, at=at)
    leave([row], end=end, reason=reason, actor=actor, at=at, is_second=is_second)


def leaving_of(row: Appointment, actor: Actor) -> Leaving:
    """Return how the actor ends an appointment.

    :raises NotAppointer: if the actor does not
    :raises Denied: if the actor has no part in its place and is not its holder
    """
    is_own = actor.id is not None and actor.id == row.account_id
    if not is_own and not actor.roles_at(row.region_path):
        raise Denied
    how = ending(row, actor)
    if how is Leaving.NO:
        raise rules.NotAppointer(_("这一级的卸任由上一级负责人或本人办理；已有人提出的，等待确认"))
    return how


def leave(
    rows: Sequence[Appointment],
    *,
    end: date | None,
    reason: str,
    actor: Actor,
    at: datetime,
    is_second: bool = False,
) -> None:
    """End appointments that are locked with their posts, and take what they carry.

    :param is_second: whether somebody else has asked for it, who is kept beside who ends it
    """
    for row in rows:
        day = _last_day(row, end, at=at)
        if not is_second:
            _clear(row)
        row.valid_to = day
        # Never before it was asked for, or the question would wait on: requests meet at a lock.
        row.ended_at = max(at, row.leave_asked_at or at)
        row.ended_by, row.end_reason = actor.id, reason.strip()[:200]
        row.save(update_fields=["valid_to", "ended_by", "ended_at", "end_reason", *ASKED])
        facts = {"post": row.post_id, "account": row.account_id, "end": day.isoformat()}
        record("appointment.end", row, actor=actor, at=at, facts=facts)
        announce("appointment.end", row, at=at)
        accounts.uncarry(
            appointments=[row.pk],
            until=moment(day),
            reason=reason,
            actor=worker(),
            at=at,
        )


def end_rows(keys: Iterable[UUID], *, reason: str, actor: Actor, at: datetime) -> int:
    """End what holds or will, and refuse what is open, of these; return how many that were."""
    found = list(keys)
    if not found:
        return 0
    _posts, rows = held_rows(found, actor=actor)
    today = timezone.localdate(at)
    held = [row for row in rows if _holds(row, today)]
    leave(held, end=None, reason=reason, actor=actor, at=at)
    waiting = [row for row in rows if row.decision == Decision.OPEN]
    settle(waiting, Decision.REFUSED, reason=reason, by=None, actor=actor, at=at)
    return len(held) + len(waiting)


# ------------------------------------------------------------------ inside


def _tell_kept(row: Appointment, asked_by: UUID, actor: Actor, *, at: datetime) -> None:
    teller = worker()
    set_scope(teller)
    try:
        tell_kept(row=row, asked_by=asked_by, actor=teller, at=at)
    finally:
        set_scope(actor)


def _ask(row: Appointment, *, end: date | None, reason: str, actor: Actor, at: datetime) -> None:
    day = _last_day(row, end, at=at)
    if not waits(at, row.ended_at):
        raise rules.Settled(_("此项任职刚刚登记了卸任，请核对后再提出"))
    row.leave_asked_by, row.leave_asked_at = actor.id, at
    row.leave_day, row.leave_reason = day, reason.strip()
    row.save(update_fields=ASKED)
    facts = {"post": row.post_id, "account": row.account_id, "end": row.leave_day.isoformat()}
    record("appointment.ask_end", row, actor=actor, at=at, facts=facts)
    announce(proposals.LEAVE_ASKED, row, at=at)


def _agreed(row: Appointment, end: date | None, *, at: datetime) -> date:
    asked = row.leave_day or timezone.localdate(at)
    days = agreed(asked, today=timezone.localdate(at))
    if end is not None and end not in days:
        raise rules.WrongTerm(
            _("卸任日期须是提出的日期{day}；要改日期，由提出人重新提出"),
            field="end",
            value=end.isoformat(),
            day=asked.isoformat(),
        )
    return end or days[-1]


def _clear(row: Appointment) -> None:
    row.leave_asked_by = row.leave_asked_at = row.leave_day = None
    row.leave_reason = ""


def _last_day(row: Appointment, end: date | None, *, at: datetime) -> date:
    today = timezone.localdate(at)
    if row.decision != Decision.CONFIRMED or not _holds(row, today):
        raise rules.Settled(_("此项任职已结束，或尚未确认"))
    day = max(row.valid_from, today) if end is None else end
    if day < row.valid_from or (row.valid_to is not None and day > row.valid_to):
        raise rules.WrongTerm(
            _("卸任日期不早于任职日期{start}，也不晚于已定的卸任日期"),
            field="end",
            value=day.isoformat(),
            start=row.valid_from.isoformat(),
        )
    return day


def _holds(row: Appointment, today: date) -> bool:
    return row.decision == Decision.CONFIRMED and (row.valid_to is None or row.valid_to > today)
