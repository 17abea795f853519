"""A personal field is sealed at rest and masked in sight (加密字段)."""

import json
import pickle
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.template import Context, Template
from django.test import override_settings
from django.test.utils import isolate_apps

from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy import fields, queries
from tests.kernel.privacy.letters.models import Letter


def stored(letter: Letter, column: str) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM letters_letter WHERE id = %s", [letter.pk])  # noqa: S608
        value = cursor.fetchone()[0]
    return None if value is None else bytes(value)


def test_holds_no_plain_text_in_the_database(letter: Letter) -> None:
    token = stored(letter, "phone")

    assert token is not None
    assert (token[:2], b"138" in token) == (b"\x01\x01", False)


def test_shows_its_mask_in_text_in_logs_and_on_pages(letter: Letter) -> None:
    page = Template("{{ letter.phone }} {{ letter.phone.text }}{{ letter.phone.open }}")
    shown = [str(letter.phone), f"{letter.phone}", page.render(Context({"letter": letter})).strip()]

    assert shown == ["138****8000"] * 3


def test_shows_its_mask_in_a_debugger(letter: Letter) -> None:
    assert repr([letter.name]) == "[<Sealed 欧阳**>]"


def test_is_masked_from_the_moment_it_is_put_in() -> None:
    assert repr(Letter(phone="13800138000").phone) == "<Sealed 138****8000>"


def test_shows_nothing_when_read_without_its_row(letter: Letter) -> None:
    loose = Letter.objects.values_list("phone", flat=True).get(pk=letter.pk)

    assert str(loose) == "***"


def test_shows_nothing_when_moved_to_another_row(letter: Letter) -> None:
    other = Letter.objects.create(region_path="34/01/", phone="13900139000")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE letters_letter SET phone = %s WHERE id = %s",
            [stored(letter, "phone"), other.pk],
        )

    other.refresh_from_db()

    assert str(other.phone) == "***"


def test_cannot_be_assigned_to_another_row(letter: Letter) -> None:
    other = Letter(region_path="34/01/")

    with pytest.raises(TypeError):
        other.phone = letter.phone


def test_cannot_be_saved_under_another_key(letter: Letter) -> None:
    str(letter.phone)
    letter.pk = uuid7()

    with pytest.raises(TypeError):
        letter.save(force_insert=True)


def test_cannot_be_written_out_as_json_or_pickle(letter: Letter) -> None:
    with pytest.raises(TypeError):
        json.dumps(letter.phone)
    with pytest.raises(TypeError):
        pickle.dumps(letter.phone)


def test_cannot_be_written_without_its_row(letter: Letter) -> None:
    with pytest.raises(TypeError):
        Letter.objects.filter(pk=letter.pk).update(phone="13900139000")


def test_cannot_be_asked_for_in_the_clear(letter: Letter) -> None:
    with pytest.raises(TypeError):
        Letter.objects.filter(phone="13800138000").exists()


def test_is_found_by_its_blind_index_however_it_is_written(letter: Letter) -> None:
    index = queries.digests(Letter, "phone", "+86 138-0013-8000")

    assert Letter.objects.get(phone_index__in=index) == letter


def test_changes_value_and_index_together(letter: Letter) -> None:
    letter.phone = "13900139000"
    letter.save()

    found = Letter.objects.get(phone_index__in=queries.digests(Letter, "phone", "13900139000"))
    assert str(found.phone) == "139****9000"


def test_loses_value_and_index_together(letter: Letter) -> None:
    letter.phone = None
    letter.save()

    assert (stored(letter, "phone"), stored(letter, "phone_index")) == (None, None)


def test_stays_as_it_was_when_the_row_is_saved_for_something_else(letter: Letter) -> None:
    before = stored(letter, "phone"), stored(letter, "phone_index")
    letter.nickname = "老欧"
    letter.save()

    assert (stored(letter, "phone"), stored(letter, "phone_index")) == before


def test_keeps_its_index_when_it_was_not_read(letter: Letter) -> None:
    before = stored(letter, "phone_index")
    Letter.objects.defer("phone").get(pk=letter.pk).save()

    assert stored(letter, "phone_index") == before


def test_stores_an_empty_text_as_nothing(letters: None, db: None) -> None:
    letter = Letter.objects.create(region_path="34/01/", phone="")

    assert (letter.phone, stored(letter, "phone")) == (None, None)


def test_is_sealed_in_bulk_as_well(letters: None, db: None) -> None:
    first, second = Letter.objects.bulk_create(
        [Letter(region_path="34/01/", phone="13800138000") for _ in range(2)]
    )

    assert stored(first, "phone") != stored(second, "phone")
    assert stored(first, "phone_index") == stored(second, "phone_index")


def test_is_bytes_to_a_migration() -> None:
    field: Any = Letter._meta.get_field("phone")
    index: Any = Letter._meta.get_field("phone_index")

    assert (type(field.clone()), type(index.clone())) == (models.BinaryField, models.BinaryField)
    assert field.deconstruct()[1] == "django.db.models.BinaryField"


@isolate_apps("quanyu.kernel.privacy")
def test_is_refused_without_a_declaration() -> None:
    class Bare(models.Model):
        phone = fields.EncryptedField("电话")

        class Meta:
            app_label = "privacy"

    found = [error.id for error in Bare._meta.get_field("phone").check()]

    assert found == ["privacy.E001"]


def test_every_encrypted_field_of_the_city_is_declared(letters: None) -> None:
    assert queries.undeclared() == []


def test_every_declaration_of_the_city_passes_the_check() -> None:
    assert [error for error in checks.run_checks() if str(error.id).startswith("privacy")] == []


def test_the_register_lists_what_is_stored_and_how(letters: None) -> None:
    listed = {entry.label: (entry.is_encrypted, entry.index) for entry in queries.fields()}

    assert listed["letters.letter.phone"] == (True, "phone_index")
    assert listed["letters.letter.nickname"] == (False, "")


def test_says_which_setting_is_wrong_without_keys() -> None:
    with override_settings(QUANYU_FIELD_KEYS={}):
        fields.ring.cache_clear()

        with pytest.raises(ImproperlyConfigured, match="QUANYU_FIELD_KEYS"):
            fields.ring()
