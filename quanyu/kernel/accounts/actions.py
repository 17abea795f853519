"""Make and end accounts, give and take roles, and count failed sign-ins."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.models import Account, Attempts, GrantRow
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

UNIQUE_VIOLATION = "23505"
MANAGERS = frozenset({Role.SYS_ADMIN})
KEPT_ATTEMPTS = timedelta(days=1)
R = TypeVar("R")


def create_account(
    *,
    username: str,
    name: str,
    password: str | None,
    actor: Actor,
    at: datetime,
    email: str = "",
    is_demo: bool = False,
) -> Account:
    """Make an account; without a password it holds posts and cannot sign in.

    :raises Denied: if the actor is no system administrator
    :raises WrongName: if the user name is misshapen
    :raises Invalid: if the person's name is empty, or the password breaks a rule
    :raises NameTaken: if another account bears it
    """

    def write() -> Account:
        _check_manager(actor)
        account = Account(
            username=_free(rules.username(username)),
            name=rules.person_name(name),
            email=email,
            is_demo=is_demo,
            created_at=at,
        )
        _set(account, password, actor=actor)
        _insert(account)
        record("accounts.create", account, actor=actor, at=at, changed=["username", "name"])
        return account

    return _tried("create", "accounts.account", write, actor=actor, at=at)


def end_account(*, account: Account, reason: str, actor: Actor, at: datetime) -> Account:
    """Close an account for good, and with it every grant it has.

    :raises Denied: if the actor is no system administrator over this account
    :raises OwnGrant: if it is the actor's own
    :raises Ended: if it is closed already
    """

    def write() -> Account:
        _check_manager(actor)
        row = _managed(account.pk, actor, at=at)
        _check_other(row, actor)
        if not row.is_active:
            raise rules.Ended(_("该账号已停用"))
        for grant in row.grants.exclude(granted_to__lte=at):
            _close(grant, reason=reason, actor=actor, at=at)
        row.is_active, row.ended_at = False, at
        row.save(update_fields=["is_active", "ended_at"])
        record("accounts.end", row, actor=actor, at=at, changed=["is_active"])
        return row

    return _tried("end", account, write, actor=actor, at=at)


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
        _check_granter(actor, wanted)
        _check_known(wanted)
        row = _locked(account.pk, actor)
        _check_other(row, actor)
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

    return _tried("grant", account, write, actor=actor, at=at)


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
        _check_granter(actor, Grant(row.role, path=row.region_path, body=row.body_id))
        _check_other(row.account, actor)
        if row.granted_to is not None and row.granted_to <= at:
            raise rules.Ended(_("该授权已终止"))
        _close(row, reason=reason, actor=actor, at=at)
        return row

    return _tried("end_grant", f"accounts.grantrow:{grant_id}", write, actor=actor, at=at)


def set_password(*, account: Account, password: str, actor: Actor, at: datetime) -> Account:
    """Give an account a new password; its open sessions end with the old one.

    :raises Denied: if it is neither the actor's own, nor the actor a system administrator over it
    :raises Invalid: if the password breaks a rule
    """

    def write() -> Account:
        if actor.id != account.pk:
            _check_manager(actor)
            _managed(account.pk, actor, at=at)
        row = Account.objects.select_for_update().get(pk=account.pk)
        _set(row, password, actor=actor)
        row.save(update_fields=["password", "must_change_password"])
        record("accounts.set_password", row, actor=actor, at=at, changed=["password"])
        return row

    return _tried("set_password", account, write, actor=actor, at=at)


def enrol_totp(*, account: Account, secret: str, actor: Actor, at: datetime) -> None:
    """Set up the second factor of an account with a secret that its holder's device has.

    :raises Denied: if it is not the actor's own, and the actor is not the system
    :raises Ended: if there is one already: it is reset first
    """

    def write() -> None:
        if actor.id != account.pk and actor.kind is not ActorKind.SYSTEM:
            raise Denied
        Account.objects.select_for_update().get(pk=account.pk)
        if queries.has_second_factor(account.pk):
            raise rules.Ended(_("该账号已启用动态验证码"))
        TOTP.activate(account, secret)
        record("accounts.enrol_totp", account, actor=actor, at=at, changed=["second_factor"])

    _tried("enrol_totp", account, write, actor=actor, at=at)


def reset_totp(*, account: Account, actor: Actor, at: datetime) -> None:
    """Take the second factor away, for somebody whose device is lost; another is set up at sign-in.

    A worker's is for the system administrator. An administrator's is not: who may set the password
    as well would be that administrator; the security or the audit administrator does it.

    :raises Denied: if the actor is no such administrator over this account
    :raises OwnGrant: if it is the actor's own
    :raises RolesApart: if a system administrator tries it on an administrator
    """

    def write() -> None:
        if actor.kind is not ActorKind.SYSTEM and ADMINISTRATORS.isdisjoint(actor.roles):
            raise Denied
        row = _managed(account.pk, actor, at=at, resets=True)
        _check_other(row, actor)
        Authenticator.objects.filter(user_id=row.pk).delete()
        record("accounts.reset_totp", row, actor=actor, at=at, changed=["second_factor"])

    _tried("reset_totp", account, write, actor=actor, at=at)


def begin_try(*, kind: str, value: str, at: datetime) -> None:
    """Let one try under this name go on at a time, so that a burst cannot outrun the count.

    :raises Locked: while a lock holds
    """
    row = _attempts(kind, value, at=at)
    rules.check_open([row.locked_until], at=at)


def count_failure(*, kind: str, value: str, actor: Actor, at: datetime) -> datetime | None:
    """Count one failure and return until when it locks, if it does."""
    row = _attempts(kind, value, at=at)
    before = rules.Failures(tuple(row.failures), row.locked_until)
    after = rules.after_failure(before, kind=kind, at=at)
    row.failures, row.locked_until, row.touched_at = list(after.times), after.locked_until, at
    row.save()
    if after.locked_until is None or after.locked_until <= at:
        return None
    record(f"accounts.lock_{kind}", f"accounts.attempts:{row.key}", actor=actor, at=at)
    return after.locked_until


def forget_failures(*, kind: str, value: str) -> None:
    """Begin anew after a success; the address keeps its count, for it may have guessed others."""
    Attempts.objects.filter(key=key_of(kind, value)).update(failures=[], locked_until=None)


def sweep_attempts(*, at: datetime) -> int:
    """Delete what is known of failures older than a day."""
    deleted, _kinds = Attempts.objects.filter(touched_at__lt=at - KEPT_ATTEMPTS).delete()
    return deleted


def key_of(kind: str, value: str) -> str:
    """Return the key under which a name, an address or an account's codes are counted."""
    return rules.keyed(kind, value, secret=settings.SECRET_KEY)


def _attempts(kind: str, value: str, *, at: datetime) -> Attempts:
    key = key_of(kind, value)
    Attempts.objects.bulk_create([Attempts(key=key, touched_at=at)], ignore_conflicts=True)
    return Attempts.objects.select_for_update().get(key=key)


def _tried(
    verb: str, subject: Account | str, write: Callable[[], R], *, actor: Actor, at: datetime
) -> R:
    """Do the act in a savepoint; if it is refused, the record of the try stays."""
    try:
        with transaction.atomic():
            return write()
    except (Refusal, Denied):
        record(f"accounts.{verb}.refused", subject, actor=actor, at=at)
        raise


def _check_manager(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM and Role.SYS_ADMIN not in actor.roles:
        raise Denied


def _check_granter(actor: Actor, wanted: Grant) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    if not queries.administers(actor, Role.SEC_ADMIN, queries.place_of(wanted)):
        raise Denied


def _check_other(account: Account, actor: Actor) -> None:
    if actor.id == account.pk:
        raise rules.OwnGrant(_("不得为本人授权、变更或停用，须由另一名管理员办理"))


def _check_known(wanted: Grant) -> None:
    if queries.is_known(wanted):
        return
    if wanted.body is None:
        raise rules.no_such_place(wanted.path)
    raise rules.WrongGrant(_("没有这个机构"), field="body", value=str(wanted.body))


def _managed(account_id: UUID, actor: Actor, *, at: datetime, resets: bool = False) -> Account:
    """Return an account, locked, all of whose rights lie where the actor is its administrator."""
    row = Account.objects.select_for_update().filter(pk=account_id).first()
    if row is None:
        raise Denied
    if actor.kind is ActorKind.SYSTEM:
        return row
    roles = queries.resetters(account_id, at=at) if resets else MANAGERS
    if not queries.reaches(actor, roles, account_id, at=at):
        if resets and queries.reaches(actor, MANAGERS, account_id, at=at):
            raise rules.RolesApart(
                _("管理员的动态验证码须由安全管理员或审计管理员解绑，系统管理员不得办理")
            )
        raise Denied
    return row


def _locked(account_id: UUID, actor: Actor) -> Account:
    if actor.kind is not ActorKind.SYSTEM:
        queries.account(account_id, actor=actor)
    row = Account.objects.select_for_update().filter(pk=account_id).first()
    if row is None:
        raise Denied
    return row


def _held(account: Account, begins: datetime, ends: datetime | None) -> Iterable[str]:
    meeting = account.grants.exclude(granted_to__lte=begins)
    # A withdrawn grant is an empty period: it meets nothing.
    meeting = meeting.filter(Q(granted_to__isnull=True) | Q(granted_to__gt=begins))
    if ends is not None:
        meeting = meeting.filter(granted_from__lt=ends)
    return list(meeting.values_list("role", flat=True))


def _close(grant: GrantRow, *, reason: str, actor: Actor, at: datetime) -> None:
    grant.granted_to = max(at, grant.granted_from)
    grant.ended_by, grant.ended_at, grant.end_reason = actor.id, at, reason.strip()
    grant.save(update_fields=["granted_to", "ended_by", "ended_at", "end_reason"])
    record("accounts.end_grant", grant, actor=actor, at=at, changed=["granted_to"])


def _free(username: str) -> str:
    if Account.objects.filter(username=username).exists():
        raise _taken(username)
    return username


def _insert(account: Account) -> None:
    """Write a new account; of two with the same name at once, the second is told so."""
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as fault:
        if getattr(fault.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        raise _taken(account.username) from fault


def _taken(username: str) -> rules.NameTaken:
    return rules.NameTaken(_("用户名已被使用"), field="username", value=username)


def _set(account: Account, password: str | None, *, actor: Actor) -> None:
    # What an administrator knows is good for one sign-in only.
    account.must_change_password = actor.kind is ActorKind.PERSON and actor.id != account.pk
    if password is None:
        account.set_unusable_password()
        return
    try:
        password_validation.validate_password(password, account)
    except ValidationError as fault:
        raise Invalid("".join(fault.messages), field="password") from fault
    account.set_password(password)
