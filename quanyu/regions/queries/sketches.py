"""Two small drawings of a re-organisation, before and after, as paths of one view (前后示意图)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import shapely
from django.db.models import QuerySet

from quanyu.regions import rules
from quanyu.regions.models import Region
from quanyu.regions.queries import tree
from quanyu.regions.queries.outlines import Drawing
from quanyu.regions.rules.changes import Outcome

WIDE = 480
"""Units of the view; its height follows the ground."""
PAD = 8
TINTS = 4


@dataclass(frozen=True, slots=True)
class Patch:
    """One place of a drawing."""

    path: str
    name: str
    d: str
    x: float
    y: float
    tint: int
    """0 for what stays as it is; else one of a few."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The same ground before and after."""

    width: int
    height: int
    before: tuple[Patch, ...]
    after: tuple[Patch, ...]


def sketch(outcome: Outcome, drawn: Mapping[str, Drawing]) -> Sketch | None:
    """Return the drawings, or None where no shape is known.

    :param drawn: the places that begin, as they will be
    """
    ended = set(outcome.ended)
    levels = {rules.level_of(path) for path in outcome.touched}
    level = rules.Level.GRID if rules.Level.GRID in levels else rules.Level.COMMUNITY
    parents = {rules.parent(path) for path in outcome.touched if rules.level_of(path) is level}
    rows = Region.objects.standing()
    beside = _stood(rows.filter(parent_path__in=parents, level=level))
    # Where no grid stands yet, the community itself is what there was before.
    stands = beside or _stood(rows.filter(path__in=parents))
    comes = {
        one.path: (tree.in_language(one.name, one.name_en), shapely.from_wkb(shape))
        for one in outcome.born
        if rules.level_of(one.path) is level and (shape := drawn[one.path].shape) is not None
    }
    after = {path: one for path, one in beside.items() if path not in ended} | comes
    if not stands or not comes:
        return None
    view = _View([shape for _name, shape in [*stands.values(), *after.values()]])
    tints = _tints(outcome)
    return Sketch(
        WIDE,
        view.height,
        tuple(view.patches(stands, tints)),
        tuple(view.patches(after, tints)),
    )


def standing(community: str, *, marked: str = "") -> Sketch | None:
    """Return the grids of a community as they lie today, one of them marked; None without any."""
    rows = Region.objects.standing()
    grids = _stood(rows.filter(parent_path=community, level=rules.Level.GRID))
    stands = grids or _stood(rows.filter(path=community))
    if not stands:
        return None
    view = _View([shape for _name, shape in stands.values()])
    patches = tuple(view.patches(stands, {marked: 1} if marked else {}))
    return Sketch(WIDE, view.height, patches, patches)


def _stood(rows: QuerySet[Region]) -> dict[str, tuple[str, Any]]:
    fields = ("path", "name", "name_en", "shape")
    return {
        path: (tree.in_language(name, english), shapely.from_wkb(bytes(shape)))
        for path, name, english, shape in rows.order_by("path").values_list(*fields)
        if shape is not None
    }


def _tints(outcome: Outcome) -> dict[str, int]:
    return {path: 1 + n % TINTS for n, path in enumerate(sorted(outcome.touched))}


class _View:
    """From degrees to the units of the drawing."""

    def __init__(self, shapes: Iterable[Any]) -> None:
        west, south, east, north = shapely.total_bounds(list(shapes))
        self._shrink = cos(radians((south + north) / 2))
        self._scale = (WIDE - 2 * PAD) / max((east - west) * self._shrink, 1e-9)
        self._west, self._north = west, north
        self.height = round((north - south) * self._scale + 2 * PAD)

    def patches(
        self, places: Mapping[str, tuple[str, Any]], tints: Mapping[str, int]
    ) -> Iterable[Patch]:
        """Give the places as paths, what stays first so that borders of what changes lie above."""
        for path, (name, shape) in sorted(places.items(), key=lambda one: one[0] in tints):
            inside = shapely.point_on_surface(shape)
            x, y = self._at(inside.x, inside.y)
            said = tree.label(path) if path not in tints else name
            yield Patch(path, said, self._d(shape), x, y, tints.get(path, 0))

    def _at(self, lon: float, lat: float) -> tuple[float, float]:
        x = (lon - self._west) * self._shrink * self._scale + PAD
        return round(x, 1), round((self._north - lat) * self._scale + PAD, 1)

    def _d(self, shape: Any) -> str:
        rings = []
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                for ring in (part.exterior, *part.interiors):
                    spots = [self._at(x, y) for x, y in ring.coords]
                    rings.append("M" + "L".join(f"{x} {y}" for x, y in spots) + "Z")
        return "".join(rings)
