"""What goes in and out of places (地点接口)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from quanyu.regions.rules.planning import GRADES, LONGEST_SAID, LONGEST_TITLE


class StepOut(Schema):
    """One place on the way down, by its name on that day."""

    path: str
    name: str
    name_en: str


class GridOut(Schema):
    """A grid as it stood on that day."""

    path: str
    code: str
    kind: str
    name: str
    name_en: str
    households: int | None
    valid_from: date
    valid_to: date | None


class GridContactOut(Schema):
    """Who served a grid on that day."""

    region_path: str
    post: str
    post_name: str
    name: str
    account_id: UUID | None
    valid_from: date
    valid_to: date | None


class AnsweringOut(Schema):
    """A body that answered for classes of matters on that day."""

    body_id: UUID
    name: str
    kind_name: str
    phone: str
    basis: str
    place_path: str
    classes: list[str]
    clauses: list[str]
    valid_from: date
    is_sample: bool


class StandingOut(Schema):
    """A post, branch or leader that stood for the place on that day."""

    kind: str
    title: str
    name: str
    place_path: str
    account_id: UUID | None
    valid_from: date
    valid_to: date | None


class WhoOut(Schema):
    """Who answered for a place on a day; ``notes`` says what is not known, and why."""

    on: date
    path: str
    building: str
    way: list[StepOut]
    grids: list[GridOut]
    contacts: list[GridContactOut]
    bodies: list[AnsweringOut]
    standing: list[StandingOut]
    notes: list[str]


Grade = Annotated[int, Field(ge=0, lt=len(GRADES))]


class WantedIn(BaseModel):
    """Sizes in households and sliders of a plan."""

    model_config = ConfigDict(extra="forbid")

    low: int = 300
    high: int = 500
    target: int = 430
    little_change: Grade = 2
    whole_estates: Grade = 2
    roads: Grade = 2
    compact: Grade = 2
    seed: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class PlanIn(BaseModel):
    """A plan to be made."""

    model_config = ConfigDict(extra="forbid")

    place: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Field(max_length=LONGEST_TITLE)]
    reason: Annotated[str, Field(max_length=LONGEST_SAID)] = ""
