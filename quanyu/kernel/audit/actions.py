"""Write down what was done, and seal what was written."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, models, transaction

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit import queries, rules
from quanyu.kernel.audit.models import Record, Seal, Verification
from quanyu.kernel.copying import copy_all
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.actions import announce

SEALING = 0x5EA1
LOST = timedelta(hours=2)
"""A verification under way for longer than this was lost with its worker."""

MOST_FAULTS = 200
"""Faults kept with a verification; their number is kept whole."""


def record(
    topic: str,
    subject: models.Model | str,
    *,
    actor: Actor,
    at: datetime,
    changed: Sequence[str] = (),
    facts: Mapping[str, object] | None = None,
    salt: bytes = b"",
) -> Record:
    """Write down that ``actor`` did ``topic`` to ``subject``, in the caller's transaction.

    :param changed: names of the fields, never their values
    :param facts: what the digest is taken of; the facts themselves are not kept here
    :param salt: the salt kept with the history of the same act; a fresh one when there is none
    """
    row = build(topic, subject, actor=actor, at=at, changed=changed, facts=facts, salt=salt)
    row.save(force_insert=True)
    return row


def build(
    topic: str,
    subject: models.Model | str,
    *,
    actor: Actor,
    at: datetime,
    changed: Sequence[str] = (),
    facts: Mapping[str, object] | None = None,
    salt: bytes = b"",
) -> Record:
    """Return the record that :func:`record` writes, not yet written."""
    given = dict(facts or {})
    row = Record(
        topic=topic,
        subject=subject if isinstance(subject, str) else label(subject),
        region_path=getattr(subject, "region_path", ""),
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        job=actor.job,
        at=at,
        changed=sorted(changed or given),
        digest=rules.digest(given, salt=salt or os.urandom(16)) if given else "",
    )
    row.fingerprint = rules.fingerprint(row.parts())
    return row


def record_all(built: Sequence[Record]) -> None:
    """Write down many acts of one transaction at once, each by the record built for it.

    A file of a hundred thousand rows leaves as many.
    """
    copy_all(built)


def label(subject: models.Model) -> str:
    """Return how the audit names a row: its table and key."""
    return f"{subject._meta.label_lower}:{subject.pk}"


@transaction.atomic
def seal(*, at: datetime) -> Seal | None:
    """Bind the records not yet sealed to the chain; of two workers one seals, the other waits.

    Returns the new seal, or None when there was nothing to seal.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING])
        cursor.execute("SELECT pg_current_snapshot()::text")
        snapshot: str = cursor.fetchone()[0]
    last = Seal.objects.order_by("-number").first()
    waiting = list(queries.unsealed(last)[: queries.BATCH])
    if not waiting:
        return None
    members = [(str(row.id), row.fingerprint) for row in waiting]
    number, previous = (last.number + 1, last.hash) if last else (1, rules.GENESIS)
    return Seal.objects.create(
        number=number,
        at=at,
        members=[row.id for row in waiting],
        marks=[row.fingerprint for row in waiting],
        snapshot=snapshot,
        previous=previous,
        hash=rules.seal(number=number, previous=previous, members=members),
    )


@transaction.atomic
def ask_verification(*, actor: Actor, at: datetime) -> Verification:
    """Have the whole log verified by the worker; one under way is taken instead of a second.

    :raises Denied: if the actor reads no log
    """
    queries.check_reader(actor)
    return _begin(actor, at=at)


@transaction.atomic
def verify_nightly(*, actor: Actor, at: datetime) -> Verification:
    """Begin the look over the log that nobody asked for.

    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    return _begin(actor, at=at)


def _begin(actor: Actor, *, at: datetime) -> Verification:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING + 1])
    last = queries.last_verification()
    if last is not None and last.done_at is None and at - last.asked_at < LOST:
        return last
    row = Verification.objects.create(asked_by=actor.id, asked_at=at)
    record("audit.verify", row, actor=actor, at=at)
    announce("audit.verification", row, at=at)
    return row


@transaction.atomic
def verify(*, verification: UUID, actor: Actor, at: datetime) -> Verification:
    """Verify the whole log and keep what was found; repeating it changes nothing.

    :raises Denied: if the actor is not the system, or nobody asked for it
    """
    row = Verification.objects.select_for_update().filter(pk=verification).first()
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise Denied
    if row.done_at is not None:
        return row
    verdict = queries.verify()
    row.done_at = at
    row.records, row.seals, row.unsealed = verdict.records, verdict.seals, verdict.unsealed
    row.head, row.fault_count = verdict.head, len(verdict.faults)
    row.faults = [{"kind": one.kind, "what": one.what} for one in verdict.faults[:MOST_FAULTS]]
    row.save()
    facts = {"head": row.head, "records": row.records, "faults": row.fault_count}
    record("audit.verified", row, actor=actor, at=at, facts=facts)
    return row
