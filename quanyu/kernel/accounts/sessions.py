"""Where sessions lie, and which of an account are open (会话)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as Kept
from django.utils import timezone

from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Account, SessionRow

BEGAN, SEEN, DEVICE, MEANS = "began", "seen", "device", "means"
"""What a session bears besides its holder: instants, the kind of device, the way in."""

STEP = timedelta(minutes=10)
"""When somebody was last seen is told no finer, and to nobody else."""


class SessionStore(Kept):
    """Django's sessions in the database, each with the account that it belongs to."""

    @classmethod
    def get_model_class(cls) -> Any:
        """Return our table."""
        return SessionRow

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to be written, with its holder."""
        row: Any = super().create_model_instance(data)
        row.account_id = data.get(SESSION_KEY)
        return row


@dataclass(frozen=True, slots=True)
class Open:
    """One open session, as its holder sees it."""

    id: str
    """A keyed hash: the key itself would be the session."""

    key: str
    began: datetime
    seen: datetime
    device: str
    means: str
    """``oidc`` if the identity provider vouched, else empty."""


def opened(account: Account, *, at: datetime) -> list[Open]:
    """Return the sessions of an account that the next request of each would still find open.

    The one used last comes first. Those of an older password are as good as ended.
    """
    rows = SessionRow.objects.filter(account=account, expire_date__gt=at)
    kept, hashed = [(row.session_key, row.get_decoded()) for row in rows], ""
    if kept and account.is_active:
        hashed = account.get_session_auth_hash()
    found = [_told(key, data) for key, data in kept if data.get(HASH_SESSION_KEY) == hashed]
    live = [one for one in found if not over(one.began, one.seen, at=at)]
    return sorted(live, key=_seen, reverse=True)


def over(began: datetime, seen: datetime, *, at: datetime) -> str:
    """Return why a session of this beginning and last use has run out: it is long, or lay idle."""
    if at - began >= rules.LONGEST_SESSION:
        return "long"
    return "idle" if at - seen >= timedelta(minutes=settings.QUANYU_IDLE_MINUTES) else ""


def rounded(seen: datetime) -> datetime:
    """Return an instant as it is shown: the ten minutes in which it lies."""
    return seen - (seen - datetime.fromtimestamp(0, tz=seen.tzinfo)) % STEP


def close(found: Iterable[Open]) -> int:
    """Delete these sessions; the next request of each is nobody's."""
    deleted, _kinds = SessionRow.objects.filter(pk__in=[one.key for one in found]).delete()
    return deleted


def sweep(*, at: datetime) -> int:
    """Delete sessions that ran out."""
    deleted, _kinds = SessionRow.objects.filter(expire_date__lte=at).delete()
    return deleted


def _told(key: str, data: dict[str, Any]) -> Open:
    return Open(
        id=rules.keyed("session", key, secret=settings.SECRET_KEY)[:32],
        key=key,
        began=instant(data.get(BEGAN, 0)),
        seen=instant(data.get(SEEN, 0)),
        device=data.get(DEVICE, ""),
        means=data.get(MEANS, ""),
    )


def instant(stamp: int) -> datetime:
    """Return the instant of a stamp that a session bears."""
    return datetime.fromtimestamp(stamp, tz=timezone.get_current_timezone())


def _seen(one: Open) -> datetime:
    return one.seen
