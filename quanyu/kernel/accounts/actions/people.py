"""Make and end accounts, set passwords (账号)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.actions.grants import close
from quanyu.kernel.accounts.actions.guard import (
    check_manager,
    check_other,
    managed,
    tried,
)
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import build, record, record_all
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce

UNIQUE_VIOLATION = "23505"


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
    :raises Invalid: if the person's name is empty, the address none, or the password breaks a rule
    :raises NameTaken: if another account bears it
    """

    def write() -> Account:
        check_manager(actor)
        account = Account(
            username=_free(rules.username(username)),
            name=rules.person_name(name),
            email=rules.mail_address(email),
            is_demo=is_demo,
            created_at=at,
        )
        put_password(account, password, actor=actor)
        _insert(account)
        record("accounts.create", account, actor=actor, at=at, changed=["username", "name"])
        return account

    return tried("create", "accounts.account", write, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as somebody makes it who gives no password (新设账号)."""

    username: str
    name: str
    is_demo: bool = False
    """A figure of the demo: it holds posts, and nobody opens it."""
    email: str = ""


def create_accounts(*, people: Sequence[NewAccount], actor: Actor, at: datetime) -> list[Account]:
    """Make accounts without a password, all or none: they hold posts and cannot sign in.

    :raises Denied: if the actor is no system administrator
    :raises WrongName: if a user name is misshapen
    :raises Invalid: if a person's name is empty, or an address none
    :raises NameTaken: if an account bears one of the names, or two of these do
    """

    def write() -> list[Account]:
        check_manager(actor)
        names = [rules.username(one.username) for one in people]
        taken = Account.objects.filter(username__in=names).values_list("username", flat=True)
        for name, times in Counter([*names, *taken]).items():
            if times > 1:
                raise _taken(name)
        rows = [_without_password(one, actor=actor, at=at) for one in people]
        Account.objects.bulk_create(rows, batch_size=2000)
        changed = ["username", "name"]
        record_all(
            [build("accounts.create", row, actor=actor, at=at, changed=changed) for row in rows]
        )
        return rows

    return tried("create", "accounts.account", write, actor=actor, at=at)


def set_email(*, account: Account, email: str, actor: Actor, at: datetime) -> Account:
    """Say to which address an account's notices go by mail; an empty one ends them.

    A system administrator may enter one where there is none; then it is its holder's alone.

    :raises Denied: if it is neither the actor's own, nor the actor a system administrator over it
    :raises Invalid: if it is no mail address, or another's that stands already
    """

    def write() -> Account:
        if actor.id != account.pk:
            check_manager(actor)
            managed(account.pk, actor, at=at)
        row = Account.objects.select_for_update().get(pk=account.pk)
        if actor.id != account.pk and row.email:
            raise Invalid(_("已有邮箱的，只能由本人更换或删除"), field="email")
        row.email = rules.mail_address(email)
        row.save(update_fields=["email"])
        record("accounts.set_email", row, actor=actor, at=at, changed=["email"])
        return row

    return tried("set_email", account, write, actor=actor, at=at)


def end_account(*, account: Account, reason: str, actor: Actor, at: datetime) -> Account:
    """Close an account for good, and with it every grant it has.

    :raises Denied: if the actor is no system administrator over this account
    :raises OwnGrant: if it is the actor's own
    :raises Ended: if it is closed already
    """

    def write() -> Account:
        check_manager(actor)
        row = managed(account.pk, actor, at=at)
        check_other(row, actor)
        if not row.is_active:
            raise rules.Ended(_("该账号已停用"))
        for grant in row.grants.exclude(granted_to__lte=at):
            close(grant, reason=reason, actor=actor, at=at)
        row.invitations.filter(used_at=None, ended_at=None).update(ended_at=at)
        row.is_active, row.ended_at = False, at
        row.save(update_fields=["is_active", "ended_at"])
        record("accounts.end", row, actor=actor, at=at, changed=["is_active"])
        announce("accounts.end", row, at=at)
        return row

    return tried("end", account, write, actor=actor, at=at)


def set_password(*, account: Account, password: str, actor: Actor, at: datetime) -> Account:
    """Give an account a new password; its open sessions end with the old one.

    Nobody sets another's: people get a link, with which they choose their own.

    :raises Denied: if it is neither the actor's own, nor the actor the system
    :raises Invalid: if the password breaks a rule
    """

    def write() -> Account:
        if actor.id != account.pk and actor.kind is not ActorKind.SYSTEM:
            raise Denied
        row = Account.objects.select_for_update().get(pk=account.pk)
        put_password(row, password, actor=actor)
        row.save(update_fields=["password", "must_change_password"])
        record("accounts.set_password", row, actor=actor, at=at, changed=["password"])
        return row

    return tried("set_password", account, write, actor=actor, at=at)


def _without_password(one: NewAccount, *, actor: Actor, at: datetime) -> Account:
    account = Account(
        username=rules.username(one.username),
        name=rules.person_name(one.name),
        is_demo=one.is_demo,
        email=rules.mail_address(one.email),
        created_at=at,
    )
    put_password(account, None, actor=actor)
    return account


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


def put_password(account: Account, password: str | None, *, actor: Actor) -> None:
    """Give an account that is about to be saved its password, or none.

    :raises Invalid: if the password breaks a rule
    """
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
