"""Set up and take away the second factor (动态验证码)."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, ActorKind
from quanyu.kernel.accounts import queries, rules, sessions
from quanyu.kernel.accounts.actions.guard import check_other, managed, tried
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _


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

    tried("enrol_totp", account, write, actor=actor, at=at)


def reset_totp(*, account: Account, actor: Actor, at: datetime) -> None:
    """Take the second factor away, for somebody whose device is lost; another is set up at sign-in.

    Its recovery codes go with it, and every open session ends: the device may be in other hands.

    A worker's is for the system administrator. An administrator's is not: who may set the password
    as well would be that administrator; the security or the audit administrator does it.

    :raises Denied: if the actor is no such administrator over this account
    :raises OwnGrant: if it is the actor's own
    :raises Unconfirmed: if a way into the account waits for a second administrator
    :raises RolesApart: if a system administrator tries it on an administrator
    """

    def write() -> None:
        if actor.kind is not ActorKind.SYSTEM and ADMINISTRATORS.isdisjoint(actor.roles):
            raise Denied
        row = managed(account.pk, actor, at=at, resets=True)
        check_other(row, actor)
        if actor.kind is not ActorKind.SYSTEM and queries.waiting(row, at=at):
            raise rules.Unconfirmed(_("该账号有待核对的登录方式，核对之后再解绑动态验证码"))
        Authenticator.objects.filter(user_id=row.pk).delete()
        sessions.close(sessions.opened(row, at=at))
        record("accounts.reset_totp", row, actor=actor, at=at, changed=["second_factor"])

    tried("reset_totp", account, write, actor=actor, at=at)
