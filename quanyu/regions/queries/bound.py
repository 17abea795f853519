"""What hangs on places: asked before a re-organisation, answered by who keeps it (涉及内容)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.questions import Question


@dataclass(frozen=True, slots=True)
class Tied:
    """One thing that hangs on a place: a matter, a duty, a booking."""

    path: str
    name: str
    detail: str = ""
    url: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """All of one kind that hang on some places; how many there are is how long the list is."""

    kind: str
    label: str
    """In the reader's language."""
    rows: tuple[Tied, ...]
    stays: bool = False
    """Whether nobody moves it: of a place that ends it is for people to settle."""


bound: Question[[Sequence[str], Actor, datetime], tuple[Bound, ...]] = Question("bound", default=())
"""What hangs on just these places, as far as the actor sees it: each kind by who keeps it?"""
