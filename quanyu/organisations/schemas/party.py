"""What comes in and goes out of the API of counts, terms and warnings (党组织接口)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict

Words = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=100_000)]


class CountIn(Strict):
    """How many members, from when, and where the number comes from."""

    full: Count
    probationary: Count = 0
    units: Count | None = None
    source: Annotated[str, Field(max_length=120)] = ""
    start: date | None = None


class CountOut(Schema):
    """A count as it held from day to day."""

    full: int
    probationary: int
    units: int | None
    source: str
    valid_from: date
    valid_to: date | None


class TermIn(Strict):
    """How an organisation is led, from when, for how long."""

    form: Annotated[str, Field(max_length=12)]
    size: Annotated[int, Field(ge=1, le=50)]
    starts: date
    years: Annotated[int, Field(ge=1, le=10)]


class TermOut(Schema):
    """A term, and by when the next is to be elected."""

    id: UUID
    form: str
    size: int
    starts: date
    years: int
    due_date: date
    ended: date | None


class ChangeIn(Strict):
    """To which day an election is to be moved, and why."""

    kind: Annotated[str, Field(max_length=8)]
    to: date
    reason: Words


class ChangeOut(Schema):
    """A request to move an election, and what was decided."""

    id: UUID
    kind: str
    to: date
    reason: str
    is_approved: bool | None
    words: str


class DecisionIn(Strict):
    """What the superior says of it."""

    is_approved: bool
    words: Words = ""


class WarningOut(Schema):
    """A warning, the sentence, and the clause it rests on; nothing is blocked by it."""

    body_id: UUID
    body: str
    place: str
    key: str
    sentence: str
    clause: str
    is_sample: bool


class MemberIn(Strict):
    """Who is entered on the roll."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    standing: Annotated[str, Field(max_length=12)]
    joined: date
    since: date | None = None
