"""What is done with files and views (导出、导入与视图的动作)."""

from quanyu.kernel.tables.actions.exports import (
    approve,
    begin,
    cancel,
    export,
    fail,
    fetch,
    finish,
    refuse,
    tell,
)
from quanyu.kernel.tables.actions.imports import (
    bring,
    confirm,
    give_up,
    judged,
    start,
    tell_import,
    took_in,
    turn_down,
)
from quanyu.kernel.tables.actions.sweeping import sweep
from quanyu.kernel.tables.actions.views import drop_view, save_view

__all__ = [
    "approve",
    "begin",
    "bring",
    "cancel",
    "confirm",
    "drop_view",
    "export",
    "fail",
    "fetch",
    "finish",
    "give_up",
    "judged",
    "refuse",
    "save_view",
    "start",
    "sweep",
    "tell",
    "tell_import",
    "took_in",
    "turn_down",
]
