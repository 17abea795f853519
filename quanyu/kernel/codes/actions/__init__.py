"""Change lists and limits, and load what is shipped (代码与依据的变更)."""

from quanyu.kernel.codes.actions.documents import add_clause, add_document
from quanyu.kernel.codes.actions.keeping import KEEPERS
from quanyu.kernel.codes.actions.limits import end_limit, set_limit, withdraw_limit
from quanyu.kernel.codes.actions.lists import add_code, change_code, end_code, withdraw_code
from quanyu.kernel.codes.actions.load import Loaded, load
from quanyu.kernel.codes.actions.rungs import end_rung, set_rung, withdraw_rung
from quanyu.kernel.codes.actions.taking import take_codes

__all__ = [
    "KEEPERS",
    "Loaded",
    "add_clause",
    "add_code",
    "add_document",
    "change_code",
    "end_code",
    "end_limit",
    "end_rung",
    "load",
    "set_limit",
    "set_rung",
    "take_codes",
    "withdraw_code",
    "withdraw_limit",
    "withdraw_rung",
]
