"""Posts authorised and filled per street, and who builds the party there (街道配备页面)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.organisations.queries import kinds
from quanyu.organisations.queries.staffing import StreetStaff, staffing


@require_GET
@hidden_if_denied
def staff(request: HttpRequest) -> HttpResponse:
    """Show each street that the reader sees whole; every figure opens its rows."""
    actor, at = actor_of(request), timezone.now()
    today = timezone.localdate(at)
    on = _day(asked(request, "on").get("on", ""), today)
    found = staffing(on=on, actor=actor)
    context = {
        "section": "staffing",
        "staffing": found,
        "rows": [_row(one, links=on == today) for one in found.rows],
        "on": on,
        "today": today,
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/staffing.html", context)


@require_GET
@hidden_if_denied
def post_kinds(request: HttpRequest) -> HttpResponse:
    """Show the kinds of post and the roles that each carries; the system alone writes them."""
    at = timezone.now()
    found = kinds.kinds_on(timezone.localdate(at))
    context = {
        "section": "posts",
        "kinds": list(found.values()),
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/post_kinds.html", context)


def _row(one: StreetStaff, *, links: bool) -> dict[str, Any]:
    """Return a street with the address of the rows behind each figure; lists show today's."""
    full = {"at": one.path, "hours": "full_time"}
    party = {"at": one.path, "party": "yes"}
    below = {"below": one.path}
    return {
        "one": one,
        "vacant": max(one.authorised - one.filled, 0),
        "urls": {
            "authorised": _url("desk_posts", full),
            "filled": _url("desk_appointments", full),
            "party_authorised": _url("desk_posts", party),
            "party_filled": _url("desk_appointments", party),
            "below_authorised": _url("desk_posts", below),
            "below_filled": _url("desk_appointments", below),
        }
        if links
        else {},
    }


def _url(name: str, wanted: dict[str, str]) -> str:
    return f"{reverse(name)}?{urlencode(wanted)}"


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        return today
