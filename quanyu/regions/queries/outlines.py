"""What the places of a re-organisation look like afterwards, and how many live in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

import shapely

from quanyu.regions import rules
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import profiles
from quanyu.regions.queries.reorganising import Drawn
from quanyu.regions.rules import Level, outlines, topology
from quanyu.regions.rules.changes import Born, Ground, Operation, Outcome
from quanyu.regions.rules.grids import COVERING, kind_of_part
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.rules.reorganising import takes_loose

Shape = Any


@dataclass(frozen=True, slots=True)
class Drawing:
    """A place afterwards: its shape, a point in it, and its households."""

    shape: bytes | None
    lon: float | None
    lat: float | None
    households: int | None
    residents: int | None = None


class After:
    """The places that begin with a re-organisation, drawn and counted."""

    def __init__(self, outcome: Outcome, drawn: Sequence[Drawn], ground: Ground) -> None:
        self._outcome = outcome
        self._loose = {
            rules.parent(one.operation.targets[0].path): one.operation
            for one in drawn
            if takes_loose(one.operation, ground)
        }
        self._operations = {
            target.path: one.operation for one in drawn for target in one.operation.targets
        } | {source: one.operation for one in drawn for source in one.operation.sources}
        self._given = {path: shape for one in drawn for path, shape in one.shapes.items()}
        made_of = {path for one in outcome.born for path in one.made_of}
        self._rows = _rows({*outcome.ended, *outcome.resized, *self._loose, *made_of})
        self._born = {one.path: one for one in outcome.born}
        self._points = self._spots()
        self._living = _living(outcome, ground)
        self._cuts: dict[int, dict[str, Shape]] = {}

    def of(self, path: str) -> Drawing:
        """Return a place that begins, as it will be."""
        born = self._born[path]
        shape = self._shape(born)
        lon, lat = self._point(born, shape)
        whole = self._is_whole(born)
        told = [self._rows[one].residents for one in born.made_of] if whole else [None]
        return Drawing(
            None if shape is None else shapely.to_wkb(shape),
            lon,
            lat,
            self._households(born),
            None if None in told else sum(one or 0 for one in told),
        )

    def resized(self, path: str) -> Drawing:
        """Return a parent that lost or gained a place, as it will be."""
        row = self._rows[path]
        inside = self._inside(path)
        shape = outlines.joined(inside) if row.shape is not None else None
        kept = _read(row.shape) if shape is None else shape
        return Drawing(
            None if kept is None else shapely.to_wkb(kept),
            row.lon,
            row.lat,
            self._sum(path),
        )

    # -------------------------------------------------------------- shapes

    def _shape(self, born: Born) -> Shape | None:
        if born.path in self._given:
            return _read(self._given[born.path])
        if rules.level_of(born.path) is not Level.GRID:
            return self._community(born)
        operation = self._operations.get(born.path)
        if operation is not None and (operation.homes or not operation.sources):
            return self._cut(operation).get(born.path)
        return outlines.joined([_read(self._rows[path].shape) for path in born.made_of])

    def _community(self, born: Born) -> Shape | None:
        """Return a community's border: joined of whole ones, else of the grids that it gets."""
        if self._is_whole(born):
            return outlines.joined([_read(self._rows[path].shape) for path in born.made_of])
        return outlines.joined(self._inside(born.path))

    def _inside(self, path: str) -> list[Shape | None]:
        """Return the shapes of what will stand right below a place."""
        ended = set(self._outcome.ended)
        stays = Region.objects.standing().filter(parent_path=path).exclude(path__in=ended)
        kept = [_read(shape) for shape in stays.values_list("shape", flat=True)]
        comes = [one for one in self._outcome.born if rules.parent(one.path) == path]
        return kept + [self._shape(one) for one in comes]

    def _cut(self, operation: Operation) -> dict[str, Shape]:
        if id(operation) not in self._cuts:
            touched = [path for path in self._rows if self._taker(path) is operation]
            area = self._area(operation)
            points: dict[str, list[tuple[float, float]]] = defaultdict(list)
            for path in touched:
                for key, spot in self._points.get(path, {}).items():
                    there = self._outcome.homes.get(key, path)
                    if there not in self._given and (
                        path not in self._loose or key in operation.homes
                    ):
                        points[there].append(spot)
            cut = {} if area is None else outlines.divided(area, points)
            self._cuts[id(operation)] = cut
        return self._cuts[id(operation)]

    def _area(self, operation: Operation) -> Shape | None:
        """Return what the cells of buildings divide: not what was given a border of its own."""
        area = area_of(operation, is_loose=operation in self._loose.values())
        own = [_read(self._given[t.path]) for t in operation.targets if t.path in self._given]
        return area if area is None or not own else shapely.difference(area, shapely.union_all(own))

    def _taker(self, path: str) -> Operation | None:
        return self._operations.get(path) or self._loose.get(path)

    # -------------------------------------------------------------- points and households

    def _spots(self) -> dict[str, dict[str, tuple[float, float]]]:
        grids = [
            path for path in self._rows if rules.level_of(path) is Level.GRID or path in self._loose
        ]
        found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
        rows = Building.objects.standing().filter(region_path__in=grids)
        for path, key, lon, lat in rows.values_list("region_path", "id", "lon", "lat"):
            found[path][str(key)] = lon, lat
        return found

    def _point(self, born: Born, shape: Shape | None) -> tuple[float | None, float | None]:
        if shape is not None and not shapely.is_empty(shape):
            inside = shapely.point_on_surface(shape)
            return round(inside.x, 6), round(inside.y, 6)
        row = self._rows[born.made_of[0]]
        return row.lon, row.lat

    def _households(self, born: Born) -> int | None:
        if rules.level_of(born.path) is not Level.GRID:
            return self._sum(born.path, made_of=born.made_of if self._is_whole(born) else ())
        living = self._living.get(born.path)
        return self._kept(born) if living is None else living

    def _kept(self, born: Born) -> int | None:
        """Return the households of a place without buildings, as far as its parents tell."""
        told = [self._rows[path].households for path in born.made_of]
        return sum(one or 0 for one in told) if self._is_whole(born) and None not in told else None

    def _is_whole(self, born: Born) -> bool:
        """Answer whether it is made of whole places, so that their sums are its own."""
        operation = self._operations.get(born.path)
        return operation is None or bool(operation.sources and not operation.homes)

    def _sum(self, path: str, *, made_of: Iterable[str] = ()) -> int | None:
        ended = set(self._outcome.ended)
        stays = Region.objects.standing().filter(parent_path=path).exclude(path__in=ended)
        kept = list(stays.values_list("households", flat=True))
        kept += [
            self._households(one) for one in self._outcome.born if rules.parent(one.path) == path
        ]
        if not kept:
            kept = [self._rows[one].households for one in made_of]
        known = [one for one in kept if one is not None]
        return sum(known) if known else None


def _living(outcome: Outcome, ground: Ground) -> Mapping[str, int]:
    """Return the households of each grid in which a building will stand."""
    found: dict[str, int] = {}
    for grid, inside in ground.houses.items():
        for key, house in inside.items():
            path = outcome.homes.get(key, grid)
            found[path] = found.get(path, 0) + house.households
    return found


class Sketched(Protocol):
    """A step with the borders that it is given, kept or not."""

    @property
    def operation(self) -> Operation:
        """Return what it does."""

    @property
    def shapes(self) -> Mapping[str, bytes]:
        """Return the borders that are given, by path."""


def check_drawn(drawn: Sequence[Drawn], ground: Ground) -> None:
    """Refuse given shapes that overlap, are none, or reach out of what is divided.

    :raises WrongOperation: with the place
    """
    for one in drawn:
        if not one.shapes:
            continue
        shapes = {path: _read(shape) for path, shape in one.shapes.items()}
        area = area_of(one.operation, is_loose=takes_loose(one.operation, ground))
        outlines.check_inside(area, shapes)
        outlines.check_apart(shapes)
    for path, other, _both in overlaps(drawn, ground.day):
        raise outlines.overlap(path, other)


def overlaps(drawn: Sequence[Sketched], day: date) -> Iterator[tuple[str, str, Shape]]:
    """Give each border of a base grid that would lie over another one, that one, and what of it.

    What lay over the other before is no fault of the step: the check of the grids names it.
    """
    given = [
        outlines.Laid(path, _read(shape), number)
        for number, one in enumerate(drawn, start=1)
        for path, shape in one.shapes.items()
        if _is_base(path)
    ]
    if not given:
        return
    tolerance = cache(lambda home: profiles.profile(home, on=day).tolerance_m2)
    held = cache(lambda step: _held(drawn[step - 1].operation))
    for mine, other, both in outlines.overlapping(given, list(_staying(drawn, given))):
        most = tolerance(rules.parent(mine.path))
        if topology.area_m2(both) > most:
            new = topology.polygons(shapely.difference(both, held(mine.step)))
            if topology.area_m2(new) > most:
                yield mine.path, other.path, new


def _is_base(path: str) -> bool:
    is_grid = rules.level_of(path) is Level.GRID
    return is_grid and kind_of_part(path.removeprefix(rules.parent(path))) is Kind.BASE_GRID


def _staying(drawn: Sequence[Sketched], given: Sequence[outlines.Laid]) -> Iterator[outlines.Laid]:
    """Give the ground of the base grids beside: of those in a step, what it has yet to divide."""
    taker = {path: n for n, one in enumerate(drawn) for path in one.operation.sources}
    for street in sorted({rules.ancestry(one.path)[3] for one in given}):
        rows = Region.objects.standing().within(street).filter(kind=Kind.BASE_GRID)
        rows = rows.exclude(shape=None).order_by("path")
        for path, shape in rows.values_list("path", "shape"):
            number = taker.get(path)
            if number is None:
                yield outlines.Laid(path, _read(shape))
            elif not drawn[number].shapes.keys() >= _targets(drawn[number].operation):
                own = shapely.union_all([_read(one) for one in drawn[number].shapes.values()])
                yield outlines.Laid(path, shapely.difference(_read(shape), own), number + 1)


def _targets(operation: Operation) -> set[str]:
    return {one.path for one in operation.targets}


def _held(operation: Operation) -> Shape:
    """Return the ground that a step's places cover today, as far as it is known."""
    rows = _rows(operation.sources).values()
    return shapely.union_all([_read(row.shape) for row in rows if row.shape is not None])


def area_of(operation: Operation, *, is_loose: bool) -> Shape | None:
    """Return the ground that an operation divides; None where a border is not known.

    :param is_loose: whether it takes the ground of the community that no grid covers
    """
    rows = _rows(operation.sources)
    taken = [_read(row.shape) for row in rows.values()]
    if is_loose:
        taken.append(_free(rules.parent(operation.targets[0].path)))
    return outlines.joined(taken)


def _free(community: str) -> Shape | None:
    """Return the ground of a community that no grid covers; None where its border is not known."""
    own = _rows([community])[community]
    grids = Region.objects.standing().filter(parent_path=community, kind__in=COVERING)
    covered = [_read(shape) for shape in grids.values_list("shape", flat=True) if shape is not None]
    whole = _read(own.shape)
    return whole if whole is None else shapely.difference(whole, shapely.union_all(covered))


def _rows(paths: Iterable[str]) -> Mapping[str, Region]:
    rows = Region.objects.standing().filter(path__in=set(paths))
    return {row.path: row for row in rows.order_by("path")}


def _read(shape: bytes | memoryview | None) -> Shape | None:
    return None if shape is None else shapely.from_wkb(bytes(shape))
