"""Proving that a mail reaches the person who wrote its address down (邮箱核对)."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from quanyu.kernel.errors import Invalid, TooMany
from quanyu.kernel.errors import gettext_noop as _

LIVES: Final = timedelta(minutes=15)
"""So long a code counts."""

APART: Final = timedelta(minutes=1)
"""So long until another code may be asked for: nobody's box is filled from here."""

MOST: Final = 5
"""So many wrong codes; then a new one is asked for."""


class WrongCode(Invalid):
    """The code is wrong, or counts no more (核对码有误)."""


class TooSoon(TooMany):
    """A code was sent only just now (过于频繁)."""


def code(key: UUID, *, secret: str) -> str:
    """Return the six digits of one proof; they are kept nowhere."""
    digest = hmac.digest(secret.encode(), f"mail proof {key}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest) % 1_000_000:06d}"


def check_apart(asked_at: datetime | None, *, at: datetime) -> None:
    """Refuse another code too soon after the last.

    :raises TooSoon: if so
    """
    if asked_at is not None and at < asked_at + APART:
        raise TooSoon(
            _("核对码刚刚发出，请一分钟后再试"),
            field="email",
            retry_after=int(APART.total_seconds()),
        )


def is_open(asked_at: datetime, tries: int, *, at: datetime) -> bool:
    """Answer whether a code still counts."""
    return at < asked_at + LIVES and tries < MOST


def check_code(given: str, *, meant: str) -> None:
    """Refuse a code that was not sent.

    :raises WrongCode: if so
    """
    if not hmac.compare_digest(given.strip().encode(), meant.encode()):
        raise WrongCode(_("核对码不正确"), field="code")
