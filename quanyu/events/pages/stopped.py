"""What the reporter reads of a matter that ended unsolved or went elsewhere (停办、移送的答复)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.events import actions, schemas
from quanyu.events.queries import leaving_words, words
from quanyu.events.workflow import State
from quanyu.kernel.access.http import parsed, sentence
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Refusal

ENDS = {
    State.FORCED: ("force_close", "force_with"),
    State.FORWARDED: ("forward", "forward_with"),
}


def stopped(event: Any, steps: Sequence[Any], body: Any, *, at: datetime) -> dict[str, Any] | None:
    """Return why it ended so, who decided, and whom to turn to."""
    verbs = ENDS.get(event.state, ())
    step = next((step for step in steps if step.verb in verbs), None)
    if step is None:
        return None
    code = str(step.facts.get("ground", ""))
    entry = codes.known("reason_force", code, on=words.day(at)) if code else None
    is_forward = event.state == State.FORWARDED
    return {
        "why": _("这件事不归本市管") if is_forward else leaving_words.ground(code),
        "who": words.role_words(step.role, at=at),
        "at": step.at,
        "ground": codes.cited(entry.clause) if entry else "",
        "ways": _ways(body) if is_forward else [],
    }


def _ways(body: Any) -> list[dict[str, str]]:
    if body is None:
        return []
    note = _("电话 {phone}").format(phone=body.phone) if body.phone else ""
    return [{"title": _("找{body}").format(body=body.label), "note": note, "url": ""}]


def appeal(request: HttpRequest, digits: str, no: Refusal | None) -> dict[str, Any]:
    """Return the form by which the reporter wants it done after all."""
    return {
        "url": reverse("appeal", args=[digits]),
        "value": request.POST.get("reason", ""),
        "error": sentence(no) if no is not None else "",
    }


def appealed(given: Mapping[str, str], holding: Actor, *, at: datetime) -> None:
    """Take what the reporter says against the end of the matter."""
    if holding.row is None:
        raise Denied
    typed = {"reason": given.get("reason", "")}
    body = parsed(schemas.Reasoned, typed, labels={"reason": _("为什么要重办")})
    actions.appeal(event_id=holding.row, reason=body.reason, actor=holding, at=at)
