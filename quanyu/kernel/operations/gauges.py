"""How the installation stands, as Prometheus reads it: the same figures as on the page (指标)."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from quanyu.kernel.operations import backup
from quanyu.kernel.operations.queries import Overview
from quanyu.kernel.operations.rules import Level

LEVELS = {Level.FINE: 0, Level.LOOK: 1, Level.ACT: 2}


class Gauges(Collector):
    """The figures of one look; without one, that the database did not answer."""

    def __init__(self, seen: Overview | None) -> None:
        self.seen = seen

    def collect(self) -> Iterator[Metric]:
        """Give every figure with its labels; no label names a person."""
        yield _one("database_up", "Whether the database answered", int(self.seen is not None))
        yield _labelled("build", "The release that runs", ["release"], {(backup.release(),): 1})
        if self.seen is not None:
            yield from _of_the_queue(self.seen)
            yield from _of_the_machine(self.seen)
            yield from _of_the_city(self.seen)


def _of_the_queue(seen: Overview) -> Iterator[Metric]:
    jobs: dict[tuple[str, ...], float] = {
        (count.task, count.standing.value): count.jobs for count in seen.counts
    }
    yield _labelled("jobs", "Unfinished jobs", ["task", "state"], jobs)
    yield _one("jobs_waited_seconds", "How long the oldest job has been due", seen.waited)
    yield _one("worker_silent_seconds", "Since the last sign of life of a worker", seen.silence)


def _of_the_machine(seen: Overview) -> Iterator[Metric]:
    yield _one("disk_free_bytes", "Free on the disk of the home", seen.disk.free)
    yield _one("disk_bytes", "Size of the disk of the home", seen.disk.total)
    yield _one("database_bytes", "Size of the database", seen.database.size)
    yield _one("database_connections", "Connections used", seen.database.used)
    yield _one("database_connections_most", "Connections allowed", seen.database.most)
    longest = max((one.seconds for one in seen.sessions), default=0.0)
    blocked = max((one.blocked_seconds for one in seen.sessions), default=0.0)
    yield _one("transaction_longest_seconds", "The longest open transaction", longest)
    yield _one("lock_wait_longest_seconds", "The longest wait for a lock", blocked)
    yield _one("slow_statements", "Statements that were slow in the last day", seen.slow_of_late)


def _of_the_city(seen: Overview) -> Iterator[Metric]:
    yield _one("backup_age_seconds", "Since the newest backup", seen.backup_age)
    yield _one("audit_unsealed", "Audit records that no seal binds", seen.seal.unsealed)
    yield _one("audit_seal_number", "The newest seal", seen.seal.number)
    yield _one("audit_seal_age_seconds", "Since the newest seal", seen.seal_age)
    yield _one("calendar_years_missing", "Years without notice", len(seen.missing_years))
    yield _one("migrations_pending", "Migrations not yet run", len(seen.pending))
    levels: dict[tuple[str, ...], float] = {
        (found.key.value,): LEVELS[found.level] for found in seen.findings
    }
    yield _labelled("finding_level", "0 fine, 1 look, 2 act", ["finding"], levels)


def _one(name: str, help_text: str, value: float | None) -> Metric:
    """Return one figure; one that is not known has no line."""
    family = GaugeMetricFamily(f"quanyu_{name}", help_text)
    if value is not None:
        family.add_metric([], value)
    return family


def _labelled(
    name: str, help_text: str, labels: list[str], values: dict[tuple[str, ...], float]
) -> Metric:
    family = GaugeMetricFamily(f"quanyu_{name}", help_text, labels=labels)
    for given, value in values.items():
        family.add_metric(list(given), value)
    return family
