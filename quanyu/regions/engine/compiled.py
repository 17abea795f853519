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


def compiled(function: F) -> F:
    """Compile when first called; it is called from compiled functions alone."""
    made: F = numba.njit(error_model="numpy", _nrt=False)(function)
    return made


def within(function: F) -> F:
    """Compile into whoever calls it: short, and called millions of times."""
    made: F = numba.njit(error_model="numpy", forceinline=True, _nrt=False)(function)
    return made


def entry(function: F) -> F:
    """Compile when first called, with all that it calls, and keep it for the next process."""
    made: F = numba.njit(error_model="numpy", nogil=True, cache=KEPT, _nrt=False)(function)
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
    numba.config.CACHE_DIR = str(folder)
    return os.access(folder, os.W_OK)


KEPT = _keep()
