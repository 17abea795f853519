"""What a real city's installation stands on: its settings, its secrets, and whose database it is.

`./run init` writes both files; every other verb reads them and refuses what is not in order. What
the person has set in the environment stands above both.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from quanyu.kernel.operations import doctor, keyring, rules
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault
from quanyu.kernel.operations.home import Home
from quanyu.kernel.operations.rules import Level
from quanyu.kernel.privacy.seals import BadKeys, read_key, read_ring

PRIVATE = 0o600
ADMINISTRATORS = {"security": "sec_admin", "system": "sys_admin", "audit": "audit_admin"}
SHORTEST = 50
"""Signs of the secret key; what `init` makes has 64."""

VARIED = 16
"""How many different signs, or bytes, chance surely brings into a secret."""

INDEX = "index"
EXAMPLES = ("changeme", "change-me", "insecure", "example", "not-for-production", "your-secret")
"""Words of secrets that stand in guides, tests and samples."""


def settings_file(home: Home) -> Path:
    """Give the file of the settings that `init` wrote."""
    return home.path / "settings.json"


def settings(home: Home) -> dict[str, str]:
    """Give what `init` wrote, nothing before it.

    :raises Fault: others can read the file, or it is misshapen
    """
    return _read(settings_file(home))


def write_settings(home: Home, made: Mapping[str, str]) -> None:
    """Write the settings: the address of the database holds a password, so they are private."""
    text = json.dumps(dict(made), ensure_ascii=False, indent=1)
    homes.write_private(settings_file(home), text + "\n")


def held(home: Home) -> dict[str, str]:
    """Give settings and secrets of the home, what the person has set above them.

    :raises Fault: others can read a file, or it is misshapen
    """
    return {**settings(home), **_read(keyring.file_of(home)), **os.environ}


def is_demo(values: Mapping[str, str]) -> bool:
    """Tell whether this is the demo city: its secrets are made without being asked for."""
    return values.get("QUANYU_DEMO") == "1"


def check(home: Home, values: Mapping[str, str]) -> None:
    """Refuse to run a real city without its own secrets.

    :raises Fault: `init` has not been run, or a secret is missing, weak or somebody's example
    """
    by_hand = all(os.environ.get(name) for name in keyring.NAMES)
    if not by_hand and not settings_file(home).exists():
        raise Fault("not_initialised", path=home.path)
    check_secrets(values)


def check_secrets(values: Mapping[str, str]) -> None:
    """Refuse secrets that are missing, misshapen, too weak, or known to everybody.

    :raises Fault: if one is
    """
    missing = [name for name in keyring.NAMES if not values.get(name)]
    if missing:
        raise Fault("secrets_missing", names=", ".join(missing))
    _check_signing(values[keyring.SECRET])
    try:
        numbered = json.loads(values[keyring.FIELDS])
        read_ring(numbered, index_key=values[keyring.INDEX])
    except (ValueError, AttributeError, TypeError, BadKeys) as problem:
        names = f"{keyring.FIELDS}, {keyring.INDEX}"
        raise Fault("secrets_misshapen", names=names) from problem
    keys = [read_key(text) for text in (*numbered.values(), values[keyring.INDEX])]
    if len(set(keys)) < len(keys) or any(len(set(key)) < VARIED for key in keys):
        raise Fault("secrets_known", name=f"{keyring.FIELDS}, {keyring.INDEX}")


def _check_signing(secret: str) -> None:
    if any(word in secret.lower() for word in EXAMPLES) or len(set(secret)) < VARIED:
        raise Fault("secrets_known", name=keyring.SECRET)
    if len(secret) < SHORTEST:
        raise Fault("secrets_short", name=keyring.SECRET, found=len(secret), needed=SHORTEST)


def _read(file: Path) -> dict[str, str]:
    try:
        mode = file.stat().st_mode & 0o777
        if mode & ~PRIVATE:
            raise Fault("secrets_readable", path=file, mode=f"{mode:04o}")
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise Fault("file_misshapen", path=file) from problem
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise Fault("file_misshapen", path=file)
    return found


# ------------------------------------------------------------------ whose database it is


def check_marks(url: str, values: Mapping[str, str]) -> None:
    """Refuse a database whose rows were sealed with other keys than these.

    :raises Fault: if a key is another one
    """
    ours = keyring.marks(values)
    with doctor.connected(url) as connection:
        kept = _marks(connection, values)
    # A field key that was retired is no longer here; the index key never changes.
    wrong = sorted(name for name in {*ours, INDEX} & {*kept} if ours.get(name) != kept[name])
    if wrong:
        raise Fault("keys_of_another", names=", ".join(wrong))


def check_administrators(url: str, values: Mapping[str, str]) -> None:
    """Warn of a city in which nobody could go on a security administrator's grant.

    :raises Fault: if there are fewer than two of them, or one of the other two roles is empty
    """
    with doctor.connected(url) as connection:
        held = _administrators(connection, values)
    found = {name: held.get(role, 0) for name, role in ADMINISTRATORS.items()}
    if held and rules.administrators(**found).level is not Level.FINE:
        raise Fault("few_administrators", **found)


def write_marks(url: str, values: Mapping[str, str]) -> None:
    """Let the database bear the marks of these keys; those that it bears already stay."""
    check_marks(url, values)
    table = sql.Identifier(schema(values), "privacy_keymark")
    statement = sql.SQL(
        "INSERT INTO {} (name, mark) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING"
    ).format(table)
    with doctor.connected(url) as connection, connection.cursor() as cursor:
        cursor.executemany(statement, list(keyring.marks(values).items()))


def schema(values: Mapping[str, str]) -> str:
    """Give the schema of the city's tables."""
    return values.get("QUANYU_SCHEMA") or "city"


def _marks(
    connection: psycopg.Connection[tuple[object, ...]], values: Mapping[str, str]
) -> dict[str, str]:
    name = f"{schema(values)}.privacy_keymark"
    if connection.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
        return {}  # a database from before the marks, or an empty one
    table = sql.Identifier(schema(values), "privacy_keymark")
    rows = connection.execute(sql.SQL("SELECT name, mark FROM {}").format(table)).fetchall()
    return {str(name): str(mark) for name, mark in rows}


def _administrators(
    connection: psycopg.Connection[tuple[object, ...]], values: Mapping[str, str]
) -> dict[str, int]:
    """Return how many administer the whole city, at least that nobody does; else nothing."""
    place = schema(values)
    known = connection.execute("SELECT to_regclass(%s)", [f"{place}.accounts_grantrow"]).fetchone()
    if known == (None,) or "QUANYU_CITY" not in values:
        return {}
    statement = sql.SQL(
        "SELECT g.role, count(DISTINCT a.id) FROM {} g JOIN {} a ON a.id = g.account_id"
        " WHERE a.is_active AND g.role = ANY (%s) AND g.region_path = %s"
        " AND g.granted_from <= now() AND coalesce(g.granted_to > now(), true) GROUP BY g.role"
    ).format(sql.Identifier(place, "accounts_grantrow"), sql.Identifier(place, "accounts_account"))
    given = [list(ADMINISTRATORS.values()), values["QUANYU_CITY"]]
    rows = connection.execute(statement, given).fetchall()
    return {"": 0} | {str(role): int(str(count)) for role, count in rows}
