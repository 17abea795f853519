"""What a line of the log holds, and what it may not hold (日志与脱敏).

A line says when, where in the code, in which request, and how it ended. It never holds a form's
value, a query, a name, a telephone, an address, a follow code or the words of an exception: these
may quote a row. Values are written only where their kind is harmless; all else becomes "…".
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from quanyu.kernel.traces import traced
from quanyu.web.asked import current

HIDDEN = "…"
NAME = re.compile(r"quanyu(?:\.[A-Za-z_]\w*)+")
"""The name of a module or function of ours."""

STRUCK = re.compile(
    r"https?://\S+|[\w.+-]+@[\w.-]+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+"
    r"|\"[^\"\n]*\"|'[^'\n]*'|(?<!\d)\d[\d -]{4,}\d(?!\d)|(?<!\S)/\S+"
)
"""In a finished message: addresses, Chinese, what is quoted, long numbers, paths."""

PHRASES = frozenset(status.phrase for status in HTTPStatus)
HARMLESS = (bool, float, Decimal, UUID, datetime, type(None))
LARGEST = 99_999_999
"""A larger number may be a telephone."""

SHANGHAI = ZoneInfo("Asia/Shanghai")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(facts(record), ensure_ascii=False, default=lambda _value: HIDDEN)


class TextLines(logging.Formatter):
    """The same for a person at a terminal; an exception's places follow, one a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines."""
        told = facts(record)
        fault = told.pop("fault", {})
        head = [told.pop(name) for name in ("at", "level", "logger", "message")]
        lines = [" ".join([*head, *(f"{name}={value}" for name, value in told.items())])]
        lines += [f"  {place}" for place in fault.pop("places", ())]
        lines += ["  " + " ".join(fault.values())] if fault else []
        return "\n".join(lines)


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return all that a line says."""
    asked = current.get()
    told: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, tz=SHANGHAI).isoformat(
            timespec="milliseconds"
        ),
        "level": record.levelname,
        "logger": record.name,
        "message": message(record),
    }
    told |= {"request": asked.number} if asked else {}
    told |= getattr(record, "told", {}) if record.name == "quanyu.access" else {}
    problem = record.exc_info[1] if record.exc_info else None
    return told | ({"fault": _fault(problem)} if problem is not None else {})


def message(record: logging.LogRecord) -> str:
    """Return the sentence of a line, its values only where they are harmless."""
    template = STRUCK.sub(HIDDEN, record.msg) if isinstance(record.msg, str) else HIDDEN
    if not record.args:
        return template
    given: Any = record.args
    named = isinstance(given, Mapping)
    try:
        kept = {k: safe(v) for k, v in given.items()} if named else tuple(map(safe, given))
        return template % kept
    except (TypeError, ValueError, KeyError):
        return template


def safe(value: object) -> object:
    """Return a value if its kind can hold nothing of a person, else a sign that it is hidden."""
    if isinstance(value, BaseException):
        return type(value).__qualname__
    if isinstance(value, HARMLESS):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else HIDDEN
    is_known = isinstance(value, str) and (value in PHRASES or NAME.fullmatch(value))
    return value if is_known else HIDDEN


def _fault(problem: BaseException) -> dict[str, Any]:
    trace = traced(problem)
    told = {"kind": " ← ".join(trace.kinds), "state": trace.state, "rule": trace.rule}
    return {name: value for name, value in told.items() if value} | {"places": list(trace.places)}
