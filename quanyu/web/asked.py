"""The request that a thread is answering, by its number (请求编号)."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

GIVEN = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a number must look like to be taken over from a proxy: it can hold nothing of a person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    number: str
    method: str

    @property
    def reference(self) -> str:
        """Return the end of its number, to be said on the telephone."""
        return self.number[-8:].upper()


current: ContextVar[Asked | None] = ContextVar("quanyu_request", default=None)


def number(given: str) -> str:
    """Return the number that a proxy gave, or a new one."""
    return given if GIVEN.fullmatch(given) else secrets.token_hex(16)


def reference() -> str:
    """Return the word by which a person on the telephone names the request being answered."""
    asked = current.get()
    return asked.reference if asked else ""
