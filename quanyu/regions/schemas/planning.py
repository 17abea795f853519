"""What comes in and goes out of plans of grids: their pages and their API (网格规划接口)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.regions.rules.planning import (
    GRADES,
    LONGEST_SAID,
    LONGEST_TITLE,
    Wanted,
    Weight,
    Work,
)

Path = Annotated[str, Field(max_length=40)]
Grade = Annotated[int, Field(ge=0, lt=len(GRADES))]


class WantedIn(Strict):
    """Sizes in households and sliders of a plan."""

    low: int = 300
    high: int = 500
    target: int = 430
    little_change: Grade = 2
    whole_estates: Grade = 2
    roads: Grade = 2
    compact: Grade = 2
    seed: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def wanted(self) -> Wanted:
        """Return it as the action takes it."""
        weights = {weight.value: getattr(self, weight.value) for weight in Weight}
        return Wanted(self.low, self.high, self.target, weights, self.seed)


class PlanIn(Strict):
    """A plan to be made."""

    place: Path
    title: Annotated[str, Field(max_length=LONGEST_TITLE)]
    reason: Annotated[str, Field(max_length=LONGEST_SAID)] = ""


class PlanMadeIn(PlanIn):
    """A plan to be made, and what it asks for."""

    wanted: WantedIn = WantedIn()


class PaintIn(Strict):
    """Buildings put by hand into grids of one community: by key, to a grid's key, or to none."""

    community: Path
    locks: Annotated[dict[str, Path], Field(min_length=1, max_length=5_000)]


class CopyIn(Strict):
    """Under which name a plan is kept once more."""

    title: Annotated[str, Field(max_length=LONGEST_TITLE)]


class ProposalIn(Strict):
    """What is still to be said before a plan becomes a re-organisation."""

    effective_date: date
    ground: Annotated[str, Field(max_length=200)]
    reason: Annotated[str, Field(max_length=LONGEST_SAID)] = ""
    names: Annotated[dict[str, Annotated[str, Field(max_length=80)]], Field(max_length=5_000)] = {}
    """New grids by community and key: ``34/01/04/001/001/ new:1``."""


class PlanOut(Schema):
    """A plan as the list shows it."""

    id: UUID
    region_path: str
    title: str
    reason: str
    standing: str
    base_date: date
    low: int
    high: int
    target: int
    weights: dict[str, int]
    seed: int
    made_by: UUID
    made_at: datetime
    proposed_at: datetime | None
    withdrawn_at: datetime | None
    reorganisation_id: UUID | None


class ProgressOut(Schema):
    """How many communities are done with, of how many, and with what."""

    work: Work
    """Whether it is drawn, or made a re-organisation."""
    done: int
    total: int
    is_under_way: bool


class FiguresOut(Schema):
    """What today's grids or the drawn ones come to; shares from 0 to 1, none without a base."""

    grids: int
    in_range: float | None
    polsby_popper: float | None
    road: float | None
    split: float | None
    non_contiguous: int
    households: int
    moved_households: int
    moved_buildings: int


class BesideOut(Schema):
    """Today and the drawing."""

    today: FiguresOut
    proposal: FiguresOut


class CommunityOut(Schema):
    """One community of a plan as it stands."""

    region_path: str
    round: int
    figures: BesideOut | None
    impossible: int
    """Parts of it that have no answer as wished."""


class FailedOut(Schema):
    """A community that was not drawn, and why."""

    region_path: str
    fault: str


class PlanDetail(PlanOut):
    """A plan with its figures, its communities, and how far the drawing is."""

    progress: ProgressOut
    figures: BesideOut | None
    communities: list[CommunityOut]
    failed: list[FailedOut]
    unproposed: str
    """Why no re-organisation became of it at the last try."""


class PlanGridOut(Schema):
    """One grid before and after; no households where it does not stand."""

    key: str
    before: int | None
    after: int | None
    matters_before: int
    matters_after: int
    buildings: int


class PlanHouseOut(Schema):
    """A building with the key of its grid today and as drawn."""

    building: UUID
    today: str
    grid: str
    is_locked: bool


class ImpossibleOut(Schema):
    """A part that has no answer as wished."""

    reason: str
    households: int
    buildings: list[UUID]


class PlanCommunityOut(Schema):
    """One community of a plan: its grids, and which building goes where."""

    region_path: str
    round: int
    grids: list[PlanGridOut]
    buildings: list[PlanHouseOut]
    impossible: list[ImpossibleOut]
