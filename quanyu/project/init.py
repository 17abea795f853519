"""`quanyu init`: make an empty folder and an empty database the installation of a real city.

Everything here bears repetition. Keys are made once and never written over; the settings are
written last, so that a home whose `init` was cut short is refused by `serve` and taken up by the
next `init`.
"""

import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from quanyu.kernel.access.rules import Role
from quanyu.kernel.operations import doctor, installation, supervisor
from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.faults import Fault, choose
from quanyu.kernel.operations.home import Home
from quanyu.project import verbs
from quanyu.project.demo import say
from quanyu.regions import rules as regions

EMBEDDED = "embedded"
LOCAL_PROXY = "127.0.0.1,::1"
ADMINISTRATORS = {
    Role.SYS_ADMIN: ("sysadmin", "系统管理员"),
    Role.SEC_ADMIN: ("secadmin", "安全管理员"),
    Role.AUDIT_ADMIN: ("auditadmin", "审计管理员"),
}
"""User name unless another is asked for, and the name until its holder is entered."""


@dataclass(frozen=True)
class Asked:
    """What the options of the command say; empty where nothing was said."""

    city: str = ""
    name: str = ""
    database: str = ""
    url: str = ""
    usernames: tuple[str, str, str] = ("", "", "")
    new_links: bool = False


def run(path: Path, asked: Asked) -> int:
    """Set up a home, or say how it stands."""
    home = homes.prepare(path)
    standing = installation.settings(home)
    check_no_demo(home, standing)
    made = _filled(home, standing, asked) if standing else _answers(asked)
    with _opened(home, made) as address:
        at = import_module("django.utils.timezone").now()
        if not standing:
            _build(home, address, made, asked, at=at)
        if made != standing:
            installation.write_settings(home, made)
        _tell(home, made, address)
        _offer(asked, at=at, is_new=not standing)
    return 0


def link(path: Path, *, username: str) -> int:
    """Make a one-time link for an account, an administrator's too: who is at the machine may."""
    with verbs.opened(path):
        account = import_module("quanyu.kernel.accounts.queries").by_username(username.lower())
        if account is None:
            raise Fault("no_such_account", username=username)
        at = import_module("django.utils.timezone").now()
        say(_link(account, job="quanyu link", at=at))
    return 0


def check_no_demo(home: Home, standing: Mapping[str, str]) -> None:
    """Refuse the demo's home: its people and passwords are in its database.

    :raises Fault: if it is
    """
    if installation.is_demo(standing) or (home.path / "demo-sign-ins.json").exists():
        raise Fault("demo_home", path=home.path)


# ------------------------------------------------------------------ questions


def _answers(asked: Asked) -> dict[str, str]:
    """Give the settings, each by option, by the environment, or by a question at a terminal."""
    code = _ask(
        asked.city or os.environ.get("QUANYU_CITY", ""),
        "--city",
        choose("城市的区划代码（如 340100）", "the division code of the city, such as 340100"),
        wanted=("城市的区划代码", "division code of the city"),
    )
    database = _database(asked)
    url = _ask(
        asked.url or os.environ.get("QUANYU_URL", ""),
        "--url",
        choose(
            "人们访问的地址（如 https://quanyu.example.gov.cn）",
            "the address that people call, such as https://quanyu.example.gov.cn",
        ),
        wanted=("访问地址", "address that people call"),
    )
    return {"QUANYU_CITY": _path(code), **_addresses(url), **database}


def _database(asked: Asked) -> dict[str, str]:
    given = _ask(
        asked.database or os.environ.get("QUANYU_DATABASE_URL", ""),
        "--database",
        choose(
            f"数据库地址（postgresql://角色@主机:5432/库；{EMBEDDED} 为内置数据库）",
            f"the database (postgresql://ROLE@HOST:5432/NAME; {EMBEDDED} for one in the home)",
        ),
        wanted=("数据库地址", "address of the database"),
    )
    if given == EMBEDDED:
        return {}
    parts = urlsplit(given)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.username or not parts.path[1:]:
        raise _wrong("--database", "…", doctor.ADDRESS, doctor.ADDRESS)
    if parts.password is None and sys.stdin.isatty():
        prompt = choose("数据库密码（不显示）：", "its password (not shown): ")
        password = quote(getpass.getpass(prompt), safe="")
        host = parts.netloc.rpartition("@")[2]
        given = urlunsplit(parts._replace(netloc=f"{parts.username}:{password}@{host}"))
    doctor.check_database(given)
    doctor.check_owner(given)
    return {"QUANYU_DATABASE_URL": given}


def _ask(given: str, option: str, prompt: str, *, wanted: tuple[str, str]) -> str:
    """Give the answer, asked for at a terminal alone.

    :raises Fault: if there is neither an answer nor a terminal
    """
    if given:
        return given
    if not sys.stdin.isatty():
        raise Fault("answer_missing", option=option, what=wanted[0], what_en=wanted[1])
    said = ""
    while not said:
        said = input(f"{prompt}: ").strip()
    return said


def _path(code: str) -> str:
    """Give the path that a code, or a path, names."""
    try:
        return regions.path_of(code.replace("/", ""))
    except regions.WrongCode as no:
        detail = "应为 6、9 或 12 位数字，如 340100"
        english = "it has 6, 9 or 12 digits, such as 340100"
        raise _wrong("--city", code, detail, english) from no


def _addresses(url: str) -> dict[str, str]:
    """Give what follows from the address that people call."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        example = "https://quanyu.example.gov.cn"
        raise _wrong("--url", url, f"应如 {example}", f"it looks like {example}")
    made = {"QUANYU_URL": f"{parts.scheme}://{parts.netloc}", "QUANYU_HOSTS": parts.hostname}
    if parts.scheme == "https":
        # The proxy of the samples stands on the same machine and speaks TLS for us.
        made |= {"QUANYU_HTTPS": "1", "QUANYU_TRUSTED_PROXY": LOCAL_PROXY}
    return made


def _wrong(option: str, value: str, detail: str, english: str) -> Fault:
    return Fault("answer_wrong", option=option, value=value, detail=detail, detail_en=english)


def _filled(home: Home, standing: Mapping[str, str], asked: Asked) -> dict[str, str]:
    """Give the settings that stand, with what was asked for and they do not say yet.

    :raises Fault: if they say otherwise
    """
    wanted = {"QUANYU_CITY": _path(asked.city)} if asked.city else {}
    wanted |= _addresses(asked.url) if asked.url else {}
    if asked.database:
        wanted |= {"QUANYU_DATABASE_URL": asked.database.removeprefix(EMBEDDED)}
    for name, value in wanted.items():
        found = standing.get(name, value)
        if _shown(found) != _shown(value):
            told = {"name": name, "found": _shown(found), "wanted": _shown(value)}
            raise Fault("set_up_otherwise", path=home.path, **told)
    return {name: value for name, value in {**wanted, **standing}.items() if value}


# ------------------------------------------------------------------ doing it


@contextmanager
def _opened(home: Home, made: Mapping[str, str]) -> Iterator[str]:
    """Give the body Django with these settings and the home's secrets, made if there are none."""
    homes.keys(home)
    values = {**installation.held(home), **made}
    installation.check_secrets(values)
    with supervisor.database(home, url=made.get("QUANYU_DATABASE_URL", "")) as (address, _):
        installation.check_marks(address, values)
        with verbs.django(home, address, **made):
            yield address


def _build(
    home: Home, address: str, made: Mapping[str, str], asked: Asked, *, at: datetime
) -> None:
    """Make tables, load what every city has, and enter the three administrators."""
    places = import_module("quanyu.regions.actions")
    path = places.check_city(made["QUANYU_CITY"].replace("/", ""))
    name = "" if places.is_shipped(path) else _name(asked)
    import_module("quanyu.kernel.operations.migrate").run(alias="owner")
    installation.write_marks(address, {**installation.held(home), **made})
    scope = import_module("quanyu.kernel.access.scope")
    with scope.acting(verbs.system_of("quanyu init")) as actor:
        if name:
            places.found_city(path=path, name=name, actor=actor, at=at)
        verbs.say_seeded(places.seed(actor=actor, at=at))
        organisations = import_module("quanyu.organisations.actions")
        verbs.say_ruled(organisations.load_rules(actor=actor, at=at))
        _enter(asked, actor, at=at)


def _name(asked: Asked) -> str:
    return _ask(
        asked.name,
        "--name",
        choose(
            "本版本没有附带这个城市的区划。它的名称（如苏州市）",
            "the divisions of this city do not ship; its name, such as 苏州市",
        ),
        wanted=("城市名称", "name of the city"),
    )


def _enter(asked: Asked, actor: Any, *, at: datetime) -> None:
    """Enter who is missing of the three administrators, without a password."""
    accounts = import_module("quanyu.kernel.accounts.actions")
    there = import_module("quanyu.kernel.accounts.queries").administrators(at=at)
    for (role, (usual, name)), wished in zip(ADMINISTRATORS.items(), asked.usernames, strict=True):
        if role in there:
            continue
        account = accounts.create_account(
            username=wished or usual, name=name, password=None, actor=actor, at=at
        )
        accounts.grant(
            account=account,
            role=role,
            region_path=import_module("django.conf").settings.QUANYU_CITY,
            reason="初始化",
            actor=actor,
            at=at,
        )


# ------------------------------------------------------------------ saying it


def _tell(home: Home, made: Mapping[str, str], address: str) -> None:
    places = import_module("quanyu.regions.queries")
    city = made["QUANYU_CITY"]
    lines = {
        choose("城市", "city"): f"{places.place(city).name}  {city}",
        choose("数据目录", "home"): str(home.path),
        choose("数据库", "database"): _shown(made.get("QUANYU_DATABASE_URL", EMBEDDED)),
        choose("访问地址", "address"): made.get("QUANYU_URL", ""),
        choose("设置", "settings"): str(installation.settings_file(home)),
        choose("密钥（请另行保管一份）", "keys (keep a copy apart)"): "secrets.json",
    }
    for label, text in lines.items():
        say(f"{label}: {text}")
    if len(places.children(city)) == 0:
        say(
            choose(
                "还没有下级区划，请导入：./run import divisions 目录",
                "It has no divisions yet; import them: ./run import divisions FOLDER",
            )
        )


def _offer(asked: Asked, *, at: datetime, is_new: bool) -> None:
    """Print a link for each administrator who has not been taken up, at first or when asked."""
    queries = import_module("quanyu.kernel.accounts.queries")
    for role, accounts in sorted(queries.administrators(at=at).items()):
        for account in accounts:
            if account.has_usable_password():
                say(f"{account.username} ({role}): {choose('已启用', 'taken up')}")
            elif is_new or asked.new_links:
                say(_link(account, job="quanyu init", at=at))
            else:
                again = f"./run link {account.username}"
                say(f"{account.username} ({role}): {choose('尚未启用', 'not yet')}, {again}")


def _link(account: Any, *, job: str, at: datetime) -> str:
    scope = import_module("quanyu.kernel.access.scope")
    actions = import_module("quanyu.kernel.accounts.actions")
    with scope.acting(verbs.system_of(job)) as actor:
        token = actions.invite(account=account, actor=actor, at=at)
    path = import_module("django.urls").reverse("welcome", args=[token])
    settings = import_module("django.conf").settings
    hours = settings.QUANYU_LINK_HOURS
    once = choose(f"只能用一次，{hours} 小时内有效", f"works once, within {hours} hours")
    return f"{account.username}: {settings.QUANYU_URL}{path}  ({once})"


def _shown(value: str) -> str:
    """Give a setting without the password that an address may hold."""
    parts = urlsplit(value)
    if "@" not in parts.netloc:
        return value
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}", query=""))
