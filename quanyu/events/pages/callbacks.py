"""The list of reporters to be called back, and the form of one call (回访)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions, queries, schemas
from quanyu.events.pages import forms, shown
from quanyu.events.pages.matter_shown import contact_of
from quanyu.events.queries import closing, words
from quanyu.events.rules.fair import OUTCOMES, UNHEARD
from quanyu.kernel.access.http import actor_of, answer, field, hidden_if_denied, option, parsed
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal


@require_GET
@hidden_if_denied
def listed(request: HttpRequest) -> HttpResponse:
    """Show who is to be called now, what has waited longest first."""
    return _list(request, at=timezone.now())


@require_GET
@hidden_if_denied
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Show one call that I have taken: the matter, the number, the two questions."""
    return _call(request, number, at=timezone.now())


@require_POST
@hidden_if_denied
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a call, put it back, or write down what came of it."""
    actor, at = actor_of(request), timezone.now()
    if verb not in _ACTS:
        raise Denied
    event = queries.by_number(number, actor=actor)
    try:
        _ACTS[verb](request.POST, event, actor, at)
    except Refusal as no:
        return _refused(request, event, no, actor=actor, at=at)
    if verb == "take":
        return HttpResponseRedirect(reverse("desk_callback", args=[number]))
    messages.success(request, _("回访已登记") if verb != "leave" else _("已放回队列"))
    return HttpResponseRedirect(reverse("desk_callbacks"))


def _take(given: Mapping[str, str], event: Any, actor: Actor, at: datetime) -> None:
    actions.take_call(event_id=event.pk, actor=actor, at=at)


def _leave(given: Mapping[str, str], event: Any, actor: Actor, at: datetime) -> None:
    actions.leave_call(event_id=event.pk, actor=actor, at=at)


def _miss(given: Mapping[str, str], event: Any, actor: Actor, at: datetime) -> None:
    outcome = given.get("outcome", "")
    actions.miss_call(event_id=event.pk, outcome=outcome, actor=actor, at=at)


def _hear(given: Mapping[str, str], event: Any, actor: Actor, at: datetime) -> None:
    typed = {name: given.get(name, "") for name in ("treated", "comment")}
    solved = {"yes": "true", "no": "false"}.get(given.get("solved", ""), "")
    body = parsed(schemas.Rate, typed | {"solved": solved}, labels=forms.LABELS)
    actions.hear(event_id=event.pk, actor=actor, at=at, **body.dict())


_ACTS: dict[str, Callable[[Mapping[str, str], Any, Actor, datetime], None]] = {
    "take": _take,
    "leave": _leave,
    "miss": _miss,
    "hear": _hear,
}


def _refused(
    request: HttpRequest, event: Any, no: Refusal, *, actor: Actor, at: datetime
) -> HttpResponse:
    is_mine = event.called_by is not None and event.called_by == actor.id
    return _call(request, event.number, at=at, no=no) if is_mine else _list(request, at=at, no=no)


def _list(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = closing.waiting(actor=actor, at=at)
    first = rows[0].event if rows else None
    opens = closing.allowed(first, at=at) if first else at
    context = {
        "section": "callbacks",
        "rows": [_row(one, actor=actor, at=at) for one in rows],
        "own": closing.own(actor=actor, at=at),
        "later": closing.later(actor=actor, at=at),
        "quiet_until": opens if opens > at else None,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/callbacks.html", context, no)


def _row(call: Any, *, actor: Actor, at: datetime) -> dict[str, Any]:
    event = call.event
    is_mine = event.called_by == actor.id
    return {
        "title": event.title,
        "number": event.number,
        "url": reverse("desk_matter", args=[event.number]),
        "take_url": reverse("desk_callback_act", args=[event.number, "take"]),
        "call_url": reverse("desk_callback", args=[event.number]) if is_mine else "",
        "place": shown.spot(event),
        "class_label": words.class_words(event.category, at=at),
        "closed": event.closed_at,
        "tries": call.tries,
        "until": call.until,
    }


def _call(
    request: HttpRequest, number: str, *, at: datetime, no: Refusal | None = None
) -> HttpResponse:
    actor = actor_of(request)
    event = queries.by_number(number, actor=actor)
    waits = closing.callback(event, actor=actor)
    if waits is None or event.called_by != actor.id:
        return HttpResponseRedirect(reverse("desk_callbacks"))
    context = {
        "section": "callbacks",
        "matter": {
            "title": event.title,
            "number": event.number,
            "url": reverse("desk_matter", args=[number]),
            "text": event.text,
            "outcome": event.outcome,
            "place": shown.spot(event),
            "body": words.body_name(event.body_id),
            "closed": event.closed_at,
        },
        "tries": waits.tries,
        "most": waits.most_tries,
        "contact": contact_of(event, actor=actor),
        "promise": closing.reopen_until(event) if closing.is_reopenable(event, at=at) else None,
        "form": {
            "url": reverse("desk_callback_act", args=[number, "hear"]),
            "fields": _fields(request, no),
            "button": _("登记回访"),
        },
        "outcomes": [(code, _(OUTCOMES[code])) for code in UNHEARD],
        "miss_url": reverse("desk_callback_act", args=[number, "miss"]),
        "leave_url": reverse("desk_callback_act", args=[number, "leave"]),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/callback.html", context, no)


def _fields(request: HttpRequest, no: Refusal | None) -> list[dict[str, Any]]:
    given = request.POST
    solved = [option("yes", _("解决了")), option("no", _("没解决"))]
    treated = [option(3, _("好")), option(2, _("一般")), option(1, _("不好"))]
    return [
        field(
            "solved",
            _("问题解决了吗？"),
            "radio",
            no=no,
            options=solved,
            value=given.get("solved", ""),
        ),
        field(
            "treated",
            _("对您的态度好吗？"),
            "radio",
            no=no,
            options=treated,
            value=given.get("treated", ""),
        ),
        field(
            "comment",
            _("反映人怎么说"),
            "textarea",
            no=no,
            rows=3,
            required=False,
            maxlength=2_000,
            value=given.get("comment", ""),
            help=_("没解决的，写明哪里没解决，会交回去接着办"),
        ),
    ]
