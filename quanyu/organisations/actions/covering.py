"""Branches cover grids and groups buildings, from a day on (网格与楼栋覆盖)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record, record_all
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper, lock_body
from quanyu.organisations.models import Body, Cover
from quanyu.organisations.rules.changing import check_day
from quanyu.organisations.rules.covering import AlreadyCovered, Tie, WrongCover, check_cover
from quanyu.regions.queries import past


@dataclass(frozen=True, slots=True)
class NewCover:
    """What a body is to cover (新登记的覆盖)."""

    body: UUID
    tie: str
    grid: str = ""
    building: UUID | None = None
    day: date | None = None


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
    new = NewCover(body_id, tie, grid, building_id, day)
    return cover_all(covers=[new], actor=actor, at=at)[0]


@transaction.atomic
def cover_all(*, covers: Sequence[NewCover], actor: Actor, at: datetime) -> list[Cover]:
    """Let branches cover grids and groups buildings, all or none (批量登记覆盖).

    What it raises :func:`cover` says.
    """
    beginning = Beginning(covers, actor=actor, at=at)
    rows = [beginning.cover(one) for one in covers]
    Cover.objects.bulk_create(rows)
    record_all([build("cover.begin", row, actor=actor, at=at, facts=_facts(row)) for row in rows])
    return rows


class Beginning:
    """What the beginning of some covers has to know, asked once for all of them."""

    def __init__(self, covers: Sequence[NewCover], *, actor: Actor, at: datetime) -> None:
        self._actor, self._today = actor, timezone.localdate(at)
        keys = {one.body for one in covers}
        bodies = Body.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        self._bodies = {row.pk: row for row in bodies}
        self._grids = past.grids_among([one.grid for one in covers])
        self._houses: dict[date, dict[UUID, str]] = {
            day: past.places_on([one.building for one in covers if one.building], day)
            for day in {one.day or self._today for one in covers}
        }
        self._held = _newest(covers)

    def cover(self, one: NewCover) -> Cover:
        """Return a cover as it is to be written, or say why there can be none."""
        body = self._bodies.get(one.body)
        if body is None:
            raise Denied
        check_keeper(self._actor, body.region_path, body.kind)
        check_cover(one.tie, body.kind)
        first = one.day or self._today
        rules.check_stands(body.valid_from, body.valid_to, first, field="day")
        check_day(first, today=self._today, since=body.valid_from)
        check_keeper(self._actor, self._place(one, first), body.kind)
        row = Cover(
            body=body,
            tie=one.tie,
            region_path=one.grid if one.tie == Tie.GRID else "",
            building_id=one.building if one.tie == Tie.BUILDING else None,
            valid_from=first,
        )
        self._take(row)
        return row

    def _place(self, one: NewCover, day: date) -> str:
        """Return in which place lies what is to be covered."""
        if one.tie == Tie.GRID:
            if one.grid not in self._grids:
                raise WrongCover(_("没有这个网格"), field="grid", value=one.grid)
            return one.grid
        place = self._houses[day].get(one.building, "") if one.building else ""
        if not place:
            raise WrongCover(_("没有这个楼栋"), field="building", value=str(one.building or ""))
        return place

    def _take(self, row: Cover) -> None:
        """Refuse what another covers on a day of it, be it over or not."""
        last = self._held.get(_thing(row))
        if last is not None and (last.valid_to is None or last.valid_to > row.valid_from):
            raise AlreadyCovered(
                _("已由{body}覆盖，请先解除"),
                field="grid",
                value=row.region_path,
                body=last.body.name,
            )
        self._held[_thing(row)] = row


def _thing(row: Cover) -> str | UUID | None:
    return row.building_id or row.region_path


def _newest(covers: Sequence[NewCover]) -> dict[str | UUID | None, Cover]:
    """Return the newest cover of each grid and building that is asked for."""
    grids = {one.grid for one in covers if one.tie == Tie.GRID}
    houses = {one.building for one in covers if one.tie == Tie.BUILDING}
    rows = Cover.objects.filter(
        Q(tie=Tie.GRID, region_path__in=grids) | Q(tie=Tie.BUILDING, building__in=houses)
    )
    return {_thing(row): row for row in rows.order_by("valid_from").select_related("body")}


def _facts(row: Cover) -> dict[str, object]:
    return {"body": row.body.code, "tie": row.tie, "at": str(_thing(row))}


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
    rules.check_days(row.valid_from, last, field="day")
    row.valid_to = last
    row.save(update_fields=["valid_to"])
    facts = {"body": body.code, "valid_to": last.isoformat()}
    record("cover.end", row, actor=actor, at=at, changed=["valid_to"], facts=facts)
    return row
