"""Who works in the demo city: the sign-ins a visitor may use, and the colleagues who only act."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from quanyu.demo import appointing, texts
from quanyu.kernel.access.rules import ADMINISTRATORS, Actor, ActorKind, Grant, Role
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as found
from quanyu.kernel.accounts.rules import fresh_password
from quanyu.kernel.jobs.rules import past
from quanyu.organisations.actions import NewPost

FILE: Final = "demo-sign-ins.json"
BEFORE: Final = timedelta(days=420)
"""So long before the opening the cast took up its posts: before the oldest matter."""

REASON: Final = "示例城市的岗位"
STREET: Final = "34/01/04/001/"
DISTRICT: Final = "34/01/04/"
CITY: Final = "34/01/"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the table that `demo` prints (示例账号)."""

    role: str
    role_en: str
    name: str
    username: str
    password: str
    totp_secret: str = ""
    totp_now: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the cast: what they are called and what they may do, where."""

    username: str
    name: str
    role: str
    role_en: str
    grants: tuple[tuple[str, str], ...] = ()
    """Roles, each with a place, or with the code of a body."""

    @property
    def is_administrator(self) -> bool:
        """Answer whether this is one of the three."""
        return any(role in ADMINISTRATORS for role, _where in self.grants)


def leads(*, grid: str) -> tuple[Part, ...]:
    """Return those a visitor may sign in as; ``grid`` is the grid of the demo's first point."""
    community = "/".join(grid.split("/")[:5]) + "/"
    return (
        Part("grid_worker", "周荷生", "网格员", "Grid worker", ((Role.GRID_WORKER, grid),)),
        Part(
            "community_officer",
            "沈晓芸",
            "社区工作者",
            "Community officer",
            ((Role.COMMUNITY_OFFICER, community),),
        ),
        Part("operator", "方静怡", "街道受理员", "Operator", ((Role.OPERATOR, STREET),)),
        Part("dispatcher", "陶志远", "街道派遣员", "Dispatcher", ((Role.DISPATCHER, STREET),)),
        Part(
            "clerk",
            "秦雅琴",
            "街道受理兼派遣",
            "Operator and dispatcher",
            ((Role.OPERATOR, STREET), (Role.DISPATCHER, STREET)),
        ),
        Part("checker", "卫国栋", "街道核查员", "Checker", ((Role.CHECKER, STREET),)),
        Part("commander", "韩思远", "街道指挥长", "Street commander", ((Role.COMMANDER, STREET),)),
        Part(
            "handler",
            "施海涛",
            "处置人，市政养护队",
            "Handler, street works team",
            ((Role.HANDLER, "street-works"),),
        ),
        Part(
            "handler_enforcement",
            "姜俊杰",
            "处置人，综合执法队",
            "Handler, enforcement team",
            ((Role.HANDLER, "street-enforcement"),),
        ),
        Part(
            "handler_lighting",
            "谢永康",
            "处置人，市路灯管理处",
            "Handler, street lighting office",
            ((Role.HANDLER, "city-lighting"),),
        ),
        Part(
            "city_desk",
            "孔若溪",
            "市级受理兼派遣",
            "City operator and dispatcher",
            ((Role.OPERATOR, CITY), (Role.DISPATCHER, CITY)),
        ),
        Part(
            "district_admin", "严文博", "区级统筹", "District", ((Role.DISTRICT_ADMIN, DISTRICT),)
        ),
        Part(
            "party_officer",
            "柏文清",
            "街道党务干事",
            "Party officer",
            ((Role.PARTY_OFFICER, STREET),),
        ),
        Part("sys_admin", "魏明轩", "系统管理员", "System admin", ((Role.SYS_ADMIN, CITY),)),
        Part("sec_admin", "戚慧敏", "安全管理员", "Security admin", ((Role.SEC_ADMIN, CITY),)),
        Part("audit_admin", "邹浩然", "审计管理员", "Audit admin", ((Role.AUDIT_ADMIN, CITY),)),
    )


def colleagues(
    *, grids: Sequence[str], bodies: Sequence[str], taken: Sequence[Part]
) -> tuple[Part, ...]:
    """Return those who act and never sign in: one of each post that no lead holds."""
    held = {grant for part in taken for grant in part.grants}
    communities = sorted({"/".join(grid.split("/")[:5]) + "/" for grid in grids})
    posts = [(Role.GRID_WORKER, path, "grid", "网格员", "Grid worker") for path in grids]
    posts += [
        (Role.COMMUNITY_OFFICER, path, "officer", "社区工作者", "Community officer")
        for path in communities
    ]
    posts += [(Role.HANDLER, code, "handler", "处置人", "Handler") for code in bodies]
    posts += [(Role.CHECKER, CITY, "checker", "市级核查员", "City checker")]
    return tuple(
        Part(f"demo.{kind}.{_plain(where)}", name_of(number), role_zh, role_en, ((role, where),))
        for number, (role, where, kind, role_zh, role_en) in enumerate(posts)
        if (role, where) not in held
    )


def _plain(where: str) -> str:
    return where.strip("/").replace("/", "")


def name_of(number: int) -> str:
    """Return a made-up name; neighbours in the list never share one."""
    surnames, given = texts.phrases()["surname"], texts.phrases()["given"]
    return surnames[number % len(surnames)] + given[(number * 7 + 3) % len(given)]


# ------------------------------------------------------------------ what opens their doors


@dataclass
class Keys:
    """The passwords and secrets made at the first start, kept beside the database (密码)."""

    path: Path
    opened_at: datetime
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    is_fresh: bool = False
    built: str = ""
    """The scale to which the city stands; empty while it is being made."""

    def of(self, part: Part) -> dict[str, str]:
        """Return what opens this person's door."""
        return self.kept[part.username]


def keys(home: Path, parts: Sequence[Part], *, at: datetime) -> Keys:
    """Read the passwords of a home, or make them; they are on disk before they are used."""
    path = home / FILE
    if path.exists():
        read = json.loads(path.read_text(encoding="utf-8"))
        opened = datetime.fromisoformat(read["opened_at"])
        lines = {line["username"]: line for line in read["sign_ins"]}
        bunch = Keys(path, opened, lines, built=read["built"])
    else:
        bunch = Keys(path, at, is_fresh=True)
    missing = [part for part in parts if part.username not in bunch.kept]
    bunch.kept |= {part.username: _made(part) for part in missing}
    if missing:
        write(bunch, parts)
    return bunch


def _made(part: Part) -> dict[str, str]:
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    return {
        "role": part.role,
        "role_en": part.role_en,
        "name": part.name,
        "username": part.username,
        "password": fresh_password(),
        "totp_secret": secret if part.is_administrator else "",
    }


def write(bunch: Keys, parts: Sequence[Part]) -> None:
    """Put the passwords on disk, whole or not at all, readable by their owner alone."""
    bunch.path.parent.mkdir(parents=True, exist_ok=True)
    draft = bunch.path.with_suffix(".draft")
    lines = [bunch.kept[part.username] for part in parts]
    kept = {"opened_at": bunch.opened_at.isoformat(), "built": bunch.built}
    text = json.dumps(kept | {"sign_ins": lines}, ensure_ascii=False, indent=1)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(bunch.path)


def sign_ins(home: Path, *, at: datetime) -> list[SignIn]:
    """Return the sign-ins that a home keeps, with the codes of ``at``; none before the first."""
    path = home / FILE
    if not path.exists():
        return []
    lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["sign_ins"]
    return [SignIn(**line, totp_now=code_now(line["totp_secret"], at=at)) for line in lines]


def code_now(secret: str, *, at: datetime) -> str:
    """Return the six digits that a telephone shows for this secret (RFC 6238)."""
    if not secret:
        return ""
    counter = int(at.timestamp()) // 30
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


# ------------------------------------------------------------------ taking up their posts


def take_posts(
    parts: Sequence[Part],
    *,
    bodies: Mapping[str, UUID],
    bunch: Keys,
    actor: Actor,
    at: datetime,
) -> dict[str, Actor]:
    """Give everyone an account and their grants, once; return who acts, by user name."""
    # Who was hired long ago need not be told so on the first morning.
    codes = {key: code for code, key in bodies.items()}
    held: list[tuple[UUID, NewPost]] = []
    with past():
        actors = {
            part.username: _take_post(part, codes, held, bodies, bunch=bunch, actor=actor, at=at)
            for part in parts
        }
        appointing.appoint(held, actor=actor, at=at)
    return actors


def _take_post(
    part: Part,
    codes: Mapping[UUID, str],
    posts: list[tuple[UUID, NewPost]],
    bodies: Mapping[str, UUID],
    *,
    bunch: Keys,
    actor: Actor,
    at: datetime,
) -> Actor:
    """Give somebody an account; what they may do comes with their post, noted in ``posts``."""
    opened = bunch.kept.get(part.username)
    account = found.by_username(part.username)
    if account is None:
        account = accounts.create_account(
            username=part.username,
            name=part.name,
            password=opened["password"] if opened else None,
            is_demo=True,
            actor=actor,
            at=at,
        )
    elif opened and bunch.is_fresh:
        # The home was lost and the database was not: nobody knows the old passwords any more.
        accounts.set_password(account=account, password=opened["password"], actor=actor, at=at)
        accounts.reset_totp(account=account, actor=actor, at=at)
    held = found.grants_of(account, at=at)
    wanted = frozenset(_grant(role, where, bodies) for role, where in part.grants)
    post = appointing.post_of(wanted, codes) if account.is_active and not held else None
    if post is not None:
        posts.append((account.pk, post))
        held = wanted
    for grant in sorted(wanted - held, key=lambda one: one.role) if account.is_active else ():
        accounts.grant(
            account=account,
            role=grant.role,
            region_path=grant.path,
            body=grant.body,
            reason=REASON,
            actor=actor,
            at=at,
        )
    if opened and opened["totp_secret"] and not found.has_second_factor(account.pk):
        accounts.enrol_totp(account=account, secret=opened["totp_secret"], actor=actor, at=at)
    return Actor(ActorKind.PERSON, id=account.pk, grants=wanted, name=part.name)


def _grant(role: str, where: str, bodies: Mapping[str, UUID]) -> Grant:
    return Grant(role, body=bodies[where]) if role == Role.HANDLER else Grant(role, path=where)
