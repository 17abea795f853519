"""Who is to be told of a part or a consultation, and in which words (协办、会商告知)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from quanyu.events.models import Consultation, Event, JointPart
from quanyu.events.queries import telling
from quanyu.events.rules.joint import TOLD, Whom
from quanyu.kernel.access.rules import Role
from quanyu.kernel.accounts import queries as accounts

OUT_OF_SIGHT = frozenset({"part.withdraw", "consultation.conclude", "consultation.call_off"})
"""Told to bodies that may see the matter no more: there is nothing to open."""


def settled(topic: str) -> list[str]:
    """Return the topics of the same row that are over once this has happened."""
    kind = topic.partition(".")[0]
    due = ("part.soon", "part.overdue", "part.raised") if kind == "part" else ()
    return [*(one for one in TOLD if one.startswith(f"{kind}.")), *due]


def recipients(topic: str, row: Any, *, at: datetime) -> list[UUID]:
    """Return whom an act concerns, now; one who has left is not among them."""
    whom = TOLD.get(topic)
    if isinstance(row, Consultation):
        bodies = {*row.invited, *([row.lead] if row.lead else [])}
        return sorted({who for body in bodies for who in _handlers(body, at=at)})
    if isinstance(row, JointPart) and whom is not None:
        return of_part(row, whom, at=at)
    return []


def of_part(row: JointPart, whom: Whom, *, at: datetime) -> list[UUID]:
    """Return whom an act on a part concerns, now."""
    event = row.event
    if whom is Whom.LEAD:
        others = _handlers(event.body_id, at=at) if event.body_id else []
        return _staying(event.handled_by, others)
    if whom is Whom.DESK:
        desk = accounts.holders(Role.DISPATCHER, path=event.region_path, at=at)
        return _staying([row.asked_by] if row.asked_by else [], desk)
    return _staying([row.taken_by] if row.taken_by else [], _handlers(row.body_id, at=at))


def words(row: Any, *, at: datetime) -> dict[str, object]:
    """Return the short public words that fill a notice; nothing that anybody said of the matter."""
    said = telling.words(row.event, at=at)
    if isinstance(row, JointPart):
        return said | {"due_at": row.due_at.isoformat()}
    return said | {"meets_at": row.meets_at.isoformat(), "where": row.place}


def link(topic: str, event: Event) -> str:
    """Return where a notice leads; nowhere for who sees the matter no more."""
    return "" if topic in OUT_OF_SIGHT else f"/desk/matters/{event.number}"


def _handlers(body: UUID, *, at: datetime) -> list[UUID]:
    return accounts.holders(Role.HANDLER, body=body, at=at)


def _staying(hands: Sequence[UUID], others: list[UUID]) -> list[UUID]:
    return [hand for hand in hands if hand in others] or others
