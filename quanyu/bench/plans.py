"""How long the planning desk takes with a plan of a whole city (网格规划).

545 communities of 5,800 grids and 60,000 buildings in a database of its own: one plan is drawn,
looked at, made a re-organisation of, and that is rehearsed. Wall seconds and milliseconds, of the
whole way through the application in this process; a page is the best of a few, as noise only adds.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps

from quanyu.bench import ground
from quanyu.bench.ground import tell
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role

ROUNDS = 3
TARGET = 400
CITY = "34/01/"


def run(*, rounds: int = ROUNDS) -> list[dict[str, object]]:
    """Make the city, plan it, print one JSON object a line, and return them."""
    with ground.opened():
        quarters = import_module("quanyu.bench.quarters")
        tell("entering a settlement of 5,800 grids and 60,000 buildings")
        made = quarters.fill()
        import_module("quanyu.regions.queries").forget()
        result = {"bench": "plans", **made, **_measured(quarters.AREA, rounds)}
    sys.stdout.write(f"{json.dumps(result)}\n")
    return [result]


def _measured(area: str, rounds: int) -> dict[str, object]:
    desk = Desk()
    at = datetime.now(UTC)
    result: dict[str, object] = {}
    tell("drawing every community")
    made, result["make_s"] = _timed(lambda: desk.make(at))
    _drawn, result["draw_s"] = _timed(lambda: desk.jobs.draw_plan(made.pk, at))
    address = f"/desk/plans/{made.pk}"
    community = desk.one_community(area)
    result |= desk.page("overview", address, rounds)
    result |= desk.page("community", f"{address}?community={community}", rounds)
    tell("making it a re-organisation, and rehearsing that")
    _asked, result["ask_s"] = _timed(lambda: desk.propose(made.pk, at))
    _proposed, result["propose_s"] = _timed(lambda: desk.jobs.propose_plan(made.pk, at))
    key = desk.reorganisation()
    result |= desk.page("waiting", f"/desk/reorganisations/{key}", rounds)
    _found, result["rehearse_s"] = _timed(lambda: desk.jobs.rehearse(key, at))
    result |= desk.page("rehearsal", f"/desk/reorganisations/{key}", rounds)
    _sent, result["submit_s"] = _timed(lambda: desk.submit(key, at))
    return result


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - began, 2)


class Desk:
    """Somebody of the district at the planning desk, in this process."""

    def __init__(self) -> None:
        self.jobs: Any = import_module("quanyu.regions.jobs")
        self._actions: Any = import_module("quanyu.regions.actions")
        self._rules: Any = import_module("quanyu.regions.rules.planning")
        self._acting: Any = import_module("quanyu.kernel.access.scope").acting
        at = datetime.now(UTC)
        account = apps.get_model("accounts.Account").objects.create(
            username="planner", name="planner", created_at=at
        )
        apps.get_model("accounts.GrantRow").objects.create(
            account=account, role=Role.DISTRICT_ADMIN, region_path=CITY, granted_from=at
        )
        grants = frozenset({Grant(Role.DISTRICT_ADMIN, CITY)})
        self.actor = Actor(ActorKind.PERSON, account.pk, grants, name="planner")
        self._client: Any = import_module("django.test").Client(raise_request_exception=True)
        backend = "allauth.account.auth_backends.AuthenticationBackend"
        self._client.force_login(account, backend=backend)

    def make(self, at: datetime) -> Any:
        """Make a plan of all of it."""
        wanted = self._rules.Wanted(target=TARGET)
        words = {"place": CITY, "title": "bench", "reason": "", "wanted": wanted}
        return self._do(self._actions.make_plan, at, **words)

    def propose(self, key: Any, at: datetime) -> Any:
        """Ask that a re-organisation be made of it."""
        words: dict[str, Any] = {"reason": "bench", "ground": "bench", "names": {}}
        day = (at + timedelta(days=30)).date()
        return self._do(self._actions.propose_plan, at, plan_id=key, day=day, **words)

    def reorganisation(self) -> Any:
        """Return the key of what the job has made."""
        with self._acting(self.actor):
            return apps.get_model("regions.Reorganisation").objects.values_list("pk", flat=True)[0]

    def submit(self, key: Any, at: datetime) -> Any:
        """Hand the re-organisation to who decides."""
        return self._do(self._actions.reorganising.submit, at, reorganisation_id=key)

    def one_community(self, area: str) -> str:
        """Return one community of it."""
        rows = apps.get_model("regions.Region").objects.standing().within(area)
        paths = rows.filter(level="community").order_by("path").values_list("path", flat=True)
        return str(paths[0])

    def page(self, name: str, address: str, rounds: int) -> dict[str, object]:
        """Ask for a page a few times; say how long it took and how large it is."""
        tries = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            answer = self._client.get(address)
            tries.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                raise AssertionError((address, answer.status_code))
        size = round(len(answer.content) / 1000, 1)
        return {f"{name}_ms": round(min(tries[1:]), 1), f"{name}_kb": size}

    def _do(self, verb: Any, at: datetime, **words: Any) -> Any:
        with self._acting(self.actor):
            return verb(**words, actor=self.actor, at=at)
