"""Load what every city stands on: calendar, codes, limits, and its divisions where they ship.

Bears repetition, and never writes over what the city has set itself.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.queries import state as calendar_state
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries, rules
from quanyu.regions.actions.divisions import (
    DATA,
    ENGLISH,
    HEFEI,
    HEFEI_DAY,
    has_news,
    import_divisions,
)
from quanyu.regions.actions.profiles import load_profile
from quanyu.regions.models import Region
from quanyu.regions.rules import Level

ROOTS = (Level.PROVINCE, Level.CITY)
"""Places that may be founded without tables: what lies above them is known."""


class NoSuchCity(Refusal):
    """The code names no place that this release or the national list knows (没有这个区划)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a seeding did to one kind of rows (载入结果)."""

    added: int = 0
    changed: int = 0
    """Rows that this release says otherwise than the last, and the city never touched."""

    kept: int = 0
    """Rows that the city has changed or ended itself; they stay as they are."""


@transaction.atomic
def seed(*, actor: Actor, at: datetime) -> dict[str, Counted]:
    """Load everything that ships for this city; say what was new, mended, and left to the city.

    :raises Refusal: if the actor does not keep the whole city
    """
    loaded = codes.load(actor=actor, at=at)
    done = {
        "codes": Counted(loaded.codes, loaded.codes_changed, loaded.codes_kept),
        "limits": Counted(loaded.limits, loaded.limits_changed, loaded.limits_kept),
        "calendar": _calendar(actor=actor, at=at),
        "divisions": _divisions(actor=actor, at=at),
    }
    load_profile(actor=actor, at=at)
    queries.forget()
    return done


def check_city(code: str) -> str:
    """Return the path of the place that a code names, if it may be what this platform governs.

    Inside a city whose tables ship, the code must be in them; elsewhere it names a province or
    a city, whose tables are then imported.

    :raises NoSuchCity: if it does not
    :raises WrongCode: if no place can bear such a code
    """
    division = rules.read_code(code)
    path = division.path
    if any(path.startswith(city) for city in _shipped()):
        if path not in _shipped_paths():
            raise NoSuchCity(
                _("代码 {code} 不在随附的区划表里"), field="city", value=code, code=code
            )
        return path
    if division.level not in ROOTS or path.split("/")[0] not in _provinces():
        allowed = sorted(_provinces())
        raise NoSuchCity(
            _("没有代码为 {code} 的省或市；前两位须为 {provinces} 之一，写到市为止，如 340100"),
            field="city",
            value=code,
            allowed=allowed,
            code=code,
            provinces=", ".join(allowed),
        )
    return path


def is_shipped(path: str) -> bool:
    """Answer whether this release brings the divisions of a place."""
    return any(path.startswith(city) for city in _shipped())


@transaction.atomic
def found_city(*, path: str, name: str, actor: Actor, at: datetime) -> Region | None:
    """Enter the root of a city whose tables do not ship; one that stands is left alone.

    :raises WrongCode: if the name does not fit the code
    """
    if Region.objects.standing().filter(path=path).exists():
        return None
    wanted = {part: _provinces().get(part[:2], "") for part in rules.parents(path)}
    wanted |= {path: name.strip()}
    there = set(Region.objects.filter(path__in=wanted).values_list("path", flat=True))
    day = timezone.localdate(at)
    rows = [_root(one, called, day) for one, called in wanted.items() if one not in there]
    Region.objects.bulk_create(rows)
    record("region.found", rows[-1], actor=actor, at=at, facts={"path": path, "name": name})
    queries.forget()
    return rows[-1]


def _calendar(*, actor: Actor, at: datetime) -> Counted:
    before = calendar_state()
    written = calendar.load_notices(actor=actor, at=at)
    after = calendar_state()
    added = after.days - before.days
    return Counted(added, written - added, after.edited)


def _divisions(*, actor: Actor, at: datetime) -> Counted:
    """Bring the shipped tables; a tree that the city has re-drawn since is left to the city."""
    if not is_shipped(settings.QUANYU_CITY):
        return Counted()
    tree = Region.objects.within(_shipped()[0]).exclude(level=Level.GRID)
    if _is_redrawn(tree):
        return Counted(kept=tree.standing().count())
    if not has_news(HEFEI):
        return Counted()
    done = import_divisions(folder=HEFEI, day=HEFEI_DAY, actor=actor, at=at)
    return Counted(done.added, done.changed + done.closed)


def _is_redrawn(tree: QuerySet[Region]) -> bool:
    """Answer whether a row began or ended on another day than the shipped edition's."""
    began_otherwise = tree.exclude(valid_from=HEFEI_DAY)
    return began_otherwise.exists() or tree.exclude(valid_to=None).exists()


def _root(path: str, name: str, day: date) -> Region:
    row = rules.check_row(
        {"code": path.replace("/", ""), "name": name},
        level=rules.level_of(path),
        known=rules.parents(path),
    )
    return Region(
        code=row.division.code,
        scheme=row.division.scheme,
        level=row.division.level,
        kind=row.division.kind,
        name=row.name,
        path=path,
        parent_path=rules.parent(path),
        valid_from=day,
    )


# ------------------------------------------------------------------ what ships


def _shipped() -> tuple[str, ...]:
    return tuple(rules.path_of(line["code"]) for line in _lines(HEFEI / "cities.csv"))


def _shipped_paths() -> frozenset[str]:
    tables = sorted(HEFEI.glob("*.csv"))
    lines = [line for table in tables if table.name != ENGLISH for line in _lines(table)]
    return frozenset(rules.path_of(line["code"]) for line in lines)


def _provinces() -> dict[str, str]:
    """Return the names of all provinces by their two digits (GB/T 2260)."""
    return {line["code"]: line["name"] for line in _lines(DATA / "provinces.csv")}


def _lines(file: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
