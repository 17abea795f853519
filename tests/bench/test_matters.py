"""A city for a measurement … has the same indexes as any other, built once its rows are there."""

import pytest
from django.db import connection

from quanyu.bench import matters

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename = 'events_event' ORDER BY 1"


def test_has_the_indexes_of_any_other() -> None:
    before = _indexes()

    with matters.indexed_afterwards("Event"):
        during = _indexes()

    assert set(during) < set(before)
    assert _indexes() == before


def _indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        return [made for (made,) in cursor.fetchall()]
