"""Erase every night what was kept to its end."""

from datetime import datetime

from django.conf import settings

from quanyu.kernel.access.rules import system
from quanyu.kernel.jobs.rules import every
from quanyu.kernel.privacy import actions


@every("20 3 * * * 0", in_one=False)
def purge(at: datetime) -> None:
    """Erase the personal values whose end has come."""
    actions.purge(actor=system(settings.QUANYU_CITY, job="privacy.purge"), at=at)
