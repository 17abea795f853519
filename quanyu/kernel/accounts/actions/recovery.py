"""Codes on paper for the day the telephone is lost (恢复码)."""

from collections.abc import Sequence
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.guard import tried
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _


def renew_recovery_codes(*, account: Account, actor: Actor, at: datetime) -> Sequence[str]:
    """Make ten new recovery codes, and return them for the one time that they are shown.

    Those made before count no more. What is kept is their seed, sealed, and which are used.

    :raises Denied: if the account is not the actor's own
    :raises Ended: if it has no second factor that they could stand in for
    """

    def write() -> Sequence[str]:
        if actor.id != account.pk:
            raise Denied
        Account.objects.select_for_update().get(pk=account.pk)
        if not queries.has_second_factor(account.pk):
            raise rules.Ended(_("该账号没有启用动态验证码"))
        kind = Authenticator.Type.RECOVERY_CODES
        Authenticator.objects.filter(user_id=account.pk, type=kind).delete()
        codes: Sequence[str] = RecoveryCodes.activate(account).generate_codes()
        record("accounts.renew_recovery_codes", account, actor=actor, at=at)
        return codes

    return tried("renew_recovery_codes", account, write, actor=actor, at=at)
