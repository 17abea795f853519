"""The verbs that need the city's code and its database: each calls one function of the house."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations import installation, keyring, supervisor
from quanyu.kernel.operations import target as targets
from quanyu.kernel.operations.faults import Fault, choose
from quanyu.kernel.operations.home import Home
from quanyu.project import programs


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Give the body Django, the home's keys and its database, started if nobody runs it."""
    home = homes.prepare(path)
    values = programs.standing(home)
    with supervisor.database(home, url=values.get("QUANYU_DATABASE_URL", "")) as (address, _):
        programs.check_keys(address, values)
        with django(home, address):
            yield


@contextmanager
def django(home: Home, address: str, **more: str) -> Iterator[None]:
    """Give the body Django on this database."""
    os.environ.update(programs.environment(home, address, **more))
    import_module("django").setup()
    try:
        yield
    finally:
        _let_go()


def _let_go() -> None:
    """Give the connections back before the database stops."""
    connections = import_module("django.db").connections
    connections.close_all()
    for connection in connections.all():
        connection.close_pool()


def migrate(path: Path) -> int:
    """Bring the database to this release."""
    with opened(path):
        import_module("quanyu.kernel.operations.migrate").run(alias="owner")
        if not installation.is_demo(os.environ):
            installation.write_marks(os.environ["QUANYU_DATABASE_URL"], os.environ)
    return 0


def serve(path: Path, *, host: str, port: int, workers: int) -> int:
    """Serve the web until a signal says stop."""
    homes.check_port(port)
    words = programs.server_words(port, host=host, workers=workers)
    with supervisor.stoppable(), suppress(supervisor.Stop):
        home = homes.prepare(path)
        values = programs.standing(home)
        with supervisor.database(home, url=values.get("QUANYU_DATABASE_URL", "")) as (address, _):
            programs.check_keys(address, values)
            made = programs.environment(home, address, QUANYU_PORT=str(port))
            made |= programs.counting(home)
            server = subprocess.Popen(words, env=made, start_new_session=True)  # noqa: S603 - our own words
            try:
                return server.wait()
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()
    return 0


def worker(path: Path) -> int:
    """Do the jobs of the queue until a signal says stop."""
    with opened(path):
        queue = import_module("quanyu.kernel.jobs.app")
        app = queue.make()
        for begin in import_module("quanyu.kernel.jobs.rules").readied:
            begin()
        app.run_worker(queues=[queue.QUEUE], concurrency=2, shutdown_graceful_timeout=10)
    return 0


def audit(path: Path, *, witnessed: str) -> int:
    """Verify the log against its seals; not zero when something was tampered with."""
    with opened(path):
        verdict = import_module("quanyu.kernel.audit.queries").verify(witnessed=witnessed)
    say(dataclasses.asdict(verdict))
    return 0 if verdict.is_whole else 1


def backup(path: Path, *, folder: Path | None) -> int:
    """Take a backup; not zero when files were missing already."""
    home = Home(path.expanduser().absolute())
    url = installation.held(home).get("QUANYU_DATABASE_URL", "")
    if not url and not (home.postgres / "data" / "PG_VERSION").exists():
        raise Fault("nothing_to_back_up", path=home.path)
    with _stopped_by("backup_failed"), opened(path):
        settings = import_module("django.conf").settings
        taken = import_module("quanyu.kernel.operations.backup").take(
            home=home,
            url=settings.DATABASE_URL,
            folder=folder or home.path / "backups",
            actor=system_of("quanyu backup"),
            at=import_module("django.utils.timezone").now(),
        )
    say(dataclasses.asdict(taken))
    say_keys_apart(home)
    return 1 if taken.lost else 0


@contextmanager
def _stopped_by(kind: str) -> Iterator[None]:
    """Clean up after Ctrl-C and SIGTERM too, and say that nothing came of it."""
    try:
        with supervisor.stoppable():
            yield
    except supervisor.Stop as stop:
        raise Fault(kind, detail="SIGINT, SIGTERM") from stop


def say_keys_apart(home: Home) -> None:
    """Say what no backup holds and where it is."""
    kept = keyring.file_of(home)
    where = str(kept) if kept.exists() else ", ".join(keyring.NAMES)
    sys.stderr.write(
        choose(
            f"密钥不在备份里，没有它们就打不开加密内容。请另行保管：{where}"
            "（./run backup keys --to 文件）\n",
            f"The keys are not in it, and nothing sealed opens without them. Keep apart: {where} "
            "(./run backup keys --to FILE)\n",
        )
    )


def backup_keys(path: Path, *, to: Path) -> int:
    """Write the keys in force into a file of their own, to be kept apart from every backup."""
    home = Home(path.expanduser().absolute())
    keys = keyring.in_force(keyring.kept(keyring.file_of(home)))
    if not keys:
        raise Fault("nothing_to_back_up", path=home.path)
    target = to.expanduser().absolute()
    if target.exists():
        words = choose("已经有了，不覆盖", "it is there already, and is not overwritten")
        raise Fault("usage", detail=f"--to {to}: {words}")
    keyring.write(keys, to=target)
    say({"path": str(to), "marks": keyring.marks(keys)})
    return 0


def restore(path: Path, *, file: Path, url: str, keys: Path | None) -> int:
    """Restore a backup into a new home; not zero when anything is not as it was."""
    url = url or os.environ.get("QUANYU_DATABASE_URL", "")
    target = targets.check(path, file=file.expanduser().absolute(), url=url, keys=keys)
    # Whatever the application signs in to elsewhere is not the database that is filled here.
    os.environ["QUANYU_APP_DATABASE_URL"] = ""
    with (
        _stopped_by("restore_failed"),
        targets.marked(target) as home,
        supervisor.database(home, url=url) as (address, _),
        django(home, address),
    ):
        done = import_module("quanyu.kernel.operations.restore").fill(
            target,
            url=address,
            actor=system_of("quanyu restore"),
            at=import_module("django.utils.timezone").now(),
        )
        _settle(home, url)
    say(dataclasses.asdict(done))
    _say_address_apart(home)
    if done.faults:
        raise Fault("chain_not_whole", count=done.faults)
    return 0


def _say_address_apart(home: Home) -> None:
    """Say what a restored city does not take along: a drill must not answer in the city's name."""
    if installation.held(home).get("QUANYU_URL"):
        return
    sys.stderr.write(
        choose(
            "恢复不带走访问地址（QUANYU_URL、QUANYU_HOSTS、QUANYU_HTTPS）和别的设置：现在只应答本机。"
            f"正式接替原城市时：./run init --home {home.path} --url https://原地址，"
            "再照原样设好环境变量\n",
            "The address (QUANYU_URL, QUANYU_HOSTS, QUANYU_HTTPS) and other settings do not come "
            "with a restore: this one answers on this machine alone. To take over from the old "
            f"one: ./run init --home {home.path} --url https://ITS-ADDRESS, then set the "
            "environment as it was\n",
        )
    )


def _settle(home: Home, url: str) -> None:
    """Let the other verbs find the city in its new home, as `init` would."""
    city = import_module("django.conf").settings.QUANYU_CITY
    made = {"QUANYU_CITY": city} | ({"QUANYU_DATABASE_URL": url} if url else {})
    installation.write_settings(home, {**made, **installation.settings(home)})


def system_of(job: str) -> Any:
    """Give the system acting over the whole city in one job."""
    settings = import_module("django.conf").settings
    return import_module("quanyu.kernel.access.rules").system(settings.QUANYU_CITY, job=job)


def bring(path: Path, *, kind: str, folder: Path) -> int:
    """Import a city's tables of places, and say what that changed."""
    with opened(path):
        scope = import_module("quanyu.kernel.access.scope")
        actor = system_of(f"quanyu import {kind}")
        act = getattr(import_module("quanyu.regions.actions"), f"import_{kind}")
        with scope.acting(actor):
            done = act(folder=folder, actor=actor, at=import_module("django.utils.timezone").now())
    say(dataclasses.asdict(done))
    return 0


def seed(path: Path) -> int:
    """Load what ships and is not there yet; whatever the city has changed stays as it is."""
    with opened(path):
        scope = import_module("quanyu.kernel.access.scope")
        with scope.acting(system_of("quanyu seed")) as actor:
            at = import_module("django.utils.timezone").now()
            say_seeded(import_module("quanyu.regions.actions").seed(actor=actor, at=at))
            say_ruled(import_module("quanyu.organisations.actions").load_rules(actor=actor, at=at))
    return 0


def say_seeded(done: Mapping[str, Any]) -> None:
    """Print what a seeding did, a line for each kind of rows."""
    kinds = {
        "codes": choose("代码", "codes"),
        "limits": choose("时限", "limits"),
        "calendar": choose("工作日历", "calendar"),
        "divisions": choose("区划", "divisions"),
    }
    for key, counted in done.items():
        new = choose(f"新增 {counted.added}", f"added {counted.added}")
        mended = choose(f"随版本更新 {counted.changed}", f"changed by release {counted.changed}")
        kept = choose(f"本市已改、保留 {counted.kept}", f"kept as the city set {counted.kept}")
        sys.stdout.write(f"{kinds[key]}: {new}; {mended}; {kept}\n")


def say_ruled(done: Mapping[str, int]) -> None:
    """Print how many rules of the organisation net are new; a city's own are never touched."""
    kinds = {"norms": choose("党组织规定", "party rules"), "kinds": choose("岗位种类", "posts")}
    for key, added in done.items():
        sys.stdout.write(f"{kinds[key]}: {choose(f'新增 {added}', f'added {added}')}\n")


def manage(path: Path, words: Sequence[str]) -> int:
    """Run one of Django's own commands."""
    with opened(path):
        import_module("django.core.management").execute_from_command_line(["quanyu", *words])
    return 0


def say(facts: object) -> None:
    """Print facts as JSON."""
    json.dump(facts, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
