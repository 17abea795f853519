"""What an answer is held against: the report, answers lately given, the city's empty phrases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as translate

from quanyu.events.models import Event
from quanyu.events.rules import replies
from quanyu.events.rules.replies import Hint, Said
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes

LISTED = "empty_phrase"
LATELY = timedelta(days=7)
MOST_OTHERS = 50


def hints(event: Event, reply: str, *, actor: Actor, at: datetime) -> tuple[Hint, ...]:
    """Return what somebody should look at before this answer goes out (答复核对)."""
    if not reply.strip():
        return ()
    said = Said(
        report=event.text,
        place=event.address,
        others=_others(event, actor=actor, at=at),
        phrases=tuple(entry.name for entry in codes.codes(LISTED, on=local(at).date())),
    )
    return replies.hints(reply, said)


def facts(found: Sequence[Hint], *, seen: bool | None = None) -> dict[str, str]:
    """Return what the story keeps of the hints: their codes, and whether a checker read them."""
    if not found:
        return {}
    codes_ = " ".join(dict.fromkeys(hint.code for hint in found))
    read = {} if seen is None else {"hints_seen": "yes" if seen else "no"}
    return {"hints": codes_, **read}


def sentences(found: Sequence[Hint]) -> list[str]:
    """Return the hints in the reader's language."""
    return [translate(hint.sentence).format(words=hint.words) for hint in found]


def _others(event: Event, *, actor: Actor, at: datetime) -> list[str]:
    """Return what the body answered lately, and what of its answers waits to be checked."""
    if event.body_id is None:
        return []
    rows = Event.objects.visible_to(actor).filter(body_id=event.body_id).exclude(pk=event.pk)
    done = rows.filter(closed_at__gte=at - LATELY, closed_at__lte=at).order_by("-closed_at")
    waiting = rows.filter(state__in=[State.HANDLED, State.CHECKING]).order_by("-id")
    return [
        outcome
        for some in (done, waiting)
        for outcome in some.values_list("outcome", flat=True)[:MOST_OTHERS]
    ]
