"""Which grids have a branch of their own, a joint one, or none (网格覆盖)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
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

OTHERS = "others"
"""Asks for the grids that are no base grids."""


@dataclass(frozen=True, slots=True)
class CoveredGrid:
    """A grid on a day, and which branch covered it; what it is called is said when it is asked."""

    grid: past.GridOn
    covered: Covered
    body_id: UUID | None = None
    called: tuple[str, str] = ("", "")
    """How the branch was called on that day, in Chinese and English."""
    size: int = 0
    """How many grids the branch covered."""

    @property
    def path(self) -> str:
        """Return where it lies."""
        return self.grid.path

    @property
    def code(self) -> str:
        """Return its code."""
        return self.grid.code

    @property
    def name(self) -> str:
        """Return what it is called in the reader's language."""
        return in_language(self.grid.name, self.grid.name_en)

    @property
    def community(self) -> str:
        """Return in which community it lies."""
        return regions.label(self.grid.parent_path)

    @property
    def covered_name(self) -> str:
        """Return in words how it is covered."""
        return _(COVERED_WORDS[self.covered])

    @property
    def body(self) -> str:
        """Return what the branch was called; "" for none."""
        return in_language(*self.called)

    @property
    def with_others(self) -> int:
        """Return how many more grids the same branch covered."""
        return max(0, self.size - 1)


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
    within = [place] if place else actor.stations
    ties, branches = _ties(on, within), _branches(on)
    sizes = _sizes(on)
    found = [(one.kind, _grid(one, ties, branches, sizes)) for one in past.grids_on(within, day=on)]
    return Coverage(
        tuple(grid for kind, grid in found if kind == Kind.BASE_GRID),
        tuple(grid for kind, grid in found if kind != Kind.BASE_GRID),
    )


Branch = tuple[str, str, str]
"""Kind and names of a branch on a day."""


def _ties(on: date, places: Sequence[str]) -> dict[str, UUID]:
    """Return which branch covered which grid of these places on that day."""
    within = Q(pk__in=[])
    for place in places:
        within |= Q(region_path__gte=place, region_path__lt=upper(place))
    rows = Cover.objects.on(on).filter(within, tie=Tie.GRID)
    return dict(rows.values_list("region_path", "body"))


def _branches(on: date) -> dict[UUID, Branch]:
    """Return how those that covered a grid stood on that day."""
    covering = Cover.objects.on(on).filter(tie=Tie.GRID).values("body")
    rows = Footing.objects.on(on).filter(body__in=covering)
    return {
        key: (kind, name, english)
        for key, kind, name, english in rows.values_list("body", "kind", "name", "name_en")
    }


def _sizes(on: date) -> Mapping[UUID, int]:
    """Return how many base grids each branch covers: one with a micro grid in it is one.

    Whether a branch's only grid is one is all the same, and not asked.
    """
    rows = Cover.objects.on(on).filter(tie=Tie.GRID).values_list("body", "region_path")
    held = list(rows)
    several = {body for body, count in Counter(body for body, _path in held).items() if count > 1}
    base = past.base_grids_among({path for body, path in held if body in several}, day=on)
    return Counter(body for body, path in held if body not in several or path in base)


def _grid(
    one: past.GridOn,
    ties: Mapping[str, UUID],
    branches: Mapping[UUID, Branch],
    sizes: Mapping[UUID, int],
) -> CoveredGrid:
    body = ties.get(one.path)
    if body is None or body not in branches:
        return CoveredGrid(one, Covered.NONE)
    kind, name, english = branches[body]
    return CoveredGrid(one, covered(kind, sizes[body]), body, (name, english), sizes[body])


# ------------------------------------------------------------------ of one body


@dataclass(frozen=True, slots=True)
class Held:
    """What a body covered on a day."""

    id: UUID
    tie: str
    tie_name: str
    name: str
    detail: str
    place: str
    building_id: UUID | None
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
        tie=row.tie,
        tie_name=_(TIE_WORDS[row.tie]),
        name=house.name if house else regions.label(row.region_path),
        detail=house.address if house else codes.get(row.region_path, ""),
        place=house.region_path if house else row.region_path,
        building_id=row.building_id,
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
