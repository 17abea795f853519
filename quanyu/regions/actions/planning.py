"""Make a plan of grids, have it drawn, change it by hand (网格规划)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

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
from quanyu.regions.models import Plan, PlanPart
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries import tree
from quanyu.regions.rules import planning
from quanyu.regions.rules.planning import Fault, NotNow, State, Wanted, WrongPlan

WISHES = ("low", "high", "target", "weights", "seed")
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
        hands=[actor.id],
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
    row = draft(plan_id, actor)
    _wish(row, wanted)
    _lay_hand(row, actor)
    row.save(update_fields=[*WISHES, "hands"])
    held = queries.locks(row, actor=actor)
    held |= {one.region_path: one.locks for one in queries.failed(row, actor=actor)}
    _ask(row, held, number=_next(row, actor), at=at)
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
    row = draft(plan_id, actor)
    part = queries.part(row, community, actor=actor)
    if part is None:
        raise Denied
    _check_locks(part, locks)
    kept = {key: grid for key, grid in {**part.locks, **locks}.items() if grid}
    _lay_hand(row, actor)
    row.save(update_fields=["hands"])
    _ask(row, {community: kept}, number=_next(row, actor), at=at)
    facts = {"place": community, "locks": dict(locks)}
    record("plan.paint", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def undo(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Go back to the drawing before the last one; the last one is kept as undone (撤回一步).

    :raises NotNow: if there is none before it
    """
    row = draft(plan_id, actor)
    parts = PlanPart.objects.visible_to(actor).filter(plan=row, is_undone=False)
    last = parts.aggregate(last=Max("round"))["last"]
    undone = list(parts.filter(round=last).defer("shapes"))
    before = {
        one.region_path: one
        for one in parts.filter(drawn_at__isnull=False, round__lt=last)
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
    _lay_hand(row, actor)
    row.save(update_fields=[*WISHES, "hands"])
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
        hands=row.hands,
    )
    _lay_hand(copy, actor)
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
def keep_fault(*, part_id: UUID, fault: Fault, actor: Actor, at: datetime) -> PlanPart | None:
    """Write down why one community was not drawn; the others go on (记下没有算出的原因).

    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    part = get(PlanPart, part_id, actor=actor, lock=True)
    if part.drawn_at is not None or part.is_undone:
        return None
    part.fault, part.failed_at = fault, at
    part.save(update_fields=["fault", "failed_at"])
    facts = {"place": part.region_path, "round": part.round, "fault": fault.value}
    record("plan.fail", part, actor=actor, at=at, facts=facts)
    return part


@transaction.atomic
def retry(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Have those communities drawn again that were not (再算没有算出的社区).

    :raises NotNow: if there are none
    """
    row = draft(plan_id, actor)
    failed = queries.failed(row, actor=actor)
    if not failed:
        raise NotNow(_("没有未算出的社区"), field="state", value=row.standing)
    for one in failed:
        one.fault, one.failed_at, one.asked_at = "", None, at
        one.save(update_fields=["fault", "failed_at", "asked_at"])
    announce("plan.draw", row, at=at)
    facts = {"places": [one.region_path for one in failed]}
    record("plan.retry", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def withdraw_plan(*, plan_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Give up a plan that is not decided; it stays to be read (撤销方案)."""
    row = _locked(plan_id, actor)
    if row.standing is not State.DRAFT:
        raise NotNow(_("只有拟定中的方案可以撤销"), field="state", value=row.standing)
    if queries.progress(row, actor=actor).work is planning.Work.PROPOSE:
        raise NotNow(planning.BUSY_WORDS[planning.Work.PROPOSE], field="state", value=row.standing)
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


def _lay_hand(row: Plan, actor: Actor) -> None:
    """Remember who had a part in it: none of them approves what becomes of it."""
    if actor.id is not None:
        row.hands = sorted({*row.hands, actor.id})


def _locked(plan_id: UUID, actor: Actor) -> Plan:
    row = get(Plan, plan_id, actor=actor, lock=True)
    roles: frozenset[Role] = planning.MAKERS
    if actor.id is None or not roles & actor.roles_at(row.region_path):
        raise Denied
    return row


def draft(plan_id: UUID, actor: Actor) -> Plan:
    """Return a plan that may be changed, locked.

    :raises Denied: if the actor does not plan there
    :raises NotNow: if it is no draft, or still being drawn
    """
    row = _locked(plan_id, actor)
    if row.standing is not State.DRAFT:
        raise NotNow(_("只有拟定中的方案可以改动"), field="state", value=row.standing)
    _check_drawn(row, actor)
    return row


def _check_drawn(row: Plan, actor: Actor) -> None:
    how = queries.progress(row, actor=actor)
    if how.is_under_way:
        raise NotNow(planning.BUSY_WORDS[how.work], field="state", value=row.standing)


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
