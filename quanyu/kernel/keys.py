"""Keys made by the application: UUIDs of version 7, in the order of time (主键)."""

import os
import time
from datetime import datetime
from uuid import UUID


def uuid7() -> UUID:
    """Return a new key: 48 bits of milliseconds, 12 of their fraction, then chance.

    RFC 9562 sections 5.7 and 6.2, method 3: what one process makes one after the other stays in
    that order within a millisecond too. Python 3.11 and PostgreSQL 15 have none of their own.
    """
    stamp, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    chance = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=(stamp & (1 << 48) - 1) << 80 | 7 << 76 | fraction << 64 | 2 << 62 | chance)


def first_at(at: datetime) -> UUID:
    """Return the least key that can be made at an instant or later."""
    stamp = int(at.timestamp() * 1000)
    return UUID(int=stamp << 80 | 7 << 76 | 2 << 62)
