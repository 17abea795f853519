"""Who answers for a place on a day: grids, contacts and bodies, from the history (谁来负责).

A function of the place, the day and the reader's reach. A day before the records begin is
answered with what is known and a note; it is never a fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

import shapely
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _said
from quanyu.regions.models import Building, Region, Siting
from quanyu.regions.queries import contacts, past, standing, tree
from quanyu.regions.queries.addresses import recognise
from quanyu.regions.queries.contacts import ContactEntry
from quanyu.regions.queries.standing import Answering, Standing
from quanyu.regions.rules import (
    KIND_WORDS,
    Kind,
    Level,
    ancestry,
    check_path,
    parent,
    short_name,
)
from quanyu.regions.rules.grids import GRID_KINDS

T = TypeVar("T")

NEAR = 0.2
"""Degrees around a point in which the middle of its grid lies; no grid is so wide."""

MOST_HITS = 20


class NoPlace(Invalid):
    """The question names no place, or more than one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which place somebody asks: one of these four (所问地点)."""

    path: str = ""
    building: UUID | None = None
    address: str = ""
    point: tuple[float, float] | None = None
    """Longitude and latitude, WGS-84."""


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way down, by the name it had on that day (所属)."""

    path: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class GridOn:
    """A grid as it stood on that day (当日网格)."""

    path: str
    code: str
    kind: str
    kind_name: str
    name: str
    name_en: str
    households: int | None
    counted_on: date
    """Of which day the households are; it may lie after the day that is asked for."""
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for a place on a day (当日责任)."""

    on: date
    path: str
    """The base grid, or the place asked for; "" where nobody knows of one."""
    building: str
    """The building's address, where one was asked for."""
    way: tuple[Step, ...]
    grids: tuple[GridOn, ...]
    contacts: tuple[ContactEntry, ...]
    bodies: tuple[Answering, ...]
    standing: tuple[Standing, ...]
    notes: tuple[str, ...]
    """What is not known and why, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a text may mean (候选地点)."""

    path: str
    building: UUID | None
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Where:
    path: str
    building: str = ""
    house: UUID | None = None
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def who_answers(asked: Asked, *, on: date, actor: Actor) -> Answer:
    """Return who answers for a place on a day, as far as the actor's reach goes.

    :raises NoPlace: if the question names no place, or its address means several or none
    """
    where = _where(asked, on=on)
    rows = _rows_on([*ancestry(where.path), *where.others], on=on) if where.path else {}
    grids = [_grid(rows[path]) for path in (where.path, *where.others) if _is_grid(rows, path)]
    paths = [grid.path for grid in grids]
    serving = contacts.contacts_on(paths, on=on, actor=actor)
    notes = [*where.notes, *_gone(where.path, rows, on=on)]
    notes += _unserved(paths, serving, on=on, actor=actor)
    is_there = where.path in rows
    return Answer(
        on=on,
        path=where.path,
        building=where.building,
        way=tuple(_step(rows[path]) for path in ancestry(where.path)[1:] if path in rows),
        grids=tuple(grids),
        contacts=tuple(serving),
        bodies=_every(standing.bodies_at.ask(where.path, on)) if is_there else (),
        standing=_every(standing.standing.ask(paths or [where.path], on, actor, where.house)),
        notes=tuple(notes),
    )


def hits(text: str) -> list[Hit]:
    """Return the places and buildings that a text may mean: by code, name or address."""
    words = text.strip()
    if not words:
        return []
    if words.isdigit():
        by_code = Region.objects.filter(code=words).order_by("path", "-valid_from")
        return [
            Hit(row.path, None, short_name(row.name), tree.place(parent(row.path)).name)
            for row in by_code.distinct("path")[:MOST_HITS]
        ]
    named = Q(name__contains=words) | Q(name_en__icontains=words)
    rows = Region.objects.standing().within(settings.QUANYU_CITY).filter(named)
    found = [
        Hit(row.path, None, short_name(row.name), tree.place(parent(row.path)).name)
        for row in rows.order_by("path")[:MOST_HITS]
    ]
    houses = Building.objects.filter(address__contains=words).order_by("region_path", "name")
    found += [Hit(row.region_path, row.pk, row.name, row.address) for row in houses[:MOST_HITS]]
    return found[:MOST_HITS]


# ------------------------------------------------------------------ where


def _where(asked: Asked, *, on: date) -> _Where:
    if asked.path:
        return _Where(check_path(asked.path))
    if asked.building is not None:
        return _of_building(asked.building, on=on)
    if asked.point is not None:
        return _of_point(*asked.point, on=on)
    return _of_address(asked.address, on=on)


def _of_building(key: UUID, *, on: date) -> _Where:
    house = Building.objects.filter(pk=key).first()
    if house is None:
        raise NoPlace(_said("没有这幢楼"), field="building", value=str(key))
    sited = Siting.objects.filter(building=house).order_by("valid_from")
    held = sited.on(on).values_list("region_path", flat=True).first()
    notes: list[str] = []
    if held is None:
        first = sited.values_list("valid_from", flat=True).first()
        day = first.isoformat() if first else ""
        notes.append(
            _("这幢楼的网格归属自{day}起才有记录").format(day=day)
            if first and on < first
            else _("这幢楼那一天不在任何网格里")
        )
    _base, others = _around(house.lon, house.lat, on=on)
    path = held or ""
    rest = tuple(one for one in others if one != path)
    return _Where(path, house.address, house.pk, rest, tuple(notes))


def _of_point(lon: float, lat: float, *, on: date) -> _Where:
    base, others = _around(lon, lat, on=on)
    if not base and not others:
        return _Where("", notes=(_("那一天这个点不在任何网格里"),))
    first, *rest = (*base, *others)
    return _Where(first, others=tuple(rest))


def _of_address(text: str, *, on: date) -> _Where:
    read = recognise(text)
    if read.building_id is not None:
        return _of_building(read.building_id, on=on)
    found = hits(text)
    if len(found) == 1:
        one = found[0]
        return _of_building(one.building, on=on) if one.building else _Where(one.path)
    if not found and read.region_path:
        return _Where(read.region_path, notes=(read.reason,))
    raise NoPlace(
        _said("没有认出唯一的地点：{reason}"),
        field="address",
        value=text[:80],
        allowed=[hit.detail for hit in found[:5]],
        reason=read.reason,
    )


def _around(lon: float, lat: float, *, on: date) -> tuple[list[str], list[str]]:
    """Return the base grids, and the other ones, in which a point lay on a day."""
    near = Region.objects.on(on).filter(
        level=Level.GRID,
        lon__range=(lon - NEAR, lon + NEAR),
        lat__range=(lat - NEAR, lat + NEAR),
        shape__isnull=False,
    )
    rows = list(near.order_by("path").values_list("path", "kind", "shape"))
    shapes = shapely.from_wkb([bytes(shape or b"") for _path, _kind, shape in rows])
    is_in = shapely.intersects_xy(shapes, lon, lat)
    held = [row for row, inside in zip(rows, is_in, strict=True) if inside]
    base = [path for path, kind, _shape in held if kind == Kind.BASE_GRID]
    return base[:1], [path for path, kind, _shape in held if kind != Kind.BASE_GRID]


# ------------------------------------------------------------------ as it stood


def _rows_on(paths: Sequence[str], *, on: date) -> dict[str, Region]:
    rows = Region.objects.on(on).filter(path__in=paths).defer("shape")
    return {row.path: row for row in rows}


def _is_grid(rows: dict[str, Region], path: str) -> bool:
    return path in rows and rows[path].kind in GRID_KINDS


def _grid(row: Region) -> GridOn:
    return GridOn(
        path=row.path,
        code=row.code,
        kind=row.kind,
        kind_name=_(KIND_WORDS[Kind(row.kind)]),
        name=row.name,
        name_en=row.name_en,
        households=row.households,
        counted_on=row.counted_on or row.valid_from,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _step(row: Region) -> Step:
    return Step(row.path, short_name(row.name), row.name_en)


def _gone(path: str, rows: dict[str, Region], *, on: date) -> list[str]:
    """Return why a place is not there on a day: before its records, or after its end."""
    if not path or path in rows:
        return []
    ever = Region.objects.filter(path=path).order_by("valid_from")
    days = list(ever.values_list("valid_from", "valid_to"))
    if not days:
        return [_("区划里没有这个地点")]
    if on < days[0][0]:
        return [_("这里自{day}起才有记录，那一天的无从查起").format(day=days[0][0].isoformat())]
    ended = max((end for _start, end in days if end is not None and end <= on), default=None)
    told = [_("这里已于{day}撤销").format(day=ended.isoformat() if ended else "")]
    into = [one.target for one in past.became(path) if one.on <= on]
    names = tree.place_names(list(dict.fromkeys(into)))
    return told + [_("去向：{place}").format(place=name) for name in names.values()]


def _unserved(
    paths: Sequence[str], serving: Sequence[ContactEntry], *, on: date, actor: Actor
) -> list[str]:
    if serving or not paths:
        return []
    first = contacts.begun(paths, actor=actor)
    if first is None:
        return [_("您能看到的范围内没有登记过网格联系人")]
    if on < first:
        return [_("网格联系人自{day}起才有记录").format(day=first.isoformat())]
    return [_("那一天没有网格联系人在任")]


def _every(answers: Sequence[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(one for answer in answers for one in answer)
