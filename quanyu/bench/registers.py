"""How long the lists of a city's registers take: warnings, terms, rhythms, cover, posts (台账).

10,000 bodies, of which 3,200 are branches, 5,800 grids, 60,000 posts, a third of them held, in a
database of its own; asked for by who sees the whole city. Milliseconds are medians of the whole
way through the application in this process; beside them what this process and the database's took
of the processor, the statements, and the size of the page, which must not grow with the city.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanyu.bench import ground
from quanyu.bench.ground import tell
from quanyu.kernel.access.rules import Role

BRANCHES, BODIES, GRIDS, POSTS = 3_200, 10_000, 5_800, 60_000
ROUNDS = 5
MOST_MS, MOST_KB = 300.0, 300
DAYS_A_YEAR = 365
AT_ONCE = 5_000

PAGES = {
    "warnings": "/desk/party",
    "warnings_last": "/desk/party?after=3000",
    "warnings_of_a_kind": "/desk/party?key=branch_few",
    "due": "/desk/party/due",
    "rhythms": "/desk/party/rhythms",
    "counts": "/desk/party/counts",
    "coverage": "/desk/coverage",
    "coverage_none": "/desk/coverage?way=none",
    "covers": "/desk/covers",
    "posts": "/desk/posts",
    "vacancies": "/desk/posts?vacant=yes",
    "vacancies_last": "/desk/posts?vacant=yes&after=9900",
    "post_new": "/desk/posts/new",
    "appointments": "/desk/appointments",
    "staffing": "/desk/staffing",
    "elections": "/desk/elections",
    "found": "/desk/organisations/new",
    "bodies": "/desk/bodies",
    "duties": "/desk/duties",
    "tree": "/desk/organisations",
    "matters": "/desk/matters",
    "grid_contacts": "/desk/grids/contacts",
    "campaign": "/desk/campaigns/new?place=34/01/",
}


def run(*, rounds: int = ROUNDS, keep: Path | None = None) -> dict[str, object]:
    """Fill the registers, ask for each list, print one JSON object a page, and return all."""
    with ground.opened(keep) as city:
        settings.ALLOWED_HOSTS = ["testserver"]
        if not apps.get_model("organisations.Post").objects.filter(code="r-00000").exists():
            _fill()
        del city
        client = _client()
        return {name: _measured(client, name, url, rounds) for name, url in PAGES.items()}


# ------------------------------------------------------------------ what stands


def _fill() -> None:
    streets, communities = _places()
    tell(f"{GRIDS:,} grids in {len(communities):,} communities")
    grids = _grids(communities)
    tell(f"{BODIES:,} bodies, {BRANCHES:,} of them branches")
    bodies = _bodies(streets, communities, grids)
    tell(f"{POSTS:,} posts")
    _posts(bodies, grids)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _places() -> tuple[list[str], list[str]]:
    regions = import_module("quanyu.regions.queries")
    areas = regions.below(settings.QUANYU_CITY)
    streets = [one.path for area in areas for one in regions.below(area.path)]
    return streets, [one.path for street in streets for one in regions.below(street)]


def _grids(communities: Sequence[str]) -> list[str]:
    region = apps.get_model("regions.Region")
    held = list(region.objects.filter(level="grid").values_list("path", flat=True))
    rows = [
        region(
            code=f"99{n:012d}",
            scheme="local",
            level="grid",
            kind="base_grid",
            name=f"第{n}网格",
            path=f"{community}r{n:05d}/",
            parent_path=community,
            valid_from=_today() - timedelta(days=900),
        )
        for n, community in enumerate(islice(cycle(communities), GRIDS - len(held)))
    ]
    region.objects.using("owner").bulk_create(rows, batch_size=AT_ONCE)
    return held + [row.path for row in rows]


def _bodies(streets: list[str], communities: list[str], grids: list[str]) -> dict[str, list[Any]]:
    standing = import_module("quanyu.organisations.actions.standing")
    body = apps.get_model("organisations.Body")

    def made(code: str, kind: str, place: str, parent: Any = None) -> Any:
        name = f"{code} 示例单位"
        began = _today() - timedelta(days=3 * DAYS_A_YEAR)
        return body(
            code=code, kind=kind, name=name, region_path=place, parent=parent, valid_from=began
        )

    works = {path: made(f"rw-{n}", "party_work_committee", path) for n, path in enumerate(streets)}
    offices = [made(f"ro-{n}", "street_office", path) for n, path in enumerate(streets)]
    places = communities[:1_200]
    committees = {
        path: made(f"rc-{n}", "party_committee", path, works[path[:13]])
        for n, path in enumerate(places)
    }
    branches = [
        made(f"rb-{n:04d}", "party_branch", place, committees[place])
        for n, place in enumerate(islice(cycle(places), BRANCHES))
    ]
    groups = [
        made(f"rg-{n:04d}", "party_group", one.region_path, one)
        for n, one in enumerate(branches[:2_600])
    ]
    many = len(works) + len(offices) + len(committees) + len(branches) + len(groups)
    firms = [
        made(f"rf-{n:05d}", "resident_unit", place)
        for n, place in enumerate(islice(cycle(communities), BODIES - many))
    ]
    standing.found([*works.values(), *offices, *committees.values(), *branches, *groups, *firms])
    standing.settle_lives()
    _party(branches, list(committees.values()))
    _covers(branches, grids)
    return {"offices": offices, "committees": list(committees.values()), "firms": firms}


def _party(branches: list[Any], committees: list[Any]) -> None:
    counts, terms = (
        apps.get_model("organisations.MemberCount"),
        apps.get_model("organisations.CommitteeTerm"),
    )
    now, today = datetime.now(UTC), _today()
    counts.objects.bulk_create(
        [
            counts(body=one, full=n % 60, kept_at=now, valid_from=today - timedelta(days=200))
            for n, one in enumerate(branches)
        ],
        batch_size=AT_ONCE,
    )
    rows = []
    for n, one in enumerate([*committees, *branches]):
        starts = today - timedelta(days=900 + n % 1200)
        due = starts + timedelta(days=5 * DAYS_A_YEAR)
        rows.append(
            terms(
                body=one,
                form="committee",
                size=3 + n % 6,
                years=3 if n % 4 else 5,
                starts=starts,
                due_date=due if n % 4 == 0 else starts + timedelta(days=3 * DAYS_A_YEAR),
                kept_at=now,
            )
        )
    terms.objects.bulk_create(rows, batch_size=AT_ONCE)


def _covers(branches: list[Any], grids: list[str]) -> None:
    cover = apps.get_model("organisations.Cover")
    begun = _today() - timedelta(days=300)
    rows = [
        cover(body=body, tie="grid", region_path=path, valid_from=begun)
        for body, path in zip(islice(cycle(branches), len(grids) - 900), grids, strict=False)
    ]
    cover.objects.bulk_create(rows, batch_size=AT_ONCE)


def _posts(bodies: dict[str, list[Any]], grids: list[str]) -> None:
    post, seats = (
        apps.get_model("organisations.Post"),
        apps.get_model("organisations.Establishment"),
    )
    begun = _today() - timedelta(days=300)
    places = [(one, one.region_path, "street-organisation") for one in bodies["offices"]]
    at = {one.region_path: one for one in bodies["committees"]}
    inside = [path for path in grids if path.rsplit("/", 2)[0] + "/" in at]
    places += [(at[path.rsplit("/", 2)[0] + "/"], path, "grid-worker") for path in inside]
    rows = [
        post(code=f"r-{n:05d}", kind=kind, body=body, region_path=place, seats=1, valid_from=begun)
        for n, (body, place, kind) in enumerate(islice(cycle(places), POSTS))
    ]
    post.objects.bulk_create(rows, batch_size=AT_ONCE)
    seats.objects.bulk_create(
        [seats(post=row, region_path=row.region_path, seats=1, valid_from=begun) for row in rows],
        batch_size=AT_ONCE,
    )
    _hold(rows[: POSTS // 3])


def _hold(posts: Iterable[Any]) -> None:
    account, held = apps.get_model("accounts.Account"), apps.get_model("organisations.Appointment")
    scope = import_module("quanyu.kernel.access.scope")
    worker = import_module("quanyu.kernel.access.rules").system(settings.QUANYU_CITY, job="bench")
    at = datetime.now(UTC) - timedelta(days=30)
    keys = import_module("quanyu.kernel.keys")
    pairs = [
        (row, account(username=f"reg.{n:06d}", name="示例", created_at=at))
        for n, row in enumerate(posts)
    ]
    account.objects.bulk_create([who for _row, who in pairs], batch_size=AT_ONCE)
    rows = [
        held(
            post=row,
            account=who,
            region_path=row.region_path,
            body=row.body,
            valid_from=at.date(),
            batch=keys.uuid7(),
            reason="示例",
            proposed_at=at,
            decision="confirmed",
            decided_at=at,
        )
        for row, who in pairs
    ]
    with scope.acting(worker):
        held.objects.visible_to(worker).bulk_create(rows, batch_size=AT_ONCE)


def _today() -> Any:
    return datetime.now(UTC).date()


# ------------------------------------------------------------------ what is asked


def _client() -> Any:
    at = datetime.now(UTC) - timedelta(hours=1)
    account, _made = apps.get_model("accounts.Account").objects.get_or_create(
        username="registers", defaults={"name": "registers", "created_at": at}
    )
    apps.get_model("accounts.GrantRow").objects.get_or_create(
        account=account,
        role=Role.DISTRICT_ADMIN,
        region_path=settings.QUANYU_CITY,
        defaults={"granted_from": at},
    )
    client = import_module("django.test").Client(raise_request_exception=True)
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _measured(client: Any, name: str, address: str, rounds: int) -> dict[str, object]:
    tries, took, answer = [], [], client.get(address)
    if answer.status_code != 200:
        raise AssertionError((address, answer.status_code))
    for _ in range(rounds):
        began, used = time.perf_counter(), _processor()
        answer = client.get(address)
        tries.append((time.perf_counter() - began) * 1000)
        took.append((_processor() - used) * 1000)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    found: dict[str, object] = {
        "bench": "registers",
        "page": name,
        "ms": round(statistics.median(tries), 1),
        "cpu_ms": round(statistics.mean(took), 1),
        "statements": len(asked),
        "kilobytes": len(answer.content) // 1024,
    }
    is_small = len(answer.content) < MOST_KB * 1024
    found["holds"] = is_small and statistics.median(tries) < MOST_MS
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()
    return found


def _processor() -> float:
    """Return the seconds of a processor that this process and its connection's have taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return time.process_time() + backend.user + backend.system
