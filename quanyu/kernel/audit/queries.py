"""Verify the log against its seals, and read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role, upper
from quanyu.kernel.audit import rules
from quanyu.kernel.audit.models import Record, Seal, Verification
from quanyu.kernel.errors import Denied
from quanyu.kernel.questions import Question

LATEST = timedelta(minutes=30)
"""A transaction lives shorter than this (statement and idle limits of the database role)."""

BATCH = 5_000
"""Records in one seal, at most."""

RECENT = 200
"""Seals that are looked through for a record beside the full ones: one a minute is not full."""

BOUND_BY_NONE = """NOT EXISTS (
  SELECT FROM audit_seal AS seal, unnest(seal.members) AS member (id)
   WHERE seal.number > %s AND member.id >= %s AND member.id = audit_record.id
)"""
"""An anti-join: a list of keys in the statement would grow with what half an hour wrote."""

PAGE = 100
COUNT_TO = 10_000

READERS = frozenset({Role.AUDIT_ADMIN, Role.AUDITOR})
"""Who may read the log (审计管理员、审计员)."""


account_names: Question[[Sequence[UUID]], Mapping[UUID, str]] = Question(
    "account_names", default={}
)
"""What are the people of these accounts called? accounts answers."""

place_names: Question[[Sequence[str]], Mapping[str, str]] = Question("place_names", default={})
"""What are these places called? regions answers."""

accounts_called: Question[[str], Sequence[UUID]] = Question("accounts_called", default=())
"""Whose accounts bear this user name, or this person's name? accounts answers."""

places_below: Question[[Sequence[str]], Mapping[str, str]] = Question("places_below", default={})
"""What are these places called, and those just below them? regions answers."""

topic_names: Question[[], Mapping[str, str]] = Question("topic_names", default={})
"""What are the topics of a domain called? Each domain answers for its own."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in the log; an empty word narrows nothing (查询条件)."""

    topic: str = ""
    """A topic, or the beginning of several: ``event.``"""
    subject: str = ""
    """Table and key, or the key alone."""
    who: str = ""
    """A user name, or a person's name."""
    place: str = ""
    since: date | None = None
    until: date | None = None
    """The last day, counted in."""


EVERYTHING = Sought()


@dataclass(frozen=True, slots=True)
class State:
    """How far the log is sealed (封存情况)."""

    last_at: datetime | None
    records: int
    unsealed: int
    since: datetime | None
    """Since when the oldest of them waits for a seal."""

    number: int
    head: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, the newest first, which of them no seal binds yet, and the next page."""

    rows: list[Record] = field(default_factory=list)
    loose: frozenset[UUID] = frozenset()
    next: str = ""


def people(keys: Sequence[UUID]) -> dict[UUID, str]:
    """Return what the people of these accounts are called."""
    found: dict[UUID, str] = {}
    for names in account_names.ask(sorted(set(keys))) if keys else []:
        found |= names
    return found


def page(*, actor: Actor, sought: Sought = EVERYTHING, after: str = "") -> Page:
    """Return one page of the log by keyset.

    :raises Denied: if the actor reads no log
    """
    rows = records(actor=actor, sought=sought)
    rows = rows.filter(id__lt=after) if _is_key(after) else rows
    found = list(rows[: PAGE + 1])
    following = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    return Page(found[:PAGE], loose(found), following)


def loose(rows: Sequence[Record]) -> frozenset[UUID]:
    """Return which of these records no seal binds yet."""
    kept = unsealed(_last()).filter(id__in=[row.id for row in rows])
    return frozenset(kept.values_list("id", flat=True))


def state() -> State:
    """Return how far the log is sealed; counted exactly up to ten thousand."""
    last = _last()
    waiting = list(unsealed(last).values_list("id", flat=True)[: COUNT_TO + 1])
    return State(
        last_at=last.at if last else None,
        records=Record.objects.order_by()[: COUNT_TO + 1].count(),
        unsealed=len(waiting),
        since=_made(waiting[0]) if waiting else None,
        number=last.number if last else 0,
        head=last.hash if last else rules.GENESIS,
    )


def _last() -> Seal | None:
    return Seal.objects.order_by("-number").first()


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def check_reader(actor: Actor) -> tuple[str, ...]:
    """Return the places whose log the actor reads.

    :raises Denied: if there is none
    """
    places = tuple(grant.path for grant in actor.grants if grant.role in READERS and grant.path)
    if not places:
        raise Denied
    return places


def records(*, actor: Actor, sought: Sought = EVERYTHING) -> models.QuerySet[Record]:
    """Return the records inside the reader's places that are sought, the newest first.

    :raises Denied: if the actor reads no log
    """
    inside = models.Q(region_path="")
    for path in check_reader(actor):
        inside |= models.Q(region_path__gte=path, region_path__lt=upper(path))
    rows = Record.objects.filter(inside).order_by("-id")
    if sought.topic:
        is_group = sought.topic.endswith(".")
        rows = rows.filter(**{"topic__startswith" if is_group else "topic": sought.topic})
    if sought.subject:
        is_whole = ":" in sought.subject
        rows = rows.filter(**{"subject" if is_whole else "subject__endswith": sought.subject})
    if sought.who:
        rows = rows.filter(actor_id__in=_called(sought.who))
    return _placed_and_dated(rows, sought)


def _called(who: str) -> list[UUID]:
    return [key for keys in accounts_called.ask(who) for key in keys]


def _placed_and_dated(rows: models.QuerySet[Record], sought: Sought) -> models.QuerySet[Record]:
    if sought.place:
        rows = rows.filter(region_path__gte=sought.place, region_path__lt=upper(sought.place))
    if sought.since:
        rows = rows.filter(at__gte=_midnight(sought.since))
    if sought.until and sought.until < date.max:
        rows = rows.filter(at__lt=_midnight(sought.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def last_verification() -> Verification | None:
    """Return the newest look over the whole log, done or under way."""
    return Verification.objects.order_by("-asked_at", "-id").first()


def head() -> tuple[int, str]:
    """Return number and hash of the newest seal, to be witnessed outside."""
    last = Seal.objects.order_by("-number").only("number", "hash").first()
    return (last.number, last.hash) if last else (0, rules.GENESIS)


def verify(*, witnessed: str = "") -> rules.Verdict:
    """Return what is not as it was sealed: rows changed, removed or inserted, a broken chain.

    :param witnessed: a head kept outside; it must stand in the chain
    """
    faults: list[rules.Fault] = []
    sealed: set[UUID] = set()
    previous, number, hashes = rules.GENESIS, 0, {rules.GENESIS}
    for seal in Seal.objects.order_by("number").iterator(chunk_size=20):
        faults += _chain_faults(seal, number=number + 1, previous=previous)
        faults += _member_faults(seal)
        sealed.update(seal.members)
        number, previous = seal.number, seal.hash
        hashes.add(seal.hash)
    if witnessed and witnessed not in hashes:
        faults.append(rules.Fault("chain", witnessed))
    late, unsealed = _outside(sealed)
    return rules.Verdict(
        records=Record.objects.count(),
        seals=number,
        unsealed=unsealed,
        head=previous,
        faults=(*faults, *late),
    )


def _chain_faults(seal: Seal, *, number: int, previous: str) -> Iterator[rules.Fault]:
    members = [(str(key), mark) for key, mark in zip(seal.members, seal.marks, strict=False)]
    whole = rules.seal(number=seal.number, previous=seal.previous, members=members)
    if (seal.number, seal.previous, seal.hash) != (number, previous, whole):
        yield rules.Fault("chain", str(seal.number))


def _member_faults(seal: Seal) -> Iterator[rules.Fault]:
    rows = {row.id: row for row in Record.objects.filter(id__in=seal.members)}
    for key, mark in zip(seal.members, seal.marks, strict=False):
        row = rows.get(key)
        if row is None:
            yield rules.Fault("removed", str(key))
        elif mark not in {row.fingerprint} & {rules.fingerprint(row.parts())}:
            yield rules.Fault("changed", str(key))


def _outside(sealed: set[UUID]) -> tuple[list[rules.Fault], int]:
    """Return the records that no seal holds: slipped in later, or merely not yet sealed."""
    newest = max(sealed, default=None)
    keys = Record.objects.order_by("id").values_list("id", flat=True)
    loose = [key for key in keys.iterator(chunk_size=10_000) if key not in sealed]
    if newest is None:
        return [], len(loose)
    old = {key for key in loose if rules.made_before(key, newest)}
    slipped = old - _in_flight(old)
    return [rules.Fault("inserted", str(key)) for key in sorted(slipped)], len(loose) - len(slipped)


def _in_flight(keys: set[UUID]) -> set[UUID]:
    """Return the rows whose transaction was still open when the newest seals were made.

    PostgreSQL keeps the writing transaction of a row in its hidden column xmin, which no
    statement can set: a row put in afterwards betrays itself by it.
    """
    snapshots = Seal.objects.order_by("-number").values_list("snapshot", flat=True)[:60]
    open_then = {int(xid) for text in snapshots for xid in text.split(":")[2].split(",") if xid}
    rows = Record.objects.filter(id__in=keys).annotate(
        xid=RawSQL("xmin::text::bigint", [], output_field=models.BigIntegerField())
    )
    return {row.id for row in rows if row.xid in {xid % 2**32 for xid in open_then}}


def unsealed(last: Seal | None) -> models.QuerySet[Record]:
    """Return the records that no seal binds yet, in their order; ``last`` is the newest seal."""
    rows = Record.objects.order_by("id").only("id", "fingerprint")
    if last is None or not last.members:
        return rows
    # A record's key bears the time it was made; one that commits late is at most LATEST behind.
    horizon = _before(max(last.members), LATEST)
    recent = rows.filter(id__gte=horizon)
    since = last.number - RECENT - recent.count() // BATCH
    return recent.filter(
        RawSQL(BOUND_BY_NONE, [since, horizon], output_field=models.BooleanField())  # noqa: S611 - keys alone
    )


def _made(key: UUID) -> datetime:
    """Return when a key was made: it bears the time."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)


def _before(key: UUID, span: timedelta) -> UUID:
    """Return the smallest key of the time ``span`` before ``key`` was made."""
    stamp = (key.int >> 80) - int(span.total_seconds() * 1000)
    return UUID(int=max(stamp, 0) << 80)
