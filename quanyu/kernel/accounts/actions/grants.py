"""Give and take roles (授权)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from quanyu.kernel.access.rules import Actor, Grant
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.guard import check_granter, check_other, locked, tried
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _


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
    """Give an account a role at a place or in a body, from now or a later day on (授权).

    :raises Denied: if the actor is no security administrator over this place
    :raises OwnGrant: if the account is the actor's own
    :raises RolesApart: if an administrator's role would meet another one
    :raises WrongGrant: if role, place, body or period do not fit
    :raises Ended: if the account is closed
    """
    begins = granted_from or at

    def write() -> GrantRow:
        wanted = rules.check_grant(
            role=role,
            region_path=region_path,
            body=body,
            granted_from=begins,
            granted_to=granted_to,
            reason=reason,
        )
        check_granter(actor, wanted)
        _check_known(wanted)
        row = locked(account.pk, actor)
        check_other(row, actor)
        if not row.is_active:
            raise rules.Ended(_("该账号已停用"))
        rules.check_apart(role, held=_held(row, begins, granted_to))
        given = GrantRow.objects.create(
            account=row,
            role=role,
            region_path=wanted.path,
            body_id=wanted.body,
            granted_from=begins,
            granted_to=granted_to,
            granted_by=actor.id,
            reason=reason.strip(),
        )
        facts = {"account": row.pk, "role": role, "body": body, "to": granted_to}
        record("accounts.grant", given, actor=actor, at=at, facts=facts)
        return given

    return tried("grant", account, write, actor=actor, at=at)


def end_grant(*, grant_id: UUID, reason: str, actor: Actor, at: datetime) -> GrantRow:
    """Take a role away at once; the next request of its holder has it no more.

    :raises Denied: if there is no such grant, or the actor is no security administrator over it
    :raises OwnGrant: if it is the actor's own
    :raises Ended: if it has ended already
    """

    def write() -> GrantRow:
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


def _check_known(wanted: Grant) -> None:
    if queries.is_known(wanted):
        return
    if wanted.body is None:
        raise rules.no_such_place(wanted.path)
    raise rules.WrongGrant(_("没有这个机构"), field="body", value=str(wanted.body))


def _held(account: Account, begins: datetime, ends: datetime | None) -> Iterable[str]:
    meeting = account.grants.exclude(granted_to__lte=begins)
    # A withdrawn grant is an empty period: it meets nothing.
    meeting = meeting.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=begins))
    if ends is not None:
        meeting = meeting.filter(granted_from__lt=ends)
    return list(meeting.values_list("role", flat=True))


def close(grant: GrantRow, *, reason: str, actor: Actor, at: datetime) -> None:
    grant.granted_to = max(at, grant.granted_from)
    grant.ended_by, grant.ended_at, grant.end_reason = actor.id, at, reason.strip()
    grant.save(update_fields=["granted_to", "ended_by", "ended_at", "end_reason"])
    record("accounts.end_grant", grant, actor=actor, at=at, changed=["granted_to"])
