"""Hand somebody a link that opens their account once, and take it up (一次性链接)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.attempts import forget_failures
from quanyu.kernel.accounts.actions.guard import (
    check_manager,
    check_no_administrator,
    check_no_figure,
    check_other,
    managed,
    needs_second,
    tried,
)
from quanyu.kernel.accounts.actions.people import put_password
from quanyu.kernel.accounts.models import Account, Identity, Invitation
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _


def invite(*, account: Account, actor: Actor, at: datetime) -> str:
    """Return the token of a new link for this account; an older one that is still open ends.

    The token is kept nowhere: the database has its keyed hash alone. An administrator's link is
    made at the machine itself (the system), for who makes it could take the account over. Anybody
    else's waits for a second administrator, unless the account is new.

    :raises Denied: if the actor is no system administrator over this account
    :raises OwnGrant: if it is the actor's own
    :raises RolesApart: if the account is an administrator's, and the actor a person
    :raises Ended: if the account is closed, or a figure of the demo
    """

    def write() -> str:
        check_manager(actor)
        row = managed(account.pk, actor, at=at)
        check_other(row, actor)
        check_no_administrator(row, actor, at=at)
        check_no_figure(row)
        if not row.is_active:
            raise rules.Ended(_("该账号已停用"))
        _open(row).update(ended_at=at)
        token = rules.fresh_token()
        made = Invitation.objects.create(
            account=row,
            token_hash=queries.link_hash(token),
            made_by=actor.id,
            made_at=at,
            needs_confirmation=needs_second(row, actor),
            ends_at=at + timedelta(hours=settings.QUANYU_LINK_HOURS),
        )
        facts = {"account": row.pk, "to": made.ends_at}
        record("accounts.invite", made, actor=actor, at=at, facts=facts)
        return token

    return tried("invite", account, write, actor=actor, at=at)


def take_up(*, token: str, password: str, at: datetime) -> Account:
    """Set the password of the account that this link is for; the link is used up by it.

    One that a second administrator has confirmed takes the identity too: whoever was in is out.

    Of two at once the second waits, and then finds the link used.

    :raises WrongLink: if no such link is open
    :raises Unconfirmed: if a second administrator has not confirmed it yet
    :raises Invalid: if the password breaks a rule; the link stays open
    """
    found = queries.invitation(token, at=at)
    actor = Actor(ActorKind.PERSON, id=found.account_id)

    def write() -> Account:
        # The account first, as everybody does who writes to it; then what hangs on it.
        row = Account.objects.select_for_update().get(pk=found.account_id)
        link = Invitation.objects.select_for_update().get(pk=found.pk)
        is_open = link.used_at is None and link.ended_at is None and row.is_active
        rules.check_link(is_open, link.ends_at, at=at)
        rules.check_confirmed(link.waits)
        put_password(row, password, actor=actor)
        row.save(update_fields=["password", "must_change_password"])
        if link.needs_confirmation:
            _shut_out(row, actor=actor, at=at)
        link.used_at = at
        link.save(update_fields=["used_at"])
        forget_failures(kind="name", value=row.username)
        record("accounts.take_up", link, actor=actor, at=at, facts={"account": row.pk})
        return row

    return tried("take_up", found.account, write, actor=actor, at=at)


def _shut_out(account: Account, *, actor: Actor, at: datetime) -> None:
    """Take the identity from an account that begins again: it may be that of who was in before."""
    for one in Identity.objects.select_for_update().filter(account=account):
        record("accounts.unlink_identity", one, actor=actor, at=at, changed=["account"])
        one.delete()


def _open(account: Account) -> QuerySet[Invitation]:
    return Invitation.objects.filter(account=account, used_at=None, ended_at=None)
