"""The pages of files and views (页面)."""

from quanyu.kernel.tables.pages.exports import (
    export,
    export_approve,
    export_cancel,
    export_file,
    export_new,
    export_refuse,
    files,
)
from quanyu.kernel.tables.pages.views import drop, save

__all__ = [
    "drop",
    "export",
    "export_approve",
    "export_cancel",
    "export_file",
    "export_new",
    "export_refuse",
    "files",
    "save",
]
