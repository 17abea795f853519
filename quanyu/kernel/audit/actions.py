"""Write down what was done, and seal what was written."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, models, transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit import queries, rules
from quanyu.kernel.audit.models import Record, Seal

BATCH = 5_000
"""Records in one seal, at most."""

SEALING = 0x5EA1


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
    waiting = list(queries.unsealed(last)[:BATCH])
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
