"""JSON of re-organisations and of past places: parse, one call, schema."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.regions import queries
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.queries import rehearsed
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.schemas import reorganising as schemas

router = Router(tags=["re-organisations"])
WORDED = ("approve", "send_back", "refuse", "withdraw")
VERBS = (*WORDED, "submit", "take_back", "rehearse")


@router.get("", response=list[schemas.ReorganisationOut])
def list_reorganisations(request: HttpRequest, state: str = "", place: str = "") -> list[Any]:
    """List the re-organisations within reach, the latest day first; two hundred at most."""
    found = reads.reorganisations(actor=actor_of(request), state=state, place=place)
    return list(found[: reads.MOST])


@router.post("", response={201: schemas.ReorganisationDetail})
def draft(request: HttpRequest, body: schemas.WantedIn) -> Status[dict[str, Any]]:
    """Draft a re-organisation of places inside one place (起草)."""
    actor, at = actor_of(request), timezone.now()
    made = actions.draft(wanted=body.wanted(), region_path=body.region_path, actor=actor, at=at)
    return Status(201, _detail(made.pk, actor))


@router.get("/past", response=schemas.PastOut)
def past(request: HttpRequest, path: str) -> dict[str, Any]:
    """Say what became of a place: the names it bore, what it was made of, into what it went."""
    names = queries.history(path)
    if not names:
        raise Denied
    return {
        "path": path,
        "today": queries.today_of(path),
        "names": [{"name": n, "since": since, "until": until} for n, since, until in names],
        "into": queries.became(path),
        "made_of": queries.made_of(path),
    }


@router.get("/{uuid:reorganisation_id}", response=schemas.ReorganisationDetail)
def one(request: HttpRequest, reorganisation_id: UUID) -> dict[str, Any]:
    """Return one: its steps, how far it has come, and what the reader may do."""
    return _detail(reorganisation_id, actor_of(request))


@router.get("/{uuid:reorganisation_id}/rehearsal", response=schemas.RehearsalOut)
def rehearsal(request: HttpRequest, reorganisation_id: UUID) -> Any:
    """Say what it would move, and who would be left, as a job has found; ask again until then.

    Lists are cut at fifty lines, places at a hundred; the file has all of them (预演).
    """
    actor = actor_of(request)
    row = reads.one(reorganisation_id, actor=actor)
    kept = rehearsed.kept(row, actor=actor)
    if kept is None or kept.done_at is None:
        return {"done": kept.done if kept else 0, "total": kept.total if kept else 0}
    told = rehearsed.shown(kept, actor=actor, place=row.region_path)
    is_stale = kept.edition != str(queries.edition())
    return told | {"found_at": kept.done_at, "is_stale": is_stale}


@router.post("/{uuid:reorganisation_id}/steps", response={201: schemas.ReorganisationDetail})
def add_step(
    request: HttpRequest, reorganisation_id: UUID, body: schemas.StepIn
) -> Status[dict[str, Any]]:
    """Add one step to a draft (加一步)."""
    actor, at = actor_of(request), timezone.now()
    actions.add_operation(reorganisation_id=reorganisation_id, step=body.step(), actor=actor, at=at)
    return Status(201, _detail(reorganisation_id, actor))


@router.post(
    "/{uuid:reorganisation_id}/steps/{uuid:operation_id}/drop",
    response=schemas.ReorganisationDetail,
)
def drop_step(request: HttpRequest, reorganisation_id: UUID, operation_id: UUID) -> dict[str, Any]:
    """Take one step out of a draft (删一步)."""
    actor, at = actor_of(request), timezone.now()
    actions.drop_operation(
        reorganisation_id=reorganisation_id, operation_id=operation_id, actor=actor, at=at
    )
    return _detail(reorganisation_id, actor)


@router.post("/{uuid:reorganisation_id}/{verb}", response=schemas.ReorganisationDetail)
def act(
    request: HttpRequest, reorganisation_id: UUID, verb: str, body: schemas.SaidIn
) -> dict[str, Any]:
    """Submit, take back, approve, send back, refuse, withdraw one; or have it rehearsed anew."""
    if verb not in VERBS:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    said = {"words": body.words} if verb in WORDED else {}
    getattr(actions, verb)(reorganisation_id=reorganisation_id, actor=actor, at=at, **said)
    return _detail(reorganisation_id, actor)


def _detail(key: UUID, actor: Actor) -> dict[str, Any]:
    row = reads.one(key, actor=actor)
    told = schemas.ReorganisationOut.from_orm(row).dict()
    steps = [
        {
            "id": each.id,
            "number": each.number,
            "change": each.operation.change,
            "sources": list(each.operation.sources),
            "targets": [
                {"path": one.path, "name": one.name, "name_en": one.name_en}
                for one in each.operation.targets
            ],
            "homes": dict(each.operation.homes),
        }
        for each in reads.operations(row, actor=actor)
    ]
    return told | {
        "steps": steps,
        "stages": reads.stages(row, actor=actor),
        "offers": [move.verb for move in reads.offers(row, actor=actor)],
    }
