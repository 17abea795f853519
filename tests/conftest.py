"""The database and the cast (测试用的数据库与人物)."""

import contextlib
import gc
import hashlib
import os
import re
from collections.abc import Iterator
from datetime import datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import hypothesis
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Model
from django.test import TransactionTestCase
from django.utils import translation
from psycopg import sql
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel import editions
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.kernel.keys import uuid7
from quanyu.kernel.operations import migrate
from quanyu.organisations import actions as organisations
from quanyu.organisations import queries as bodies
from quanyu.regions import actions as regions

hypothesis.settings.register_profile("quanyu", deadline=None)
hypothesis.settings.load_profile("quanyu")
# A machine is shared and slow at times: a test says what holds, never how quickly.

ROOT = Path(__file__).resolve().parents[1]
SHANGHAI = ZoneInfo("Asia/Shanghai")
KEPT = (
    "django_migrations",
    "django_content_type",
    "codes_",
    "calendar_",
    "regions_",
    "organisations_",
)
"""Tables that a test with real commits leaves alone: reference data, the same for all tests."""

KEPT_APPS = ("regions", "organisations")
"""Whose tables are put back as the template has them, where a test has committed to them."""

PRISTINE = sql.Identifier("pristine")
"""The schema of a copy of all places and bodies, from which they are put back."""

GROUND: list[Any] = []
"""The marks of the places as they were put back last; empty until then."""

HANGING: list[str] = []
"""The tables that a test with real commits finds empty, each before those that it hangs on."""

MANY = 2**20
"""So many bytes are rather truncated than deleted row by row."""


def owner(database: str = "") -> psycopg.Connection[Any]:
    """Return a connection of the schema's owner, outside Django."""
    parts = urlsplit(settings.DATABASE_URL)
    return psycopg.connect(
        settings.DATABASE_URL,
        dbname=database or parts.path.lstrip("/"),
        autocommit=True,
        options=f"-c search_path={settings.QUANYU_SCHEMA},{settings.QUANYU_QUEUE_SCHEMA}",
    )


def _fingerprint() -> str:
    """Return what the template database depends on: migrations and everything that makes walls."""
    whole = hashlib.sha256(Path(__file__).read_bytes())
    parts = ("migrations", "models", "access", "jobs/schema.py", "operations/migrate", "/data/")
    for path in sorted((ROOT / "quanyu").rglob("*")):
        if path.is_file() and any(part in path.as_posix() for part in parts):
            whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _template() -> str:
    """Return the migrated template database of this state of the code, made when there is none."""
    name = f"quanyu_template_{_fingerprint()}"
    with owner() as maker:
        maker.execute("SELECT pg_advisory_lock(hashtext('quanyu template'))")
        found = maker.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            _make(maker, name)
    return name


def _make(maker: psycopg.Connection[Any], name: str) -> None:
    draft = f"{name}_draft"
    for old in (draft, name):
        maker.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
    maker.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(draft)))
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = draft
    migrate.run(alias="owner")
    _seed()
    with owner(draft) as keeper:
        _keep_ground(keeper)
    connections["owner"].close()
    connections["default"].close()
    maker.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(draft), sql.Identifier(name)
        )
    )


def _seed() -> None:
    """Load what every city has: codes, calendar, divisions, the demo street, bodies, duties."""
    at = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    with acting(system(settings.QUANYU_CITY, job="tests")) as seeder:
        regions.seed(actor=seeder, at=at)
        regions.load_street(actor=seeder, at=at)
        organisations.load(actor=seeder, at=at)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this run a database of its own, copied from the template."""
    name = f"quanyu_test_{os.getpid()}"
    with django_db_blocker.unblock():
        # A pool outlives the database it was opened to; tests take plain connections.
        connections["default"].settings_dict["OPTIONS"].pop("pool", None)
        template = _template()
        with owner() as maker:
            _drop(maker, name)
            maker.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name
            settings.DATABASES[alias]["NAME"] = name
    # Out of the block: a test that does not ask for the database would commit what it writes.
    yield
    with django_db_blocker.unblock():
        for alias in ("default", "owner"):
            connections[alias].close()
        with owner() as maker:
            _drop(maker, name)


def _drop(maker: psycopg.Connection[Any], name: str) -> None:
    """Drop a database, ending who is still connected; who connects meanwhile is ended next."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _try in range(2):
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            maker.execute(drop)
            return
    maker.execute(drop)


def _above(field: Any) -> Any:
    """Return what a field leads to, if its table is put back too."""
    one = field.related_model
    label = getattr(getattr(one, "_meta", None), "app_label", "")
    return one if label in KEPT_APPS else None


def _ground() -> list[str]:
    """Return the tables of places and of bodies, each after those that it hangs on."""
    ordered: list[type[Model]] = []

    def take(model: type[Model]) -> None:
        for one in {_above(field) for field in model._meta.fields} - {None, model}:
            take(one)
        if model not in ordered:
            ordered.append(model)

    for label in KEPT_APPS:
        for model in apps.get_app_config(label).get_models():
            take(model)
    return [model._meta.db_table for model in ordered]


def _keep_ground(maker: psycopg.Connection[Any]) -> None:
    """Keep a copy of all places and bodies as they stand in the template."""
    maker.execute(sql.SQL("CREATE SCHEMA {}").format(PRISTINE))
    for name in _ground():
        table = sql.Identifier(name)
        copy = sql.SQL("CREATE TABLE {}.{} AS TABLE {}").format(PRISTINE, table, table)
        maker.execute(copy)


def _marks(cleaner: psycopg.Connection[Any]) -> list[Any]:
    """Return what changes when any row of a place is written or deleted."""
    one = "SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM {}"
    parts = [sql.SQL(one).format(sql.Identifier(name)) for name in _ground()]
    return cleaner.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall()


def _restore_ground(cleaner: psycopg.Connection[Any]) -> None:
    """Put places and bodies back as the template has them, where a test has committed to them."""
    if GROUND and _marks(cleaner) == GROUND:
        return
    tables = [sql.Identifier(name) for name in _ground()]
    cleaner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))
    for table in tables:
        back = sql.SQL("INSERT INTO {} SELECT * FROM {}.{}").format(table, PRISTINE, table)
        cleaner.execute(back)
    GROUND[:] = _marks(cleaner)


def truncate() -> None:
    """Empty every table as the owner, who alone may; places are as the template has them."""
    with owner(connections["default"].settings_dict["NAME"]) as cleaner:
        written = _written(cleaner)
        # To truncate a table makes its files and those of its indexes anew, even an empty one's.
        statement = "DELETE FROM {}" if sum(written.values()) < MANY else "TRUNCATE {} CASCADE"
        with cleaner.transaction():
            for name in written:
                cleaner.execute(sql.SQL(statement).format(sql.Identifier(*name)))
        _restore_ground(cleaner)


def _written(cleaner: psycopg.Connection[Any]) -> dict[tuple[str, str], int]:
    """Return the tables to empty into which anything was written, and how many bytes they hold.

    A table of reference data is among them when it hangs on one that is emptied; what hangs on
    others comes before them.
    """
    hanging = _hanging(cleaner)
    tables = cleaner.execute(
        "SELECT nspname, relname, pg_relation_size(c.oid) FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind = 'r' AND pg_relation_size(c.oid) > 0 AND nspname = ANY (%s)",
        [[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA]],
    ).fetchall()
    sizes = {(schema, name): size for schema, name, size in tables if name in hanging}
    return dict(sorted(sizes.items(), key=lambda one: hanging.index(one[0][1])))


def _is_emptied(name: str) -> bool:
    return not name.startswith(KEPT)


def _hanging(cleaner: psycopg.Connection[Any]) -> list[str]:
    """Return all tables to empty, each before those that it hangs on; asked once."""
    if not HANGING:
        found = cleaner.execute(
            "SELECT c.relname,"
            " coalesce(array_agg(f.relname) FILTER (WHERE k.oid IS NOT NULL), '{}'),"
            " coalesce(array_agg(f.relname) FILTER (WHERE NOT k.condeferrable), '{}')"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'"
            " AND k.confrelid <> c.oid LEFT JOIN pg_class f ON f.oid = k.confrelid"
            " WHERE c.relkind = 'r' AND n.nspname = ANY (%s) GROUP BY c.relname",
            [[settings.QUANYU_SCHEMA, settings.QUANYU_QUEUE_SCHEMA]],
        ).fetchall()
        emptied = {name for name, _on, _first in found if _is_emptied(name)}
        while more := {n for n, on, _ in found if n not in emptied and emptied.intersection(on)}:
            emptied |= more
        # What is deferrable is looked at only once all are empty.
        order = TopologicalSorter({name: first for name, _on, first in found}).static_order()
        HANGING[:] = reversed([name for name in order if name in emptied])
    return HANGING


@pytest.fixture(autouse=True, scope="session")
def truncated_by_the_owner() -> Iterator[None]:
    """Let tests with real commits clean up as the owner."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: truncate())
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def a_home_of_its_own(request: pytest.FixtureRequest) -> None:
    """Give each process files of its own: another's would look left behind, and be swept."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    settings.QUANYU_HOME = settings.QUANYU_HOME / worker
    settings.QUANYU_HOME.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True, scope="session")
def nothing_is_slow() -> None:
    """Let a busy machine add no statement to those that a test counts."""
    settings.QUANYU_SLOW_STATEMENT = 0


CHANGES = re.compile(
    r"\s*(INSERT INTO|UPDATE|DELETE FROM|COPY)\W+(codes|calendar|regions|organisations)_"
)
"""A statement that changes reference data."""


@pytest.fixture(autouse=True)
def fresh_reference_data() -> Iterator[None]:
    """Forget what a test before changed and rolled back, and in which language it read.

    What no test has changed need not be read again for each, as long as its edition stands.
    """
    changed: list[str] = []

    def noted(execute: Any, statement: Any, *more: Any) -> Any:
        if not changed and CHANGES.match(str(statement)):
            changed.append(str(statement))
            editions.forget_doubted()
        return execute(statement, *more)

    editions.doubt_everything()
    translation.deactivate()
    with connections["default"].execute_wrapper(noted), connections["owner"].execute_wrapper(noted):
        yield
    if changed:
        editions.forget_everything()


@pytest.fixture
def at() -> datetime:
    """A Monday morning."""
    return datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)


ORDER = (
    r"tests/operations/test_(crash|backup|init)\.py",
    r"tests/operations/",
    r"tests/demo/",
    r"tests/(?!pages/)",
    r"tests/pages/test_axe",
    r"tests/pages/",
)
"""What comes first: dear files, so that no worker waits long for the other at the end.

The very first ask for no database of the tests: whoever is done with them makes the template while
the other is still at work. The browser comes last: its driver leaves an event loop running in the
thread of the tests; of its files the long ones come before the short ones.
"""

TOGETHER = re.compile(r"tests/operations/test_(crash|backup)\.py")
"""The files that share one demo of their own; built on two workers it would cost twice as much."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect the tests; what is there then stays, and need not be looked through again and again.

    The search for what nobody holds took more than a third of the collecting, and grew with it.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of dear files first and those of the browser last; else they stay as drawn."""
    sizes = {path: path.stat().st_size for path in {item.path for item in items}}
    items.sort(key=lambda item: _turn(item.nodeid, sizes[item.path]))


def _turn(nodeid: str, size: int) -> tuple[int, int]:
    """Return the place of a test in the order, among those of the browser by what its file says."""
    turn = next((turn for turn, part in enumerate(ORDER) if re.match(part, nodeid)), 0)
    return turn, -size if nodeid.startswith("tests/pages/") else 0


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """A file of tests on one worker, and what shares a demo on the same."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.pattern if TOGETHER.match(nodeid) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Take our own scheduling where files of tests are to be spread."""
    return Scheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the server, right above the summary: the same tests pass on several."""
    with contextlib.suppress(psycopg.OperationalError), owner() as asked:
        for (name,) in asked.execute("SELECT split_part(version(), ',', 1)"):
            terminalreporter.write_line(name)


# ------------------------------------------------------------------ the cast

STREET = "34/01/04/001/"
GRID = "34/01/04/001/001/g001/"
POINT = (117.23, 31.82)
"""A point in the demo street."""


def person(role: Role, path: str = STREET, *, name: str = "周明") -> Actor:
    """Return somebody with one role at one place; the grant is as the middleware reads it."""
    return Actor(ActorKind.PERSON, uuid7(), frozenset({Grant(role, path)}), name=name)


def in_body(body: Any, *, name: str = "马强") -> Actor:
    """Return somebody who handles in a body."""
    grants = frozenset({Grant(Role.HANDLER, body=body)})
    return Actor(ActorKind.PERSON, uuid7(), grants, name=name)


@pytest.fixture
def act(db: None) -> Any:
    """Do something as somebody, under that person's reach in the database."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        set_scope(actor)
        return verb(actor=actor, **facts)

    return done


@pytest.fixture
def operator() -> Actor:
    """受理员 of the demo street."""
    return person(Role.OPERATOR, name="王芳")


@pytest.fixture
def dispatcher() -> Actor:
    """派遣员 of the demo street."""
    return person(Role.DISPATCHER)


@pytest.fixture
def checker() -> Actor:
    """核查员 of the demo street."""
    return person(Role.CHECKER, name="陈静")


@pytest.fixture
def grid_worker() -> Actor:
    """网格员 of the whole demo street, so that every grid of it is theirs."""
    return person(Role.GRID_WORKER, name="李军")


@pytest.fixture
def clerk() -> Actor:
    """Both desk roles in one person."""
    grants = frozenset({Grant(Role.OPERATOR, STREET), Grant(Role.DISPATCHER, STREET)})
    return Actor(ActorKind.PERSON, uuid7(), grants, name="赵敏")


@pytest.fixture
def stranger() -> Actor:
    """Every working role, in another district, and in no body."""
    roles = (Role.OPERATOR, Role.DISPATCHER, Role.CHECKER, Role.GRID_WORKER)
    grants = frozenset(Grant(role, "34/01/02/") for role in roles)
    return Actor(ActorKind.PERSON, uuid7(), grants, name="孙远")


@pytest.fixture
def said() -> actions.Report:
    """A broken manhole cover in the demo street."""
    lon, lat = POINT
    return actions.Report(
        text="路口的污水井盖破了一半，晚上看不见，很危险。",
        address="三里庵街道路口",
        lon=lon,
        lat=lat,
        name="张三",
        phone="13800138000",
    )


@pytest.fixture
def reported(act: Any, said: actions.Report, at: datetime) -> Event:
    """A matter just reported by a resident."""
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)
    return found(receipt.id)


def found(key: Any) -> Event:
    """Return a matter as the system sees it."""
    set_scope(system(settings.QUANYU_CITY, job="tests"))
    return Event.objects.get(pk=key)


@pytest.fixture
def accepted(act: Any, reported: Event, operator: Actor, at: datetime) -> Event:
    """A matter taken on."""
    return act(actions.accept, event_id=reported.id, actor=operator, at=at)


@pytest.fixture
def filed(act: Any, accepted: Event, operator: Actor, at: datetime) -> Event:
    """A matter filed as a broken sewer cover."""
    return act(actions.file, event_id=accepted.id, class_code="P0102", actor=operator, at=at)


@pytest.fixture
def body(filed: Event, at: datetime) -> Any:
    """The body that answers first for the filed matter."""
    holders = bodies.duty_holders(filed.category, place=filed.region_path, on=at.date())
    return holders[0].body_id


@pytest.fixture
def handler(body: Any) -> Actor:
    """处置人 in that body."""
    return in_body(body)


@pytest.fixture
def dispatched(act: Any, filed: Event, body: Any, dispatcher: Actor, at: datetime) -> Event:
    """A matter handed to that body."""
    return act(actions.dispatch, event_id=filed.id, body=body, actor=dispatcher, at=at)


@pytest.fixture
def handling(act: Any, dispatched: Event, handler: Actor, at: datetime) -> Event:
    """A matter signed for."""
    return act(actions.acknowledge, event_id=dispatched.id, actor=handler, at=at)


@pytest.fixture
def handled(act: Any, handling: Event, handler: Actor, at: datetime) -> Event:
    """A matter of which the body says that it is done."""
    return act(actions.handle, event_id=handling.id, outcome="井盖已更换", actor=handler, at=at)


@pytest.fixture
def checking(act: Any, handled: Event, checker: Actor, at: datetime) -> Event:
    """A matter that the checker has taken."""
    return act(actions.check, event_id=handled.id, actor=checker, at=at)


@pytest.fixture
def closed(act: Any, checking: Event, checker: Actor, at: datetime) -> Event:
    """A matter found done."""
    return act(actions.close, event_id=checking.id, evidence="现场看过", actor=checker, at=at)
