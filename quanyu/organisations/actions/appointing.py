"""Propose somebody for a post, and let somebody else decide (提名与确认任职).

Nobody grants alone: what a post carries is given when a second person confirms, in the same
transaction. One is done by the same steps as many.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import BODY_ROLES, Actor, system
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as standing
from quanyu.kernel.accounts.actions import Carried
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.errors import Denied, Refusal, of_one
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce_all
from quanyu.kernel.keys import uuid7
from quanyu.organisations.actions.posts import check_role, kind_on, kinds
from quanyu.organisations.actions.seats import Taken, check_proposer, held_rows, locked
from quanyu.organisations.models import Appointment, Post, PostKind
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules import proposals
from quanyu.organisations.rules.posts import Decision

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Nominee:
    """Somebody who is to hold a post (提名)."""

    post: UUID
    account: UUID
    reason: str
    start: date | None = None
    end: date | None = None


def propose(*, nominee: Nominee, actor: Actor, at: datetime) -> Appointment:
    """Propose somebody for a post (提名); what it raises :func:`propose_all` says."""
    return propose_all(nominees=[nominee], actor=actor, at=at)[0]


@transaction.atomic
def propose_all(
    *, nominees: Sequence[Nominee], batch: UUID | None = None, actor: Actor, at: datetime
) -> list[Appointment]:
    """Propose people for posts as one batch, all or none (批量提名).

    :param batch: of those proposed before that are to be decided together with these
    :raises WrongAppointment: if a reason is missing, or an account is none that the actor may name
    :raises WrongTerm: if a term does not lie in the post's time
    :raises NoSeat: if every seat of a post is taken in that time
    :raises Settled: if the person holds the post then, or is proposed for it
    :raises NotAppointer: if the actor proposes nobody at that level
    :raises Denied: if there is no such post, or the actor has no part in the place
    """
    key, today = batch or uuid7(), timezone.localdate(at)
    posts = locked({one.post for one in nominees})
    for post in posts.values():
        check_proposer(actor, post.region_path)
    _check_nameable([one.account for one in nominees], actor=actor, at=at)
    accounts.hold_accounts({one.account for one in nominees})
    taken = Taken(posts, actor=actor, is_proposing=True)
    rows = []
    for one in nominees:
        post = posts[one.post]
        with of_one(one.account):
            rules.check_reason(one.reason)
        row = Appointment(
            post=post,
            account_id=one.account,
            region_path=post.region_path,
            body_id=post.body_id,
            valid_from=one.start or today,
            valid_to=one.end,
            batch=key,
            reason=one.reason.strip(),
            proposed_by=actor.id,
            proposed_at=at,
        )
        with of_one(row.account_id):
            taken.check(row)
        taken.wait(row)
        rows.append(row)
    Appointment.objects.visible_to(actor).bulk_create(rows, batch_size=AT_ONCE)
    _record("appointment.propose", rows, actor=actor, at=at)
    announce_all(proposals.PROPOSED, rows[:1], at=at)
    return rows


def confirm(*, appointment_id: UUID, reason: str = "", actor: Actor, at: datetime) -> Appointment:
    """Confirm what somebody else proposed; it and its roles count from its first day (确认任职).

    What it raises :func:`confirm_batch` says.
    """
    return _confirm([appointment_id], reason=reason, actor=actor, at=at)[0]


def confirm_batch(
    *, batch: UUID, reason: str = "", actor: Actor, at: datetime
) -> list[Appointment]:
    """Confirm all that is open of a batch and within reach, all or none (批量确认任职).

    :raises Denied: if there is none, or it is out of reach
    :raises NotAppointer: if the actor confirms nobody at that level
    :raises OwnAppointment: if the actor proposed it, or it is the actor's own
    :raises Settled: if it is decided, or the person holds the post by now
    :raises WrongTerm: if the post is closed by then
    :raises NoSeat: if every seat has been taken since
    :raises Ended: if an account is closed
    :raises RolesApart: if somebody is one of the three administrators
    """
    return _confirm(open_in(batch, actor=actor), reason=reason, actor=actor, at=at)


def refuse(*, appointment_id: UUID, reason: str, actor: Actor, at: datetime) -> Appointment:
    """Decide that somebody is not appointed, and why (不同意任职).

    What it raises :func:`refuse_batch` says.
    """
    return _refuse([appointment_id], reason=reason, actor=actor, at=at)[0]


def refuse_batch(*, batch: UUID, reason: str, actor: Actor, at: datetime) -> list[Appointment]:
    """Refuse all that is open of a batch and within reach (批量不同意任职).

    :raises WrongAppointment: if no reason is given
    :raises OwnAppointment: if the actor proposed it, or it is the actor's own
    :raises NotAppointer: if the actor confirms nobody at that level
    :raises Settled: if it is decided
    :raises Denied: if there is none, or it is out of reach
    """
    return _refuse(open_in(batch, actor=actor), reason=reason, actor=actor, at=at)


def withdraw(*, appointment_id: UUID, actor: Actor, at: datetime) -> Appointment:
    """Take back whom one has proposed (撤回提名).

    :raises Settled: if it is decided
    :raises Denied: if there is no such proposal of the actor's
    """
    return _withdraw([appointment_id], actor=actor, at=at)[0]


def withdraw_batch(*, batch: UUID, actor: Actor, at: datetime) -> list[Appointment]:
    """Take back all that is open of a batch (批量撤回提名).

    :raises Settled: if it is decided
    :raises Denied: if there is no such batch of the actor's
    """
    return _withdraw(open_in(batch, actor=actor), actor=actor, at=at)


@transaction.atomic
def name_stand_in(
    *,
    appointment_id: UUID,
    account_id: UUID,
    until: datetime,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Let a colleague stand in for the holder of a post for some days (任职代理).

    What counts is what accounts say of deputies: the holder names one, or a leader of the place.

    :raises NotDeputy: if the colleague, the period or the grants do not fit
    :raises Settled: if the post carries nothing now
    :raises Denied: if there is none within reach, or the actor is neither
    """
    row = get(Appointment, appointment_id, actor=actor)
    held = standing.carried_by(row.pk, at=at)
    if not held:
        raise rules.Settled(_("这个岗位现在不带权限，无须代理"), field="account")
    try:
        accounts.name_deputy(
            principal_id=row.account_id,
            account_id=account_id,
            granted_to=until,
            reason=reason,
            grants=held,
            actor=actor,
            at=at,
        )
    except Refusal as no:
        no.field = {"granted_to": "until"}.get(no.field, no.field)
        raise


# ------------------------------------------------------------------ what others use


def open_in(batch: UUID, *, actor: Actor) -> list[UUID]:
    """Return what is open of a batch within reach.

    :raises Denied: if nothing is
    """
    rows = Appointment.objects.visible_to(actor).filter(batch=batch, decision=Decision.OPEN.value)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    if not found:
        raise Denied
    return found


def moment(day: date) -> datetime:
    """Return when a day begins in the city."""
    return timezone.make_aware(datetime.combine(day, time()))


def worker() -> Actor:
    """Return the system, which alone gives and takes what posts carry."""
    return system(settings.QUANYU_CITY, job="organisations.appoint")


def settle(
    rows: Sequence[Appointment],
    decision: Decision,
    *,
    reason: str,
    by: UUID | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write what became of proposals that are locked, with their records."""
    said = {
        "decision": decision.value,
        "decided_by": by,
        "decided_at": at,
        "decision_reason": reason.strip()[:200],
        "ended_at": None if decision is Decision.CONFIRMED else at,
    }
    for row in rows:
        for name, value in said.items():
            setattr(row, name, value)
    keys = [row.pk for row in rows]
    Appointment.objects.visible_to(actor).filter(pk__in=keys).update(**said)
    _record(f"appointment.{VERBS[decision]}", rows, actor=actor, at=at)
    announce_all(proposals.DECIDED, list({row.batch: row for row in rows}.values()), at=at)


# ------------------------------------------------------------------ inside


@transaction.atomic
def _confirm(
    keys: Collection[UUID], *, reason: str, actor: Actor, at: datetime
) -> list[Appointment]:
    posts, rows = held_rows(keys, actor=actor)
    taken, known = Taken(posts, actor=actor), kinds()
    for row in rows:
        with of_one(row.account_id):
            _check_decider(row, actor)
            taken.check(row, is_waiting=True)
        taken.fill(row)
    carried = [one for row in rows for one in _carried(row, posts[row.post_id], known, at)]
    accounts.hold_accounts({row.account_id for row in rows})
    settle(rows, Decision.CONFIRMED, reason=reason, by=actor.id, actor=actor, at=at)
    accounts.carry(roles=carried, actor=worker(), at=at)
    announce_all("appointment.confirm", rows, at=at)
    return rows


@transaction.atomic
def _refuse(
    keys: Collection[UUID], *, reason: str, actor: Actor, at: datetime
) -> list[Appointment]:
    rules.check_reason(reason)
    _posts, rows = held_rows(keys, actor=actor)
    for row in rows:
        with of_one(row.account_id):
            _check_decider(row, actor)
    settle(rows, Decision.REFUSED, reason=reason, by=actor.id, actor=actor, at=at)
    return rows


@transaction.atomic
def _withdraw(keys: Collection[UUID], *, actor: Actor, at: datetime) -> list[Appointment]:
    _posts, rows = held_rows(keys, actor=actor)
    for row in rows:
        if actor.id is None or row.proposed_by != actor.id:
            raise Denied
        with of_one(row.account_id):
            _check_open(row)
    settle(rows, Decision.WITHDRAWN, reason="", by=None, actor=actor, at=at)
    return rows


def _carried(
    row: Appointment, post: Post, known: Mapping[str, Sequence[PostKind]], at: datetime
) -> Iterable[Carried]:
    """Give the roles of one appointment: never from a day that is past, none when it is over.

    They are those of the kind on the day from which they count: who enters a term late brings no
    roles back that the kind has lost since.
    """
    begins = max(at, moment(row.valid_from))
    ends = moment(row.valid_to) if row.valid_to else None
    if ends is not None and ends <= begins:
        return
    kind = kind_on(known, post.kind, timezone.localdate(begins))
    for role in kind.roles:
        in_body = role in BODY_ROLES
        yield Carried(
            account=row.account_id,
            appointment=row.pk,
            role=role,
            region_path="" if in_body else post.region_path,
            body=post.body_id if in_body else None,
            begins=begins,
            ends=ends,
            reason=f"{post.body.name} {post.name or kind.name}",
        )


def _check_nameable(keys: Sequence[UUID], *, actor: Actor, at: datetime) -> None:
    """Refuse accounts that are closed, an administrator's or another's people, as if none."""
    known = standing.nameable(keys, actor=actor, at=at)
    for key in keys:
        with of_one(key):
            if key not in known:
                raise rules.WrongAppointment(_("没有这个账号，或已停用"), field="account")


def _check_decider(row: Appointment, actor: Actor) -> None:
    check_role(
        actor,
        row.region_path,
        rules.may_confirm,
        _("这一级的任职由上一级负责人确认"),
        held_at=rules.confirmed_at(row.region_path),
    )
    rules.check_two_hands(proposed_by=row.proposed_by, holder=row.account_id, decided_by=actor.id)
    _check_open(row)


def _check_open(row: Appointment) -> None:
    if row.decision != Decision.OPEN:
        raise rules.Settled(_("这项提名已办结"))


VERBS: Mapping[Decision, str] = {
    Decision.CONFIRMED: "confirm",
    Decision.REFUSED: "refuse",
    Decision.WITHDRAWN: "withdraw",
}


def _record(topic: str, rows: Sequence[Appointment], *, actor: Actor, at: datetime) -> None:
    record_all([build(topic, row, actor=actor, at=at, facts=_facts(row)) for row in rows])


def _facts(row: Appointment) -> dict[str, object]:
    return {
        "post": row.post_id,
        "account": row.account_id,
        "start": row.valid_from.isoformat(),
        "end": row.valid_to.isoformat() if row.valid_to else "",
    }
