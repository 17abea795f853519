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
from quanyu.kernel.tables.pages.imports import (
    import_,
    import_confirm,
    import_faults,
    import_give_up,
    import_new,
    template,
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
    "import_",
    "import_confirm",
    "import_faults",
    "import_give_up",
    "import_new",
    "save",
    "template",
]
