"""What the clock brings: another system is told what was done since."""

from datetime import datetime

from django.conf import settings

from quanyu.gateway import actions, queries
from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import one_by_one
from quanyu.kernel.jobs.rules import every


@every("* * * * * 35", in_one=False)
def tell_sources(at: datetime) -> None:
    """Write down what the systems are to be told of each order whose story has gone on.

    By the clock and not after each act: a matter that no system sent leaves no job behind.
    """
    worker = system(settings.QUANYU_CITY, job="gateway.tell_sources")
    one_by_one(queries.untold, actions.tell_source, name="event_id", actor=worker, at=at)


@every("50 3 * * * 0")
def let_rest(at: datetime) -> None:
    """Look after no order any more that ended long ago."""
    worker = system(settings.QUANYU_CITY, job="gateway.let_rest")
    actions.let_rest(actor=worker, at=at)
