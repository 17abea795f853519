"""Who serves the demo street's grids, a school's grid, a block's, and two findings (网格示例)."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import shapely
from django.db import transaction

from quanyu.demo import cast, geometry
from quanyu.demo.cast import STREET
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.jobs.rules import past
from quanyu.regions import actions, queries
from quanyu.regions.queries import contacts
from quanyu.regions.rules import parent, path_of
from quanyu.regions.rules.contacts import Post

SINCE: Final = timedelta(days=400)
"""So long ago the present posts were taken up, most of them."""

CHANGED: Final = timedelta(days=150)
"""So long ago the first grid got another leader: the past has another answer."""

SCHOOL, BLOCK = "实验小学网格", "一号楼群微网格"
CORNER: Final = 0.00022
"""Degrees of the corner that is left out of one grid: some hundred square metres."""

LOST = 40
"""Which building of the street stands recorded in a neighbouring grid."""


def show(posts: Mapping[tuple[str, str], Actor], commander: Actor, *, at: datetime) -> None:
    """Appoint who serves the grids, found two more, leave two things for the check; once."""
    grids = _shapes("grid")
    with transaction.atomic(), past(), acting(commander):
        if contacts.begun(list(grids), actor=commander) is not None:
            return
        _appoint(list(grids), posts, commander, at=at)
        _found(grids, commander, at=at)
        _mistake(grids, commander, at=at)
    _check(commander, at=at)


def _appoint(
    grids: list[str], posts: Mapping[tuple[str, str], Actor], by: Actor, *, at: datetime
) -> None:
    begun = local(at).date() - SINCE
    changed, first = local(at).date() - CHANGED, grids[0]
    _serve(first, Post.LEADER, cast.name_of(500), by=by, start=begun, end=changed, at=at)
    for number, path in enumerate(grids):
        start = changed if path == first else begun
        ended = queries.history(path)[0][2]
        serve = partial(_serve, path, by=by, end=ended, at=at)
        serve(Post.LEADER, cast.name_of(number + 100), start=start)
        worker = posts.get((Role.GRID_WORKER, path))
        if worker is not None:
            serve(Post.FULL_TIME, worker.name, who=worker, start=begun)
        serve(Post.PART_TIME, cast.name_of(number + 200), start=begun)
        serve(Post.CADRE, cast.name_of(number // 4 + 300), start=begun)
        serve(Post.POLICE, cast.name_of(number // 8 + 400), start=begun)


def _serve(
    path: str,
    post: Post,
    name: str,
    *,
    by: Actor,
    who: Actor | None = None,
    start: date,
    end: date | None = None,
    at: datetime,
) -> None:
    row = actions.appoint_contact(
        path=path,
        post=post,
        name=name,
        account=who.id if who else None,
        start=start,
        actor=by,
        at=at,
    )
    if end is not None:
        actions.end_contact(contact_id=row.pk, end=end, actor=by, at=at)


def _found(grids: Mapping[str, Any], by: Actor, *, at: datetime) -> None:
    """Found a grid for a school and one for a block of houses."""
    path, shape = list(grids.items())[4]
    middle = shape.representative_point()
    school = shapely.box(middle.x - 0.0005, middle.y - 0.0004, middle.x + 0.0005, middle.y + 0.0004)
    _founded(path, "dedicated_grid", SCHOOL, school.intersection(shape), by, at=at)
    path, shape = next(iter(grids.items()))
    houses = [house for house in _houses() if house.within(shape)][:4]
    block = shapely.union_all(houses).convex_hull.buffer(0.00005).intersection(shape)
    _founded(path, "micro_grid", BLOCK, block, by, at=at)


def _founded(path: str, kind: str, name: str, shape: Any, by: Actor, *, at: datetime) -> None:
    actions.found_grid(
        community=parent(path),
        kind=kind,
        name=name,
        shape=shape,
        is_sample=True,
        actor=by,
        at=at,
    )


def _mistake(grids: Mapping[str, Any], by: Actor, *, at: datetime) -> None:
    """Leave a corner of the last grid out, and a building recorded next door."""
    path, shape = list(grids.items())[-1]
    west, south, _east, _north = shape.bounds
    corner = shapely.box(west, south, west + CORNER, south + CORNER)
    rest = shape.difference(corner)
    kept = max(shapely.get_parts(rest), key=lambda part: part.area)
    actions.draw_grid(path=path, shape=kept, actor=by, at=at)
    middle = _houses()[LOST].centroid
    house = queries.building_at(middle.x, middle.y)
    if house is not None:
        beside = next(p for p in grids if p != house[1] and parent(p) == parent(house[1]))
        actions.place_building(building_id=house[0], path=beside, actor=by, at=at)


def _check(by: Actor, *, at: datetime) -> None:
    with acting(by):
        asked = actions.ask_check(place=STREET, actor=by, at=at)
    with acting(system(cast.CITY, job="regions.check_grids")) as worker:
        for check in asked:
            actions.run_check(check_id=check.pk, actor=worker, at=at)


def _shapes(kind: str) -> dict[str, Any]:
    """Return the shapes of the street's places of one kind, by path."""
    found = {
        path_of(one["properties"]["code"]): shapely.from_geojson(json.dumps(one["geometry"]))
        for one in geometry.shipped()
        if one["properties"]["kind"] == kind
    }
    return dict(sorted(found.items()))


def _houses() -> list[Any]:
    return [
        shapely.from_geojson(json.dumps(one["geometry"]))
        for one in geometry.shipped()
        if one["properties"]["kind"] == "building"
    ]
