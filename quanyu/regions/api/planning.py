"""JSON of plans of grids: parse, one call, schema."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.regions import actions
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries import rehearsed
from quanyu.regions.rules.planning import State
from quanyu.regions.schemas import planning as schemas

router = Router(tags=["plans"])
BARE = {"undo": actions.undo, "retry": actions.retry, "withdraw": actions.withdraw_plan}


@router.get("", response=list[schemas.PlanOut])
def list_plans(request: HttpRequest, state: State | None = None) -> list[Any]:
    """List the plans within reach, the newest first; two hundred at most."""
    return queries.plans(actor=actor_of(request), state=state or "")


@router.post("", response={201: schemas.PlanDetail})
def make_plan(request: HttpRequest, body: schemas.PlanMadeIn) -> Status[dict[str, Any]]:
    """Make a plan of a place and have it drawn; ask for it again until the drawing is done."""
    actor, at = actor_of(request), timezone.now()
    words = body.model_dump(exclude={"wanted"})
    made = actions.make_plan(**words, wanted=body.wanted.wanted(), actor=actor, at=at)
    return Status(201, _detail(made.pk, actor))


@router.get("/{uuid:plan_id}", response=schemas.PlanDetail)
def one_plan(request: HttpRequest, plan_id: UUID) -> dict[str, Any]:
    """Return one plan: its figures beside today's, its communities, how far the drawing is."""
    return _detail(plan_id, actor_of(request))


@router.get("/{uuid:plan_id}/community", response=schemas.PlanCommunityOut)
def one_community(request: HttpRequest, plan_id: UUID, path: str) -> dict[str, Any]:
    """Return one community of a plan: its grids, and which building goes where."""
    actor = actor_of(request)
    part = queries.part(queries.plan(plan_id, actor=actor), path, actor=actor)
    if part is None:
        raise Denied
    names = [grid["key"] for grid in part.grids]
    rows = zip(part.buildings, part.today, part.grid, strict=True)
    return {
        "region_path": part.region_path,
        "round": part.round,
        "grids": part.grids,
        "impossible": part.impossible,
        "buildings": [
            {
                "building": key,
                "today": names[was] if was >= 0 else "",
                "grid": names[now],
                "is_locked": str(key) in part.locks,
            }
            for key, was, now in rows
        ],
    }


@router.post("/{uuid:plan_id}/redraw", response=schemas.PlanDetail)
def redraw(request: HttpRequest, plan_id: UUID, body: schemas.WantedIn) -> dict[str, Any]:
    """Have the whole plan drawn anew with other wishes; what is put by hand stays."""
    actor, at = actor_of(request), timezone.now()
    actions.redraw(plan_id=plan_id, wanted=body.wanted(), actor=actor, at=at)
    return _detail(plan_id, actor)


@router.post("/{uuid:plan_id}/paint", response=schemas.PlanDetail)
def paint(request: HttpRequest, plan_id: UUID, body: schemas.PaintIn) -> dict[str, Any]:
    """Put buildings into grids by hand; their community is drawn around them."""
    actor, at = actor_of(request), timezone.now()
    actions.paint(**body.model_dump(), plan_id=plan_id, actor=actor, at=at)
    return _detail(plan_id, actor)


@router.post("/{uuid:plan_id}/copy", response={201: schemas.PlanDetail})
def copy_plan(request: HttpRequest, plan_id: UUID, body: schemas.CopyIn) -> Status[dict[str, Any]]:
    """Keep the plan as it stands under another name, as a draft of one's own."""
    actor, at = actor_of(request), timezone.now()
    made = actions.copy_plan(plan_id=plan_id, title=body.title, actor=actor, at=at)
    return Status(201, _detail(made.pk, actor))


@router.post("/{uuid:plan_id}/propose", response=schemas.PlanDetail)
def propose_plan(request: HttpRequest, plan_id: UUID, body: schemas.ProposalIn) -> dict[str, Any]:
    """Make a re-organisation of it, which is rehearsed, submitted and approved like any other.

    One community is done at once; of more, ask again until ``reorganisation_id`` is there.
    """
    actor, at = actor_of(request), timezone.now()
    words = body.model_dump(exclude={"effective_date"})
    actions.propose_plan(plan_id=plan_id, day=body.effective_date, **words, actor=actor, at=at)
    return _detail(plan_id, actor)


@router.post("/{uuid:plan_id}/{verb}", response=schemas.PlanDetail)
def act_on_plan(request: HttpRequest, plan_id: UUID, verb: str) -> dict[str, Any]:
    """Undo the last round, draw again what was not drawn, or withdraw it: undo, retry, withdraw."""
    if verb not in BARE:
        raise Denied
    actor = actor_of(request)
    BARE[verb](plan_id=plan_id, actor=actor, at=timezone.now())
    return _detail(plan_id, actor)


def _detail(key: UUID, actor: Actor) -> dict[str, Any]:
    row = queries.plan(key, actor=actor)
    parts = queries.parts(row, actor=actor)
    last = queries.proposal(row, actor=actor)
    told = schemas.PlanOut.from_orm(row).dict()
    return told | {
        "progress": queries.progress(row, actor=actor),
        "figures": queries.beside([part.figures for part in parts]),
        "communities": [
            {
                "region_path": part.region_path,
                "round": part.round,
                "figures": part.figures or None,
                "impossible": len(part.impossible),
            }
            for part in parts
        ],
        "failed": queries.failed(row, actor=actor),
        "unproposed": rehearsed.in_language(last.told).get("wrong", "") if last else "",
    }
