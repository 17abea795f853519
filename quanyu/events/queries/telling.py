"""Who is to be told of a step, and in which words; nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, override

from quanyu.events import rules
from quanyu.events.models import Event
from quanyu.events.queries import closing
from quanyu.events.rules import Audience, leaving
from quanyu.kernel.access.rules import Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.regions import queries as regions

NAMED = 2
"""So many steps of the way down to a place name it: street and grid, not province and city."""


def recipients(event: Event, whom: Audience, *, at: datetime) -> list[UUID]:
    """Return whom a step concerns, now; one who has left is not among them."""
    found = {
        Audience.HANDLERS: lambda: _handlers(event, at=at),
        Audience.HANDS: lambda: _staying(event.handled_by, _handlers(event, at=at)),
        Audience.DISPATCHERS: lambda: _staying(
            event.dispatched_by[-1:], accounts.holders(Role.DISPATCHER, path=place(event), at=at)
        ),
        Audience.ASKER: lambda: [event.question_by] if event.question_by else [],
        Audience.COMMANDERS: lambda: accounts.holders(Role.COMMANDER, path=place(event), at=at),
        Audience.REVIEWERS: lambda: accounts.holders(Role.CHECKER, path=place(event), at=at),
        Audience.ASKER_OF_EXCLUSION: lambda: closing.asker_of_exclusion(event),
        Audience.OPERATORS: lambda: accounts.holders(Role.OPERATOR, path=place(event), at=at),
        Audience.OVERSEERS: lambda: accounts.over(leaving.REVIEWERS, path=place(event), at=at),
        Audience.COMMAND: lambda: accounts.over(
            {Role.COMMANDER, *leaving.REVIEWERS}, path=place(event), at=at
        ),
        Audience.GRID: lambda: accounts.holders(Role.GRID_WORKER, path=place(event), at=at),
    }
    return found[whom]() if whom in found else []


def place(event: Event) -> str:
    """Return the place of a matter."""
    return event.region_path


def words(event: Event, *, at: datetime) -> dict[str, object]:
    """Return the short public words that fill a notice: class and place, nothing anybody said."""
    entry = codes.known(
        "part_class" if event.category.startswith("P") else "event_class", event.category
    )
    steps = regions.breadcrumb(event.region_path)[-NAMED:]
    due = event.due_at or event.stage_due_at
    return {
        "number": event.number,
        "matter": entry.name if entry else rules.NAMELESS,
        "matter_en": entry.name_en if entry else _in_english(rules.NAMELESS),
        "place": "".join(step.name for step in steps),
        "place_en": ", ".join(step.name_en or step.name for step in reversed(steps)),
        "due_at": due.isoformat() if due else "",
    }


def occasion(at: datetime) -> str:
    """Return a moment as the name of an occasion."""
    return local(at).isoformat(timespec="seconds")


def is_urgent(event: Event) -> bool:
    """Answer whether a matter breaks through quiet hours: its class is an emergency."""
    entry = codes.known("event_class", event.category)
    return event.is_urgent and entry is not None and entry.has("emergency")


def _in_english(sentence: str) -> str:
    with override("en"):
        return gettext(sentence)


def _handlers(event: Event, *, at: datetime) -> list[UUID]:
    if event.body_id is None:
        return []
    return accounts.holders(Role.HANDLER, body=event.body_id, at=at)


def _staying(hands: Sequence[UUID], others: list[UUID]) -> list[UUID]:
    """Return who had a hand in it and still holds the post; if none does, all who hold it."""
    return [hand for hand in hands if hand in others] or others
