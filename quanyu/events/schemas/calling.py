"""What comes in and goes out of the API of whistle calls and of supervision cards."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from quanyu.events.rules.whistle import LONGEST, MOST_BODIES, MOST_MATTERS, Call
from quanyu.kernel.strict import Strict

Words = Annotated[str, Field(max_length=LONGEST)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Number = Annotated[str, Field(max_length=16)]


class BlowIn(Strict):
    """Whom a street calls, for what, and where."""

    kind: Code
    ground: Code
    words: Words
    bodies: Annotated[list[UUID], Field(max_length=MOST_BODIES)] = []
    matters: Annotated[list[Number], Field(max_length=MOST_MATTERS)] = []
    campaign: UUID | None = None
    region_path: Annotated[str, Field(max_length=80)] = ""
    address: Annotated[str, Field(max_length=200)] = ""

    def call(self) -> Call:
        """Return it as the action takes it."""
        given = self.dict()
        return Call(
            **(given | {"bodies": tuple(self.bodies), "matters": tuple(self.matters)}),
        )


class Reported(Strict):
    """One's body has come; words may be left out."""

    body: UUID | None = None
    words: Words = ""


class Told(Strict):
    """What is done, of one's own body."""

    words: Words
    body: UUID | None = None


class CalledBack(Strict):
    """Which body is to go on, and why."""

    body: UUID
    words: Words


class Ended(Strict):
    """What came of it."""

    words: Words


class Assessed(Strict):
    """How a body responded: whether it came, what it solved, its manner; good, fair or poor."""

    body: UUID
    came: str
    solved: str
    manner: str
    words: Words = ""


class Judged(Strict):
    """Whether the call was needed."""

    is_needed: bool
    words: Words = ""
    body: UUID | None = None


CALL_VERBS: dict[str, type[Strict]] = {
    "report_in": Reported,
    "tell": Told,
    "finish": Told,
    "call_back": CalledBack,
    "end": Ended,
    "assess": Assessed,
    "reply": Told,
    "judge": Judged,
}


class PartOut(Schema):
    """One called body's part."""

    body_id: UUID
    reported_at: datetime | None
    doing: str
    done_at: datetime | None
    done_words: str
    came: str
    solved: str
    manner: str
    assessed_words: str
    reply: str
    is_needed: bool | None


class CallOut(Schema):
    """A call, in a list."""

    id: UUID
    number: str
    kind: str
    ground: str
    words: str
    address: str
    region_path: str
    state: str
    called_at: datetime
    answer_due_at: datetime
    ended_at: datetime | None
    result: str
    is_needed: bool | None
    bodies: list[UUID]


class CallDetail(CallOut):
    """A call with its parts and matters, and what the reader may do."""

    parts: list[PartOut]
    matters: list[str]
    offers: list[str]


class RaiseIn(Strict):
    """Which body is urged, about what, and what is wanted of it."""

    level: Code
    ground: Code
    demand: Words
    body: UUID
    matter: Number = ""
    call: UUID | None = None


class Said(Strict):
    """An answer, or a reason."""

    words: Words


class MaybeSaid(Strict):
    """Perhaps a word."""

    words: Words = ""


CARD_VERBS: dict[str, type[Strict]] = {
    "answer": Said,
    "accept": MaybeSaid,
    "send_back": Said,
    "escalate": Said,
    "withdraw": Said,
}


class CardOut(Schema):
    """A card, in a list."""

    id: UUID
    number: str
    level: str
    ground: str
    demand: str
    region_path: str
    body_id: UUID
    event_id: UUID | None
    call_id: UUID | None
    state: str
    raised_at: datetime
    answer_due_at: datetime
    answer: str
    answered_at: datetime | None
    ended_at: datetime | None
    ended_words: str


class CardDetail(CardOut):
    """A card, and what the reader may do."""

    offers: list[str]


class SuggestionOut(Schema):
    """What merits a card by the rule; nothing was raised."""

    level: str
    ground: str
    body_id: UUID
    due_at: datetime
    matter: str = ""
    call: UUID | None = None
