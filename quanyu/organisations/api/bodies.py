"""JSON of bodies, what they cover and what they answer for: parse, one call, schema."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.errors import Denied
from quanyu.kernel.paging import part
from quanyu.organisations import actions, queries
from quanyu.organisations.queries import coverage, net
from quanyu.organisations.queries.duties import duty_entry
from quanyu.organisations.queries.tied import tied
from quanyu.organisations.rules.net import Axis
from quanyu.organisations.schemas import bodies as schemas

router = Router(tags=["bodies"])
covers = Router(tags=["covers"])
duties = Router(tags=["duties"])
Detail = dict[str, Any]


@router.get("", response=schemas.BodiesOut)
def list_bodies(request: HttpRequest, filters: Query[schemas.BodiesAsked], after: str = "") -> Any:
    """List the bodies by name, first letters, code or number, kind and place, a page at a time."""
    return queries.body_page(filters.said(), on=timezone.localdate(), after=after)


@router.get("/tree", response=schemas.NodesOut)
def tree(
    request: HttpRequest,
    axis: Axis = Axis.PARTY,
    place: str = "",
    on: date | None = None,
    after: str = "",
) -> Any:
    """Return the top of one part of the register on a day: party, state or society."""
    return net.roots(axis, on=_day(on), place=place, after=after)


@router.get("/difference", response=schemas.DifferencesOut)
def difference(
    request: HttpRequest, first: date, second: date, place: str = "", after: str = ""
) -> Detail:
    """Return the bodies that stood otherwise on two days, a page at a time."""
    return _paged(net.difference(first, second, place=place), after)


@router.post("", response={201: schemas.BodyDetail})
def found(request: HttpRequest, body: schemas.BodyIn) -> Status[Detail]:
    """Found a body (设立单位)."""
    made = actions.found_body(**body.dict(), actor=actor_of(request), at=timezone.now())
    return Status(201, _detail(made.pk))


@router.get("/{uuid:body_id}", response=schemas.BodyDetail)
def one(request: HttpRequest, body_id: UUID, on: date | None = None) -> Detail:
    """Return a body, how it stood on a day and what was tied to it then."""
    return _detail(body_id, on=on)


@router.get("/{uuid:body_id}/below", response=schemas.NodesOut)
def below(request: HttpRequest, body_id: UUID, on: date | None = None, after: str = "") -> Detail:
    """Return what hung under a body on a day, and the agencies that it commanded."""
    if queries.body(body_id) is None:
        raise Denied
    return _paged(net.below(body_id, on=_day(on)), after)


@router.post("/{uuid:body_id}/rename", response=schemas.BodyDetail)
def rename(request: HttpRequest, body_id: UUID, body: schemas.NameIn) -> Detail:
    """Give a body another name or kind from a day on (更名、改设)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.rename_body(body_id=body_id, **body.facts(), actor=actor, at=at).pk)


@router.post("/{uuid:body_id}/hang", response=schemas.BodyDetail)
def hang(request: HttpRequest, body_id: UUID, body: schemas.HangIn) -> Detail:
    """Hang a body under another one from a day on (改变隶属)."""
    actor, at = actor_of(request), timezone.now()
    actions.resubordinate_body(body_id=body_id, **body.dict(), actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/seat", response=schemas.BodyDetail)
def seat(request: HttpRequest, body_id: UUID, body: schemas.SeatIn) -> Detail:
    """Let a body stand in another place from a day on (迁移)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.reseat_body(body_id=body_id, **body.dict(), actor=actor, at=at).pk)


@router.post("/{uuid:body_id}/correct", response=schemas.BodyDetail)
def correct(request: HttpRequest, body_id: UUID, body: schemas.CorrectIn) -> Detail:
    """Put right the office's telephone and the credit code (更正信息)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.correct_body(body_id=body_id, **body.dict(), actor=actor, at=at).pk)


@router.post("/{uuid:body_id}/merge", response=schemas.BodyDetail)
def merge(request: HttpRequest, body_id: UUID, body: schemas.MergeIn) -> Detail:
    """Let a body go into another one, which is returned (并入其他单位)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.merge_body(body_id=body_id, **body.facts(), actor=actor, at=at).pk)


@router.post("/{uuid:body_id}/dissolve", response=schemas.BodyDetail)
def dissolve(request: HttpRequest, body_id: UUID, body: schemas.Dated) -> Detail:
    """Let a body end; the register keeps how it stood (撤销单位)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.dissolve_body(body_id=body_id, **body.dict(), actor=actor, at=at).pk)


@router.post("/{uuid:body_id}/command", response=schemas.BodyDetail)
def command(request: HttpRequest, body_id: UUID, body: schemas.CommandIn) -> Detail:
    """Say which street commands an agency (确定指挥关系)."""
    actor, at = actor_of(request), timezone.now()
    actions.command_agency(
        agency_id=body_id, commander_id=body.commander, **body.dated(), actor=actor, at=at
    )
    return _detail(body_id)


@router.post("/{uuid:body_id}/release", response=schemas.BodyDetail)
def release(request: HttpRequest, body_id: UUID, body: schemas.EndIn) -> Detail:
    """Let the command of an agency end (解除指挥关系)."""
    actor, at = actor_of(request), timezone.now()
    actions.release_agency(agency_id=body_id, day=body.day, actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/form", response=schemas.BodyDetail)
def form(request: HttpRequest, body_id: UUID, body: schemas.FormIn) -> Detail:
    """Say in which unit a party organisation was formed (登记组建党组织)."""
    actor, at = actor_of(request), timezone.now()
    actions.form_party(party_id=body_id, unit_id=body.unit, **body.dated(), actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/part", response=schemas.BodyDetail)
def part_from_unit(request: HttpRequest, body_id: UUID, body: schemas.EndIn) -> Detail:
    """Part a party organisation from the unit in which it was formed (解除组建关系)."""
    actor, at = actor_of(request), timezone.now()
    actions.part_party(party_id=body_id, day=body.day, actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/join", response=schemas.BodyDetail)
def join(request: HttpRequest, body_id: UUID, body: schemas.MemberIn) -> Detail:
    """Take a body into a co-ordination body (登记成员单位)."""
    actor, at = actor_of(request), timezone.now()
    actions.join_body(host_id=body_id, member_id=body.member, **body.dated(), actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/leave", response=schemas.BodyDetail)
def leave(request: HttpRequest, body_id: UUID, body: schemas.MemberIn) -> Detail:
    """Let a member leave a co-ordination body (成员单位退出)."""
    actor, at = actor_of(request), timezone.now()
    actions.leave_body(host_id=body_id, member_id=body.member, **body.dated(), actor=actor, at=at)
    return _detail(body_id)


@router.post("/{uuid:body_id}/cover", response=schemas.BodyDetail)
def cover(request: HttpRequest, body_id: UUID, body: schemas.CoverIn) -> Detail:
    """Let a branch cover a grid, or a group a building (登记覆盖)."""
    actions.cover(
        body_id=body_id,
        tie=body.tie,
        grid=body.grid,
        building_id=body.building,
        day=body.day,
        actor=actor_of(request),
        at=timezone.now(),
    )
    return _detail(body_id)


@covers.get("", response=schemas.CoverageOut)
def list_grids(
    request: HttpRequest, filters: Query[schemas.CoverageAsked], after: str = ""
) -> Detail:
    """Count the base grids of one's own places by how they are covered, and list those of one way.

    Others are the dedicated and micro grids, which are counted apart.
    """
    found = coverage.coverage(actor_of(request), on=_day(filters.on), place=filters.place)
    figures = {str(key): number for key, number in found.figures.items()}
    way = coverage.OTHERS if filters.others else filters.way or ""
    return {"figures": figures} | _paged(found.of(way), after)


@covers.post("/{uuid:cover_id}/end", response=schemas.BodyDetail)
def uncover(request: HttpRequest, cover_id: UUID, body: schemas.EndIn) -> Detail:
    """Let a body cover something no more; the body is returned (解除覆盖)."""
    actor, at = actor_of(request), timezone.now()
    return _detail(actions.uncover(cover_id=cover_id, day=body.day, actor=actor, at=at).body_id)


@duties.get("", response=schemas.DutiesOut)
def list_duties(
    request: HttpRequest,
    class_code: str = "",
    place: str = "",
    body: UUID | None = None,
    q: str = "",
    on: date | None = None,
    after: str = "",
) -> Any:
    """List who answers for what on a day, a page at a time."""
    return queries.duty_list(
        on=_day(on), class_code=class_code, place=place, body_id=body, said=q, after=after
    )


@duties.post("", response={201: schemas.DutyOut})
def assign(request: HttpRequest, body: schemas.DutyIn) -> Status[Any]:
    """Let a body answer for a class at a place from a day on (新增权责)."""
    made = actions.assign_duty(
        body_id=body.body,
        class_prefix=body.class_prefix,
        place=body.place,
        basis=body.basis,
        clause_id=body.clause,
        start=body.start,
        note=body.note,
        actor=actor_of(request),
        at=timezone.now(),
    )
    return Status(201, duty_entry(made))


@duties.post("/{uuid:duty_id}/end", response=schemas.DutyOut)
def end(request: HttpRequest, duty_id: UUID, body: schemas.EndIn) -> Any:
    """Let a duty end; the list keeps who answered until then (终止权责)."""
    actor, at = actor_of(request), timezone.now()
    return duty_entry(actions.end_duty(duty_id=duty_id, end=body.day, actor=actor, at=at))


# ------------------------------------------------------------------ inside


def _day(on: date | None) -> date:
    return on or timezone.localdate()


def _paged(rows: Sequence[Any], after: str) -> Detail:
    found, more = part(rows, after)
    return {"rows": found, "after": more, "count": len(rows)}


def _detail(body_id: UUID, *, on: date | None = None) -> Detail:
    row, day = queries.body(body_id), _day(on)
    if row is None:
        raise Denied
    return schemas.BodyOut.from_orm(row).dict() | {"on": day} | tied(body_id, on=day)
