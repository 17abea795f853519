"""Forget old failures."""

from datetime import datetime

from quanyu.kernel.accounts import actions
from quanyu.kernel.jobs.rules import every


@every("17 * * * * 0")
def sweep(at: datetime) -> None:
    """Delete what is known of failed sign-ins older than a day."""
    actions.sweep_attempts(at=at)
