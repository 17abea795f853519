"""What this machine can do; no framework, so that it can be asked before anything runs."""

from ctypes.util import find_library
from functools import cache


@cache
def can_print() -> bool:
    """Answer whether this machine has what makes PDF of a page; it is looked for once."""
    return all(find_library(name) for name in ("pango-1.0", "pangoft2-1.0"))
