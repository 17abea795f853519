"""How long the tree of a city's bodies takes to open, to search and to compare (组织一张网).

10,000 bodies in a database of its own: streets with their committees, branches and groups, and as
many firms and units beside them; a tenth of the branches was renamed in the year. Milliseconds are
medians of the whole way through the application in this process.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps

from quanyu.bench import ground
from quanyu.bench.ground import tell
from quanyu.kernel.access.rules import Role

ROWS, ROUNDS = 10_000, 15
MOST_MS = 300.0
CITY = "34/01/"
SINCE = date(2024, 1, 1)
COMMITTEES, BRANCHES, GROUPS = 6, 8, 1
RENAMED = 10
"""One branch in so many got another name in the year."""


@dataclass(frozen=True, slots=True)
class Row:
    """A body to be founded."""

    code: str
    kind: str
    name: str
    above: str


def run(*, rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, object]:
    """Found the bodies, ask for each page, print one JSON object, and return it."""
    with ground.opened():
        tell(f"founding {rows:,} bodies")
        keys = _fill(rows)
        result = {"bench": "organisations", "rows": rows, **_measured(keys, rounds)}
    result |= {"limit_ms": MOST_MS, "holds": bool(result["tree_ms"] < MOST_MS)}
    sys.stdout.write(f"{json.dumps(result)}\n")
    return result


def _rows(many: int) -> Iterator[Row]:
    """Give half the bodies as party organisations, in their order from the top, the rest beside."""
    each = 1 + COMMITTEES * (1 + BRANCHES * (1 + GROUPS))
    for n in range(many // 2 // each):
        street = f"bench-{n:03d}"
        yield Row(street, "party_work_committee", f"第{n}街道党工委", "")
        for c in range(COMMITTEES):
            community = f"{street}-{c}"
            yield Row(community, "party_committee", f"第{n}街道第{c}社区党委", street)
            for b in range(BRANCHES):
                branch = f"{community}-{b}"
                yield Row(branch, "party_branch", f"第{c}社区第{b}网格党支部", community)
                for g in range(GROUPS):
                    yield Row(f"{branch}-{g}", "party_group", f"第{g}楼栋党小组", branch)


def _fill(many: int) -> dict[str, Any]:
    standing = import_module("quanyu.organisations.actions.standing")
    regions = import_module("quanyu.regions.queries")
    body = apps.get_model("organisations.Body")
    streets = [one for district in regions.below(CITY) for one in regions.below(district.path)]
    held: dict[str, Any] = {}
    for row in _rows(many):
        place = streets[int(row.code.split("-")[1]) % len(streets)].path
        held[row.code] = body(
            code=row.code,
            kind=row.kind,
            name=row.name,
            region_path=place,
            parent=held.get(row.above),
            valid_from=SINCE,
        )
    firms = [
        body(
            code=f"bench-firm-{n:05d}",
            kind=("property_firm", "resident_unit")[n % 2],
            name=f"示例单位{n}号",
            region_path=streets[n % len(streets)].path,
            valid_from=SINCE,
        )
        for n in range(many - len(held))
    ]
    standing.found([*held.values(), *firms])
    standing.settle_lives()
    _rename(standing, [one for one in held.values() if one.kind == "party_branch"])
    return {"street": held["bench-000"].pk, "branch": held["bench-000-0-0"].pk}


def _rename(standing: Any, branches: list[Any]) -> None:
    change = import_module("quanyu.organisations.rules.changing").Change.RENAME
    day = datetime.now(UTC).date() - timedelta(days=100)
    dataclasses = import_module("dataclasses")
    standing.stand(
        [
            dataclasses.replace(
                standing.as_now(one, day=day, change=change), name=f"{one.name}（新）"
            )
            for one in branches[::RENAMED]
        ]
    )


def _measured(keys: dict[str, Any], rounds: int) -> dict[str, Any]:
    client = _client()
    past = (datetime.now(UTC).date() - timedelta(days=200)).isoformat()
    tree = "/desk/organisations"
    pages = {
        "tree": tree,
        "tree_past": f"{tree}?on={past}",
        "firms": f"{tree}?axis=society",
        "branch": f"{tree}/{keys['street']}/branch?open=1",
        "body": f"{tree}/{keys['branch']}",
        "search_name": f"{tree}?q=第3网格",
        "search_letters": f"{tree}?q=sldzb",
        "difference": f"{tree}/difference?from={past}&place={CITY}",
        "coverage": "/desk/coverage",
    }
    tell("asking for each page")
    return {f"{name}_ms": _median(client, address, rounds) for name, address in pages.items()}


def _client() -> Any:
    at = datetime.now(UTC)
    account = apps.get_model("accounts.Account").objects.create(
        username="bench", name="bench", created_at=at
    )
    apps.get_model("accounts.GrantRow").objects.create(
        account=account, role=Role.DISTRICT_ADMIN, region_path=CITY, granted_from=at
    )
    client = import_module("django.test").Client(raise_request_exception=True)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _median(client: Any, address: str, rounds: int) -> float:
    tries = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = client.get(address)
        tries.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise AssertionError((address, answer.status_code))
    return round(statistics.median(tries[1:]), 1)
