"""The city with one more domain, whose rows hold personal fields (带个人信息的测试领域)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.privacy import fields
from tests.kernel.privacy.letters.models import Letter

STREET = "34/01/04/003/"


@pytest.fixture(scope="package")
def letters(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Install the domain and make its table, as a migration would."""
    apps = [*settings.INSTALLED_APPS, "tests.kernel.privacy.letters"]
    with override_settings(INSTALLED_APPS=apps):
        with django_db_blocker.unblock():
            owner = connections["owner"]
            with owner.schema_editor() as editor:
                editor.create_model(Letter)
            with owner.cursor() as cursor:
                cursor.execute("GRANT ALL ON letters_letter TO quanyu_app")
            owner.close()
        yield
        with django_db_blocker.unblock():
            owner = connections["owner"]
            with owner.schema_editor() as editor:
                editor.delete_model(Letter)
            owner.close()


@pytest.fixture(autouse=True)
def keys() -> Iterator[None]:
    """Give the city keys of its own."""
    own = {"QUANYU_FIELD_KEYS": {"1": "61" * 32}, "QUANYU_INDEX_KEY": "62" * 32}
    with override_settings(**own, QUANYU_KEYS_FILE=""):
        fields.ring.cache_clear()
        yield
    fields.ring.cache_clear()


@pytest.fixture
def operator() -> Actor:
    """Somebody who answers letters in this street."""
    return Actor(
        ActorKind.PERSON,
        id=UUID("01990000-0000-7000-8000-000000000001"),
        grants=frozenset({Grant(Role.OPERATOR, STREET)}),
    )


@pytest.fixture
def stranger() -> Actor:
    """The same role in another district."""
    return Actor(
        ActorKind.PERSON,
        id=UUID("01990000-0000-7000-8000-000000000002"),
        grants=frozenset({Grant(Role.OPERATOR, "34/01/11/")}),
    )


@pytest.fixture
def letter(letters: None, db: None) -> Letter:
    """A letter from the street, as the database gives it back."""
    written = Letter.objects.create(
        region_path=STREET, phone="138 0013 8000", name="欧阳明日", nickname="小欧"
    )
    return Letter.objects.get(pk=written.pk)
