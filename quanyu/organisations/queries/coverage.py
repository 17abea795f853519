"""Which grids have a branch of their own, a joint one, or none (网格覆盖)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Body, Cover, Footing
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import PARTY
from quanyu.organisations.rules.covering import (
    COVERED_WORDS,
    TIE_WORDS,
    Covered,
    Tie,
    covered,
)
from quanyu.organisations.tables import COVERS
from quanyu.regions import queries as regions
from quanyu.regions.queries import past
from quanyu.regions.rules import Kind

PAGE = 100
OTHERS = "others"
"""Asks for the grids that are no base grids."""


@dataclass(frozen=True, slots=True)
class CoveredGrid:
    """A grid on a day, and which branch covered it."""

    path: str
    code: str
    name: str
    community: str
    covered: Covered
    covered_name: str
    body_id: UUID | None
    body: str
    with_others: int
    """How many more grids the same branch covered."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The grids of some places on a day: every figure is how long its list is.

    What is asked of every grid is asked of base grids; dedicated and micro grids lie in them.
    """

    grids: tuple[CoveredGrid, ...]
    others: tuple[CoveredGrid, ...] = ()
    """Dedicated and micro grids, counted apart."""

    @property
    def figures(self) -> dict[Covered, int]:
        """Return how many base grids are covered in each way."""
        count = Counter(one.covered for one in self.grids)
        return {way: count[way] for way in Covered}

    def of(self, way: str) -> tuple[CoveredGrid, ...]:
        """Return the base grids that are covered in one way; all of them for ""."""
        if way == OTHERS:
            return self.others
        return tuple(one for one in self.grids if way in ("", one.covered))


def coverage(actor: Actor, *, on: date, place: str = "") -> Coverage:
    """Return how the grids of a place were covered on a day; "" for all where the actor works.

    :raises Denied: if the actor has no part in the place
    """
    if place and not actor.roles_at(place):
        raise Denied
    grids = past.grids_on([place] if place else actor.stations, day=on)
    ties = {
        path: (body, kind, name, english)
        for path, body, kind, name, english in _branches(on, [one.path for one in grids])
    }
    sizes = _sizes(on, {body for body, *_rest in ties.values()})
    found = [(one.kind, _grid(one, ties, sizes)) for one in grids]
    return Coverage(
        tuple(grid for kind, grid in found if kind == Kind.BASE_GRID),
        tuple(grid for kind, grid in found if kind != Kind.BASE_GRID),
    )


def _branches(on: date, paths: Sequence[str]) -> list[tuple[str, UUID, str, str, str]]:
    """Return grid, branch, and how the branch stood on that day."""
    wanted = Cover.objects.on(on).filter(tie=Tie.GRID, region_path__in=paths)
    stood = Footing.objects.on(on)
    names = {
        key: (kind, name, english)
        for key, kind, name, english in stood.filter(body__in=wanted.values("body")).values_list(
            "body", "kind", "name", "name_en"
        )
    }
    rows = wanted.values_list("region_path", "body")
    return [(path, key, *names[key]) for path, key in rows if key in names]


def _sizes(on: date, bodies: set[UUID]) -> Mapping[UUID, int]:
    """Return how many base grids each of these covers: one with a micro grid in it is one."""
    rows = Cover.objects.on(on).filter(tie=Tie.GRID, body__in=bodies)
    held = list(rows.values_list("body", "region_path"))
    base = past.base_grids_among({path for _body, path in held}, day=on)
    return Counter(body for body, path in held if path in base)


def _grid(one: past.GridOn, ties: Mapping[str, Any], sizes: Mapping[UUID, int]) -> CoveredGrid:
    body, kind, name, english = ties.get(one.path, (None, "", "", ""))
    size = sizes.get(body, 0)
    way = covered(kind, size) if body else Covered.NONE
    return CoveredGrid(
        path=one.path,
        code=one.code,
        name=in_language(one.name, one.name_en),
        community=regions.label(one.parent_path),
        covered=way,
        covered_name=_(COVERED_WORDS[way]),
        body_id=body,
        body=in_language(name, english),
        with_others=max(0, size - 1),
    )


# ------------------------------------------------------------------ of one body


@dataclass(frozen=True, slots=True)
class Held:
    """What a body covered on a day."""

    id: UUID
    tie_name: str
    name: str
    detail: str
    place: str
    valid_from: date
    valid_to: date | None


def covers_of(body_id: UUID, *, on: date) -> tuple[Held, ...]:
    """Return the grids and buildings that a body covered on a day."""
    rows = Cover.objects.on(on).filter(body=body_id).select_related("building")
    held = list(rows.order_by("region_path", "id"))
    codes = past.codes_of(row.region_path for row in held if row.region_path)
    return tuple(_held(row, codes) for row in held)


def _held(row: Cover, codes: Mapping[str, str]) -> Held:
    house = row.building
    return Held(
        id=row.pk,
        tie_name=_(TIE_WORDS[row.tie]),
        name=house.name if house else regions.label(row.region_path),
        detail=house.address if house else codes.get(row.region_path, ""),
        place=house.region_path if house else row.region_path,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def branches_at(places: Sequence[str], *, on: date) -> list[tuple[str, str, UUID]]:
    """Return which branches cover grids at just these places: place, name and key."""
    rows = Cover.objects.on(on).filter(tie=Tie.GRID, region_path__in=places).select_related("body")
    return [
        (row.region_path, in_language(row.body.name, row.body.name_en), row.body_id) for row in rows
    ]


# ------------------------------------------------------------------ as a list and a file


def covers_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Cover]:
    """Return every link that the page of this address shows, in its order."""
    rows = Cover.objects.select_related("body", "building")
    if asked.get("standing") != "all":
        rows = rows.on(on)
    if asked.get("tie"):
        rows = rows.filter(tie=asked["tie"])
    if asked.get("place"):
        low, high = asked["place"], upper(asked["place"])
        rows = rows.filter(body__region_path__gte=low, body__region_path__lt=high)
    if asked.get("q"):
        said = asked["q"].strip()
        bodies = Body.objects.filter(kind__in=PARTY, name__contains=said)
        bodies |= Body.objects.filter(kind__in=PARTY, initials__contains=said.lower())
        rows = rows.filter(body__in=bodies.values("pk"))
    return rows.order_by("body__code", "tie", "region_path", "id")


@dataclass(frozen=True, slots=True)
class CoverPage:
    """One page of the links; ``after`` opens the next one, "" when this is the last."""

    rows: list[Cover]
    after: str
    count: int


def cover_page(asked: Mapping[str, str], *, on: date, after: str = "") -> CoverPage:
    """Return one page of the links; ``after`` is the number of rows before it."""
    rows = covers_asked(asked, on=on)
    begin = int(after) if after.isdecimal() and len(after) < 8 else 0
    found = list(rows[begin : begin + PAGE + 1])
    more = str(begin + PAGE) if len(found) > PAGE else ""
    return CoverPage(found[:PAGE], more, rows.order_by().count())


@COVERS.read_by
def cover_values(rows: Sequence[Cover], *, at: Any) -> list[dict[str, Any]]:
    """Return what each link holds by the columns of its list."""
    ties = {tie: _(words) for tie, words in TIE_WORDS.items()}
    codes = past.codes_of({row.region_path for row in rows if row.region_path})
    return [
        {
            "body": row.body.code,
            "body_name": in_language(row.body.name, row.body.name_en),
            "tie": ties[row.tie],
            "at": row.building.code or str(row.building_id)
            if row.building
            else codes.get(row.region_path, row.region_path),
            "at_name": row.building.address if row.building else regions.label(row.region_path),
            "start": row.valid_from,
            "end": row.valid_to,
        }
        for row in rows
    ]
