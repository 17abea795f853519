"""What the tests of this package share (人物的帮手)."""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries
from quanyu.kernel.accounts.models import Account
from quanyu.organisations import queries as organisations

CITY, STREET = "34/01/", "34/01/04/001/"
PASSWORD = "Lamp-post-7-green"
OTHER = "Another-lamp-8"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
Hire = Callable[..., Account]


class Quick(Argon2PasswordHasher):
    """The hasher of the house, made cheap: a test has no attacker."""

    time_cost, memory_cost, parallelism = 1, 8, 1


def acting_as(account: Account, at: datetime) -> Actor:
    """Return this person acting with what is held at that moment."""
    grants = queries.grants_of(account, at=at)
    return Actor(ActorKind.PERSON, id=account.pk, grants=grants, name=account.name)


def body_of(code: str) -> UUID:
    """Return the key of a body of the city."""
    found = organisations.body_by_code(code)
    assert found is not None
    return found.id


def code_now(secret: str = SECRET, *, later: int = 0) -> str:
    """Return the code that the phone shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))
