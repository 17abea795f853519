"""Entering a matter oneself, or for somebody on the telephone or at the window (代报)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quanyu.events import actions, schemas
from quanyu.events.pages import forms, shown
from quanyu.events.pages.public import qr_of
from quanyu.events.queries.values import channel_words
from quanyu.events.rules import Channel, code_digits, title
from quanyu.events.rules.forwarded import AGREED_WORDS, Agreed
from quanyu.kernel.access.http import actor_of, answer, field, hidden_if_denied, option, parsed
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Refusal
from quanyu.kernel.notices import queries as notices

PATROLLING = frozenset({Role.GRID_WORKER, Role.COMMUNITY_OFFICER})


@require_http_methods(["GET", "HEAD", "POST"])
@hidden_if_denied
def report_for(request: HttpRequest) -> HttpResponse:
    """Enter a matter; the answer shows once the code by which the other person follows it."""
    actor, at = actor_of(request), timezone.now()
    if request.method != "POST":
        return _page(request, actor, at=at)
    try:
        receipt = _reported(request, actor, at=at)
    except Refusal as no:
        return _page(request, actor, at=at, no=no)
    return _page(request, actor, at=at, receipt=receipt)


def _reported(request: HttpRequest, actor: Actor, *, at: datetime) -> actions.Receipt:
    given = request.POST.dict()
    typed = {name: given.get(name, "") for name in ("text", "address", "lon", "lat", "channel")}
    typed["category"] = given.get("class_code", "")
    body = parsed(schemas.ReportForIn, typed, labels=forms.LABELS)
    who = parsed(schemas.ContactIn, given, labels=forms.LABELS)
    said = actions.Report(
        text=body.text,
        address=body.address,
        lon=body.lon,
        lat=body.lat,
        category=body.category,
        channel=body.channel,
        name=who.name,
        phone=who.phone,
        may_text=who.may_text,
        is_confidential=who.is_confidential,
        agreed=who.agreed,
        may_ask_back=who.may_ask_back,
        photos=request.FILES.getlist("photos"),
    )
    return actions.report(said=said, actor=actor, at=at, key=given.get("key", "")[:200])


def _page(
    request: HttpRequest,
    actor: Actor,
    *,
    at: datetime,
    no: Refusal | None = None,
    receipt: actions.Receipt | None = None,
) -> HttpResponse:
    context = {
        "section": "report",
        "fields": _fields(request, actor, no, at=at),
        "centre": shown.middle(actor.places[0] if actor.places else settings.QUANYU_CITY),
        "url": reverse("desk_report"),
        "alike_url": reverse("desk_alike"),
        "done": _done(request, receipt) if receipt else None,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/report_for.html", context, no)


def _done(request: HttpRequest, receipt: actions.Receipt) -> dict[str, Any]:
    """Return the slip: what the other person takes along, on paper or by ear."""
    follow = request.build_absolute_uri(reverse("follow_code", args=[code_digits(receipt.code)]))
    given = request.POST
    return {
        "code": receipt.code,
        "url": reverse("desk_matter", args=[receipt.number]),
        "number": receipt.number,
        "at": receipt.reported_at,
        "title": title(given.get("text", "")),
        "channel": channel_words(given.get("channel", Channel.GRID)),
        "agreed": _(AGREED_WORDS[given["agreed"]]) if given.get("agreed") else "",
        "is_confidential": bool(given.get("is_confidential")),
        "follow": request.build_absolute_uri(reverse("follow")),
        "qr": qr_of(follow),
    }


def _fields(
    request: HttpRequest, actor: Actor, no: Refusal | None, *, at: datetime
) -> list[dict[str, Any]]:
    """Return the fields, with what was typed when it was refused and empty otherwise."""
    given = request.POST if no is not None else {}

    def one(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        more.setdefault("value", given.get(name, ""))
        return field(name, str(forms.LABELS.get(name, name)), kind, no=no, **more)

    channels = _channels(actor)
    chosen = given.get("channel") or channels[0]["value"]
    return [
        one("channel", "radio", options=channels, value=chosen),
        one("name", required=False, maxlength=40, autofocus=True),
        one("phone", "phone", required=False, maxlength=20),
        one(
            "agreed",
            "radio",
            required=False,
            options=[option(way, _(AGREED_WORDS[way])) for way in (Agreed.SAID, Agreed.WRITTEN)],
            help=_("留了姓名或电话才要选：先问一句“我记下您的姓名电话，用来告诉您结果，可以吗”"),
        ),
        one(
            "is_confidential",
            "checkbox",
            help=_("勾上以后，承办单位和现场的人看不到是谁反映的"),
        ),
        *([one("may_text", "checkbox")] if notices.can_text() else []),
        one("may_ask_back", "checkbox"),
        one("address", required=False, maxlength=200, help=_("路名、小区、门牌或附近的标志")),
        one("text", "textarea", rows=4, maxlength=2_000),
        one("class_code", "select", required=False, options=forms.classes(at=at)),
        one("photos", "file", required=False, value="", accept=forms.PICTURES, multiple=True),
        one("lon", "hidden", required=False),
        one("lat", "hidden", required=False),
        one("key", "hidden", value=given.get("key") or uuid4().hex),
    ]


def _channels(actor: Actor) -> list[dict[str, str]]:
    found = [
        option(Channel.PHONE.value, _("电话")),
        option(Channel.WINDOW.value, _("到窗口来的")),
    ]
    own = option(Channel.GRID.value, _("自己巡查发现的"))
    return [own, *found] if actor.roles & PATROLLING else found
