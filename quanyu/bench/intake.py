"""How much work a public report makes, beside the least that its statements cost (上报吞吐).

The limit is pgbench, which does nothing but send the same statements to the same server. Both
take turns, and CPU time is counted, not the clock, so that a noisy machine is noisy for both.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
from django.conf import settings

from quanyu.bench import ground, replay
from quanyu.bench.ground import Ground, Server, tell
from quanyu.kernel.operations.embedded import binaries

ROUNDS = 3
REQUESTS = 2_000
WARM = 400
AT_ONCE = 8
POINT = (117.23, 31.82)
SPREAD = 0.004
TEXT = "井盖破损，路口有一个窨井盖缺了一角，晚上看不清，请尽快派人来看一看。"
TARGET, MOST_CPU = 0.30, 4.0


@dataclass(frozen=True)
class Turn:
    """What one turn of the server or of pgbench took."""

    done: int
    errors: int
    seconds: float
    web_cpu: float
    db_cpu: float

    def ms(self, cpu: float) -> float:
        """Return CPU seconds as milliseconds for each act."""
        return 1000 * cpu / max(self.done, 1)


def run(*, rounds: int = ROUNDS, requests: int = REQUESTS) -> dict[str, object]:
    """Measure, print one JSON object a round and one of the medians, and return the last."""
    tell("limits on reports are raised for this measurement; each report is still counted")
    with ground.opened() as city, city.server() as server:
        tell("warming up and reading from the log what a report sends")
        _reports(server, WARM)
        script = _script(city, server)
        tell(f"pgbench repeats {script.statements} statements a report, {AT_ONCE} at once")
        limit = Limit(city, script)
        limit.prepare()
        found = [_round(city, server, limit, number, requests) for number in range(1, rounds + 1)]
        if statistics.median(one["share"] for one in found) < TARGET:
            import_module("quanyu.bench.where").tell_where(next(_bodies(1)))
    whole = {name: round(statistics.median(one[name] for one in found), 3) for name in found[0]}
    result: dict[str, object] = {"bench": "intake", **whole}
    result |= {"errors": int(sum(one["errors"] for one in found)), "rounds": rounds}
    result |= {"target": TARGET, "most_cpu_ms": MOST_CPU}
    _print(result)
    return result


def _round(
    city: Ground, server: Server, limit: "Limit", number: int, requests: int
) -> dict[str, float]:
    """Measure one turn of each; every other round pgbench goes first."""
    if number % 2:
        ours = _measured(city, server, requests)
        theirs = limit.turn(requests)
    else:
        theirs = limit.turn(requests)
        ours = _measured(city, server, requests)
    cpu = ours.ms(ours.web_cpu + ours.db_cpu)
    rps, limit_tps = ours.done / ours.seconds, theirs.done / theirs.seconds
    limit_cpu = theirs.ms(theirs.db_cpu)
    found = {
        "rps": round(rps, 1),
        "cpu_ms_per_request": round(cpu, 3),
        "web_cpu_ms": round(ours.ms(ours.web_cpu), 3),
        "db_cpu_ms": round(ours.ms(ours.db_cpu), 3),
        "limit_tps": round(limit_tps, 1),
        "limit_cpu_ms": round(limit_cpu, 3),
        "share": round(limit_cpu / cpu, 3),
        "share_rps": round(rps / limit_tps, 3),
        "requests": ours.done,
        "errors": ours.errors + theirs.errors,
    }
    _print({"bench": "intake", "round": number, **found})
    return found


def _print(result: dict[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(result)}\n")
    sys.stdout.flush()


# ------------------------------------------------------------------ CPU time


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _web_cpu(server: Server) -> float:
    return sum(_cpu(process) for process in server.processes())


def _db_cpu(city: Ground) -> float:
    """Return what PostgreSQL has used: its postmaster, children that ended, children alive.

    A child that ends between two looks would count in neither, so one looks until nothing changed.
    """
    while True:
        before = _ended(city)
        with suppress(psutil.NoSuchProcess):
            alive = sum(_cpu(child) for child in city.postmaster.children(recursive=True))
            if _ended(city) == before:
                return _cpu(city.postmaster) + before + alive


def _ended(city: Ground) -> float:
    times = city.postmaster.cpu_times()
    return float(times.children_user + times.children_system)


def _backends(city: Ground) -> set[int]:
    return {child.pid for child in city.postmaster.children(recursive=True)}


def _await_end(city: Ground, known: set[int]) -> None:
    """Wait until the postmaster has collected every session that was not there before."""
    until = time.monotonic() + 10
    while _backends(city) - known and time.monotonic() < until:
        time.sleep(0.02)


# ------------------------------------------------------------------ our server


def _measured(city: Ground, server: Server, requests: int) -> Turn:
    web, db, began = _web_cpu(server), _db_cpu(city), time.perf_counter()
    errors = _reports(server, requests)
    seconds = time.perf_counter() - began
    used = _web_cpu(server) - web, _db_cpu(city) - db
    return Turn(requests - errors, errors, seconds, *used)


def _reports(server: Server, requests: int) -> int:
    """Send reports, eight at once over connections that stay open; return how many failed."""
    shares = [requests // AT_ONCE + (n < requests % AT_ONCE) for n in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(lambda share: _client(server, share), shares))


def _client(server: Server, requests: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    errors = 0
    for body in _bodies(requests):
        errors += _post(connection, body) != 201
    connection.close()
    return errors


def _post(connection: http.client.HTTPConnection, body: bytes) -> int:
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    connection.request("POST", "/api/v1/public/reports", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _bodies(requests: int) -> Iterator[bytes]:
    for _ in range(requests):
        lon, lat = (at + random.uniform(0, SPREAD) for at in POINT)  # noqa: S311 - a place
        yield json.dumps({"text": TEXT, "lon": round(lon, 6), "lat": round(lat, 6)}).encode()


# ------------------------------------------------------------------ the limit


def _script(city: Ground, server: Server) -> replay.Script:
    """Have the server take the same report a few times, and read what it sent."""
    body = json.dumps({"text": TEXT, "lon": POINT[0], "lat": POINT[1]}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with replay.Log(city.database.admin_url, city.database.log) as log:
        time.sleep(1)
        for _ in range(6):
            _post(connection, body)
        time.sleep(0.5)
    # The shortest: once in a while a report also asks whether the reference data are still fresh.
    shortest = sorted(log.transactions(), key=len)
    return replay.script(*shortest[:2])


class Limit:
    """The same statements sent by pgbench, prepared, as the application's role."""

    def __init__(self, city: Ground, script: replay.Script) -> None:
        self._city, self._script = city, script
        self._file = Path(city.home.path) / "report.pgbench"
        self._file.write_text(script.text)
        self._runs, self._opening = 0, 0.0

    def prepare(self) -> None:
        """Warm up, and learn what it costs to open the sessions: no transaction's work."""
        self._run(WARM // AT_ONCE)
        self._opening = statistics.median(self._run(1)[1] for _ in range(3))

    def turn(self, transactions: int) -> Turn:
        """Do as many transactions as the server does reports, and count the database's CPU."""
        each = max(1, transactions // AT_ONCE)
        seconds, used = self._run(each + 1)
        return Turn(each * AT_ONCE, 0, seconds, 0.0, used - self._opening)

    def _run(self, each: int) -> tuple[float, float]:
        """Let every client do so many transactions; return the seconds and the CPU seconds."""
        self._runs += 1
        known, before, began = _backends(self._city), _db_cpu(self._city), time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own words
            self._words(each),
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - began
        if done.returncode:
            raise RuntimeError(f"pgbench failed: {done.stderr[-2000:]}")
        _await_end(self._city, known)
        return seconds, _db_cpu(self._city) - before

    def _words(self, each: int) -> list[str]:
        at = urlsplit(self._city.database.url)
        words = [str(binaries() / "pgbench"), "-n", "-M", "prepared", "-f", str(self._file)]
        words += ["-c", str(AT_ONCE), "-j", "2", "-t", str(each), f"-Dn={self._runs * 1_000_000}"]
        words += [*self._script.words(), "-h", "127.0.0.1", "-p", str(at.port)]
        return [*words, "-U", str(at.username), at.path.lstrip("/")]

    def _environment(self) -> dict[str, str]:
        """Give pgbench's sessions the role and the path that the application's have."""
        options = str(settings.DATABASES["default"]["OPTIONS"]["options"])
        role = settings.DATABASES["default"]["OPTIONS"]["assume_role"]
        password = str(settings.DATABASES["default"]["PASSWORD"])
        made = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**made, "PGPASSWORD": password, "PGOPTIONS": f"{options} -c role={role}"}
