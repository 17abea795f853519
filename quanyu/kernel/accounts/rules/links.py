"""A link that opens an account once (一次性链接)."""

import secrets
from datetime import datetime

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _


class WrongLink(Refusal):
    """The link opens nothing: unknown, used, replaced, too old, its account closed (链接无效)."""

    status = 404


class Unconfirmed(Refusal):
    """A second administrator has not met the holder yet, or has already (待核对)."""

    status = 409


def fresh_token() -> str:
    """Return the secret part of a link: 256 bits of chance."""
    return secrets.token_urlsafe(32)


def check_link(is_open: object, ends_at: datetime, *, at: datetime) -> None:
    """Refuse a link that opens nothing, in the same words whatever the reason.

    :raises WrongLink: if it is not open, or its time is over
    """
    if not is_open or ends_at <= at:
        raise WrongLink(_("链接无效：可能已用过、已过期或已换成新的。请向发给您的人再要一个"))


def check_confirmed(waits: bool) -> None:
    """Refuse a link that a second administrator has still to confirm.

    :raises Unconfirmed: if it waits
    """
    if waits:
        raise Unconfirmed(_("这个链接要等安全管理员当面核对本人后才能使用"))
