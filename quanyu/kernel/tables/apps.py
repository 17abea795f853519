from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TablesConfig(AppConfig):
    """Reads every package's declared lists: the worker makes files of what a page shows."""

    name = "quanyu.kernel.tables"

    def ready(self) -> None:
        """Import ``pages`` and ``actions`` everywhere: they hand over query and intake."""
        autodiscover_modules("pages", "actions")
