"""Take in a file of grids: each row by the rules of founding and drawing one (导入网格)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import shapely
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.actions import grids
from quanyu.regions.models import Region
from quanyu.regions.queries import listing, profiles
from quanyu.regions.queries.claims import claims
from quanyu.regions.rules import Level, Scheme, topology
from quanyu.regions.rules import grids as rules
from quanyu.regions.rules.grids import COMMUNITY_DIGITS, Profile, WrongGrid
from quanyu.regions.rules.kinds import Kind
from quanyu.regions.tables import GRIDS


@GRIDS.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Grids":
    """Return how a file of grids is taken in: found or drawn anew by code."""
    return Grids(keys=keys, actor=actor, at=at)


class Grids:
    """The intake of one file of grids (导入网格)."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._coming = {key[0] for key in keys}
        self._actor, self._at = actor, at
        self._today: date = timezone.localdate(at)
        codes = {code[:COMMUNITY_DIGITS] for code in self._coming}
        homes = Region.objects.standing().filter(code__in=codes, level=Level.COMMUNITY)
        self._homes = {home.code: home for home in homes}
        streets = {grids.street_of(home.path) for home in self._homes.values()}
        self._claims = claims(streets, actor=actor)
        ever = Region.objects.filter(code__in=self._coming, level=Level.GRID)
        self._ever = dict(ever.values_list("code", "path"))
        self._profiles: dict[str, Profile] = {}
        self._apart: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self._names: dict[str, dict[str, str]] = {}
        self._drawn: list[Region] = []

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the grids that stand already, by their codes."""
        rows = Region.objects.standing().filter(
            code__in=[code for (code,) in keys], level=Level.GRID
        )
        rows = rows.select_for_update() if is_locked else rows
        found: dict[Key, Row] = {}
        for row in rows:
            found[(row.code,)] = listing.values(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that founding or drawing would refuse.

        :raises WrongGrid: if the code, the name or the border is not as it must be
        :raises Taken: if an approved re-organisation touches it, or what would move into it
        :raises NotGridKeeper: if the actor does not draw the grids there
        """
        code, kind = row["code"], Kind(row["kind"])
        home = self._home(code)
        grids.check_keeper(self._actor, home.path)
        self._check_code(code, kind, home, held)
        self._check_name(row, home)
        if (row.get("residents") or 0) < 0:
            raise WrongGrid(_("人口不能为负"), field="residents", value=row["residents"])
        self._check_border(row, home, kind)
        self._check_unclaimed(row, home, kind)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: every row was weighed beside those before it."""
        return []

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each grid."""
        codes = [row["code"] for row in changed]
        rows = Region.objects.standing().select_for_update().filter(code__in=codes)
        standing = {row.code: row for row in rows.filter(level=Level.GRID)}
        founded = [self._founded(row) for row in new]
        Region.objects.bulk_create(founded)
        kept = [self._changed(standing[row["code"]], row) for row in changed]
        self._drawn += [*founded, *kept]
        self._record("grid.found", founded)
        self._record("grid.draw", kept)

    def finish(self) -> None:
        """Mark the tree as another, and record the buildings where they lie now."""
        grids.renew(self._at)
        for row in self._drawn:
            grids.house(row, actor=self._actor, at=self._at)

    # -------------------------------------------------------------- inside

    def _home(self, code: str) -> Region:
        home = self._homes.get(code[:COMMUNITY_DIGITS])
        if home is None:
            raise WrongGrid(
                _("没有代码为 {community} 的社区"),
                field="code",
                value=code,
                community=code[:COMMUNITY_DIGITS],
            )
        return home

    def _profile(self, home: Region) -> Profile:
        if home.path not in self._profiles:
            self._profiles[home.path] = profiles.profile(home.path, on=self._today)
        return self._profiles[home.path]

    def _check_code(self, code: str, kind: Kind, home: Region, held: Row | None) -> None:
        if held is not None:
            if held["kind"] != kind:
                raise WrongGrid(
                    _("网格的类型不能改；请另设网格"),
                    field="kind",
                    value=kind,
                    allowed=[held["kind"]],
                )
            return
        rules.number_of(self._profile(home), code, kind)
        if code in self._ever:
            raise WrongGrid(_("这个代码用过，已撤销的网格代码不再使用"), field="code", value=code)

    def _path(self, code: str, kind: Kind, home: Region) -> str:
        """Return where a new grid of this code stands in the tree."""
        number = rules.number_of(self._profile(home), code, kind)
        return f"{home.path}{rules.part_of(kind, number)}"

    def _check_name(self, row: Row, home: Region) -> None:
        names = self._named(home)
        other = names.setdefault(row["name"], row["code"])
        if other != row["code"]:
            raise WrongGrid(
                _("社区里已有同名的网格：{code}"), field="name", value=row["name"], code=other
            )

    def _check_unclaimed(self, row: Row, home: Region, kind: Kind) -> None:
        if not self._claims.rows:
            return
        path = self._ever.get(row["code"]) or self._path(row["code"], kind, home)
        self._claims.check_place(path, field="code")
        self._claims.check_name(home.path, row["name"].strip())
        if kind is Kind.BASE_GRID:
            for _key, stood in grids.lying_in(shapely.from_wkt(row["shape"])):
                self._claims.check_place(stood, field="shape")

    def _named(self, home: Region) -> dict[str, str]:
        if home.path not in self._names:
            rows = Region.objects.standing().filter(parent_path=home.path, level=Level.GRID)
            rows = rows.exclude(code__in=self._coming)
            self._names[home.path] = dict(rows.values_list("name", "code"))
        return self._names[home.path]

    def _check_border(self, row: Row, home: Region, kind: Kind) -> None:
        shape = shapely.from_wkt(row["shape"])
        tolerance = self._profile(home).tolerance_m2
        topology.check_polygon(shape)
        around = shapely.from_wkb(bytes(home.shape)) if home.shape else None
        topology.check_inside(shape, around, tolerance_m2=tolerance)
        if kind is Kind.BASE_GRID:
            others = self._others(home)
            topology.check_apart(shape, others, tolerance_m2=tolerance)
            others.append((row["code"], shape))

    def _others(self, home: Region) -> list[tuple[str, BaseGeometry]]:
        """Return the base grids beside which a row must fit: those not in the file, and before."""
        street = grids.street_of(home.path)
        if street not in self._apart:
            rows = Region.objects.standing().within(street).filter(kind=Kind.BASE_GRID)
            rows = rows.exclude(code__in=self._coming).exclude(shape=None)
            self._apart[street] = [
                (code, shapely.from_wkb(bytes(shape or b"")))
                for code, shape in rows.values_list("code", "shape")
            ]
        return self._apart[street]

    def _founded(self, row: Row) -> Region:
        home, kind = self._home(row["code"]), Kind(row["kind"])
        grid = Region(
            code=row["code"],
            path=self._path(row["code"], kind, home),
            parent_path=home.path,
            scheme=Scheme.LOCAL,
            level=Level.GRID,
            kind=kind,
            valid_from=self._today,
        )
        self._set(grid, row)
        return grid

    def _changed(self, before: Region, row: Row) -> Region:
        grid = grids.succeed(before, self._today)
        self._set(grid, row)
        grid.save()
        return grid

    def _set(self, grid: Region, row: Row) -> None:
        grid.name, grid.name_en = row["name"].strip(), row.get("name_en") or ""
        grid.residents = row.get("residents")
        grids.put(grid, shapely.from_wkt(row["shape"]))

    def _record(self, topic: str, rows: Sequence[Region]) -> None:
        facts: Any = [{"code": row.code, "name": row.name} for row in rows]
        record_all(
            [
                build(topic, row, actor=self._actor, at=self._at, facts=told)
                for row, told in zip(rows, facts, strict=True)
            ]
        )
