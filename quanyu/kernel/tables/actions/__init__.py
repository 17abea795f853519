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
from quanyu.kernel.tables.actions.sweeping import sweep
from quanyu.kernel.tables.actions.views import drop_view, save_view

__all__ = [
    "approve",
    "begin",
    "cancel",
    "drop_view",
    "export",
    "fail",
    "fetch",
    "finish",
    "refuse",
    "save_view",
    "sweep",
    "tell",
]
