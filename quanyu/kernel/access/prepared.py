"""Statements of the hot path, parsed and planned once a connection (预备语句)."""

import time
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from quanyu.kernel.access import slow


def fetch(statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement with its values bound in the server, and return its rows.

    Django sends every value inside the text, so that the server parses and plans anew each time;
    for the few statements that every report makes this is a third of the database's work. Errors
    come as Django's own, and a log of statements (tests, debugging) shows these too.
    """
    connection = connections[DEFAULT_DB_ALIAS]  # once: the usual proxy looks it up at every word
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        began = time.perf_counter()
        try:
            cursor.execute(_numbered(statement), given, prepare=True)
        finally:
            slow.note(statement, began)
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": "0"})
        return cursor.fetchall()


@lru_cache(maxsize=256)
def _numbered(statement: str) -> bytes:
    """Return the statement with its places numbered, as the server wants them.

    The driver would do it at every call: it keeps no statement as long as those of the store.
    """
    numbers = count(1)
    parts = (part.replace("%%", "%") for part in statement.split("%s"))
    whole = next(parts)
    for part in parts:
        whole += f"${next(numbers)}{part}"
    return whole.encode()
