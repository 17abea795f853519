"""What the acts take by which a matter leaves our hands."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from quanyu.events.schemas.texts import Said
from quanyu.kernel.strict import Strict

Code = Annotated[str, Field(min_length=1, max_length=40)]


class Because(Strict):
    """A reason in words."""

    reason: Said


class ForceClose(Strict):
    """The listed ground, the reason for colleagues, and the honest answer to the reporter."""

    ground: Code
    reason: Said
    reply: Said


class HandOutside(Strict):
    """The body outside, the listed ground, the letter, and the day it promised an answer by."""

    body: UUID
    ground: Code
    letter: Said
    promised_on: date


class TakeAnswer(Strict):
    """Who answered for the body outside, on which day, and what."""

    answered_by: Code
    answered_on: date
    answer: Said


class Forward(Strict):
    """The authority that answers for it, why, and what the reporter is told."""

    body: UUID
    reason: Said
    reply: Said


class HandOver(Strict):
    """The other queue of this city, and why it belongs there."""

    to_place: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Said


VERBS: dict[str, type[Strict]] = {
    "force_close": ForceClose,
    "overrule": Because,
    "hand_outside": HandOutside,
    "take_answer": TakeAnswer,
    "take_back": Because,
    "send_back": Because,
    "forward": Forward,
    "come_back": Because,
    "hand_over": HandOver,
}
