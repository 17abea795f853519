"""A web worker … loads no engine and none of the large libraries (进程内存)."""

import ast
import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.architecture.source import ROOT, trees

HEAVY = {
    *("sklearn", "numba", "ortools", "pyvrp", "pandas", "ibis", "duckdb", "scipy", "pyarrow"),
    *("PIL", "hypothesis", "pytest", "weasyprint", "xlsxwriter"),
}

OF_TESTS = {"django.test", "unittest", "jinja2"}
"""What the library of the API would bring along: the runner of Django's tests."""

PROGRAM = """
import gc, json, sys
import quanyu.project.wsgi
settled = gc.get_freeze_count()
at_first = sorted(sys.modules)
from django.test import Client
# Its tries are committed: they must not count for the address that other tests come from.
client = Client(REMOTE_ADDR="198.51.100.7")
pages = ["/", "/report", "/follow", "/desk/sign-in", "/desk/", "/healthz", "/readyz",
         "/api/v1/openapi.json", "/api/v1/events", "/api/v1/public/reports/0000000000000000"]
codes = [client.get(page).status_code for page in pages * 5]

# A planner at the desk, in a transaction that leaves nothing behind.
from datetime import UTC, datetime
from uuid import uuid4
from django.conf import settings
from django.db import transaction
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.regions.actions import keep_drawing
from quanyu.regions.models import Building, PlanPart
from tests.seat import browser_of
STREET = "34/01/04/001/"
HOME = f"{STREET}001/"
with transaction.atomic():
    set_scope(system(settings.QUANYU_CITY, job="tests"))
    grants = frozenset({Grant(Role.COMMANDER, STREET)})
    desk = browser_of(Actor(ActorKind.PERSON, uuid4(), grants, name="planner"))
    made = desk.post("/desk/plans/new", {"place": HOME, "title": "plan"}).headers["Location"]
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)
    houses = list(Building.objects.within(HOME).order_by("region_path", "pk"))
    grids = sorted({one.region_path for one in houses})
    today = [grids.index(one.region_path) for one in houses]
    told = {"buildings": [one.pk for one in houses], "today": today, "grid": [1, *today[1:]],
            "grids": [{"key": path, "before": 1, "after": 1, "matters_before": 0,
                       "matters_after": 0} for path in grids],
            "figures": {}, "impossible": [], "shapes": {"proposal": {"features": []}}}
    at = datetime.now(UTC)
    keep_drawing(part_id=PlanPart.objects.get().pk, told=told, actor=worker, at=at)
    words = {"effective_date": "2099-01-01", "ground": "paper", "reason": "sizes"}
    looked = [made, f"{made}/progress", f"/api/v1{made.removeprefix('/desk')}"]
    codes += [desk.get(page).status_code for page in looked]
    codes.append(desk.post(f"{made}/propose", words).status_code)
    draft = desk.get(made).content.decode().split("/desk/reorganisations/")[1].split('"')[0]
    for page in (draft, f"{draft}/trying", f"{draft}/steps/new?change=found&within={HOME}&new=1"):
        codes.append(desk.get(f"/desk/reorganisations/{page}").status_code)
    transaction.set_rollback(True)
print(json.dumps({"codes": codes, "at_first": at_first, "modules": sorted(sys.modules),
                  "settled": settled}))
"""


@pytest.mark.django_db
def test_after_fifty_requests_holds_none_of_them() -> None:
    found = _run()

    assert len(found["codes"]) == 57
    assert max(found["codes"]) < 500
    assert found["codes"][50:] == [200, 200, 200, 302, 200, 200, 200]
    assert HEAVY & {name.split(".")[0] for name in found["modules"]} == set()
    assert [name for name in found["modules"] if _is_engine(name)] == []
    assert OF_TESTS & set(found["at_first"]) == set()
    assert found["settled"] > 100_000, "the collector goes through what was loaded at the start"


DOORS = {"pages", "api", "actions", "queries", "schemas", "rules", "models", "workflow"}
"""The modules of a domain that a web worker holds; no function of theirs imports an engine."""


def test_no_function_behind_a_page_loads_one_later() -> None:
    found = {
        (place, name)
        for place, tree in trees().items()
        if DOORS & {part.removesuffix(".py") for part in place.split("/")[2:]}
        for node in ast.walk(tree)
        for name in _imported(node)
        if name.split(".")[0] in HEAVY or (_is_engine(name) and "regions" in place)
    }

    assert found == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


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
