"""What comes in and goes out of the API of meetings and resolutions (会议接口)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.organisations.actions.meetings import MOST_BODIES, Plan, Resolved, Votes
from quanyu.organisations.rules.rhythm import LONGEST, Attendance

Number = Annotated[int, Field(ge=0, le=100_000)]


class PlanIn(Strict):
    """What a meeting is to be."""

    kind: Annotated[str, Field(max_length=16)]
    starts_at: datetime
    title: Annotated[str, Field(max_length=LONGEST["title"])] = ""
    place: Annotated[str, Field(max_length=LONGEST["place"])] = ""
    agenda: Annotated[str, Field(max_length=LONGEST["agenda"])] = ""
    invited: Annotated[list[UUID], Field(max_length=MOST_BODIES)] = []

    def plan(self) -> Plan:
        """Return it as the action takes it."""
        return Plan(**self.dict())


class ResolvedIn(Strict):
    """Who does what by when, and how it was voted on."""

    text: Annotated[str, Field(max_length=LONGEST["text"])]
    due: date
    body: UUID | None = None
    in_favour: Number | None = None
    against: Number = 0
    abstained: Number = 0

    def resolved(self) -> Resolved:
        """Return it as the action takes it."""
        votes = None
        if self.in_favour is not None:
            votes = Votes(self.in_favour, self.against, self.abstained)
        return Resolved(self.text, self.due, self.body, votes)


class RecordIn(Strict):
    """How many came, and what was said and decided; no name, no picture."""

    expected: Number
    present: Number
    observing: Number = 0
    minutes: Annotated[str, Field(max_length=LONGEST["minutes"])] = ""
    resolved: Annotated[list[ResolvedIn], Field(max_length=50)] = []

    def attendance(self) -> Attendance:
        """Return the numbers as the action takes them."""
        return Attendance(self.expected, self.present, self.observing)


class WordsIn(Strict):
    """What is said of it."""

    words: Annotated[str, Field(max_length=500)]


class MeetingOut(Schema):
    """A meeting as lists show it."""

    id: UUID
    body_id: UUID
    kind: str
    title: str
    place: str
    starts_at: datetime
    expected: int | None
    present: int | None
    observing: int | None
    recorded_at: datetime | None
    called_off_at: datetime | None


class ResolutionOut(Schema):
    """Who does what by when, and how it stands."""

    id: UUID
    number: int
    body_id: UUID
    text: str
    due_date: date
    votes_for: int | None
    votes_against: int | None
    abstained: int | None
    done_at: datetime | None
    withdrawn_at: datetime | None
    ended_words: str


class MeetingDetail(MeetingOut):
    """A meeting with its agenda, minutes and resolutions."""

    agenda: str
    minutes: str
    invited: list[UUID]
    resolutions: list[ResolutionOut]


class CommitmentOut(Schema):
    """What a meeting committed a body to."""

    id: UUID
    meeting_id: UUID
    kind: str
    body_id: UUID
    text: str
    due_date: date
    state: str
