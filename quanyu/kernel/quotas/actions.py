"""Count a knock, and refuse one too many."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from quanyu.kernel.access import prepared
from quanyu.kernel.errors import TooMany
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.quotas.models import Count
from quanyu.kernel.quotas.rules import Quota, subject

TOO_OFTEN = _("提交得太频繁了，请在 {retry_after} 秒后再试；急事请打电话")
KEPT = timedelta(days=2)

KNOCK = """
WITH knocks AS (
  SELECT * FROM unnest(%s::bytea[], %s::timestamptz[]) AS k(subject, since)
), own AS (
  INSERT INTO quotas_count AS c (subject, since, shard, count)
  SELECT subject, since, pg_backend_pid() %% 32, 1 FROM knocks
  ON CONFLICT (subject, since, shard) DO UPDATE SET count = c.count + 1
  RETURNING subject, since, shard, count
)
SELECT own.subject, own.count + coalesce((
  SELECT sum(c.count) FROM quotas_count c
  WHERE c.subject = own.subject AND c.since = own.since AND c.shard <> own.shard), 0)
FROM own
"""


FORGIVE = """
UPDATE quotas_count AS c SET count = c.count - 1
FROM unnest(%s::bytea[], %s::timestamptz[]) AS k(subject, since)
WHERE c.subject = k.subject AND c.since = k.since AND c.shard = pg_backend_pid() %% 32
RETURNING 1
"""


def knock(purpose: str, *, who: Sequence[str], quotas: Sequence[Quota], at: datetime) -> None:
    """Count one try of everyone in ``who`` against every quota, in one statement.

    The count stays when the try is refused. Empty names and quotas without a limit are passed over.

    :raises TooMany: if this is one too many, with the seconds to wait
    """
    kept = _subjects(purpose, who, quotas)
    if not kept:
        return
    keys = sorted(kept)  # one order for all, so that two never wait for each other crosswise
    found = prepared.fetch(KNOCK, [keys, [kept[key].window(at) for key in keys]])
    counts = {bytes(key): int(count) for key, count in found}
    over = [kept[key].retry_after(at) for key, count in counts.items() if count > kept[key].times]
    if over:
        raise TooMany(TOO_OFTEN, retry_after=max(over))


def forgive(purpose: str, *, who: Sequence[str], quotas: Sequence[Quota], at: datetime) -> None:
    """Take back the try that this same transaction has counted: it was no guess."""
    kept = _subjects(purpose, who, quotas)
    keys = sorted(kept)
    if keys:
        prepared.fetch(FORGIVE, [keys, [kept[key].window(at) for key in keys]])


def _subjects(purpose: str, who: Sequence[str], quotas: Sequence[Quota]) -> dict[bytes, Quota]:
    return {
        subject(purpose, name, quota, key=settings.SECRET_KEY): quota
        for name in who
        for quota in quotas
        if name and quota.times
    }


def forget(*, at: datetime) -> int:
    """Delete the windows that are over; return how many."""
    deleted, _kinds = Count.objects.filter(since__lt=at - KEPT).delete()
    return deleted
