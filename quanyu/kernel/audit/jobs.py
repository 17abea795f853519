"""Seal the log every minute."""

from datetime import datetime

from quanyu.kernel.audit import actions
from quanyu.kernel.jobs.rules import every


@every("* * * * * 0")
def seal(at: datetime) -> None:
    """Bind what was written since the last seal."""
    while actions.seal(at=at):
        pass
