"""Make a re-organisation of a plan: what moves becomes a step for each community (方案转调整)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import shapely
from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.planning import draft
from quanyu.regions.models import Plan, PlanPart
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries.claims import Claims, claims
from quanyu.regions.queries.outlines import area_of
from quanyu.regions.rules import changes, outlines, planning
from quanyu.regions.rules.changes import Change
from quanyu.regions.rules.outcomes import next_grid
from quanyu.regions.rules.planning import WrongPlan

NONE = -1
"""No grid today, in the rows of a part."""


@transaction.atomic
def propose_plan(
    *,
    plan_id: UUID,
    reason: str,
    ground: str,
    day: date,
    names: Mapping[str, str],
    actor: Actor,
    at: datetime,
) -> Plan:
    """Make a re-organisation of the plan: another rehearses and decides it (转为区划调整).

    Every community in which a building comes into another grid is re-drawn on that day; where no
    grid stands yet, grids are founded. What was not drawn stays as it is.

    :param names: what new grids shall be called, by community and key: ``34/…/001/ new:1``
    :raises WrongPlan: if nothing would change
    :raises Taken: if a name that was given is promised to another grid of the community
    :raises WrongOperation: if what stands has changed since the plan was drawn
    """
    row = draft(plan_id, actor)
    held = claims([row.region_path], actor=actor)
    found = (_step(part, names, held) for part in queries.whole(row, actor=actor))
    steps = [step for step in found if step is not None]
    if not steps:
        raise WrongPlan(_("方案与今天的网格一样，没有可调整的"), field="plan")
    wanted = reorganising.Wanted(row.title, reason.strip() or row.reason, ground.strip(), day)
    proposed = reorganising.propose(
        wanted=wanted, steps=steps, drawn_by=[row.made_by, *row.hands], actor=actor, at=at
    )
    row.reason = reason.strip() or row.reason
    row.proposed_by, row.proposed_at = actor.id, at
    row.reorganisation_id = proposed.pk
    fields = ["reason", "proposed_by", "proposed_at", "reorganisation_id"]
    row.save(update_fields=fields)
    facts = {"reorganisation": str(proposed.pk), "steps": len(steps)}
    record("plan.propose", row, actor=actor, at=at, facts=facts)
    return row


def _step(part: PlanPart, names: Mapping[str, str], held: Claims) -> reorganising.Step | None:
    """Return what re-draws one community: the grids that a building leaves or comes into."""
    moved = [(was, now) for was, now in zip(part.today, part.grid, strict=True) if was != now]
    touched = sorted({number for pair in moved for number in pair} - {NONE})
    if not touched:
        return None
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
    return reorganising.Step(operation, shapes if fits else {})


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
