"""How a record is fixed and a batch sealed. No database, no clock."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

GENESIS = "0" * 64
"""What the first seal follows."""


def digest(facts: Mapping[str, object], *, salt: bytes) -> str:
    """Return the salted digest of an act's facts; the salt stays with the history.

    With history and salt gone (purge) nothing can be guessed back from the digest.
    """
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(salt + text.encode()).hexdigest()


def fingerprint(parts: Sequence[object]) -> str:
    """Return the hash of one record's own content, in a fixed order and spelling."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seal(*, number: int, previous: str, members: Iterable[tuple[str, str]]) -> str:
    """Return the hash that binds a batch of records to all before it.

    :param members: key and fingerprint of each record, in the order of the seal
    """
    whole = hashlib.sha256(f"{number}:{previous}".encode())
    for key, mark in members:
        whole.update(f"|{key}:{mark}".encode())
    return whole.hexdigest()


def made_before(key: UUID, other: UUID) -> bool:
    """Answer whether a key was made clearly before another: two seconds cover slow clocks."""
    return (other.int >> 80) - (key.int >> 80) > 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed."""

    kind: str
    """changed, removed, inserted or chain"""
    what: str
    """The record's key, or the seal's number."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying the whole log found."""

    records: int
    seals: int
    unsealed: int
    head: str
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Answer whether nothing was tampered with."""
        return not self.faults
