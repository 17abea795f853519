"""The log shows what was tampered with, and by name (审计防篡改)."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.audit import actions, queries, rules
from quanyu.kernel.audit.models import Record, Seal
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from tests.conftest import owner

SYSTEM = system("34/01/", job="tests")


@pytest.fixture
def tamper(db: None) -> Any:
    """Change the log as somebody with the owner's rights would."""

    def done(statement: str, given: list[Any]) -> None:
        name = connection.settings_dict["NAME"]
        with owner(name) as culprit:
            culprit.execute(statement, given)

    return done


@pytest.fixture
def sealed(transactional_db: None, at: datetime) -> list[UUID]:
    """Five records under two seals, the keys in order; what the seeding wrote is put away."""
    with owner(connection.settings_dict["NAME"]) as cleaner:
        cleaner.execute("TRUNCATE city.audit_record, city.audit_seal")
    keys = [write(at) for _ in range(3)]
    actions.seal(at=at)
    keys += [write(at) for _ in range(2)]
    actions.seal(at=at)
    return keys


def write(at: datetime) -> UUID:
    return actions.record("test.act", "test:1", actor=SYSTEM, at=at, facts={"a": 1}).id


def test_a_whole_log_is_found_whole(sealed: list[UUID]) -> None:
    verdict = queries.verify()

    assert (verdict.is_whole, verdict.records, verdict.seals, verdict.unsealed) == (True, 5, 2, 0)


def test_records_younger_than_the_last_seal_are_counted_as_unsealed(
    sealed: list[UUID], at: datetime
) -> None:
    write(at)

    verdict = queries.verify()

    assert (verdict.is_whole, verdict.unsealed) == (True, 1)


def test_a_changed_record_is_named(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    tamper("UPDATE audit_record SET topic = 'test.other' WHERE id = %s", [sealed[1]])

    faults = queries.verify().faults

    assert [(fault.kind, fault.what) for fault in faults] == [("changed", str(sealed[1]))]


def test_a_record_changed_together_with_its_fingerprint_is_named(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    row = Record.objects.get(pk=sealed[1])
    row.topic = "test.other"
    mark = rules.fingerprint(row.parts())
    tamper(
        "UPDATE audit_record SET topic = %s, fingerprint = %s WHERE id = %s",
        ["test.other", mark, sealed[1]],
    )

    faults = queries.verify().faults

    assert [(fault.kind, fault.what) for fault in faults] == [("changed", str(sealed[1]))]


def test_a_removed_record_is_named(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    tamper("DELETE FROM audit_record WHERE id = %s", [sealed[2]])

    faults = queries.verify().faults

    assert [(fault.kind, fault.what) for fault in faults] == [("removed", str(sealed[2]))]


def test_a_record_slipped_in_between_is_named(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    early = UUID(int=sealed[0].int - (10_000 << 80))
    tamper(
        "INSERT INTO audit_record SELECT %s, topic, subject, region_path, actor_kind, actor_id,"
        " job, at, changed, digest, fingerprint FROM audit_record WHERE id = %s",
        [early, sealed[0]],
    )

    faults = queries.verify().faults

    assert [(fault.kind, fault.what) for fault in faults] == [("inserted", str(early))]


def test_a_forged_seal_breaks_the_chain(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    tamper("UPDATE audit_seal SET hash = %s WHERE number = 1", ["f" * 64])

    assert "chain" in {fault.kind for fault in queries.verify().faults}


def test_a_log_cut_at_its_end_lacks_the_witnessed_head(
    sealed: list[UUID], tamper: Callable[[str, list[Any]], None]
) -> None:
    _number, head = queries.head()
    tamper("DELETE FROM audit_seal WHERE number = %s", [2])
    tamper("DELETE FROM audit_record WHERE id = ANY (%s)", [sealed[3:]])

    faults = queries.verify(witnessed=head).faults

    assert ("chain", head) in [(fault.kind, fault.what) for fault in faults]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_record SET topic = 'x'", "DELETE FROM audit_record"]
)
def test_the_application_can_neither_change_nor_delete(statement: str, at: datetime) -> None:
    write(at)

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
def test_nothing_is_sealed_twice(at: datetime) -> None:
    write(at)
    actions.seal(at=at)

    assert actions.seal(at=at + timedelta(minutes=1)) is None
    assert Seal.objects.count() == 1


@pytest.mark.django_db
def test_only_readers_of_the_log_read_it(at: datetime) -> None:
    desk = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant(Role.OPERATOR, "34/01/")}))

    with pytest.raises(Denied):
        queries.records(actor=desk)


def test_keys_are_in_the_order_of_time() -> None:
    keys = []
    for _each in range(50):
        keys.append(uuid7())
        time.sleep(0.000_01)

    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}


# ------------------------------------------------------------------ verified by the worker

AUDITOR = Actor(
    ActorKind.PERSON, id=uuid7(), grants=frozenset({Grant(Role.AUDITOR, "34/01/")}), name="严明"
)


def test_a_verification_names_what_is_broken(tamper: Any, sealed: list[UUID], at: datetime) -> None:
    tamper("DELETE FROM city.audit_record WHERE id = %s", [sealed[1]])
    asked = actions.ask_verification(actor=AUDITOR, at=at)

    row = actions.verify(verification=asked.pk, actor=SYSTEM, at=at)

    assert row.fault_count == 1
    assert row.faults == [{"kind": "removed", "what": str(sealed[1])}]


@pytest.mark.django_db
def test_two_who_ask_at_once_get_one_verification(at: datetime) -> None:
    first = actions.ask_verification(actor=AUDITOR, at=at)

    second = actions.ask_verification(actor=AUDITOR, at=at + timedelta(minutes=1))

    assert second.pk == first.pk


@pytest.mark.django_db
def test_a_verification_that_was_lost_is_begun_anew(at: datetime) -> None:
    first = actions.ask_verification(actor=AUDITOR, at=at)

    second = actions.ask_verification(actor=AUDITOR, at=at + timedelta(hours=3))

    assert second.pk != first.pk


@pytest.mark.django_db
def test_verifying_twice_changes_nothing(at: datetime) -> None:
    asked = actions.ask_verification(actor=AUDITOR, at=at)
    first = actions.verify(verification=asked.pk, actor=SYSTEM, at=at)

    second = actions.verify(verification=asked.pk, actor=SYSTEM, at=at + timedelta(hours=1))

    assert second.done_at == first.done_at


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [actions.ask_verification, actions.verify_nightly])
def test_a_stranger_has_nothing_verified(verb: Callable[..., Any], at: datetime) -> None:
    desk = Actor(ActorKind.PERSON, grants=frozenset({Grant(Role.OPERATOR, "34/01/")}))

    with pytest.raises(Denied):
        verb(actor=desk, at=at)


@pytest.mark.django_db
def test_a_person_does_not_do_the_workers_part(at: datetime) -> None:
    asked = actions.ask_verification(actor=AUDITOR, at=at)

    with pytest.raises(Denied):
        actions.verify(verification=asked.pk, actor=AUDITOR, at=at)
