"""What the page of a body holds beside the register: each section by who keeps it (单位页分区)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.questions import Question


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in the head of a body's page: a number that opens its rows."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a body's page, drawn by its own template."""

    key: str
    order: int
    """Posts 20, members 30, meetings 40, matters 60, agreements 70."""
    template: str
    context: Mapping[str, Any]
    """Under ``section`` in the template."""
    figures: tuple[Figure, ...] = field(default=())


sections: Question[[UUID, date, Actor, datetime], tuple[Section, ...]] = Question(
    "sections", default=()
)
"""What do you keep of this body on this day, as far as this reader sees it?"""


def sections_of(body_id: UUID, *, on: date, actor: Actor, at: datetime) -> tuple[Section, ...]:
    """Return the sections of a body's page in their order."""
    found = [one for answer in sections.ask(body_id, on, actor, at) for one in answer]
    return tuple(sorted(found, key=lambda one: (one.order, one.key)))
