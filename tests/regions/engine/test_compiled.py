"""Compiled code … counts no references, which took half of the time (编译选项)."""

from typing import Any

import numba
import numpy as np
import pytest

from quanyu.regions.engine.compiled import FAST

COUNTING = "NRT_incref"


def machine_code(**options: Any) -> str:
    """Return what a function that passes an array on is compiled to."""
    passed: Any = numba.njit(**options)(lambda values: values)
    passed.compile((numba.types.Array(numba.int64, 1, "C"),))
    return "".join(passed.inspect_llvm().values())


@pytest.mark.parametrize(("options", "counts"), [(FAST, False), ({}, True)])
def test_counts_references_only_where_it_is_asked_to(options: dict[str, Any], counts: bool) -> None:
    assert (COUNTING in machine_code(**options)) is counts


def test_still_computes_by_the_same_options() -> None:
    doubled: Any = numba.njit(**FAST)(lambda values: values.sum() * 2)

    assert doubled(np.arange(4)) == 12
