"""Confirm, having met the holder, what another administrator made to open an account (双人核对)."""

from datetime import datetime
from uuid import UUID

from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.actions.guard import check_other, tried
from quanyu.kernel.accounts.models import WAITING, Account, Confirmed, Identity, Invitation
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _


def confirm_way_in(*, account: Account, way_id: UUID, actor: Actor, at: datetime) -> None:
    """Let one link or identity open somebody's account: its holder stands before the actor.

    It names the one row, so that another made in the meantime is not confirmed by it.

    :raises Denied: if the actor is no security administrator over all that the account holds
    :raises OwnGrant: if the account is the actor's own
    :raises OwnRequest: if the actor made the link, or the identity's link
    :raises Unconfirmed: if nothing of this key waits any more
    """

    def write() -> None:
        row = Account.objects.select_for_update().filter(pk=account.pk).first()
        if row is None or actor.kind is not ActorKind.PERSON or actor.id is None:
            raise Denied
        if not queries.reaches(actor, {Role.SEC_ADMIN}, row.pk, at=at):
            raise Denied
        check_other(row, actor)
        found = _waiting(row, way_id, at=at)
        if found is None:
            raise rules.Unconfirmed(_("已核对过、已用过或已作废，请刷新页面"))
        if actor.id == found.asker:
            raise rules.OwnRequest(_("发出的人不得核对，须由另一名安全管理员办理"))
        found.confirmed_by, found.confirmed_at = actor.id, at
        found.save(update_fields=["confirmed_by", "confirmed_at"])
        record("accounts.confirm", found, actor=actor, at=at, facts={"account": account.pk})

    tried("confirm", account, write, actor=actor, at=at)


def _waiting(account: Account, way_id: UUID, *, at: datetime) -> Confirmed | None:
    """Return what waits under this key, locked; of a closed account nothing does."""
    mine = {"pk": way_id, "account": account, "account__is_active": True}
    link = Invitation.objects.select_for_update(of=("self",)).filter(WAITING, **mine)
    open_link = link.filter(used_at=None, ended_at=None, ends_at__gt=at).first()
    identity = Identity.objects.select_for_update(of=("self",)).filter(WAITING, **mine)
    return open_link or identity.first()
