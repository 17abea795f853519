"""What comes in from another system and goes out to it."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from quanyu.events.rules import LONGEST_TEXT, SHORTEST_TEXT
from quanyu.kernel.strict import Strict

Words = Annotated[str, Field(min_length=2, max_length=500)]
Code = Annotated[str, Field(max_length=40)]


class OrderIn(Strict):
    """A work order as it stands with the sender now; the same number is the same matter."""

    number: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z][\w.-]*$")]
    contents: Annotated[str, Field(min_length=SHORTEST_TEXT, max_length=LONGEST_TEXT)]
    said_at: AwareDatetime | None = None
    """When the caller said it."""
    due_said: AwareDatetime | None = None
    """Until when the sender wants an answer; kept beside our own limit."""
    address: Annotated[str, Field(max_length=200)] = ""
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    coordinates: Literal["wgs84", "cgcs2000", "gcj02", "bd09"] = "wgs84"
    class_said: Code = ""
    """The sender's own class code; one that means nothing here yet is taken all the same."""
    class_name: Annotated[str, Field(max_length=60)] = ""
    body_said: Code = ""
    priority_said: Code = ""
    name: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=20)] = ""
    is_confidential: bool = False
    """保密标志: the body that handles it may not learn who called."""
    urged: Annotated[int, Field(ge=0, le=999)] = 0
    """How often the caller has urged in all; more than last time is counted and told."""
    urged_words: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class OrderOut(Schema):
    """What an order is here now."""

    number: str
    matter: str
    """Our number of the matter."""
    state: str
    class_code: str
    """The class by which it came in; empty when its code means nothing here yet."""
    due_at: datetime | None
    is_late: bool
    """Whether our limit ends after the sender wants an answer."""
    is_new: bool = False
    code: str = ""
    """The follow code for the caller; given once, with a new order."""
    did: list[str] = []


class WithdrawIn(Strict):
    """Why the caller takes it back."""

    reason: Annotated[str, Field(min_length=2, max_length=200)]


class SendBackIn(Strict):
    """Why an answer is not taken."""

    reason: Words


class AnswerOut(Schema):
    """One thing to be told of an order."""

    seq: int
    number: str
    matter: str
    kind: str
    words: str
    body: str
    until: datetime | None
    at: datetime
    acknowledged_at: datetime | None
    sent_back_at: datetime | None


class AnswersOut(Schema):
    """Answers in order; ask again with ``after`` set to ``next``."""

    items: list[AnswerOut]
    next: int
    has_more: bool
