"""Give the roles that a post carries, and take them away with it (岗位所带的授权).

An appointment is proposed by one person and confirmed by another; here nothing is decided, and
only the system does it. Each appointment has grants of its own, so that of two which carry the
same role at the same place the end of one takes nothing of the other's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, ActorKind, Grant
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.grants import close, hold_holders
from quanyu.kernel.accounts.actions.guard import check_known
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.audit.actions import build, record, record_all
from quanyu.kernel.errors import Denied, of_one
from quanyu.kernel.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Carried:
    """One role that an appointment gives its holder (岗位所带的角色)."""

    account: UUID
    appointment: UUID
    role: str
    reason: str
    begins: datetime
    ends: datetime | None = None
    region_path: str = ""
    body: UUID | None = None


@transaction.atomic
def carry(*, roles: Sequence[Carried], actor: Actor, at: datetime) -> list[GrantRow]:
    """Give what appointments carry, all of it or nothing; the holders are told by who appoints.

    :raises Denied: if the actor is not the system, or there is no such account
    :raises Ended: if an account is closed
    :raises WrongGrant: if a role, a place, a body or a period does not fit
    :raises RolesApart: if the holder is one of the three administrators
    """
    check_system(actor)
    hold_accounts({one.account for one in roles})
    barred = _administrators({one.account for one in roles})
    known: set[Grant] = set()
    rows = [_checked(one, known, barred.get(one.account, ())) for one in roles]
    GrantRow.objects.bulk_create(rows)
    record_all(
        [
            build("accounts.grant", row, actor=actor, at=at, facts=_facts(row, one))
            for row, one in zip(rows, roles, strict=True)
        ]
    )
    return rows


@transaction.atomic
def uncarry(
    *, appointments: Collection[UUID], until: datetime, reason: str, actor: Actor, at: datetime
) -> int:
    """Take away what appointments carry: at once, or on the day on which they end.

    What deputies have of it goes with it. Returns how many grants that were.

    :raises Denied: if the actor is not the system
    """
    check_system(actor)
    rows = GrantRow.objects.filter(appointment__in=appointments, ended_at__isnull=True)
    rows = rows.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=at))
    hold_holders(GrantRow.objects.filter(Q(pk__in=rows) | Q(source__in=rows)))
    held = list(rows.select_for_update(of=("self",)).select_related("account").order_by("pk"))
    for row in held:
        if until > max(at, row.granted_from):
            _shorten(row, until, actor=actor, at=at)
        else:
            # Who appoints tells the holder; what deputies lose is told as ever.
            close(row, reason=reason, topic="", lent="grants.ended", actor=actor, at=at)
    return len(held)


def hold_accounts(keys: Collection[UUID]) -> None:
    """Lock accounts that are about to hold a post, in one order, and see that all are in use.

    :raises Denied: if there is no such account
    :raises Ended: if one is closed
    """
    rows = Account.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = list(rows.only("pk", "is_active", "name", "username"))
    if len(found) != len(set(keys)):
        raise Denied
    for row in found:
        with of_one(row.pk):
            if not row.is_active:
                raise rules.Ended(_("该账号已停用"), field="account", value=row.username)


def hold_exchange(*, leaving: Collection[UUID], coming: Collection[UUID]) -> None:
    """Lock all whom an exchange touches: holders of appointments, their deputies, who comes.

    Two exchanges at once, each of which puts in whom the other lets go, would else wait for each
    other for ever.

    :param leaving: the appointments that end
    :param coming: the accounts that are named for posts
    """
    carried = Q(appointment__in=leaving) | Q(source__appointment__in=leaving)
    hold_holders(GrantRow.objects.filter(carried), besides=coming)


def check_system(actor: Actor) -> None:
    """Refuse who is not the system.

    :raises Denied: if so
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied


def _checked(one: Carried, known: set[Grant], barred: Iterable[GrantRow]) -> GrantRow:
    wanted = rules.check_grant(
        role=one.role,
        region_path=one.region_path,
        body=one.body,
        granted_from=one.begins,
        granted_to=one.ends,
        reason=one.reason,
    )
    if wanted not in known:
        check_known(wanted)
        known.add(wanted)
    with of_one(one.account):
        rules.check_apart(one.role, held=[row.role for row in barred if _meet(row, one)])
    return GrantRow(
        account_id=one.account,
        role=wanted.role,
        region_path=wanted.path,
        body_id=wanted.body,
        granted_from=one.begins,
        granted_to=one.ends,
        reason=one.reason.strip()[:200],
        appointment=one.appointment,
    )


def _administrators(keys: Collection[UUID]) -> Mapping[UUID, list[GrantRow]]:
    rows = GrantRow.objects.filter(account__in=keys, role__in=[r.value for r in ADMINISTRATORS])
    found: dict[UUID, list[GrantRow]] = defaultdict(list)
    for row in rows:
        found[row.account_id].append(row)
    return found


def _meet(row: GrantRow, one: Carried) -> bool:
    """Answer whether a grant lives while the new one does; a withdrawn one never lives."""
    if row.granted_to is not None and row.granted_to <= max(one.begins, row.granted_from):
        return False
    return one.ends is None or row.granted_from < one.ends


def _facts(row: GrantRow, one: Carried) -> dict[str, object]:
    return {
        "account": row.account_id,
        "role": row.role,
        "body": row.body_id,
        "to": row.granted_to,
        "appointment": one.appointment,
    }


def _shorten(row: GrantRow, until: datetime, *, actor: Actor, at: datetime) -> None:
    """Let a grant end on a later day, and by then what deputies have of it or on its footing."""
    if row.granted_to is not None and row.granted_to <= until:
        return
    _cut(row, until, actor=actor, at=at)
    passed = GrantRow.objects.select_for_update().filter(source=row, granted_to__gt=until)
    for lent in [*passed, *_without_footing_by(row, until)]:
        _cut(lent, until, actor=actor, at=at)


def _cut(row: GrantRow, until: datetime, *, actor: Actor, at: datetime) -> None:
    row.granted_to = max(until, row.granted_from)
    row.save(update_fields=["granted_to"])
    record("accounts.end_grant", row, actor=actor, at=at, changed=["granted_to"])


def _without_footing_by(row: GrantRow, until: datetime) -> list[GrantRow]:
    """Return what its holder has as a deputy beyond that day, with no work of one's own left."""
    lent = GrantRow.objects.select_for_update().filter(
        account=row.account_id, source__isnull=False, granted_to__gt=until
    )
    found = list(lent)
    own = queries.own_grants(row.account_id, at=until) if found else []
    return [] if any(rules.is_working(one.role) for one in own) else found
