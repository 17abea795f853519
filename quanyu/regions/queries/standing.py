"""What upper packages know of who answers for a place on a day (谁来负责的提问)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.questions import Question


@dataclass(frozen=True, slots=True)
class Answering:
    """A body that answers for classes of matters at a place, by one ground (责任单位)."""

    body_id: UUID
    name: str
    """In the reader's language, as all words here."""
    kind_name: str
    phone: str
    """The office's."""
    basis: str
    basis_name: str
    place_path: str
    """For which place it answers: this one, or one above it."""
    classes: tuple[str, ...]
    clauses: tuple[str, ...]
    valid_from: date
    is_sample: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A post, a branch, a group or a leader that stands for a place (任职、支部、党小组、领导)."""

    kind: str
    """post, branch, group or leader."""
    title: str
    """What it is called, in the reader's language: 街道党工委书记."""
    name: str
    """Who holds it; "" for a branch or a group."""
    place_path: str
    account_id: UUID | None
    valid_from: date
    valid_to: date | None


bodies_at: Question[[str, date], tuple[Answering, ...]] = Question("bodies_at", default=())
"""Which bodies answer for this place on this day? organisations answers, from the duty list."""

standing: Question[[Sequence[str], date, Actor, UUID | None], tuple[Standing, ...]] = Question(
    "standing", default=()
)
"""Who stands for these places, and for this building if one is asked for, on this day, as far as
this reader sees? organisations answers: with posts and leaders, and with the branches and groups.
"""
