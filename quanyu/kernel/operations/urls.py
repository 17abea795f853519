"""The addresses of the operator's pages; web/urls.py puts the door before each."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.kernel.operations import pages

View = Callable[..., Any]
ROOT = "desk/operations"


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses, each view behind its door."""

    def opened(address: str, view: View, name: str) -> URLPattern:
        return path(f"{ROOT}{address}", door("operations", view), name=name)

    return [
        opened("", pages.overview, "desk_operations"),
        opened("/jobs", pages.jobs, "desk_jobs"),
        opened("/jobs/retry-all", pages.retry_all, "desk_jobs_retry"),
        opened("/jobs/<int:job_id>", pages.job, "desk_job"),
        opened("/jobs/<int:job_id>/retry", pages.retry, "desk_job_retry"),
        opened("/jobs/<int:job_id>/give-up", pages.give_up, "desk_job_give_up"),
    ]
