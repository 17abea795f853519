"""Give and take roles (授权)."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.kernel.access.rules import Actor, ActorKind, Grant
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.anew import begin_anew
from quanyu.kernel.accounts.actions.guard import (
    active,
    check_granter,
    check_known,
    check_other,
    tried,
)
from quanyu.kernel.accounts.models import Account, Deputy, GrantRow
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce


def grant(
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
) -> GrantRow:
    """Give an account a role as the system does: for a post, at the setting up, in the demo (授权).

    A person gives none alone: one asks (:func:`ask_grant`), another approves.

    :raises Denied: if the actor is a person
    :raises RolesApart: if an administrator's role would meet another one
    :raises WrongGrant: if role, place, body or period do not fit
    :raises Ended: if the account is closed
    """
    begins = granted_from or at

    def write() -> GrantRow:
        if actor.kind is not ActorKind.SYSTEM:
            raise Denied
        wanted = rules.check_grant(
            role=role,
            region_path=region_path,
            body=body,
            granted_from=begins,
            granted_to=granted_to,
            reason=reason,
        )
        check_known(wanted)
        row = active(account.pk)
        return give(row, wanted, (begins, granted_to), reason=reason, actor=actor, at=at)

    return tried("grant", account, write, actor=actor, at=at)


def end_grant(*, grant_id: UUID, reason: str, actor: Actor, at: datetime) -> GrantRow:
    """Take a role away at once; the next request of its holder has it no more.

    What a deputy has of it ends with it.

    :raises Denied: if there is no such grant, or the actor is no security administrator over it
    :raises OwnGrant: if it is the actor's own
    :raises Ended: if it has ended already
    """

    def write() -> GrantRow:
        hold_holders(GrantRow.objects.filter(pk=grant_id))
        row = GrantRow.objects.select_for_update(of=("self",)).filter(pk=grant_id).first()
        if row is None:
            raise Denied
        check_granter(actor, Grant(row.role, path=row.region_path, body=row.body_id))
        check_other(row.account, actor)
        if row.granted_to is not None and row.granted_to <= at:
            raise rules.Ended(_("该授权已终止"))
        close(row, reason=reason, actor=actor, at=at)
        return row

    return tried("end_grant", f"accounts.grantrow:{grant_id}", write, actor=actor, at=at)


def give(
    account: Account,
    wanted: Grant,
    period: tuple[datetime, datetime | None],
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    deputy: Deputy | None = None,
    source: GrantRow | None = None,
    appointment: UUID | None = None,
    topic: str = "grants.given",
) -> GrantRow:
    """Write a grant that has been checked; the account is locked.

    :param topic: as what it is told of
    :raises RolesApart: if an administrator's role would meet another one
    """
    begins, ends = period
    rules.check_apart(wanted.role, held=held_in(account, begins, ends))
    begin_anew(account, wanted.role, actor=actor, at=at)
    given = GrantRow.objects.create(
        account=account,
        role=wanted.role,
        region_path=wanted.path,
        body_id=wanted.body,
        granted_from=begins,
        granted_to=ends,
        granted_by=actor.id,
        reason=reason.strip(),
        deputy=deputy,
        source=source,
        appointment=appointment,
    )
    facts = {"account": account.pk, "role": wanted.role, "body": wanted.body, "to": ends}
    record("accounts.grant", given, actor=actor, at=at, facts=facts)
    announce(topic, given, at=at)
    return given


def close(
    grant: GrantRow,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    topic: str = "grants.ended",
    lent: str | None = None,
) -> None:
    """End a grant, and in the same transaction what deputies have of it or through its holder.

    :param topic: as what it is told of; "" when another step tells of it
    :param lent: as what deputies are told of it, where that is something else
    """
    _shut(grant, reason=reason, topic=topic, actor=actor, at=at)
    passed_as = topic if lent is None else lent
    for passed in GrantRow.objects.select_for_update().filter(source=grant, granted_to__gt=at):
        _shut(passed, reason=reason, topic=passed_as, actor=actor, at=at)
    for footless in _without_footing(grant, at=at):
        _shut(footless, reason=reason, topic=topic or "grants.ended", actor=actor, at=at)


def hold_holders(grants: QuerySet[GrantRow], *, besides: Collection[UUID] = ()) -> None:
    """Lock who holds grants that are about to end, before the grants themselves, in one order.

    Else somebody could be named as a deputy on a footing that ends in the same moment.

    :param besides: accounts that are locked with them
    """
    held = Q(pk__in=grants.order_by().values("account")) | Q(pk__in=besides)
    list(Account.objects.select_for_update().filter(held).order_by("pk").values("pk"))


def held_in(account: Account, begins: datetime, ends: datetime | None) -> Iterable[str]:
    """Return the roles of an account whose period meets this one."""
    meeting = account.grants.exclude(granted_to__lte=begins)
    # A withdrawn grant is an empty period: it meets nothing.
    meeting = meeting.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=begins))
    if ends is not None:
        meeting = meeting.filter(granted_from__lt=ends)
    return list(meeting.values_list("role", flat=True))


def _shut(grant: GrantRow, *, reason: str, topic: str, actor: Actor, at: datetime) -> None:
    grant.granted_to = max(at, grant.granted_from)
    grant.ended_by, grant.ended_at, grant.end_reason = actor.id, at, reason.strip()
    grant.save(update_fields=["granted_to", "ended_by", "ended_at", "end_reason"])
    record("accounts.end_grant", grant, actor=actor, at=at, changed=["granted_to"])
    if topic:
        announce(topic, grant, at=at)


def _without_footing(grant: GrantRow, *, at: datetime) -> list[GrantRow]:
    """Return what its holder has as a deputy, when no working grant of one's own is left."""
    if grant.source_id is not None:
        return []
    lent = GrantRow.objects.select_for_update().filter(
        account=grant.account_id, source__isnull=False, granted_to__gt=at
    )
    found = list(lent)
    if not found or any(
        rules.is_working(one.role) for one in queries.own_grants(grant.account_id, at=at)
    ):
        return []
    return found
