"""What comes in and goes out of the API of re-organisations (区划调整接口)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import shapely
from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.rules.borders import LONGEST as LONGEST_BORDER
from quanyu.regions.rules.borders import read_border
from quanyu.regions.rules.changes import LONGEST, LONGEST_NAME, Named, Operation

Path = Annotated[str, Field(max_length=40)]
Words = Annotated[str, Field(max_length=500)]


class WantedIn(Strict):
    """What a re-organisation says of itself."""

    region_path: Path
    title: Annotated[str, Field(max_length=LONGEST["title"])]
    reason: Annotated[str, Field(max_length=LONGEST["reason"])]
    ground: Annotated[str, Field(max_length=LONGEST["ground"])]
    document: Annotated[str, Field(max_length=LONGEST["document"])] = ""
    effective_date: date
    moves_grants: bool = True

    def wanted(self) -> Wanted:
        """Return it as the action takes it."""
        return Wanted(**self.dict(exclude={"region_path"}))


class TargetIn(Strict):
    """A place as it is to be."""

    path: Path
    name: Annotated[str, Field(max_length=LONGEST_NAME)]
    name_en: Annotated[str, Field(max_length=120)] = ""


class TargetGivenIn(TargetIn):
    """A place as it is to be, with its border where it is given: GeoJSON, longitude first."""

    border: Annotated[str, Field(max_length=LONGEST_BORDER)] = ""


class StepIn(Strict):
    """One step: how, from which places, into which; and which unit goes where."""

    change: Annotated[str, Field(max_length=8)]
    sources: Annotated[list[Path], Field(max_length=2_000)]
    targets: Annotated[list[TargetGivenIn], Field(max_length=2_000)]
    homes: Annotated[dict[str, Path], Field(max_length=200_000)] = {}

    def step(self) -> Step:
        """Return it as the action takes it.

        :raises WrongGrid: if a border cannot be read
        """
        drawn = {one.path: read_border(one.border) for one in self.targets if one.border}
        targets = tuple(
            Named(one.path, one.name, one.name_en, is_drawn=one.path in drawn)
            for one in self.targets
        )
        told = Operation(self.change, tuple(self.sources), targets, self.homes)
        return Step(told, {path: shapely.to_wkb(shape) for path, shape in drawn.items()})


class SaidIn(Strict):
    """What is said with a decision."""

    words: Words = ""


class StepOut(Schema):
    """One step as it is kept."""

    id: UUID
    number: int
    change: str
    sources: list[str]
    targets: list[TargetIn]
    homes: dict[str, str]


class StageOut(Schema):
    """How far one part of taking effect has come."""

    name: str
    looked: int
    changed: int
    done_at: datetime | None


class ReorganisationOut(Schema):
    """One re-organisation as the list shows it."""

    id: UUID
    region_path: str
    title: str
    reason: str
    ground: str
    document: str
    state: str
    effective_date: date
    moves_grants: bool
    of_communities: bool
    made_by: UUID | None
    approved_by: UUID | None
    approved_at: datetime | None
    begun_at: datetime | None
    ended_at: datetime | None


class ReorganisationDetail(ReorganisationOut):
    """One, with its steps, its progress, and what the reader may do."""

    steps: list[StepOut]
    stages: list[StageOut]
    offers: list[str]


class LineOut(Schema):
    """One thing that would move, or be left."""

    name: str
    detail: str
    origin: str
    target: str
    households: int


class LotOut(Schema):
    """All of one kind that would move; ``count`` is how many, ``lines`` the first fifty."""

    kind: str
    label: str
    count: int
    lines: list[LineOut]


class PlaceLineOut(Schema):
    """One place before and after."""

    path: str
    name: str
    name_after: str
    before: int | None
    after: int | None
    is_gone: bool
    is_new: bool
    pieces: int
    """Of how many areas that do not touch it would be made, where that is more than before."""


class RehearsalOut(Schema):
    """What a re-organisation would do; until ``found_at`` is set, only how far the job is."""

    found_at: datetime | None = None
    is_stale: bool = False
    """Whether the tree of places has changed since."""
    done: int = 0
    total: int = 0
    wrong: str = ""
    """Why it cannot be done as it is written."""
    households: int = 0
    places: list[PlaceLineOut] = []
    places_count: int = 0
    moves: list[LotOut] = []
    left: list[LineOut] = []
    left_count: int = 0
    stays: list[LotOut] = []
    """What hangs on places that end and moves with none: for people to settle."""


class BecameOut(Schema):
    """One way from a place to another on a day."""

    origin: str
    target: str
    on: date
    change: str
    is_heir: bool


class NameOut(Schema):
    """A name that a place bore, with its days."""

    name: str
    since: date
    until: date | None


class PastOut(Schema):
    """What became of a place: its names, what it was made of, into what it went."""

    path: str
    today: str
    """The path that it goes by today; empty when nothing followed it."""
    names: list[NameOut]
    into: list[BecameOut]
    made_of: list[BecameOut]
