"""Rotate seals everything anew under the newest key, while it is in use (密钥轮换)."""

import ast
import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test import override_settings

from quanyu.kernel.access.reach import declared
from quanyu.kernel.access.rules import system
from quanyu.kernel.audit.models import Record
from quanyu.kernel.privacy import actions, fields, queries, sealed
from quanyu.kernel.privacy.models import Rotation, RotationPart
from tests.architecture.source import trees
from tests.kernel.privacy.letters.models import Letter
from tests.kernel.privacy.test_purge import Killed, StopsAfter

DOER = system("34/01/", job="tests")
PHONE = "letters.letter.phone"


@contextmanager
def two_keys(crypto: str = "aes") -> Iterator[None]:
    """The city has a second key, and perhaps the other provider."""
    keys = {"1": "61" * 32, "2": "63" * 32}
    with override_settings(QUANYU_FIELD_KEYS=keys, QUANYU_CRYPTO=crypto):
        fields.ring.cache_clear()
        yield
    fields.ring.cache_clear()


def stored(letter: Letter) -> tuple[bytes, bytes]:
    """What the database holds of a letter's telephone: token and index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM letters_letter WHERE id = %s", [letter.pk])
        token, index = cursor.fetchone()
    return bytes(token), bytes(index)


def part(column: str = PHONE) -> RotationPart:
    return RotationPart.objects.get(column=column)


@pytest.mark.parametrize(("crypto", "header"), [("aes", b"\x01\x02"), ("sm", b"\x02\x02")])
def test_seals_value_and_index_under_the_new_key(
    letter: Letter, at: datetime, crypto: str, header: bytes
) -> None:
    with two_keys(crypto):
        actions.rotate(actor=DOER, at=at)

        token, index = stored(letter)
        assert (token[:2], index[:2]) == (header, header)
        assert str(Letter.objects.get(pk=letter.pk).phone) == "138****8000"


def test_finds_a_value_before_while_and_after(letter: Letter, at: datetime) -> None:
    asked = {"phone_index__in": queries.digests(Letter, "phone", "13800138000")}
    before = Letter.objects.filter(**asked).exists()

    with two_keys("sm"):
        asked = {"phone_index__in": queries.digests(Letter, "phone", "13800138000")}
        meanwhile = Letter.objects.filter(**asked).exists()
        actions.rotate(actor=DOER, at=at)
        after = Letter.objects.filter(**asked).exists()

    assert (before, meanwhile, after) == (True, True, True)


def test_leaves_nothing_under_the_old_key(letter: Letter, at: datetime) -> None:
    with two_keys():
        before = queries.sealed_under(1, using="default")
        actions.rotate(actor=DOER, at=at)

        assert before == {PHONE: 1, "letters.letter.name": 1}
        assert queries.sealed_under(1, using="default") == {}


def test_goes_on_where_it_was_killed(letters: None, db: None, at: datetime) -> None:
    rows = [Letter(region_path="34/01/", phone=f"138{n:08d}") for n in range(1_200)]
    Letter.objects.bulk_create(rows)

    with two_keys():
        with pytest.raises(Killed), Stopped():
            actions.rotate(actor=DOER, at=at)
        halfway = part().resealed
        done = actions.rotate(actor=DOER, at=at + timedelta(hours=1))

        assert (halfway, part().seen, part().resealed) == (500, 1_200, 1_200)
        assert (done.finished_at, Rotation.objects.count()) == (at + timedelta(hours=1), 1)
        assert queries.sealed_under(1, using="default") == {}


class Stopped(StopsAfter):
    """Ends the rotation at its second batch."""

    def __init__(self) -> None:
        super().__init__(1)

    def _count(self, execute: Any, statement: str, *rest: Any) -> Any:
        if statement.startswith("UPDATE letters_letter t SET phone"):
            self.left -= 1
            if self.left < 0:
                raise Killed
        return execute(statement, *rest)


def test_leaves_what_somebody_changes_meanwhile_to_them(letter: Letter, at: datetime) -> None:
    column = next(one for one in sealed.every() if one.label == PHONE)
    with two_keys():
        rows = column.rows(after="", most=10)
        letter.phone = "13900139000"
        letter.save()

        batch = column.reseal(rows, fields.ring())

        assert (batch.seen, batch.resealed) == (1, 0)
        assert str(Letter.objects.get(pk=letter.pk).phone) == "139****9000"


def test_says_what_does_not_open_and_leaves_it(letter: Letter, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE letters_letter SET phone = set_byte(phone, 20, 255 - get_byte(phone, 20))"
        )

    with two_keys():
        done = actions.rotate(actor=DOER, at=at)

        assert queries.unreadable(done) == {PHONE: 1}
        assert queries.sealed_under(1, using="default") == {PHONE: 1}


def test_is_written_down(letter: Letter, at: datetime) -> None:
    with two_keys():
        done = actions.rotate(actor=DOER, at=at)

    topics = Record.objects.filter(subject=f"privacy.rotation:{done.pk}").order_by("id")
    assert list(topics.values_list("topic", flat=True)) == [
        "privacy.begin_rotation",
        "privacy.end_rotation",
    ]


def test_knows_every_column_that_is_sealed_by_hand() -> None:
    hand = {column.label for column in sealed.every() if column.place}

    assert hand == {"events.idempotency.answer", "mfa.authenticator.data"}


SEALERS = {
    "quanyu/events/actions/reports.py": "events.idempotency.answer",
    "quanyu/kernel/accounts/adapters.py": "mfa.authenticator.data",
}
"""Who seals by hand outside the fields, and the column that a rotation therefore knows."""

PASSING = {"quanyu/events/queries/nearby.py": "a key on a form, in no row: good while the page is"}


def test_knows_everybody_who_seals_by_hand() -> None:
    found = {path for path, tree in trees().items() if "/privacy/" not in path and _seals(tree)}

    assert found == set(SEALERS) | set(PASSING)
    assert set(SEALERS.values()) <= {column.label for column in sealed.every()}


def _seals(tree: ast.Module) -> bool:
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    named = (called for called in calls if getattr(called, "attr", "") == "seal")
    return any(ast.unparse(called) == "ring().seal" for called in named)


def test_may_write_every_column_of_tokens() -> None:
    writes = {declared(column.model).writes for column in sealed.every()}

    assert writes <= {"all", "insert update"}


def test_keys_that_are_read_from_a_file_are_read_again_when_it_changes(
    tmp_path: Any, settings: Any
) -> None:
    file = tmp_path / "secrets.json"
    one = {"QUANYU_FIELD_KEYS": json.dumps({"1": "61" * 32}), "QUANYU_INDEX_KEY": "62" * 32}
    file.write_text(json.dumps(one))
    settings.QUANYU_KEYS_FILE = str(file)
    before = fields.ring().newest
    two = json.dumps({"1": "61" * 32, "2": "63" * 32})
    file.write_text(json.dumps(one | {"QUANYU_FIELD_KEYS": two}))
    os.utime(file, ns=(1, 1))

    assert (before, fields.ring().newest) == (1, 2)


def test_keys_once_read_are_used_on_when_their_file_is_gone(tmp_path: Any, settings: Any) -> None:
    file = tmp_path / "secrets.json"
    keys = {"QUANYU_FIELD_KEYS": json.dumps({"1": "61" * 32}), "QUANYU_INDEX_KEY": "62" * 32}
    file.write_text(json.dumps(keys))
    settings.QUANYU_KEYS_FILE = str(file)
    fields.ring.cache_clear()
    before = fields.ring()
    file.unlink()

    assert fields.ring() is before


def test_keys_that_cannot_be_read_at_the_start_are_told_of(tmp_path: Any, settings: Any) -> None:
    settings.QUANYU_KEYS_FILE = str(tmp_path / "secrets.json")
    fields.ring.cache_clear()

    with pytest.raises(ImproperlyConfigured, match="QUANYU_FIELD_KEYS"):
        fields.ring()


def test_second_factors_are_sealed_anew_inside_their_json(db: None, at: datetime) -> None:
    value = {"secret": _sealed("JBSWY3DP"), "other": "plain"}

    with two_keys("sm"):
        anew = sealed._resealed(value, fields.ring(), place="here")
        opened = fields.ring().open(sealed._token(anew["secret"]), place="here")

    assert (opened, anew["other"]) == ("JBSWY3DP", "plain")


def _sealed(text: str) -> str:
    return base64.b64encode(fields.ring().seal(text, place="here")).decode()


def test_every_model_with_tokens_has_a_key_that_can_be_kept() -> None:
    keys = {type(column.model._meta.pk) for column in sealed.every()}

    assert keys <= {models.UUIDField, models.BinaryField, models.AutoField, models.BigAutoField}
