"""Ask for a role, and decide what somebody else asked for (授权申请与审批)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.grants import give, held_in
from quanyu.kernel.accounts.actions.guard import active, check_known, tried
from quanyu.kernel.accounts.models import Account, GrantRequest, GrantRow
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce

UNIQUE_VIOLATION = "23505"
SUBJECT = "accounts.grantrequest:"


def ask_grant(
    *,
    account: Account,
    role: str,
    reason: str,
    actor: Actor,
    at: datetime,
    region_path: str = "",
    body: UUID | None = None,
    granted_from: datetime | None = None,
    granted_to: datetime | None = None,
) -> GrantRequest:
    """Ask that an account be given a role; a security administrator decides (申请授权).

    The person asks, or a system administrator over place and account, or a leader of the place.

    :raises Denied: if the actor is none of these
    :raises RolesApart: if an administrator's role would meet another one
    :raises WrongGrant: if role, place, body or period do not fit
    :raises AskedBefore: if the same is asked for already
    :raises Ended: if the account is closed
    """
    begins = granted_from or at

    def write() -> GrantRequest:
        ends = rules.last_moment(begins, granted_to, days=settings.QUANYU_GRANT_DAYS)
        wanted = rules.check_grant(
            role=role,
            region_path=region_path,
            body=body,
            granted_from=max(begins, at),
            granted_to=ends,
            reason=reason,
        )
        asker = _asker(actor, account, wanted)
        check_known(wanted)
        row = active(account.pk)
        rules.check_apart(role, held=held_in(row, begins, ends))
        wish = GrantRequest(
            account=row,
            role=role,
            region_path=wanted.path,
            body_id=wanted.body,
            granted_from=begins,
            granted_to=ends,
            reason=reason.strip(),
            state=rules.Asked.ASKED,
            asked_by=asker,
            asked_at=at,
        )
        _insert(wish)
        facts = {"account": row.pk, "role": role, "body": body, "to": ends}
        record("accounts.ask_grant", wish, actor=actor, at=at, facts=facts)
        announce("grants.asked", wish, at=at)
        return wish

    return tried("ask_grant", account, write, actor=actor, at=at)


def approve_grant(*, request_id: UUID, reason: str, actor: Actor, at: datetime) -> GrantRow:
    """Give what somebody else asked for; it counts from the holder's next request on (批准).

    :raises Denied: if there is no such request, or the actor is no security administrator over it
    :raises OwnRequest: if the actor asked for it, or it is the actor's own
    :raises Settled: if it is decided, withdrawn or lapsed
    :raises RolesApart: if an administrator's role would meet another one
    :raises WrongGrant: if place or body are no more
    :raises Ended: if the account is closed
    """

    def write() -> GrantRow:
        wish = _open(request_id, actor, at=at)
        begins = max(wish.granted_from, at)
        if wish.granted_to <= begins:
            raise rules.Settled(_("所申请的期限已过，请重新申请"))
        wanted = Grant(wish.role, path=wish.region_path, body=wish.body_id)
        check_known(wanted)
        given = give(
            active(wish.account_id),
            wanted,
            (begins, wish.granted_to),
            reason=wish.reason,
            actor=actor,
            at=at,
        )
        wish.grant = given
        _settle(wish, rules.Asked.APPROVED, decision=reason, by=actor.id, at=at)
        record("accounts.approve_grant", wish, actor=actor, at=at, changed=["state"])
        announce("grants.approved", wish, at=at)
        return given

    return tried("approve_grant", f"{SUBJECT}{request_id}", write, actor=actor, at=at)


def refuse_grant(*, request_id: UUID, reason: str, actor: Actor, at: datetime) -> GrantRequest:
    """Decide that what somebody else asked for is not given, and why (不予批准).

    :raises Denied: if there is no such request, or the actor is no security administrator over it
    :raises OwnRequest: if the actor asked for it, or it is the actor's own
    :raises Settled: if it is decided, withdrawn or lapsed
    :raises WrongGrant: if no reason is given
    """

    def write() -> GrantRequest:
        wish = _open(request_id, actor, at=at)
        if not reason.strip():
            raise rules.WrongGrant(_("请写明不予批准的理由"), field="reason")
        _settle(wish, rules.Asked.REFUSED, decision=reason, by=actor.id, at=at)
        record("accounts.refuse_grant", wish, actor=actor, at=at, changed=["state"])
        announce("grants.refused", wish, at=at)
        return wish

    return tried("refuse_grant", f"{SUBJECT}{request_id}", write, actor=actor, at=at)


def withdraw_grant(*, request_id: UUID, actor: Actor, at: datetime) -> GrantRequest:
    """Take back what one has asked for (撤回申请).

    :raises Denied: if there is no such request of the actor's
    :raises Settled: if it is decided, withdrawn or lapsed
    """

    def write() -> GrantRequest:
        wish = GrantRequest.objects.select_for_update().filter(pk=request_id).first()
        if wish is None or actor.id is None or wish.asked_by != actor.id:
            raise Denied
        _check_open(wish, at=at)
        _settle(wish, rules.Asked.WITHDRAWN, decision="", by=None, at=at)
        record("accounts.withdraw_grant", wish, actor=actor, at=at, changed=["state"])
        announce("grants.withdrawn", wish, at=at)
        return wish

    return tried("withdraw_grant", f"{SUBJECT}{request_id}", write, actor=actor, at=at)


def lapse_requests(*, actor: Actor, at: datetime) -> int:
    """Let go of what nobody decided in time; it may be asked for again (申请过期)."""
    late = GrantRequest.objects.select_for_update(skip_locked=True).filter(
        state=rules.Asked.ASKED, asked_at__lte=at - _patience()
    )
    rows = list(late)
    for wish in rows:
        _settle(wish, rules.Asked.EXPIRED, decision="", by=None, at=at)
        record("accounts.lapse_grant", wish, actor=actor, at=at, changed=["state"])
        announce("grants.lapsed", wish, at=at)
    return len(rows)


def tell_ending(*, actor: Actor, at: datetime) -> int:
    """Announce, once for each, the grants that end soon and no other follows (将到期)."""
    rows = list(queries.ending_rows(at=at).filter(end_told_at__isnull=True))
    for grant in rows:
        grant.end_told_at = at
        announce("grants.ends_soon", grant, at=at)
    GrantRow.objects.bulk_update(rows, ["end_told_at"], batch_size=1000)
    return len(rows)


def _patience() -> timedelta:
    return timedelta(days=settings.QUANYU_REQUEST_DAYS)


def _asker(actor: Actor, account: Account, wanted: Grant) -> UUID:
    """Return who asks: the person, a leader of the place, or a system administrator over both."""
    if actor.kind is not ActorKind.PERSON or actor.id is None:
        raise Denied
    place = queries.place_of(wanted)
    if actor.id == account.pk or (
        rules.is_working(wanted.role) and rules.may_lead(actor.grants, place)
    ):
        return actor.id
    if not queries.administers(actor, Role.SYS_ADMIN, place):
        raise Denied
    queries.account(account.pk, actor=actor)
    return actor.id


def _open(request_id: UUID, actor: Actor, *, at: datetime) -> GrantRequest:
    """Return a request that this person may decide, locked."""
    wish = GrantRequest.objects.select_for_update().filter(pk=request_id).first()
    if wish is None:
        raise Denied
    place = queries.place_of(Grant(wish.role, path=wish.region_path, body=wish.body_id))
    if actor.id is None or not queries.administers(actor, Role.SEC_ADMIN, place):
        raise Denied
    if actor.id in {wish.asked_by, wish.account_id}:
        raise rules.OwnRequest(_("申请人不得审批，也不得审批本人的授权，须由另一名安全管理员办理"))
    _check_open(wish, at=at)
    return wish


def _check_open(wish: GrantRequest, *, at: datetime) -> None:
    if wish.state != rules.Asked.ASKED:
        raise rules.Settled(_("该申请已办结"))
    if wish.asked_at + _patience() <= at:
        raise rules.Settled(_("该申请已过期，请重新申请"))


def _settle(
    wish: GrantRequest, state: rules.Asked, *, decision: str, by: UUID | None, at: datetime
) -> None:
    wish.state, wish.decision = state, decision.strip()
    wish.decided_by, wish.decided_at = by, at
    wish.save(update_fields=["state", "decision", "decided_by", "decided_at", "grant"])


def _insert(wish: GrantRequest) -> None:
    """Write a new request; of two of the same at once, the second is told so."""
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
    except IntegrityError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        raise rules.AskedBefore(_("同样的授权已在申请中，等待审批")) from fault
