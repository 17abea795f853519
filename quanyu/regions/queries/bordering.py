"""What somebody needs who draws one grid: its border, and drawings to copy (划定边界)."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.models import PlanPart, Region
from quanyu.regions.queries import tree
from quanyu.regions.rules import Level
from quanyu.regions.rules.borders import border_text
from quanyu.regions.rules.grids import WrongGrid
from quanyu.regions.rules.planning import is_new

MOST_DRAWN = 5
"""Drawings of a community that are offered, the newest first."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One grid of a drawing, which a border may be copied from."""

    key: str
    title: str
    grid: str
    """"" where the drawing founds it."""
    number: int
    households: int


def border(path: str) -> str:
    """Return the border of a grid that stands, as GeoJSON text; "" where it has none."""
    row = Region.objects.standing().filter(path=path, level=Level.GRID).first()
    return border_text(shapely.from_wkb(bytes(row.shape))) if row and row.shape else ""


def drawings(community: str, *, actor: Actor) -> list[Drawn]:
    """Return the grids of the newest drawings of a community within reach."""
    return [
        Drawn(
            f"{part.pk}:{number}",
            part.plan.title,
            "" if is_new(grid["key"]) else tree.label(grid["key"]),
            number + 1,
            grid["after"] or 0,
        )
        for part in _parts(community, actor=actor)
        for number, grid in enumerate(part.grids)
        if grid["after"]
    ]


def drawn_border(key: str, community: str, *, actor: Actor) -> BaseGeometry:
    """Return the border that a drawing gives to one of its grids.

    :raises WrongGrid: if there is no such drawing of this community within reach
    """
    part_id, _colon, number = key.partition(":")
    for part in _parts(community, actor=actor):
        for one in part.shapes.get("proposal", {}).get("features", []):
            if (str(part.pk), str(one["properties"]["grid"])) == (part_id, number):
                return shapely.geometry.shape(one["geometry"])
    raise WrongGrid(_("没有这份方案，或它不含这个网格"), field="plan", value=key)


def _parts(community: str, *, actor: Actor) -> Sequence[PlanPart]:
    rows = PlanPart.objects.visible_to(actor).filter(region_path=community, is_current=True)
    rows = rows.filter(plan__withdrawn_at=None).select_related("plan")
    return list(rows.order_by("-asked_at", "-pk")[:MOST_DRAWN])
