"""Who becomes an administrator begins anew: what others may know of the account counts no more."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries, rules, sessions
from quanyu.kernel.accounts.models import Account, Identity
from quanyu.kernel.audit.actions import record


def begin_anew(account: Account, role: str, *, actor: Actor, at: datetime) -> None:
    """Take every way in from an account that is about to get an administrator's role.

    A system administrator hands out the links of workers and links their identities, and could have
    kept one for oneself until the worker is promoted. So the first way in afterwards is a link made
    at the machine. Who is an administrator already keeps what they have.
    """
    held = {grant.role for grant in queries.held_from(account.pk, at=at)}
    is_new = rules.is_administrator([role]) and not rules.is_administrator(held)
    if actor.kind is ActorKind.SYSTEM or not is_new:
        return
    sessions.close(sessions.opened(account, at=at))
    account.invitations.filter(used_at=None, ended_at=None).update(ended_at=at)
    Identity.objects.filter(account=account).delete()
    Authenticator.objects.filter(user_id=account.pk).delete()
    account.set_unusable_password()
    account.save(update_fields=["password"])
    record("accounts.begin_anew", account, actor=actor, at=at, changed=["password"])
