"""Link a subject of the identity provider to an account, and unlink it (统一身份绑定)."""

from datetime import datetime, timedelta

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import rules, sessions
from quanyu.kernel.accounts.actions.guard import (
    check_manager,
    check_no_administrator,
    check_no_figure,
    managed,
    needs_second,
    tried,
)
from quanyu.kernel.accounts.models import Account, Identity
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _

WAITS = timedelta(days=7)
"""So long an identity that nobody has linked is kept, and its code is good."""


@transaction.atomic
def meet(*, issuer: str, subject: str, actor: Actor, at: datetime) -> Identity:
    """Keep an identity that came and is nobody's yet, with a code by which it can be linked."""
    waiting = Identity(issuer=issuer, subject=subject, code=rules.fresh_code(), made_at=at)
    Identity.objects.bulk_create([waiting], ignore_conflicts=True)
    row = Identity.objects.select_for_update().get(issuer=issuer, subject=subject)
    if row.account_id is None and at - row.made_at > WAITS:
        row.code, row.made_at = rules.fresh_code(), at
        row.save(update_fields=["code", "made_at"])
    record("accounts.meet_identity", row, actor=actor, at=at)
    return row


def link_own(*, account: Account, issuer: str, subject: str, actor: Actor, at: datetime) -> None:
    """Link the identity under which the actor has just come back from the provider.

    :raises Denied: if the account is not the actor's own
    :raises WrongIdentity: if the identity is another account's, or the account has one already
    """

    def write() -> None:
        if actor.id != account.pk:
            raise Denied
        row = meet(issuer=issuer, subject=subject, actor=actor, at=at)
        _link(row, account, actor=actor, at=at)

    tried("link_identity", account, write, actor=actor, at=at)


def link_by_code(*, account: Account, code: str, actor: Actor, at: datetime) -> None:
    """Link the identity that bears this code to somebody's account.

    Unless the account is new, it counts once a second administrator has confirmed it.

    :raises Denied: if the actor is no system administrator over this account
    :raises RolesApart: if it is an administrator's
    :raises WrongIdentity: if no identity waits under this code, or the account has one already
    """

    def write() -> None:
        row = _managed_worker(account, actor, at=at)
        found = Identity.objects.select_for_update().filter(
            code=rules.code_meant(code) or "-", made_at__gte=at - WAITS
        )
        _link(_only(found.first()), row, actor=actor, at=at)

    tried("link_identity", account, write, actor=actor, at=at)


def link_subject(
    *, account: Account, issuer: str, subject: str, actor: Actor, at: datetime
) -> None:
    """Link an identity by the provider's own key of it, before its holder ever came.

    Unless the account is new, it counts once a second administrator has confirmed it.

    :raises Denied: if the actor is no system administrator over this account
    :raises RolesApart: if it is an administrator's
    :raises WrongIdentity: if it is misshapen or another account's, or the account has one already
    """

    def write() -> None:
        row = _managed_worker(account, actor, at=at)
        name = subject.strip()
        if not 1 <= len(name) <= 255:
            raise rules.WrongIdentity(_("统一身份标识为 1 至 255 个字符"), field="subject")
        waiting = meet(issuer=issuer, subject=name, actor=actor, at=at)
        _link(waiting, row, actor=actor, at=at)

    tried("link_identity", account, write, actor=actor, at=at)


def unlink(*, account: Account, actor: Actor, at: datetime) -> None:
    """Take the identity from an account, and end at once what it has open.

    :raises Denied: if it is neither the actor's own, nor the actor a system administrator over it
    :raises WrongIdentity: if there is none, or the actor could not sign in any more
    """

    def write() -> None:
        own = actor.id == account.pk
        if not own:
            check_manager(actor)
            managed(account.pk, actor, at=at)
        row = Account.objects.select_for_update().get(pk=account.pk)
        if own and not row.has_usable_password():
            raise rules.WrongIdentity(_("您没有密码，解除后将无法登录，请找系统管理员办理"))
        found = list(Identity.objects.select_for_update().filter(account=row))
        if not found:
            raise rules.WrongIdentity(_("该账号没有绑定统一身份"))
        for one in found:
            record("accounts.unlink_identity", one, actor=actor, at=at, changed=["account"])
            one.delete()
        sessions.close(one for one in sessions.opened(row, at=at) if one.means)

    tried("unlink_identity", account, write, actor=actor, at=at)


def sweep_identities(*, at: datetime) -> int:
    """Delete identities that nobody has linked within a week."""
    waiting = Identity.objects.filter(account__isnull=True, made_at__lt=at - WAITS)
    deleted, _kinds = waiting.delete()
    return deleted


def _managed_worker(account: Account, actor: Actor, *, at: datetime) -> Account:
    check_manager(actor)
    row = managed(account.pk, actor, at=at)
    check_no_administrator(row, actor, at=at)
    return row


def _link(row: Identity, account: Account, *, actor: Actor, at: datetime) -> None:
    """Link under the lock of the account, so that two at once do not both find it free."""
    kept = Account.objects.select_for_update().get(pk=account.pk)
    if not kept.is_active:
        raise rules.Ended(_("该账号已停用"))
    check_no_figure(kept)
    if row.account_id not in {None, kept.pk}:
        raise rules.WrongIdentity(_("这个统一身份已绑定另一个账号"), field="subject")
    if Identity.objects.filter(account=kept).exists():
        raise rules.WrongIdentity(_("该账号已绑定统一身份，请先解除"), field="subject")
    # What the holder links from a session of their own needs nobody else.
    row.needs_confirmation = actor.id != kept.pk and needs_second(kept, actor)
    row.account, row.code, row.linked_at, row.linked_by = kept, "", at, actor.id
    row.save(update_fields=["account", "code", "linked_at", "linked_by", "needs_confirmation"])
    record("accounts.link_identity", row, actor=actor, at=at, changed=["account"])


def _only(found: Identity | None) -> Identity:
    if found is None:
        raise rules.WrongIdentity(_("没有找到这个绑定码，或已超过七天"), field="code")
    return found
