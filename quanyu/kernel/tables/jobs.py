"""Make the files that were asked for, read those that came in, and sweep."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.jobs.rules import every, on
from quanyu.kernel.tables import actions


@on("tables.export", is_apart=True)
def export(case: UUID, at: datetime) -> None:
    """Make the file of one export."""
    from quanyu.kernel.tables import making

    making.make(case, now=timezone.now)


@on("tables.bring", is_apart=True)
def check(case: UUID, at: datetime) -> None:
    """Weigh a file that was brought in."""
    from quanyu.kernel.tables import taking

    taking.check(case, now=timezone.now)


@on("tables.confirm", is_apart=True)
def write(case: UUID, at: datetime) -> None:
    """Write a file that was confirmed."""
    from quanyu.kernel.tables import taking

    taking.write(case, now=timezone.now)


@every("50 * * * * 20")
def sweep(at: datetime) -> None:
    """Erase the files whose time has come."""
    actions.sweep(actor=system(settings.QUANYU_CITY, job="tables.sweep"), at=at)
