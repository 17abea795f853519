"""The residents' site: its first page and a report. No account (市民端)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from quanyu.events import actions, queries, rules, schemas
from quanyu.events.pages import forms, shown
from quanyu.events.pages.following import limited, receiver, row_of
from quanyu.events.queries import clock, nearby, words
from quanyu.events.rules import Channel
from quanyu.kernel.access.http import answer, parsed, sentence
from quanyu.kernel.access.rules import REPORTER
from quanyu.kernel.accounts.http import address_of
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Refusal, TooMany
from quanyu.kernel.notices import queries as notices

SENT = "q_sent"
SENT_LIVES = 3_600
MOST_PHOTOS = 6
PHOTO_BYTES = 10 * 2**20
PLACE_FIELDS = frozenset({"address", "lon", "lat"})

PLAIN = {
    "0102": gettext_lazy("垃圾没人清"),
    "0110": gettext_lazy("路面破了"),
    "P0102": gettext_lazy("井盖坏了"),
    "P0118": gettext_lazy("路灯不亮"),
    "0404": gettext_lazy("下水道堵了"),
    "0406": gettext_lazy("路上积水"),
    "0505": gettext_lazy("汽车乱停"),
    "0506": gettext_lazy("单车乱停"),
    "0504": gettext_lazy("占道摆摊"),
    "0301": gettext_lazy("工地太吵"),
    "2301": gettext_lazy("消防通道堵了"),
    "2801": gettext_lazy("楼道堆东西"),
}
"""The classes that residents report most, in their words."""


# ------------------------------------------------------------------ home


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what one can do here, and how last month went."""
    figures = _figures(queries.published(queries.MONTH))
    return answer(request, "events/home.html", {"figures": figures, "example": None, "code": ""})


def _reports(count: int) -> str:
    return ngettext("件", "件", count)


def _figures(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if not found or not found.get("reported"):
        return None
    rows = [
        {
            "value": f"{found['reported']:,}",
            "unit": _reports(found["reported"]),
            "label": _("大家反映的"),
        },
        {"value": f"{found['closed']:,}", "unit": _reports(found["closed"]), "label": _("办结的")},
    ]
    if found["closed"]:
        share = round(100 * found["on_time"] / found["closed"])
        rows.append({"value": str(share), "unit": "%", "label": _("在期限内办好")})
        again = _("您说没解决，就重新办")
        label = _("重新办过")
        rows.append(
            {
                "value": f"{found['reopened']:,}",
                "unit": _reports(found["reopened"]),
                "label": label,
                "note": again,
            }
        )
    month = date.fromisoformat(found["month"])
    return {"month": date_format(month, pgettext("month format", "n月")), "rows": rows}


# ------------------------------------------------------------------ report


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Take a report: a picture, a place, words; only a place and words are needed."""
    if request.method != "POST":
        return report_page(request)
    try:
        receipt = _reported(request, at=timezone.now())
    except TooMany as no:
        return limited(request, no)
    except Refusal as no:
        return report_page(request, no=no)
    response = HttpResponseRedirect(reverse("report_sent"))
    digits = rules.code_digits(receipt.code)
    # The code is shown once more on the next page; a signed cookie needs no session.
    response.set_signed_cookie(
        SENT,
        digits,
        salt=SENT,
        max_age=SENT_LIVES,
        path=reverse("report_sent"),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _reported(request: HttpRequest, *, at: datetime) -> actions.Receipt:
    given = request.POST.dict()
    typed = {name: given.get(name, "") for name in ("text", "address", "lon", "lat")}
    typed["category"] = given.get("class_code", "")
    body = parsed(schemas.ReportIn, typed, labels=forms.LABELS)
    who = parsed(schemas.ContactIn, given, labels=forms.LABELS)
    said = actions.Report(
        text=body.text,
        address=body.address,
        lon=body.lon,
        lat=body.lat,
        category=body.category,
        channel=Channel.WEB,
        name=who.name,
        phone=who.phone,
        may_text=who.may_text,
        may_ask_back=who.may_ask_back,
        repeat_of=_again(request, given.get("again", ""), at=at),
        same=nearby.opened(given.get("same", "")[:400]) if given.get("same") else None,
        photos=request.FILES.getlist("photos"),
    )
    sent = partial(actions.report, said=said, actor=REPORTER, at=at, address=address_of(request))
    try:
        return sent(key=given.get("key", "")[:200])
    except actions.KeyReused:
        # Sent once, gone back, changed and sent again: another report.
        return sent()


def _again(request: HttpRequest, code: str, *, at: datetime) -> UUID | None:
    if not code:
        return None
    address = address_of(request)
    return actions.matter_again(code=code, address=address, actor=REPORTER, at=at)


def report_page(
    request: HttpRequest,
    *,
    no: Refusal | None = None,
    near: Sequence[Mapping[str, Any]] = (),
    has_looked: bool = False,
) -> HttpResponse:
    """Show the form as it was filled in, with what is reported near by if that was asked."""
    given, at = request.POST, timezone.now()
    context = {
        "centre": shown.middle(settings.QUANYU_CITY),
        "max_photos": MOST_PHOTOS,
        "max_bytes": PHOTO_BYTES,
        "classes": _classes(at=at),
        "values": given.dict(),
        "errors": _errors(no),
        "key": given.get("key") or uuid4().hex,
        "may_text": notices.can_text(),
        "again": rules.code_digits(given.get("again", request.GET.get("again", ""))),
        "purpose": _("只用来回您消息，办完两年后删掉；看一次记一次，您看得到"),
        "near": near,
        "has_looked": has_looked,
        "kept_photos": len(request.FILES.getlist("photos")) if no is not None else 0,
    }
    return answer(request, "events/report.html", context, no)


def _errors(no: Refusal | None) -> dict[str, str]:
    if no is None:
        return {}
    field = "place" if no.field in PLACE_FIELDS else no.field
    return {field: sentence(no)}


def _classes(*, at: datetime) -> list[dict[str, str]]:
    day = words.day(at)
    return [
        {"value": code, "label": str(label)}
        for code, label in PLAIN.items()
        if codes.class_of(code, on=day) is not None
    ]


@require_GET
def report_sent(request: HttpRequest) -> HttpResponse:
    """Show the code by which the report is followed, and what comes next."""
    at = timezone.now()
    digits = request.get_signed_cookie(SENT, "", salt=SENT, max_age=SENT_LIVES) or ""
    try:
        holding = actions.open_by_code(code=digits, address=address_of(request), at=at)
        event = queries.one(event_id=row_of(holding), actor=holding)
    except Denied:
        return HttpResponseRedirect(reverse("home"))
    except TooMany as no:
        return limited(request, no)
    url = reverse("follow_code", args=[digits])
    context = {
        "code": rules.in_fours(digits),
        "qr": qr_of(request.build_absolute_uri(url)),
        "follow_url": url,
        "title": event.title,
        "at": event.reported_at,
        "place": shown.spot(event),
        "sms": False,
        "next": {
            "who": receiver(event.region_path),
            "due": clock.due(event, at=at, clock="stage", is_long=True),
        },
        "emergency_hint": rules.sounds_dangerous(event.text),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/report_sent.html", context)


def qr_of(url: str) -> SafeString:
    """Return a picture of the address, drawn without any style of its own."""
    drawn = segno.make(url, error="m").svg_inline(
        border=3, omitsize=True, svgclass=None, lineclass=None, light="#ffffff"
    )
    # Drawn by segno from an address of ours: nothing of it comes from outside.
    return mark_safe(drawn)  # noqa: S308
