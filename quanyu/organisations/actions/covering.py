"""Branches cover grids and groups buildings, from a day on (网格与楼栋覆盖)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper, lock_body
from quanyu.organisations.models import Cover
from quanyu.organisations.rules.changing import check_day
from quanyu.organisations.rules.covering import AlreadyCovered, Tie, WrongCover, check_cover
from quanyu.regions import queries as regions
from quanyu.regions.queries import past


@transaction.atomic
def cover(
    *,
    body_id: UUID,
    tie: str,
    grid: str = "",
    building_id: UUID | None = None,
    day: date | None = None,
    actor: Actor,
    at: datetime,
) -> Cover:
    """Let a branch cover a grid, or a group a building, from a day on (登记覆盖).

    :raises WrongCover: if this body covers no such thing, or there is no such grid or building
    :raises AlreadyCovered: if another covers it then, or this one does already
    :raises WrongDay: if the day is to come, or the body does not stand on it
    :raises NotKeeper: if the actor has another part in the place
    :raises Denied: if there is no such body, or the actor has no part in the place
    """
    body = lock_body(body_id)
    check_keeper(actor, body.region_path, body.kind)
    check_cover(tie, body.kind)
    today = timezone.localdate(at)
    first = day or today
    rules.check_stands(body.valid_from, body.valid_to, first)
    check_day(first, today=today, since=body.valid_from)
    place = _place(tie, grid, building_id, first)
    check_keeper(actor, place, body.kind)
    row = Cover(
        body=body,
        tie=tie,
        region_path=grid if tie == Tie.GRID else "",
        building_id=building_id if tie == Tie.BUILDING else None,
        valid_from=first,
    )
    _check_free(row)
    row.save(force_insert=True)
    facts = {"body": body.code, "tie": tie, "at": grid or str(building_id)}
    record("cover.begin", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def uncover(*, cover_id: UUID, day: date | None = None, actor: Actor, at: datetime) -> Cover:
    """Let a body cover something no more; the list keeps until when it did (解除覆盖).

    :raises WrongDay: if it has ended, or the day is to come or not after it began
    :raises NotKeeper: if the actor has another part in the body's place
    :raises Denied: if there is none, or the actor has no part in the body's place
    """
    rows = Cover.objects.select_for_update(of=("self",))
    row: Cover | None = rows.filter(pk=cover_id).first()
    if row is None:
        raise Denied
    body = lock_body(row.body_id)
    check_keeper(actor, body.region_path, body.kind)
    today = timezone.localdate(at)
    last = day or today
    if row.valid_to is not None:
        raise rules.WrongDay(_("这项覆盖已经结束"), field="day", value=last.isoformat())
    check_day(last, today=today, since=row.valid_from)
    rules.check_days(row.valid_from, last)
    row.valid_to = last
    row.save(update_fields=["valid_to"])
    facts = {"body": body.code, "valid_to": last.isoformat()}
    record("cover.end", row, actor=actor, at=at, changed=["valid_to"], facts=facts)
    return row


def _place(tie: str, grid: str, building_id: UUID | None, day: date) -> str:
    """Return in which place lies what is to be covered."""
    if tie == Tie.GRID:
        if not grid.endswith("/") or grid not in regions.grids_in(grid):
            raise WrongCover(_("没有这个网格"), field="grid", value=grid)
        return grid
    place = past.place_on(building_id, day) if building_id else ""
    if not place:
        raise WrongCover(_("没有这个楼栋"), field="building", value=str(building_id or ""))
    return place


def _check_free(row: Cover) -> None:
    """Refuse what another covers on a day of it, be it over or not."""
    held = Cover.objects.filter(tie=row.tie, region_path=row.region_path, building=row.building_id)
    last = held.order_by("-valid_from").select_related("body").first()
    if last is None or (last.valid_to is not None and last.valid_to <= row.valid_from):
        return
    raise AlreadyCovered(
        _("已由{body}覆盖，请先解除"), field="grid", value=row.region_path, body=last.body.name
    )
