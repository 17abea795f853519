"""One request or job is one transaction that begins with its reach (辖区会话)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from math import inf
from time import monotonic
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from quanyu.kernel.access.rules import CIRCLES, MOST_PLACES, Actor, reach

T = TypeVar("T")
logger = logging.getLogger(__name__)

SETTING = "app.reach"
PARTS = (
    *(f"{end}{number}" for number in range(MOST_PLACES) for end in ("from", "to")),
    *("bodies", "account", "row", "open_from", "open_to", "job"),
    *(
        f"{circle}_{end}{number}"
        for circle in CIRCLES
        for number in range(MOST_PLACES)
        for end in ("from", "to")
    ),
)
"""What the one setting holds, in order, between bars."""


def part(name: str) -> str:
    """Return the SQL that reads one part of the reach; unset, it is null and opens nothing."""
    return f"split_part(current_setting('{SETTING}', true), '|', {PARTS.index(name) + 1})"


def set_scope(actor: Actor) -> None:
    """Tell the database who acts, for this transaction only.

    One literal SET LOCAL: one statement an execute, and no planning. Without it a connection acts
    as a reporter, who reads nothing and may open a case in the city (settings: ``app.reach``).
    """
    words = sql.Literal(reach(actor, city=settings.QUANYU_CITY))
    statement = sql.SQL("SET LOCAL app.reach = {}").format(words)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(None))


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Open the transaction of one act and set its reach."""
    with transaction.atomic():
        set_scope(actor)
        yield actor


def batch_by_batch(act: Callable[[], bool], *, actor: Actor, seconds: float = inf) -> None:
    """Do an act again, each time in a transaction of its own, as long as there is more to do.

    :param seconds: after which no more is begun; what is left is there the next time
    """
    ends, more = monotonic() + seconds, True
    while more:
        with acting(actor):
            more = act()
        more = more and monotonic() < ends


def one_by_one(
    found: Callable[..., list[T]],
    act: Callable[..., object],
    *,
    name: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Do an act on each that is found, in a transaction of its own: none holds several cases.

    One that fails is logged and holds up no other; then the first fault is raised, so that the job
    is seen to have failed.

    :param name: as what the act is given what was found
    """
    with acting(actor):
        keys = found(actor=actor)
    faults: list[Exception] = []
    for key in keys:
        try:
            with acting(actor):
                act(**{name: key}, actor=actor, at=at)
        except Exception as fault:
            logger.exception("%s: not done", key)
            faults.append(fault)
    if faults:
        raise faults[0]
