"""Look every morning whether a year's notice is missing."""

import logging
from datetime import datetime

from quanyu.kernel.calendar import queries
from quanyu.kernel.jobs.rules import every

log = logging.getLogger(__name__)


@every("0 8 * * * 0")
def alarm(at: datetime) -> None:
    """Say loudly which year has no notice yet: until it is loaded, Monday to Friday count."""
    for year in queries.missing_years(at):
        log.warning("no holiday notice for %s is loaded; working days are a guess", year)
