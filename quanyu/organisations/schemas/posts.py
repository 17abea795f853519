"""What comes in and goes out of the API of posts and appointments (岗位与任职接口)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.kernel.strict import Strict
from quanyu.organisations.rules.posts import Hours, Stand

Reason = Annotated[str, Field(max_length=200)]
AT_ONCE = 200
"""So many people are proposed in one call; a city's register comes in by file."""


class Asked(Strict):
    """What narrows both lists: by words, kind, hours and place."""

    q: str = ""
    kind: str = ""
    hours: Hours | None = None
    party: bool = False
    place: str = ""
    at: str = ""
    below: str = ""

    def said(self) -> dict[str, str]:
        """Return it as the list takes it, which pages ask by their address."""
        held = {name: value for name, value in self if value}
        return {name: "yes" if value is True else str(value) for name, value in held.items()}


class PostsAsked(Asked):
    """What narrows the list of posts besides: to vacant ones, and to closed ones as well."""

    vacant: bool = False
    standing: Literal["all"] | None = None
    sort: Literal["code", "place"] | None = None


class AppointmentsAsked(Asked):
    """What narrows the list of appointments besides: how they stand; else those that hold."""

    stand: Stand | None = None
    every: bool = False
    """However they stand."""
    sort: Literal["start"] | None = None

    def said(self) -> dict[str, str]:
        """Return it as the list takes it, which pages ask by their address."""
        asked = super().said()
        return asked | {"stand": "all"} if asked.pop("every", "") else asked


class PostIn(Strict):
    """A post that is opened."""

    code: Annotated[str, Field(max_length=60)]
    kind: Annotated[str, Field(max_length=40)]
    body: UUID
    place: Annotated[str, Field(max_length=40)] = ""
    seats: int = 1
    name: Annotated[str, Field(max_length=40)] = ""
    name_en: Annotated[str, Field(max_length=80)] = ""
    building: UUID | None = None
    start: date | None = None
    source: Reason = ""


class SeatsIn(Strict):
    """How many may hold a post from a day on."""

    seats: int
    start: date | None = None
    source: Reason = ""


class CloseIn(Strict):
    """On which day a post is closed; without one, today."""

    end: date | None = None


class NomineeIn(Strict):
    """Who is to hold which post, by user name, from when to when and why."""

    post: UUID
    account: Annotated[str, Field(max_length=60)]
    reason: Reason
    start: date | None = None
    end: date | None = None


class NomineesIn(Strict):
    """People who are proposed together, all or none."""

    nominees: Annotated[list[NomineeIn], Field(min_length=1, max_length=AT_ONCE)]


class ReasonIn(Strict):
    """Why."""

    reason: Reason = ""


class LeaveIn(Strict):
    """On which day somebody leaves a post, and why; without a day, today."""

    reason: Reason
    end: date | None = None


class StandInIn(Strict):
    """Who stands in, by user name, until the end of which day, and why."""

    account: Annotated[str, Field(max_length=60)]
    until: date
    reason: Reason


class PostKindOut(Schema):
    """A kind of post: at which level it stands and which roles it carries."""

    code: str
    name: str
    name_en: str
    level: str
    hours: str
    roles: list[str]
    is_leader: bool
    is_party_staff: bool
    is_sample: bool
    source: str


class PostOut(Schema):
    """A post, and how many hold it today as far as the reader sees."""

    id: UUID
    code: str
    kind: str
    name: str
    name_en: str
    body_id: UUID
    region_path: str
    building_id: UUID | None
    seats: int
    filled: int
    is_sample: bool
    valid_from: date
    valid_to: date | None


class PostsOut(Schema):
    """One page of posts; ``after`` asks for the next, "" for the last."""

    rows: list[PostOut]
    after: str
    count: int


class EstablishmentOut(Schema):
    """Where a post stood, and with how many seats."""

    region_path: str
    seats: int
    source: str
    valid_from: date
    valid_to: date | None


class AppointmentOut(Schema):
    """Who is to hold a post, holds it or held it."""

    id: UUID
    post_id: UUID
    post: str
    kind: str
    body_id: UUID
    place: str
    account_id: UUID
    name: str
    valid_from: date
    valid_to: date | None
    stand: str
    reason: str
    batch: UUID
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    ended_by: str
    end_reason: str
    leave_asked_by: str
    leave_day: date | None
    leave_reason: str
    may_decide: bool
    may_withdraw: bool
    may_end: bool
    may_keep: bool


class AppointmentsOut(Schema):
    """One page of appointments."""

    rows: list[AppointmentOut]
    after: str
    count: int


class PostDetail(PostOut):
    """A post with the seats it had, and everybody who holds it, held it or is to hold it."""

    stood: list[EstablishmentOut]
    held: list[AppointmentOut]


class BatchOut(Schema):
    """What was proposed together and waits for a decision, by its first one."""

    id: UUID
    count: int
    first: AppointmentOut
    may_decide: bool
    may_withdraw: bool
