"""What every act on an account passes first: who may, on whom; and the record of a refused try."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _

MANAGERS = frozenset({Role.SYS_ADMIN})
R = TypeVar("R")


def tried(
    verb: str, subject: Account | str, write: Callable[[], R], *, actor: Actor, at: datetime
) -> R:
    """Do the act in a savepoint; if it is refused, the record of the try stays."""
    try:
        with transaction.atomic():
            return write()
    except (Refusal, Denied):
        record(f"accounts.{verb}.refused", subject, actor=actor, at=at)
        raise


def check_manager(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM and Role.SYS_ADMIN not in actor.roles:
        raise Denied


def check_granter(actor: Actor, wanted: Grant) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    if not queries.administers(actor, Role.SEC_ADMIN, queries.place_of(wanted)):
        raise Denied


def check_known(wanted: Grant) -> None:
    """Refuse a place or a body that is none."""
    if queries.is_known(wanted):
        return
    if wanted.body is None:
        raise rules.no_such_place(wanted.path)
    raise rules.WrongGrant(_("没有这个机构"), field="body", value=str(wanted.body))


def active(account_id: UUID) -> Account:
    """Return an account that is in use, locked; what it may hold is checked after that."""
    row = Account.objects.select_for_update().filter(pk=account_id).first()
    if row is None:
        raise Denied
    if not row.is_active:
        raise rules.Ended(_("该账号已停用"))
    return row


def check_no_figure(account: Account) -> None:
    """Refuse a way into an account of the demo that nobody signs in with.

    :raises Ended: if it is one
    """
    if account.is_demo and not account.has_usable_password():
        raise rules.Ended(_("示例人物不登录"), field="account", value=account.username)


def check_other(account: Account, actor: Actor) -> None:
    if actor.id == account.pk:
        raise rules.OwnGrant(_("不得为本人授权、变更或停用，须由另一名管理员办理"))


def managed(account_id: UUID, actor: Actor, *, at: datetime, resets: bool = False) -> Account:
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


def needs_second(account: Account, actor: Actor) -> bool:
    """Answer whether a way into this account waits until a second administrator confirms it."""
    return actor.kind is not ActorKind.SYSTEM and not queries.is_new(account)


def check_no_administrator(account: Account, actor: Actor, *, at: datetime) -> None:
    """Refuse a person who would open an administrator's account: it would be their own then.

    :raises RolesApart: if the account holds an administrator's role, or will
    """
    if actor.kind is ActorKind.SYSTEM or actor.id == account.pk:
        return
    if rules.is_administrator(one.role for one in queries.held_from(account.pk, at=at)):
        raise rules.RolesApart(
            _("管理员的登录链接和密码只能在服务器上用 ./run link 办理，任何管理员不得代办")
        )
