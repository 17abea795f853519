"""Sweep old counts once a day."""

from datetime import datetime

from quanyu.kernel.jobs.rules import every
from quanyu.kernel.quotas import actions


@every("20 3 * * * 0")
def forget(at: datetime) -> None:
    """Delete the windows that are over."""
    actions.forget(at=at)
