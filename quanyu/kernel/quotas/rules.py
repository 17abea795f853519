"""Windows of time, and who is counted. No database, no clock."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Quota:
    """So many times in so many seconds; 0 times means no limit."""

    times: int
    seconds: int

    def window(self, at: datetime) -> datetime:
        """Return the beginning of the window that ``at`` falls into."""
        stamp = int(at.timestamp())
        return datetime.fromtimestamp(stamp - stamp % self.seconds, tz=UTC)

    def retry_after(self, at: datetime) -> int:
        """Return the seconds until the next window begins, at least one."""
        end = self.window(at) + timedelta(seconds=self.seconds)
        return max(1, round((end - at).total_seconds()))


def subject(purpose: str, who: str, quota: Quota, *, key: str) -> bytes:
    """Return the keyed hash under which somebody is counted for one purpose and window length."""
    text = f"{purpose}:{quota.seconds}:{who}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
