"""Statements of the hot path, parsed and planned once a connection (预备语句)."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch(statement: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement with its values bound in the server, and return its rows.

    Django sends every value inside the text, so that the server parses and plans anew each time;
    for the few statements that every report makes this is a third of the database's work. Errors
    come as Django's own, and a log of statements (tests, debugging) shows these too.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement.encode(), given, prepare=True)
        if connection.queries_logged:
            connection.queries_log.append({"sql": statement, "time": "0"})
        return cursor.fetchall()
