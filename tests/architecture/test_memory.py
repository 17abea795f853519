"""A web worker … loads no engine and none of the large libraries (进程内存)."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.architecture.source import ROOT

HEAVY = {
    *("sklearn", "numba", "ortools", "pyvrp", "pandas", "ibis", "duckdb", "scipy", "pyarrow"),
    *("PIL", "hypothesis", "pytest", "weasyprint", "xlsxwriter"),
}

OF_TESTS = {"django.test", "unittest", "jinja2"}
"""What the library of the API would bring along: the runner of Django's tests."""

PROGRAM = """
import json, sys
import quanyu.project.wsgi
from django.urls import get_resolver
assert get_resolver().url_patterns
at_first = sorted(sys.modules)
from django.test import Client
# Its tries are committed: they must not count for the address that other tests come from.
client = Client(REMOTE_ADDR="198.51.100.7")
pages = ["/", "/report", "/follow", "/desk/sign-in", "/desk/", "/healthz", "/readyz",
         "/api/v1/openapi.json", "/api/v1/events", "/api/v1/public/reports/0000000000000000"]
codes = [client.get(page).status_code for page in pages * 5]
print(json.dumps({"codes": codes, "at_first": at_first, "modules": sorted(sys.modules)}))
"""


@pytest.mark.django_db
def test_after_fifty_requests_holds_none_of_them() -> None:
    found = _run()

    assert len(found["codes"]) == 50
    assert max(found["codes"]) < 500
    assert HEAVY & {name.split(".")[0] for name in found["modules"]} == set()
    assert [name for name in found["modules"] if _is_engine(name)] == []
    assert OF_TESTS & set(found["at_first"]) == set()


def _is_engine(name: str) -> bool:
    return name.startswith("quanyu.") and "engine" in name.split(".")


def _run() -> dict[str, Any]:
    """Play the requests in a process of its own: this one has loaded the tools of the tests."""
    url = urlsplit(settings.DATABASE_URL)
    mine = urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}"))
    made = os.environ | {
        "QUANYU_DATABASE_URL": mine,
        "DJANGO_SETTINGS_MODULE": "quanyu.project.settings",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM], env=made, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
