"""Take in a file of what branches and groups cover, by the rules of the single verb (导入覆盖)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules
from quanyu.organisations.actions.keepers import check_keeper
from quanyu.organisations.models import Body, Cover
from quanyu.organisations.rules.changing import check_day
from quanyu.organisations.rules.covering import AlreadyCovered, Tie, WrongCover, check_cover
from quanyu.organisations.tables import COVERS
from quanyu.regions.queries import past


@COVERS.taken_by
def take_covers(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Covers":
    """Return how a file of covers is taken in: begun or changed by body and thing (导入覆盖)."""
    return Covers(keys=keys, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Thing:
    """A grid or a building that a file names."""

    place: str
    """Where it lies; of a grid the grid itself."""
    building: UUID | None


class Covers:
    """The intake of one file of covers."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at, self._today = actor, at, timezone.localdate(at)
        codes = {code for _body, code in keys}
        self._bodies = {
            body.code: body for body in Body.objects.filter(code__in={body for body, _at in keys})
        }
        self._grids = past.grids_coded(codes)
        self._houses = past.buildings_coded(codes)
        self._periods = self._held_periods()
        self._rows: dict[Key, Cover] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the newest link of each body and thing, by their codes."""
        rows = Cover.objects.filter(body__code__in={body for body, _at in keys})
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        wanted = set(keys)
        found: dict[Key, Row] = {}
        codes = self._codes()
        for row in rows.select_related("body").order_by("valid_from"):
            key = (row.body.code, codes.get(row.building_id or row.region_path, ""))
            if key in wanted:
                self._rows[key] = row
                found[key] = _values(row, key)
        return found

    def _codes(self) -> dict[UUID | str, str]:
        grids: dict[UUID | str, str] = {path: code for code, path in self._grids.items()}
        return grids | {house: code for code, (house, _place) in self._houses.items()}

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the single verb would refuse.

        :raises WrongCover: if the body covers no such thing, or there is none
        :raises AlreadyCovered: if another covers it on one of these days
        :raises WrongDay: if a day is to come, or the body does not stand on it
        :raises NotKeeper: if the actor does not keep the place
        """
        body = self._bodies.get(row["body"])
        if body is None:
            raise WrongCover(_("没有这个党组织"), field="body", value=row["body"])
        check_keeper(self._actor, body.region_path, body.kind)
        check_cover(row["tie"], body.kind)
        thing = self._thing(row)
        check_keeper(self._actor, thing.place, body.kind)
        start = self._start(row, held)
        end = row.get("end")
        _check_not_over(start, end, held)
        rules.check_lasts(start, end)
        check_day(end or start, today=self._today, since=start, field="end" if end else "start")
        rules.check_stands(body.valid_from, body.valid_to, start)
        self._check_free(row, start, end)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return what is wrong with the file as a whole: nothing more than its rows."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each link."""
        begun = [self._cover(row) for row in new]
        Cover.objects.bulk_create(begun)
        kept = [self._changed(row) for row in changed]
        Cover.objects.bulk_update(kept, ["valid_from", "valid_to"])
        self._record("cover.begin", begun, new)
        self._record("cover.change", kept, changed)

    def finish(self) -> None:
        """Write what needs all rows to stand: nothing."""

    # -------------------------------------------------------------- inside

    def _thing(self, row: Row) -> Thing:
        if row["tie"] == Tie.GRID:
            grid = self._grids.get(row["at"])
            if grid is None:
                raise WrongCover(_("没有这个网格"), field="at", value=row["at"])
            return Thing(grid, None)
        house = self._houses.get(row["at"])
        if house is None:
            raise WrongCover(_("没有这个楼栋"), field="at", value=row["at"])
        return Thing(house[1], house[0])

    def _held_periods(self) -> dict[str, list[tuple[str, date, date | None]]]:
        """Return for each thing who covered it from when to when."""
        codes = self._codes()
        found: dict[str, list[tuple[str, date, date | None]]] = {}
        for row in Cover.objects.select_related("body"):
            code = codes.get(row.building_id or row.region_path)
            if code:
                one = (row.body.code, row.valid_from, row.valid_to)
                found.setdefault(code, []).append(one)
        return found

    def _check_free(self, row: Row, start: date, end: date | None) -> None:
        periods = self._periods.setdefault(row["at"], [])
        for body, first, last in periods:
            is_apart = (end is not None and end <= first) or (last is not None and last <= start)
            if body != row["body"] and not is_apart:
                raise AlreadyCovered(
                    _("已由{body}覆盖，请先解除"), field="at", value=row["at"], body=body
                )
        periods.append((row["body"], start, end))

    def _start(self, row: Row, held: Row | None) -> date:
        return row.get("start") or (held["start"] if held else None) or self._today

    def _cover(self, row: Row) -> Cover:
        thing = self._thing(row)
        return Cover(
            body=self._bodies[row["body"]],
            tie=row["tie"],
            region_path="" if thing.building else thing.place,
            building_id=thing.building,
            valid_from=self._start(row, None),
            valid_to=row.get("end"),
        )

    def _changed(self, row: Row) -> Cover:
        cover = self._rows[(row["body"], row["at"])]
        cover.valid_from = row.get("start") or cover.valid_from
        cover.valid_to = row.get("end")
        return cover

    def _record(self, topic: str, covers: Sequence[Cover], rows: Sequence[Row]) -> None:
        record_all(
            [
                build(
                    topic,
                    cover,
                    actor=self._actor,
                    at=self._at,
                    facts={name: str(value or "") for name, value in row.items()},
                )
                for cover, row in zip(covers, rows, strict=True)
            ]
        )


def _check_not_over(start: date, end: date | None, held: Row | None) -> None:
    if held is not None and held["end"] and (start, end) != (held["start"], held["end"]):
        raise rules.WrongDay(
            _("这项覆盖已于{end}结束，不再变动；重新覆盖请在单位页登记"),
            field="end",
            value=end.isoformat() if end else "",
            end=held["end"].isoformat(),
        )


def _values(row: Cover, key: Key) -> Row:
    return {
        "body": key[0],
        "tie": row.tie,
        "at": key[1],
        "start": row.valid_from,
        "end": row.valid_to,
    }
