"""Purge erases what was kept to its end (到期清除)."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from quanyu.kernel.access.rules import system
from quanyu.kernel.audit.models import Record
from quanyu.kernel.privacy import actions
from quanyu.kernel.privacy.models import Purge
from tests.kernel.privacy.letters.models import Letter

TIMER = system("34/01/", job="privacy.purge")


def answered(letter: Letter, at: datetime) -> Letter:
    letter.answered_at = at
    letter.save()
    return letter


def test_erases_value_and_index_when_the_days_are_over(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=180))

    actions.purge(actor=TIMER, at=at)

    letter.refresh_from_db()
    assert (letter.phone, letter.phone_index, letter.name, letter.nickname) == (
        None,
        None,
        None,
        "",
    )


def test_erases_each_field_at_its_own_end(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=31))

    actions.purge(actor=TIMER, at=at)

    letter.refresh_from_db()
    assert (str(letter.phone), letter.nickname) == ("138****8000", "")


def test_keeps_what_has_not_begun_to_count(letter: Letter, at: datetime) -> None:
    actions.purge(actor=TIMER, at=at + timedelta(days=1_000))

    letter.refresh_from_db()
    assert str(letter.phone) == "138****8000"


def test_reports_how_much_it_erased(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=200))

    report = actions.purge(actor=TIMER, at=at)

    mine = {name: count for name, count in report.counts.items() if name.startswith("letters.")}
    assert mine == {
        "letters.letter.name": 1,
        "letters.letter.nickname": 1,
        "letters.letter.phone": 1,
    }


def test_erases_nothing_more_when_repeated(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=200))
    actions.purge(actor=TIMER, at=at)

    assert sum(actions.purge(actor=TIMER, at=at).counts.values()) == 0


def test_goes_on_past_one_batch(letters: None, db: None, at: datetime) -> None:
    long_ago = at - timedelta(days=200)
    rows = [Letter(region_path="34/01/", nickname="某", answered_at=long_ago) for _ in range(1_001)]
    Letter.objects.bulk_create(rows)

    report = actions.purge(actor=TIMER, at=at)

    assert report.counts["letters.letter.nickname"] == 1_001


def test_leaves_an_audit_record(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=31))

    report = actions.purge(actor=TIMER, at=at)

    record = Record.objects.get(topic="privacy.purge")
    assert (record.subject, record.changed) == (
        f"privacy.purge:{report.pk}",
        ["letters.letter.nickname"],
    )


def test_goes_on_where_a_killed_one_stopped(letters: None, db: None, at: datetime) -> None:
    long_ago = at - timedelta(days=200)
    rows = [Letter(region_path="34/01/", nickname="某", answered_at=long_ago) for _ in range(1_500)]
    Letter.objects.bulk_create(rows)
    stopping = StopsAfter(1)

    with pytest.raises(Killed), stopping:
        actions.purge(actor=TIMER, at=at)
    killed = Purge.objects.get()
    report = actions.purge(actor=TIMER, at=at)

    assert (killed.is_finished, killed.counts["letters.letter.nickname"]) == (False, 1_000)
    assert (report.is_finished, report.counts["letters.letter.nickname"]) == (True, 500)


class Killed(BaseException):
    """The process ends here."""


class StopsAfter(AbstractContextManager["StopsAfter"]):
    """Ends the purge at the statement that would erase one batch too many."""

    def __init__(self, batches: int) -> None:
        self.left = batches
        self._held = connection.execute_wrapper(self._count)

    def __enter__(self) -> "StopsAfter":
        self._held.__enter__()
        return self

    def __exit__(self, *told: Any) -> None:
        self._held.__exit__(*told)

    def _count(self, execute: Any, statement: str, *rest: Any) -> Any:
        if statement.startswith('UPDATE "letters_letter" SET "nickname"'):
            self.left -= 1
            if self.left < 0:
                raise Killed
        return execute(statement, *rest)


def test_names_what_cannot_be_erased_and_goes_on(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=200))

    with Refusing('UPDATE "letters_letter" SET "name"'):
        report = actions.purge(actor=TIMER, at=at)

    letter.refresh_from_db()
    assert report.failures == {"letters.letter.name": "OperationalError"}
    assert (letter.phone, str(letter.name)) == (None, "欧阳**")


class Refusing(StopsAfter):
    """A database that refuses one statement."""

    def __init__(self, start: str) -> None:
        super().__init__(0)
        self.start = start

    def _count(self, execute: Any, statement: str, *rest: Any) -> Any:
        if statement.startswith(self.start):
            raise OperationalError("no")
        return execute(statement, *rest)


def test_leaves_what_is_opened_anew_while_it_works(letter: Letter, at: datetime) -> None:
    answered(letter, at - timedelta(days=200))

    def opened_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "letters_letter"'):
            with connection.cursor() as cursor:
                cursor.cursor.execute("UPDATE letters_letter SET answered_at = NULL")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(opened_first):
        report = actions.purge(actor=TIMER, at=at)

    letter.refresh_from_db()
    assert (str(letter.name), str(letter.phone)) == ("欧阳**", "138****8000")
    assert report.counts["letters.letter.name"] == 0
