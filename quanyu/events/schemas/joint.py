"""What comes in and goes out of joint handling and of consultations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, Field

from quanyu.events.rules.joint import LONGEST_DECISION, LONGEST_PLACE, LONGEST_TASK, PartState
from quanyu.events.schemas.texts import Said
from quanyu.kernel.strict import Strict


class Join(Strict):
    """One more body, its part, and perhaps the working days for it."""

    body: UUID
    task: Annotated[str, Field(min_length=1, max_length=LONGEST_TASK)]
    days: Annotated[int, Field(ge=1, le=60)] | None = None


class MoveLead(Strict):
    """The body that leads from now on, and why."""

    body: UUID
    reason: Said


class Reconvene(Strict):
    """When and where one meets instead."""

    meets_at: AwareDatetime
    where: Annotated[str, Field(min_length=1, max_length=LONGEST_PLACE)]


class Convene(Reconvene):
    """When and where one meets, who is called, and on what."""

    question: Annotated[str, Field(min_length=1, max_length=LONGEST_TASK)]
    invited: list[UUID]


class Conclude(Strict):
    """The minutes: who came, what was decided, who leads, on what ground, and the parts."""

    attended: list[UUID]
    people: Annotated[int, Field(ge=1, le=500)]
    decision: Annotated[str, Field(min_length=1, max_length=LONGEST_DECISION)]
    body: UUID
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_TASK)]
    held_at: AwareDatetime | None = None
    clause: UUID | None = None
    parts: list[Join] = []


class AnswerPart(Strict):
    """What was done of a part."""

    outcome: Annotated[str, Field(min_length=1, max_length=LONGEST_DECISION)]


class ReasonedPart(Strict):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_TASK)]


class HandBackPart(ReasonedPart):
    """The listed ground, and why it applies."""

    legal_ground: Annotated[str, Field(min_length=1, max_length=40)]


class ExtendPart(ReasonedPart):
    """How many working days from now, and why."""

    days: Annotated[int, Field(ge=1, le=60)]


class TakePart(Strict):
    """Signing for a part, which needs no facts."""


class PartOut(Schema):
    """What one more body was asked to do."""

    id: UUID
    body_id: UUID
    task: str
    state: PartState
    asked_at: datetime
    due_at: datetime
    outcome: str
    reason: str
    answered_at: datetime | None
    withdrawn_reason: str


class ConsultationOut(Schema):
    """A meeting on a hard matter, with its minutes once there are some."""

    id: UUID
    question: str
    meets_at: datetime
    place: str
    invited: list[UUID]
    attended: list[UUID]
    people: int | None
    decision: str
    body_id: UUID | None
    reason: str
    ended_at: datetime | None
    is_called_off: bool


PART_VERBS: dict[str, type[Strict]] = {
    "acknowledge_part": TakePart,
    "answer_part": AnswerPart,
    "hand_back_part": HandBackPart,
    "insist_part": ReasonedPart,
    "extend_part": ExtendPart,
    "withdraw_part": ReasonedPart,
}
"""Every verb on one part of a matter."""
