"""Found bodies, take in a file of them, and say who answers for what (单位与权责的动作)."""

from quanyu.organisations.actions.keeping import (
    DATA,
    KEEPERS,
    SAMPLE_DAY,
    assign_duty,
    end_duty,
    found_body,
    load,
)
from quanyu.organisations.actions.norms import change_norm, load_norms
from quanyu.organisations.actions.taking import take

__all__ = [
    "DATA",
    "KEEPERS",
    "SAMPLE_DAY",
    "assign_duty",
    "change_norm",
    "end_duty",
    "found_body",
    "load",
    "load_norms",
    "take",
]
