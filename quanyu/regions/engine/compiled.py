"""Compile a function to machine code, and keep what was compiled in the home folder (编译).

Numba looks at the file of a function alone when it asks whether what it kept is still good, not at
the files of the functions called from there. So the folder bears the digest of all our sources.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from quanyu.kernel.operations import home

F = TypeVar("F", bound=Callable[..., Any])

FAST: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""No array is made in compiled code, so none need be counted: that took half of the time.

Numba offers this by no other name; its own documentation of ``register_jitable`` names it so. A
test asks the machine code whether it still holds: a version without it would only be slower.
"""


def compiled(function: F) -> F:
    """Compile when first called; it is called from compiled functions alone."""
    return _made(function)


def within(function: F) -> F:
    """Compile into whoever calls it: short, and called millions of times."""
    return _made(function, forceinline=True)


def entry(function: F) -> F:
    """Compile when first called, with all that it calls, and keep it for the next process."""
    return _made(function, nogil=True, cache=KEPT)


def _made(function: F, **more: bool) -> F:
    njit: Any = numba.njit
    made: F = njit(**FAST, **more)(function)
    return made


def _digest() -> str:
    sources = sorted(Path(__file__).parent.glob("*.py"))
    whole = b"".join(source.read_bytes() for source in sources)
    return hashlib.sha256(whole).hexdigest()[:16]


def _keep() -> bool:
    """Name the folder to numba; return whether it can be written."""
    folder = home.default() / "compiled" / _digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    config: Any = numba.config
    config.CACHE_DIR = str(folder)
    return os.access(folder, os.W_OK)


KEPT = _keep()
