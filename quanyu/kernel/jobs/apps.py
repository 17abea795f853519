from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Reads every domain's listeners and timers: who announces must know who listens."""

    name = "quanyu.kernel.jobs"

    def ready(self) -> None:
        """Import the ``jobs`` module of every package that has one."""
        autodiscover_modules("jobs")
