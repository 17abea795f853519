"""The keys of a home: known by their marks, kept apart from every backup (密钥的保管).

A mark tells whether a key is the right one and nothing else of it: a key is 32 random bytes.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home
from quanyu.kernel.privacy.seals import BadKeys, read_key

SECRET, FIELDS, INDEX = NAMES = ("QUANYU_SECRET_KEY", "QUANYU_FIELD_KEYS", "QUANYU_INDEX_KEY")


def file_of(home: Home) -> Path:
    """Return where the home keeps its keys."""
    return home.path / "secrets.json"


def in_force(kept: Mapping[str, str]) -> dict[str, str]:
    """Return the keys that count: what the person has set stands above what is kept."""
    given = {name: os.environ.get(name) or kept.get(name, "") for name in NAMES}
    return {name: text for name, text in given.items() if text}


def kept(file: Path) -> dict[str, str]:
    """Return the keys of a file, none if it is not there.

    :raises Fault: if it holds something else
    """
    try:
        found = json.loads(file.read_text())
        return {name: str(found[name]) for name in NAMES if name in found}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as problem:
        raise Fault("keys_do_not_fit", names=file) from problem


def write(keys: Mapping[str, str], *, to: Path) -> None:
    """Write the keys into a new file that only its owner may read.

    :raises Fault: if something of this name is there
    """
    if to.exists():
        raise Fault("target_not_empty", what=to)
    homes.write_private(to, json.dumps(dict(keys), indent=1))


def marks(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the mark of each key that a backup needs, by its number or name."""
    try:
        numbered = json.loads(keys.get(FIELDS) or "{}")
        named = {**numbered, "index": keys[INDEX]} if INDEX in keys else dict(numbered)
        return {name: _mark(name, read_key(text)) for name, text in sorted(named.items())}
    except (ValueError, AttributeError, BadKeys) as problem:
        raise Fault("keys_do_not_fit", names=f"{FIELDS}, {INDEX}") from problem


def check(needed: Mapping[str, str], keys: Mapping[str, str]) -> None:
    """Refuse keys that do not open what the backup holds.

    :raises Fault: if one is missing or another
    """
    found = marks(keys)
    wrong = [name for name, mark in needed.items() if found.get(name) != mark]
    if wrong:
        raise Fault("keys_do_not_fit", names=", ".join(wrong))


def _mark(name: str, key: bytes) -> str:
    return hashlib.sha256(b"quanyu key\0" + name.encode() + b"\0" + key).hexdigest()[:32]
