"""What a process has loaded for good, and its collector need not go through (常驻内存)."""

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load what the first request would, and leave all of it out of the collector's rounds.

    A list of some thousand rows sets off whole rounds, each through the hundred thousands of
    objects that libraries, models and pages consist of: nearly half the time of such a list.
    """
    _loaded = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
