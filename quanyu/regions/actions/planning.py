"""Make a plan of grids, have it drawn, change it by hand, propose it (网格规划)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.db import transaction
from django.db.models import Max

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.regions import rules
from quanyu.regions.actions import reorganising
from quanyu.regions.models import Plan, PlanPart
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries import tree
from quanyu.regions.rules import changes, outlines, planning
from quanyu.regions.rules.outcomes import next_grid
from quanyu.regions.rules.planning import NotNow, State, Wanted, WrongPlan

NONE = -1
"""No grid today, in the rows of a part."""

COPIED = ("buildings", "today", "grid", "grids", "figures", "impossible", "shapes")


@transaction.atomic
def make_plan(
    *, place: str, title: str, reason: str, wanted: Wanted, actor: Actor, at: datetime
) -> Plan:
    """Make a plan of a place and have it drawn (新建方案).

    :raises Denied: if the actor does not plan there
    :raises WrongPlan: if the place, the words or the wishes are not as they must be
    """
    planning.check_place(rules.check_path(place))
    if actor.id is None or not planning.MAKERS & actor.roles_at(place):
        raise Denied
    planning.check_words(title=title, reason=reason)
    planning.check_wanted(wanted)
    row = Plan(
        region_path=place,
        title=title.strip(),
        reason=reason.strip(),
        base_date=local(at).date(),
        made_by=actor.id,
        made_at=at,
    )
    _wish(row, wanted)
    paths = queries.communities(place, row)
    if not tree.is_known(place) or not paths:
        raise WrongPlan(_("这里还没有楼栋，无从划分网格"), field="place", value=place)
    row.save(force_insert=True)
    _ask(row, {path: {} for path in paths}, number=1, at=at)
    record("plan.make", row, actor=actor, at=at, facts={"place": place, "wanted": asdict(wanted)})
    return row


@transaction.atomic
def redraw(*, plan_id: UUID, wanted: Wanted, actor: Actor, at: datetime) -> Plan:
    """Have the whole plan drawn anew with other wishes; what is locked stays (重新计算).

    :raises NotNow: if it is no draft, or still being drawn
    """
    planning.check_wanted(wanted)
    row = _draft(plan_id, actor)
    _wish(row, wanted)
    row.save(update_fields=["low", "high", "target", "weights", "seed"])
    current = {one.region_path: one.locks for one in queries.parts(row, actor=actor)}
    _ask(row, current, number=_next(row, actor), at=at)
    record("plan.redraw", row, actor=actor, at=at, facts=asdict(wanted))
    return row


@transaction.atomic
def paint(
    *, plan_id: UUID, community: str, locks: Mapping[str, str], actor: Actor, at: datetime
) -> Plan:
    """Put buildings into grids by hand and have their community drawn around them (手工调整).

    :param locks: the key of a building to the key of a grid of this community, or to nothing: the
        building is let go
    :raises WrongPlan: if a building or a grid is not of this community
    """
    row = _draft(plan_id, actor)
    part = queries.part(row, community, actor=actor)
    if part is None:
        raise Denied
    _check_locks(part, locks)
    kept = {key: grid for key, grid in {**part.locks, **locks}.items() if grid}
    _ask(row, {community: kept}, number=_next(row, actor), at=at)
    facts = {"place": community, "locks": dict(locks)}
    record("plan.paint", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def undo(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Go back to the drawing before the last one; the last one is kept as undone (撤回一步).

    :raises NotNow: if there is none before it
    """
    row = _draft(plan_id, actor)
    parts = PlanPart.objects.visible_to(actor).filter(plan=row)
    last = parts.filter(is_current=True).aggregate(last=Max("round"))["last"]
    undone = list(parts.filter(is_current=True, round=last).defer("shapes"))
    before = {
        one.region_path: one
        for one in parts.filter(is_undone=False, drawn_at__isnull=False, round__lt=last)
        .defer("shapes")
        .order_by("round")
    }
    if any(one.region_path not in before for one in undone):
        raise NotNow(_("没有更早的划法可以撤回"), field="round")
    for one in undone:
        one.is_current, one.is_undone = False, True
        one.save(update_fields=["is_current", "is_undone"])
        earlier = before[one.region_path]
        earlier.is_current = True
        earlier.save(update_fields=["is_current"])
        _wish(row, Wanted(**earlier.wanted))
    row.save(update_fields=["low", "high", "target", "weights", "seed"])
    record("plan.undo", row, actor=actor, at=at, facts={"round": last})
    return row


@transaction.atomic
def copy_plan(*, plan_id: UUID, title: str, actor: Actor, at: datetime) -> Plan:
    """Keep the plan as it stands under another name, as a draft of one's own (另存方案)."""
    row = get(Plan, plan_id, actor=actor)
    if actor.id is None or not planning.MAKERS & actor.roles_at(row.region_path):
        raise Denied
    planning.check_words(title=title, reason=row.reason)
    _check_drawn(row, actor)
    copy = Plan(
        region_path=row.region_path,
        title=title.strip(),
        reason=row.reason,
        base_date=row.base_date,
        made_by=actor.id,
        made_at=at,
        copied_from=row,
    )
    _wish(copy, wanted_of(row))
    copy.save(force_insert=True)
    for one in queries.whole(row, actor=actor):
        PlanPart(
            plan=copy,
            region_path=one.region_path,
            round=1,
            wanted=one.wanted,
            locks=one.locks,
            is_current=True,
            asked_at=at,
            drawn_at=one.drawn_at,
            **{name: getattr(one, name) for name in COPIED},
        ).save(force_insert=True)
    record("plan.copy", copy, actor=actor, at=at, facts={"from": str(row.pk)})
    return copy


@transaction.atomic
def keep_drawing(
    *, part_id: UUID, told: Mapping[str, Any], actor: Actor, at: datetime
) -> PlanPart | None:
    """Keep what the engine drew of one community; a second time changes nothing (存入划法).

    :param told: the fields of a sketch: ``buildings``, ``today``, ``grid``, ``grids`` …
    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    part = get(PlanPart, part_id, actor=actor, lock=True)
    if part.drawn_at is not None or part.is_undone:
        return None
    before = PlanPart.objects.visible_to(actor).filter(
        plan_id=part.plan_id, region_path=part.region_path, is_current=True
    )
    before.update(is_current=False)
    for name in COPIED:
        setattr(part, name, told[name])
    part.drawn_at, part.is_current = at, True
    part.save(update_fields=[*COPIED, "drawn_at", "is_current"])
    facts = {"place": part.region_path, "round": part.round}
    record("plan.draw", part, actor=actor, at=at, facts=facts)
    return part


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

    Every community in which a building comes into another grid is re-drawn on that day.

    :param names: what new grids shall be called, by community and key: ``34/…/001/ new:1``
    :raises WrongPlan: if nothing would change, or no grid stands there yet
    :raises WrongOperation: if what stands has changed since the plan was drawn
    """
    row = _draft(plan_id, actor)
    light = queries.parts(row, actor=actor)
    if all(number == NONE for part in light for number in part.today):
        raise WrongPlan(_("这里还没有网格：请先把网格导入，再做调整"), field="plan")
    steps = [step for part in queries.whole(row, actor=actor) for step in _steps(part, names)]
    if not steps:
        raise WrongPlan(_("方案与今天的网格一样，没有可调整的"), field="plan")
    wanted = reorganising.Wanted(row.title, reason.strip() or row.reason, ground.strip(), day)
    proposed = reorganising.propose(wanted=wanted, steps=steps, actor=actor, at=at)
    row.reason = reason.strip() or row.reason
    row.proposed_by, row.proposed_at = actor.id, at
    row.reorganisation_id = proposed.pk
    fields = ["reason", "proposed_by", "proposed_at", "reorganisation_id"]
    row.save(update_fields=fields)
    facts = {"reorganisation": str(proposed.pk), "steps": len(steps)}
    record("plan.propose", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def withdraw_plan(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Give up a plan that is not decided; it stays to be read (撤销方案)."""
    row = _locked(plan_id, actor)
    if row.standing is not State.DRAFT:
        raise NotNow(_("只有拟定中的方案可以撤销"), field="state", value=row.standing)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record("plan.withdraw", row, actor=actor, at=at, changed=["withdrawn_at"])
    return row


def wanted_of(row: Plan) -> Wanted:
    """Return what a plan asks for."""
    return Wanted(row.low, row.high, row.target, dict(row.weights), row.seed)


def _wish(row: Plan, wanted: Wanted) -> None:
    row.low, row.high, row.target = wanted.low, wanted.high, wanted.target
    row.weights, row.seed = dict(wanted.weights), wanted.seed


def _locked(plan_id: UUID, actor: Actor) -> Plan:
    row = get(Plan, plan_id, actor=actor, lock=True)
    roles: frozenset[Role] = planning.MAKERS
    if actor.id is None or not roles & actor.roles_at(row.region_path):
        raise Denied
    return row


def _draft(plan_id: UUID, actor: Actor) -> Plan:
    """Return a plan that may be changed, locked."""
    row = _locked(plan_id, actor)
    if row.standing is not State.DRAFT:
        raise NotNow(_("只有拟定中的方案可以改动"), field="state", value=row.standing)
    _check_drawn(row, actor)
    return row


def _check_drawn(row: Plan, actor: Actor) -> None:
    if queries.progress(row, actor=actor).is_under_way:
        raise NotNow(_("这个方案还在计算，请稍候"), field="state", value=row.standing)


def _next(row: Plan, actor: Actor) -> int:
    rounds = PlanPart.objects.visible_to(actor).filter(plan=row)
    return int(rounds.aggregate(last=Max("round"))["last"] or 0) + 1


def _ask(
    row: Plan, locks: Mapping[str, Mapping[str, str]], *, number: int, at: datetime
) -> Sequence[PlanPart]:
    """Write down which communities are to be drawn, and tell the worker."""
    wanted = asdict(wanted_of(row))
    asked = PlanPart.objects.bulk_create(
        PlanPart(
            plan=row, region_path=path, round=number, wanted=wanted, locks=dict(held), asked_at=at
        )
        for path, held in locks.items()
    )
    announce("plan.draw", row, at=at)
    return asked


def _check_locks(part: PlanPart, locks: Mapping[str, str]) -> None:
    buildings = {str(key) for key in part.buildings}
    grids = {grid["key"] for grid in part.grids} | {f"{planning.NEW}{n}" for n in range(1, 100)}
    for key, grid in locks.items():
        if key not in buildings:
            raise WrongPlan(_("这幢楼不在这个社区的方案里"), field="building", value=key)
        if grid and grid not in grids:
            raise WrongPlan(
                _("这个社区没有这个网格"), field="grid", value=grid, allowed=sorted(grids)[:20]
            )


def _steps(part: PlanPart, names: Mapping[str, str]) -> list[reorganising.Step]:
    """Return what re-draws one community: the grids that a building leaves or comes into."""
    moved = [
        (was, now) for was, now in zip(part.today, part.grid, strict=True) if was not in {NONE, now}
    ]
    touched = sorted({number for pair in moved for number in pair})
    if not touched:
        return []
    paths = _paths(part, touched)
    homes = {
        str(key): paths[now]
        for key, was, now in zip(part.buildings, part.today, part.grid, strict=True)
        if was in paths
    }
    kept = set(homes.values())
    stay = {now: paths[now] for now in touched if paths[now] in kept}
    sources = [part.grids[n]["key"] for n in touched if not planning.is_new(part.grids[n]["key"])]
    shapes = _outlines(part, stay)
    # Beside borders drawn by hand the cells would leave gaps: the ground is divided as it lies.
    if not outlines.fills(queries.area(sources), list(map(shapely.from_wkb, shapes.values()))):
        shapes = {}
    told = queries.names(sources)
    targets = [
        changes.Named(path, *_called(part, number, path, told, names), is_drawn=path in shapes)
        for number, path in stay.items()
    ]
    operation = changes.Operation(changes.Change.REDRAW, tuple(sources), tuple(targets), homes)
    return [reorganising.Step(operation, shapes)]


def _paths(part: PlanPart, numbers: Sequence[int]) -> dict[int, str]:
    """Return the path of each grid; one without takes the next that none has borne."""
    taken = set(queries.ever(part.region_path))
    paths = {}
    for number in numbers:
        key = part.grids[number]["key"]
        path = next_grid(part.region_path, taken) if planning.is_new(key) else key
        taken.add(path)
        paths[number] = path
    return paths


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
    return names.get(f"{part.region_path} {key}", "").strip() or planning.grid_name(path), ""


def _outlines(part: PlanPart, paths: Mapping[int, str]) -> dict[str, bytes]:
    """Return the outline of each grid as it was drawn, as WKB."""
    drawn = part.shapes["proposal"]["features"]
    return {
        paths[one["properties"]["grid"]]: shapely.to_wkb(shapely.geometry.shape(one["geometry"]))
        for one in drawn
        if one["properties"]["grid"] in paths
    }
