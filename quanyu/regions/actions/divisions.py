"""A city's division tables (区划表)."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.regions import queries, rules
from quanyu.regions.models import Edition, Region
from quanyu.regions.rules import Level, Row

DATA = Path(__file__).parents[1] / "data"
HEFEI = DATA / "hefei"
HEFEI_DAY = date(2023, 6, 30)
"""The statistical system's standard time point of the edition that we ship."""

TABLES = (
    ("provinces.csv", Level.PROVINCE),
    ("cities.csv", Level.CITY),
    ("areas.csv", Level.AREA),
    ("streets.csv", Level.STREET),
    ("villages.csv", Level.COMMUNITY),
)
ENGLISH = "english.csv"
"""Optional, ``code,name_en``: the places' English names."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in places (导入结果)."""

    added: int
    changed: int
    closed: int
    same: int


@transaction.atomic
def import_divisions(
    *, folder: Path, day: date | None = None, actor: Actor, at: datetime
) -> Imported:
    """Make the tree say what a city's tables say as of ``day``; all of it or nothing.

    Rows that say the same are left alone; a new name or kind begins a new row and ends the old
    one; a place that is gone is ended. Grids and shapes are not touched. ``day`` is today unless
    given.

    :raises ImportRefused: if a row is not as it must be; each is named
    :raises WrongRow: if a table is missing, or the tables would abolish most of the city
    :raises Denied: if the actor may not re-draw these cities
    """
    rows = _read(folder)
    cities = [path for path, row in rows.items() if row.division.level is Level.CITY]
    check_may_import(cities, actor)
    standing = _standing(cities, rows)
    changes = rules.compare(rows, {path: _said(row) for path, row in standing.items()})
    rules.check_not_emptied(changes)
    _write(rows, standing, changes, day=day or timezone.localdate(at))
    done = Imported(len(changes.added), len(changes.changed), len(changes.closed), changes.same)
    edition = new_edition(at)
    facts: dict[str, object] = {
        "cities": cities,
        "added": done.added,
        "changed": done.changed,
        "closed": done.closed,
        "same": done.same,
    }
    record("region.import", edition, actor=actor, at=at, facts=facts)
    return done


def has_news(folder: Path) -> bool:
    """Answer whether these tables say anything that the tree does not."""
    rows = _read(folder)
    cities = [path for path, row in rows.items() if row.division.level is Level.CITY]
    standing = _standing(cities, rows)
    changes = rules.compare(rows, {path: _said(row) for path, row in standing.items()})
    return changes.same < len(rows) or bool(changes.closed)


def load_hefei(*, actor: Actor, at: datetime) -> Imported:
    """Bring Hefei's real tree, as shipped."""
    return import_divisions(folder=HEFEI, day=HEFEI_DAY, actor=actor, at=at)


# ------------------------------------------------------------------ reading the tables


def _read(folder: Path) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    faults: list[rules.Fault] = []
    for file, level in TABLES:
        table, wrong = rules.check_table(file, _lines(folder / file), level=level, known=rows)
        rows |= table
        faults += wrong
    if faults:
        raise rules.ImportRefused(faults)
    return _named_in_english(rows, folder / ENGLISH)


def _lines(file: Path) -> list[dict[str, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise rules.UnreadableTable(file.name) from error
    return list(csv.DictReader(text.splitlines()))


def _named_in_english(rows: Mapping[str, Row], file: Path) -> dict[str, Row]:
    if not file.exists():
        return dict(rows)
    english = {line.get("code", ""): line.get("name_en", "") for line in _lines(file)}
    return {
        path: replace(row, name_en=row.name_en or english.get(row.division.code, ""))
        for path, row in rows.items()
    }


def check_may_import(places: Sequence[str], actor: Actor) -> None:
    # Who types the command at the machine itself brings any city's tables; a person, their own.
    if actor.kind is ActorKind.SYSTEM and places:
        return
    if not places or not all(Role.SYS_ADMIN in actor.roles_at(path) for path in places):
        raise Denied


# ------------------------------------------------------------------ writing the tree


def _standing(cities: Sequence[str], rows: Mapping[str, Row]) -> dict[str, Region]:
    above = {path for path, row in rows.items() if row.division.level is Level.PROVINCE}
    held = Region.objects.standing().filter(path__in=above)
    for city in cities:
        held |= Region.objects.standing().within(city)
    return {row.path: row for row in held.exclude(level=Level.GRID)}


def _said(row: Region) -> rules.Standing:
    return rules.Standing(
        row.kind, row.name, row.name_en, row.valid_from, row.civil_code, row.admin_level
    )


def _write(
    rows: Mapping[str, Row],
    standing: Mapping[str, Region],
    changes: rules.Changes,
    *,
    day: date,
) -> None:
    # What began today and is changed or gone today never stood a day: it is put right in place.
    ended = [standing[path] for path in (*changes.changed, *changes.closed)]
    young = [row.pk for row in ended if row.valid_from >= day]
    Region.objects.filter(pk__in=young).delete()
    Region.objects.filter(pk__in=[row.pk for row in ended]).update(valid_to=day)
    fresh = [region_of(rows[path], day) for path in changes.added]
    fresh += [_succeed(standing[path], rows[path], day) for path in changes.changed]
    Region.objects.bulk_create(fresh, batch_size=2_000)
    queries.forget()


def region_of(row: Row, day: date) -> Region:
    path = row.division.path
    return Region(
        code=row.division.code,
        scheme=row.division.scheme,
        level=row.division.level,
        kind=row.division.kind,
        name=row.name,
        name_en=row.name_en,
        civil_code=row.civil_code,
        admin_level=row.admin_level,
        path=path,
        parent_path=rules.parent(path),
        valid_from=day,
    )


def _succeed(old: Region, row: Row, day: date) -> Region:
    new = region_of(row, day)
    new.name_en = row.name_en or old.name_en
    new.civil_code = row.civil_code or old.civil_code
    new.admin_level = row.admin_level or old.admin_level
    new.shape, new.lon, new.lat = old.shape, old.lon, old.lat
    new.is_sample, new.households = old.is_sample, old.households
    return new


def new_edition(at: datetime) -> Edition:
    edition, _made = Edition.objects.update_or_create(
        name=queries.EDITION, defaults={"mark": uuid7(), "at": at}
    )
    return edition
