"""Keys made by the application: UUIDs of version 7, in the order of time (主键)."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a new key: 48 bits of milliseconds, then chance (RFC 9562 section 5.7).

    Python 3.11 and PostgreSQL 15 have none of their own.
    """
    stamp = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10))
    value = (stamp & (1 << 48) - 1) << 80 | chance
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 2 << 62)
