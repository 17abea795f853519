"""Forget old failures and sessions; let requests lapse, tell of ends, open the quarter's review."""

from datetime import datetime

from django.conf import settings

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.accounts import actions
from quanyu.kernel.jobs.rules import every


@every("17 * * * * 0")
def sweep(at: datetime) -> None:
    """Delete what is known of failed sign-ins older than a day."""
    actions.sweep_attempts(at=at)


@every("19 * * * * 0")
def sweep_what_ran_out(at: datetime) -> None:
    """Delete sessions that ran out, and identities that waited a week for an account."""
    actions.sweep_sessions(at=at)
    actions.sweep_identities(at=at)


@every("27 * * * * 0")
def lapse(at: datetime) -> None:
    """Let go of requests that nobody decided in time."""
    actions.lapse_requests(actor=_keeper(), at=at)


@every("20 23 * * * 0")
def ending(at: datetime) -> None:
    """Tell of grants that end soon, and of reviews that are late; early in the day of the city."""
    actions.tell_ending(actor=_keeper(), at=at)
    actions.tell_late(actor=_keeper(), at=at)


@every("10 23 * * * 0")
def quarter(at: datetime) -> None:
    """Open the review of the quarter early on its first working day; the queue runs by UTC."""
    actions.open_quarter(actor=_keeper(), at=at)


def _keeper() -> Actor:
    return system(settings.QUANYU_CITY, job="accounts.grants")
