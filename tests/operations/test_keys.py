"""./run keys … changes the keys of a city that is in use, and bears being killed (密钥轮换)."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from quanyu.events.models import Contact, Event
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.keys import uuid7
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import installation
from quanyu.kernel.privacy.actions import check_may_retire
from quanyu.kernel.privacy.actions.rotating import StillNeeded
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.models import RotationPart
from quanyu.kernel.privacy.seals import Ring, read_ring

ROWS = 3_000
PHONE = "events.contact.phone"
WORKER = system(settings.QUANYU_CITY, job="tests")

pytestmark = [
    pytest.mark.crash,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose keys are those of the tests."""
    keys = {
        "QUANYU_SECRET_KEY": settings.SECRET_KEY,
        "QUANYU_FIELD_KEYS": json.dumps(settings.QUANYU_FIELD_KEYS),
        "QUANYU_INDEX_KEY": settings.QUANYU_INDEX_KEY,
    }
    homes.write_private(tmp_path / "secrets.json", json.dumps(keys))
    installation.write_settings(homes.Home(tmp_path), {"QUANYU_DEMO": "1"})
    return tmp_path


@pytest.fixture
def contacts(transactional_db: None, at: datetime) -> None:
    """Many reporters who left their telephone."""
    ring.cache_clear()
    events = [
        Event(
            number=f"260302-{n:08d}",
            channel="web",
            title="灯不亮",
            text="灯不亮",
            region_path="34/01/04/001/",
            state="reported",
            state_since=at,
            reported_at=at,
        )
        for n in range(ROWS)
    ]
    with acting(WORKER):
        Event.objects.bulk_create(events)
        Contact.objects.bulk_create(
            Contact(id=uuid7(), event=event, phone=f"138{n:08d}", given_at=at)
            for n, event in enumerate(events)
        )


def command(home: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command on the tests' database, with the keys of the home and no others."""
    ours = {"QUANYU_FIELD_KEYS", "QUANYU_INDEX_KEY", "QUANYU_SECRET_KEY", "QUANYU_KEYS_FILE"}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    named = urlsplit(settings.DATABASE_URL)._replace(path=f"/{_database()}")
    env |= {"QUANYU_DATABASE_URL": urlunsplit(named), "QUANYU_LANGUAGE": "en"}
    line: Sequence[str] = (sys.executable, "-P", "-m", "quanyu.project.command")
    return subprocess.Popen(
        [*line, *words, "--home", str(home)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _database() -> str:
    return str(connections["default"].settings_dict["NAME"])


def kept(home: Path) -> Ring:
    """The keys that the home holds now."""
    keys = homes.keys(homes.Home(home))
    return read_ring(json.loads(keys["QUANYU_FIELD_KEYS"]), index_key=keys["QUANYU_INDEX_KEY"])


def tokens() -> list[tuple[str, bytes]]:
    """Every telephone as the database holds it, with the place it is bound to."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id, phone FROM events_contact")
        return [(f"{PHONE}:{key}", bytes(token)) for key, token in cursor.fetchall()]


def killed_halfway(home: Path) -> None:
    """Rotate, and kill -9 the process after some batches."""
    process = command(home, "keys", "rotate")
    assert process.stdout is not None
    next(line for line in process.stdout if f"{PHONE}" in line and "1000" in line)
    process.kill()
    process.communicate()


def test_rotate_goes_on_after_kill_9_and_leaves_every_value_readable(
    contacts: None, home: Path
) -> None:
    killed_halfway(home)
    under = {token[1] for _place, token in tokens()}
    process = command(home, "keys", "rotate")
    said, faults = process.communicate(timeout=120)

    opened = {kept(home).open(token, place=place) for place, token in tokens()}
    part = RotationPart.objects.get(column=PHONE)
    assert under == {1, 2}
    assert (process.returncode, faults) == (0, "")
    assert opened == {f"138{n:08d}" for n in range(ROWS)}
    assert {token[:2] for _place, token in tokens()} == {b"\x01\x02"}
    assert (part.seen, part.resealed, part.unreadable) == (ROWS, ROWS, 0)
    assert kept(home).numbers == (1, 2)
    assert said


def test_retire_waits_until_whoever_began_before_is_done(
    transactional_db: None, home: Path
) -> None:
    command(home, "keys", "rotate").communicate(timeout=60)

    with override_settings(QUANYU_KEYS_FILE=str(home / "secrets.json")):
        with pytest.raises(StillNeeded, match="分钟后"):
            check_may_retire(1, at=datetime.now(tz=UTC))
        check_may_retire(1, at=datetime.now(tz=UTC) + timedelta(minutes=11))
    ring.cache_clear()


def test_show_counts_what_stands_under_each_key(contacts: None, home: Path) -> None:
    said, _faults = command(home, "keys", "show").communicate(timeout=60)

    assert json.loads(said)["values"][PHONE] == {"aes-1": ROWS}


def test_retire_refuses_a_key_that_something_needs(contacts: None, home: Path) -> None:
    killed_halfway(home)
    process = command(home, "keys", "retire", "1")
    process.communicate(timeout=60)

    assert process.returncode != 0
    assert kept(home).numbers == (1, 2)
