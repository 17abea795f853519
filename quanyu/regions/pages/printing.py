"""A map of one place on a sheet of paper, true to scale, as PDF (打印地图)."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import hidden_if_denied, meant, sentence
from quanyu.kernel.errors import Invalid
from quanyu.kernel.tables.paper import NoPaper, pdf
from quanyu.regions import queries
from quanyu.regions.queries.sheets import Drawing, Label, drawing
from quanyu.regions.rules import Level
from quanyu.regions.rules import printing as rules
from quanyu.regions.rules.printing import Frame, Paper, Turn

NAMED_UP_TO = 5_000
"""At 1:N and nearer there is room for the numbers of buildings."""

LONG_ENOUGH = 14.0
"""Millimetres of a road on paper that bear its name."""

BROAD = 18.0
"""Millimetres of paper that a name of ten point takes, with some air."""


@require_GET
@hidden_if_denied
def printed(request: HttpRequest) -> HttpResponse:
    """Return the map of a street, a community or a grid as PDF."""
    place = request.GET.get("place", "")
    paper = meant(Paper, request.GET.get("paper") or Paper.A4, otherwise=_odd("paper", Paper))
    drawn = drawing(place)
    given = request.GET.get("turn") or rules.turned(drawn.width, drawn.height)
    turn = meant(Turn, given, otherwise=_odd("turn", Turn))
    page = render_to_string("regions/print.html", sheet(drawn, place, rules.frame(paper, turn)))
    try:
        made = pdf(page)
    except NoPaper as no:
        messages.error(request, sentence(no))
        return HttpResponseRedirect(f"{reverse('desk_city_map')}?place={place}")
    name = place.strip("/").replace("/", "-")
    headers = {"Content-Disposition": f'inline; filename="map-{name}-{paper}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _odd(field: str, known: Iterable[str]) -> Invalid:
    allowed = [str(one) for one in known]
    return Invalid(
        _("“{field}”应为 {choices} 之一"), field=field, allowed=allowed, choices=", ".join(allowed)
    )


def sheet(drawn: Drawing, place: str, frame: Frame) -> dict[str, Any]:
    """Return what stands on the sheet: the shapes as paths in millimetres, and the words."""
    number = rules.scale(drawn.width, drawn.height, frame)
    onto = _Onto(frame, number)
    bar = rules.bar(number)
    inner = {Level.STREET: drawn.communities, Level.COMMUNITY: drawn.grids}
    grids = drawn.grids if drawn.level is not Level.GRID else ()
    return {
        "language": get_language() or "zh-hans",
        "frame": frame,
        "margin": rules.MARGIN,
        "head": rules.HEAD,
        "foot": rules.FOOT,
        "title": drawn.name,
        "where": [crumb.name for crumb in queries.breadcrumb(place)[:-1]],
        "way": " ".join(queries.label(one.path) for one in queries.breadcrumb(place)[:-1]),
        "scale": f"1:{number:,}",
        "bar": {"metres": f"{bar:,}", **_bar(bar * 1000 / number)},
        "paths": {
            "place": onto.path([drawn.place]),
            "around": onto.path(drawn.around),
            "communities": onto.borders(drawn.communities if drawn.level is Level.STREET else ()),
            "grids": onto.borders(grids),
            "buildings": onto.path(drawn.buildings),
            "roads": onto.path(drawn.roads),
            "main_roads": onto.path(drawn.main_roads),
        },
        "labels": onto.labels(drawn.labels if drawn.level in inner else (), BROAD),
        "road_names": onto.along([*drawn.roads, *drawn.main_roads], drawn.road_names),
        "houses": onto.labels(drawn.houses if number <= NAMED_UP_TO else (), BROAD / 4),
        "counts": {"grids": len(drawn.grids), "buildings": len(drawn.buildings)},
        "level": drawn.level.value,
        "is_sample": drawn.is_sample,
        "edition": drawn.edition,
        "day": timezone.localdate(),
    }


def _bar(long: float) -> dict[str, str]:
    """Return the scale bar in the middle of the room it has, in millimetres."""
    return {"mm": f"{long:.2f}", "half": f"{long / 2:.2f}", "from": f"{(74 - long) / 2:.2f}"}


class _Onto:
    """From metres round the middle of a place to millimetres on the sheet."""

    def __init__(self, frame: Frame, number: int) -> None:
        self._frame = frame
        self._size = 1000 / number

    def path(self, shapes: Sequence[Any] | np.ndarray[Any, Any]) -> str:
        """Return all shapes as one path, cut to the frame."""
        wide, high = self._frame.width, self._frame.height
        moved = shapely.transform(np.asarray(shapes, dtype=object), self._moved)
        cut = shapely.clip_by_rect(moved, -5, -5, wide + 5, high + 5)
        return "".join(_drawn(one) for one in shapely.get_parts(shapely.get_parts(cut)))

    def borders(self, shapes: Sequence[Any] | np.ndarray[Any, Any]) -> str:
        """Return the borders of shapes, each once: two dashed lines together make a full one."""
        if not len(shapes):
            return ""
        lines = shapely.union_all(shapely.boundary(np.asarray(shapes, dtype=object)))
        merged = shapely.line_merge(lines) if lines.geom_type != "LineString" else lines
        return self.path([merged])

    def along(self, lines: Sequence[Any], names: Sequence[str]) -> list[dict[str, str]]:
        """Return the names of roads, each in the middle of what is seen of its road."""
        wide, high = self._frame.width, self._frame.height
        moved = shapely.transform(np.array(lines, dtype=object), self._moved)
        cut = shapely.clip_by_rect(moved, 8, 8, wide - 8, high - 8)
        shown = []
        for name, line in zip(names, cut, strict=True):
            longest = max(shapely.get_parts(line), key=shapely.length, default=None)
            if longest is not None and longest.length > LONG_ENOUGH:
                shown.append(_written(name, longest))
        return shown

    def labels(self, labels: Sequence[Label], broad: float) -> list[dict[str, str]]:
        """Return names where there is room for them, the first come first."""
        shown: list[dict[str, str]] = []
        taken: list[tuple[float, float]] = []
        for label in labels:
            x, y = self._moved(np.array([[label.x, label.y]]))[0].tolist()
            if any(abs(x - one) < broad and abs(y - two) < broad / 4 for one, two in taken):
                continue
            taken.append((x, y))
            shown.append({"text": label.text, "x": f"{x:.2f}", "y": f"{y:.2f}"})
        return shown

    def _moved(self, at: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        middle = np.array([self._frame.width / 2, self._frame.height / 2])
        moved: np.ndarray[Any, Any] = middle + at * [self._size, -self._size]
        return moved


def _written(name: str, line: Any) -> dict[str, str]:
    """Return a name in the middle of a line, turned along it and never upside down."""
    middle = line.length / 2
    before, after = line.interpolate(middle - 3), line.interpolate(middle + 3)
    turn = np.degrees(np.arctan2(after.y - before.y, after.x - before.x))
    turn = turn - 180 if turn > 90 else turn + 180 if turn <= -90 else turn
    at = line.interpolate(middle)
    return {"text": name, "x": f"{at.x:.2f}", "y": f"{at.y:.2f}", "turn": f"{turn:.1f}"}


def _drawn(shape: Any) -> str:
    """Return the corners of one polygon or line as an SVG path."""
    is_area = shape.geom_type == "Polygon"
    runs = [shape.exterior, *shape.interiors] if is_area else [shape]
    ends = "Z" if is_area else ""
    return "".join(
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in shapely.get_coordinates(run)) + ends
        for run in runs
        if not run.is_empty and run.geom_type in {"LinearRing", "LineString"}
    )
