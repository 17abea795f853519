"""What comes in and goes out of the API of elections (换届选举接口)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.organisations.actions.elections import Plan
from quanyu.organisations.rules.voting import Sheet

Number = Annotated[int, Field(ge=0, le=100_000)]
Seats = Annotated[int, Field(ge=0, le=30)]


class ElectionIn(Strict):
    """What an election is for, and when."""

    entitled: Number
    meeting_date: date
    secretaries: Seats = 0
    deputies: Seats = 0
    members: Seats = 0
    way: Annotated[str, Field(max_length=2_000)] = ""

    def plan(self) -> Plan:
        """Return it as the action takes it."""
        return Plan(**self.dict())


class CandidateIn(Strict):
    """Who stands for which post."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    seat: Annotated[str, Field(max_length=10)]
    account: UUID | None = None


class AdjournIn(Strict):
    """How many were there on a day on which no vote could be taken."""

    held_on: date
    entitled: Number
    present: Number


class SheetIn(AdjournIn):
    """How many could vote, were there, and gave in a paper."""

    issued: Number
    returned: Number
    invalid: Number = 0

    def sheet(self) -> Sheet:
        """Return the numbers as the action takes them."""
        return Sheet(self.entitled, self.present, self.issued, self.returned, self.invalid)


class CountIn(SheetIn):
    """A ballot: its papers, and the votes of each candidate."""

    votes: dict[UUID, Number]


class ConcludeIn(Strict):
    """From when the new committee serves, and for how long; the rules where nothing is said."""

    starts: date | None = None
    years: Annotated[int, Field(ge=1, le=10)] | None = None


class WordsIn(Strict):
    """Why."""

    words: Annotated[str, Field(max_length=500)]


class CandidateOut(Schema):
    """Who stands, and whether elected."""

    id: UUID
    number: int
    name: str
    seat: str
    is_elected: bool


class VoteOut(Schema):
    """How many votes a candidate had."""

    candidate_id: UUID
    votes: int
    is_tied: bool


class BallotOut(Schema):
    """One ballot."""

    number: int
    held_on: date
    entitled: int
    present: int
    issued: int
    returned: int
    invalid: int
    is_quorate: bool
    votes: list[VoteOut]


class ElectionOut(Schema):
    """An election as lists show it."""

    id: UUID
    body_id: UUID
    state: str
    entitled: int
    meeting_date: date
    seats: dict[str, int]


class ElectionDetail(ElectionOut):
    """An election with its candidates, its ballots, and what the reader may do."""

    way: str
    candidates: list[CandidateOut]
    ballots: list[BallotOut]
    offers: list[str]
