"""End what is open: one session, all others, all (结束会话)."""

from datetime import datetime

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import means, sessions
from quanyu.kernel.accounts.actions.guard import tried
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied


def end_session(*, account: Account, session_id: str, actor: Actor, at: datetime) -> None:
    """End one of one's own sessions.

    :raises Denied: if the account is not the actor's own, or has no such session
    """

    def write() -> None:
        found = [one for one in sessions.opened(account, at=at) if one.id == session_id]
        if actor.id != account.pk or not found:
            raise Denied
        sessions.close(found)
        record("accounts.end_session", account, actor=actor, at=at)

    tried("end_session", account, write, actor=actor, at=at)


def end_other_sessions(*, account: Account, kept: str, actor: Actor, at: datetime) -> int:
    """End all of one's own sessions but the one whose key is ``kept``.

    :raises Denied: if the account is not the actor's own
    """

    def write() -> int:
        if actor.id != account.pk:
            raise Denied
        return _end(account, kept=kept, actor=actor, at=at)

    return tried("end_sessions", account, write, actor=actor, at=at)


def end_sessions(*, account: Account, actor: Actor, at: datetime) -> int:
    """End everything that somebody has open: a telephone is lost, a password is known.

    :raises Denied: if the actor is neither system nor security administrator over this account
    """

    def write() -> int:
        if not means.may_end_sessions(account.pk, actor=actor, at=at):
            raise Denied
        return _end(account, kept="", actor=actor, at=at)

    return tried("end_sessions", account, write, actor=actor, at=at)


def sweep_sessions(*, at: datetime) -> int:
    """Delete sessions that ran out."""
    return sessions.sweep(at=at)


def _end(account: Account, *, kept: str, actor: Actor, at: datetime) -> int:
    found = [one for one in sessions.opened(account, at=at) if one.key != kept]
    sessions.close(found)
    record("accounts.end_sessions", account, actor=actor, at=at)
    return len(found)
