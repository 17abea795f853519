"""What goes in and out of places (地点接口)."""

from datetime import date
from uuid import UUID

from ninja import Schema


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
    counted_on: date
    """Of which day the households are."""
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
    """A post, branch, group or leader that stood for the place on that day."""

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
