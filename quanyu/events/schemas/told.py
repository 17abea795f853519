"""What the interface tells: a matter to staff and to its reporter, its story, a page (接口输出)."""

from datetime import datetime
from uuid import UUID

from ninja import Schema

from quanyu.events.schemas.joint import ConsultationOut, PartOut
from quanyu.events.workflow import State


class ContactOut(Schema):
    """The contact in the clear."""

    name: str
    phone: str


class EventOut(Schema):
    """A matter as staff see it; the contact stays sealed."""

    id: UUID
    number: str
    title: str
    text: str
    address: str
    lon: float | None
    lat: float | None
    region_path: str
    category: str
    suggested: str
    state: State
    version: int
    channel: str
    body_id: UUID | None
    is_urgent: bool
    must_verify: bool
    reported_at: datetime
    stage_due_at: datetime | None
    due_at: datetime | None
    outcome: str
    reply: str
    solved: bool | None
    treated: int | None
    rated_by: str
    reopen_until: datetime | None
    most_reopens: int | None
    excluded_reason: str
    repeat_of_id: UUID | None


class StepOut(Schema):
    """One act of the story."""

    number: int
    verb: str
    source: str
    target: str
    actor_name: str
    role: str
    at: datetime
    facts: dict[str, object]


class CallbackOut(Schema):
    """A reporter to be called back now; the number is shown apart, for a reason."""

    event_id: UUID
    number: str
    title: str
    next_at: datetime
    until: datetime
    tries: int


class EventDetail(EventOut):
    """A matter with its story and what the reader may do next."""

    offers: list[str]
    steps: list[StepOut]
    parts: list[PartOut]
    consultations: list[ConsultationOut]


class EventPage(Schema):
    """Some matters, and where the next page begins."""

    items: list[EventOut]
    next: str | None
    count: int
    is_exact: bool


class ReceiptOut(Schema):
    """The code by which the report is followed."""

    code: str
    number: str
    reported_at: datetime


class FollowStep(Schema):
    """One line of the story, as the reporter may read it."""

    at: datetime
    words: str
    text: str = ""


class FollowOut(Schema):
    """A matter as its reporter may see it: no name and no contact in it."""

    number: str
    title: str
    state: State
    state_words: str
    main_words: str = ""
    reported_at: datetime
    handler: str
    due_at: datetime | None
    due_words: str
    reply: str
    question: str
    story: list[FollowStep]
    may_rate: bool
    may_reopen: bool
    may_correct: bool
    reopen_until: datetime | None
    may_appeal: bool
