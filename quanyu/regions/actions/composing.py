"""What one community of a plan becomes in a re-organisation: a step of it (方案里的一步)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely

from quanyu.regions.actions.reorganising import Step
from quanyu.regions.models import PlanPart
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries.claims import Claims
from quanyu.regions.queries.outlines import area_of, overlaps
from quanyu.regions.rules import changes, outlines, planning, topology
from quanyu.regions.rules.changes import Change
from quanyu.regions.rules.outcomes import next_grid

NONE = -1
"""No grid today, in the rows of a part."""


def kept(step: Step) -> dict[str, Any]:
    """Return a step as it waits in its row for the others."""
    operation = step.operation
    return {
        "change": operation.change,
        "sources": list(operation.sources),
        "targets": [[one.path, one.name, one.name_en] for one in operation.targets],
        "homes": dict(operation.homes),
        "shapes": {path: shape.hex() for path, shape in step.shapes.items()},
    }


def read(told: Mapping[str, Any]) -> Step:
    """Return the step that a row keeps."""
    targets = tuple(changes.Named(*one) for one in told["targets"])
    operation = changes.Operation(told["change"], tuple(told["sources"]), targets, told["homes"])
    return Step(operation, {path: bytes.fromhex(one) for path, one in told["shapes"].items()})


def step_of(part: PlanPart, names: Mapping[str, str], held: Claims) -> Step:
    """Return what re-draws one community: the grids that a building leaves or comes into.

    :param names: what new grids shall be called, by community and key: ``34/…/001/ new:1``
    :param held: what approved re-organisations have promised
    :raises Taken: if a name that was given is promised to another grid of the community
    """
    moved = [(was, now) for was, now in zip(part.today, part.grid, strict=True) if was != now]
    touched = sorted({number for pair in moved for number in pair} - {NONE})
    paths = _paths(part, touched, names, held)
    homes = {
        str(key): paths[now]
        for key, was, now in zip(part.buildings, part.today, part.grid, strict=True)
        if was in paths or was == NONE
    }
    kept = set(homes.values())
    stay = {now: paths[now] for now in touched if paths[now] in kept}
    sources = [part.grids[n]["key"] for n in touched if not planning.is_new(part.grids[n]["key"])]
    told = queries.names(sources)
    targets = tuple(
        changes.Named(path, *_called(part, number, path, told, names))
        for number, path in stay.items()
    )
    change = Change.REDRAW if sources else Change.FOUND
    operation = changes.Operation(change, tuple(sources), targets, homes)
    area = area_of(operation, is_loose=any(was == NONE for was, _now in moved))
    shapes = _outlines(part, stay)
    # Beside borders drawn by hand the cells would leave gaps: the ground is divided as it lies.
    fits = outlines.fills(area, list(map(shapely.from_wkb, shapes.values())))
    return Step(operation, shapes if fits else {})


def apart(steps: Sequence[Step], day: date) -> list[Step]:
    """Let drawn borders give way where they would lie over a base grid beside, or an earlier step.

    Of a community whose border is not known the engine takes the ground around its buildings.
    """
    shapes = {path: shapely.from_wkb(one) for step in steps for path, one in step.shapes.items()}
    for path, _other, over in overlaps(steps, day):
        shapes[path] = topology.polygons(shapely.difference(shapes[path], over))
    return [
        replace(
            step,
            shapes={
                path: shapely.to_wkb(shapes[path])
                for path in step.shapes
                if not shapely.is_empty(shapes[path])
            },
        )
        for step in steps
    ]


def _paths(
    part: PlanPart, numbers: Sequence[int], names: Mapping[str, str], held: Claims
) -> dict[int, str]:
    """Return the path of each grid; one without takes the next that none bears or is promised."""
    taken = {*queries.ever(part.region_path), *held.paths}
    promised = held.names(part.region_path)
    paths = {}
    for number in numbers:
        key = part.grids[number]["key"]
        path = key
        if planning.is_new(key):
            said = _said(part, key, names)
            held.check_name(part.region_path, said)
            path = _next(part.region_path, taken, frozenset() if said else promised)
        taken.add(path)
        paths[number] = path
    return paths


def _next(community: str, taken: set[str], promised: Collection[str]) -> str:
    """Return the next path whose usual name is not promised to another grid."""
    path = next_grid(community, taken)
    while planning.grid_name(path) in promised:
        path = next_grid(community, {*taken, path})
    return path


def _called(
    part: PlanPart,
    number: int,
    path: str,
    told: Mapping[str, tuple[str, str]],
    names: Mapping[str, str],
) -> tuple[str, str]:
    key = part.grids[number]["key"]
    if not planning.is_new(key):
        return told.get(path, ("", ""))
    return _said(part, key, names) or planning.grid_name(path), ""


def _said(part: PlanPart, key: str, names: Mapping[str, str]) -> str:
    return names.get(f"{part.region_path} {key}", "").strip()


def _outlines(part: PlanPart, paths: Mapping[int, str]) -> dict[str, bytes]:
    """Return the outline of each grid as it was drawn, as WKB."""
    drawn = part.shapes["proposal"]["features"]
    return {
        paths[one["properties"]["grid"]]: shapely.to_wkb(shapely.geometry.shape(one["geometry"]))
        for one in drawn
        if one["properties"]["grid"] in paths
    }
