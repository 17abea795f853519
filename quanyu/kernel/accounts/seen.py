"""See for a while what a colleague sees, and change nothing (此人视角)."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied

SEEN = "see_as"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ONLY = "25006"
"""PostgreSQL's word for a write in a transaction that may only read."""


def begin(request: HttpRequest, account_id: UUID, *, actor: Actor, at: datetime) -> Account:
    """See as this colleague from the next request on, for a quarter of an hour.

    :raises Denied: if the actor leads no such person, or does not see all that they see
    """
    account = queries.colleague(account_id, actor=actor, at=at)
    theirs = queries.grants_of(account, at=at)
    if account.pk == actor.id or not rules.sees_as_much(actor.grants, theirs):
        raise Denied
    request.session[SEEN] = {"account": str(account.pk), "began": int(at.timestamp())}
    record("accounts.see_as", account, actor=actor, at=at)
    return account


def end(request: HttpRequest, *, actor: Actor, at: datetime) -> None:
    """Be oneself again, and write it down."""
    kept = request.session.pop(SEEN, None)
    if kept is not None:
        record("accounts.see_as_oneself", f"accounts.account:{kept['account']}", actor=actor, at=at)


def as_colleague(
    request: HttpRequest, actor: Actor, *, at: datetime
) -> tuple[Actor, Account] | None:
    """Return who is seen as, with that person's reach under the viewer's own key; None for oneself.

    Asked anew with every request: when either's grants change, or the time is over, it ends.
    The key stays the viewer's, so that what is somebody's own (notices, drafts) stays theirs.
    """
    kept = request.session.get(SEEN)
    if kept is None:
        return None
    found = queries.standing(UUID(kept["account"]), at=at)
    is_over = int(at.timestamp()) - kept["began"] >= rules.LONGEST_SIGHT.total_seconds()
    if found is None or is_over or not rules.sees_as_much(actor.grants, found.grants):
        end(request, actor=actor, at=at)
        return None
    seen = Actor(ActorKind.PERSON, id=actor.id, grants=found.grants, name=actor.name)
    return seen, found.account


def only_read() -> None:
    """Let the database refuse every write until the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")


def is_refused(fault: Exception) -> bool:
    """Answer whether the database refused a write because this transaction may only read."""
    return getattr(fault.__cause__, "sqlstate", "") == READ_ONLY
