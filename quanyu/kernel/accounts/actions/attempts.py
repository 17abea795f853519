"""Count failed sign-ins, and let them rest (登录失败)."""

from datetime import datetime, timedelta

from django.conf import settings

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Attempts
from quanyu.kernel.audit.actions import record

KEPT_ATTEMPTS = timedelta(days=1)


def begin_try(*, kind: str, value: str, at: datetime) -> None:
    """Let one try under this name go on at a time, so that a burst cannot outrun the count.

    :raises Locked: while a lock holds
    """
    row = _attempts(kind, value, at=at)
    rules.check_open([row.locked_until], at=at)


def count_failure(*, kind: str, value: str, actor: Actor, at: datetime) -> datetime | None:
    """Count one failure and return until when it locks, if it does."""
    row = _attempts(kind, value, at=at)
    before = rules.Failures(tuple(row.failures), row.locked_until)
    after = rules.after_failure(before, kind=kind, at=at)
    row.failures, row.locked_until, row.touched_at = list(after.times), after.locked_until, at
    row.save()
    if after.locked_until is None or after.locked_until <= at:
        return None
    record(f"accounts.lock_{kind}", f"accounts.attempts:{row.key}", actor=actor, at=at)
    return after.locked_until


def forget_failures(*, kind: str, value: str) -> None:
    """Begin anew after a success; the address keeps its count, for it may have guessed others."""
    Attempts.objects.filter(key=key_of(kind, value)).update(failures=[], locked_until=None)


def sweep_attempts(*, at: datetime) -> int:
    """Delete what is known of failures older than a day."""
    deleted, _kinds = Attempts.objects.filter(touched_at__lt=at - KEPT_ATTEMPTS).delete()
    return deleted


def key_of(kind: str, value: str) -> str:
    """Return the key under which a name, an address or an account's codes are counted."""
    return rules.keyed(kind, value, secret=settings.SECRET_KEY)


def _attempts(kind: str, value: str, *, at: datetime) -> Attempts:
    key = key_of(kind, value)
    Attempts.objects.bulk_create([Attempts(key=key, touched_at=at)], ignore_conflicts=True)
    return Attempts.objects.select_for_update().get(key=key)
