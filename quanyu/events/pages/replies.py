"""The hints beside an answer, while it is written and before it is closed (答复核对)."""

from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from quanyu.events import queries
from quanyu.events.queries import replies
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.rules import Actor

CHECKED = {"handle": "outcome", "settle": "outcome", "refuse": "reply"}
"""The acts whose words the reporter reads as the answer: they are looked over while written."""


class Form(Protocol):
    """What is known of a form: the matter, who asks and when, and what was typed."""

    @property
    def event(self) -> Any:
        """Return the matter."""

    @property
    def actor(self) -> Actor:
        """Return who asks."""

    @property
    def at(self) -> datetime:
        """Return when."""

    def typed(self, verb: str, name: str, default: str = "") -> str:
        """Return what was typed for a field of the refused act."""


@require_POST
@hidden_if_denied
def hints(request: HttpRequest, number: str) -> HttpResponse:
    """Show what somebody should look at in an answer before it goes out, while it is written."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    said = request.POST.get("outcome") or request.POST.get("reply", "")
    found = replies.hints(event, said, actor=actor, at=at)
    return answer(request, "events/_hints.html", {"hints": replies.sentences(found)})


def looked_over(event: Any, verb: str, name: str) -> dict[str, str]:
    """Return what a field adds whose words are looked over while they are written."""
    if CHECKED.get(verb) != name:
        return {}
    return {"check": reverse("desk_hints", args=[event.number]), "into": f"{verb}-hints"}


def before(asked: Form, verb: str) -> list[str]:
    """Return the hints that stand beside the form of an act, when it is shown."""
    if verb != "close" and verb not in CHECKED:
        return []
    event = asked.event
    said = event.outcome if verb == "close" else asked.typed(verb, CHECKED[verb])
    return replies.sentences(replies.hints(event, said, actor=asked.actor, at=asked.at))
