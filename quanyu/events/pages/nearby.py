"""Residents are told what is reported near by already, and may join it (附近已有人反映)."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.events import schemas
from quanyu.events.pages import public
from quanyu.events.queries import nearby as queries
from quanyu.events.queries import words
from quanyu.kernel.access.http import answer, parsed
from quanyu.kernel.accounts.http import address_of
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal
from quanyu.kernel.quotas.actions import knock

NOTHING = 204


@require_POST
def near(request: HttpRequest) -> HttpResponse:
    """Show what is reported near by: a piece of the page to a script, the whole page without."""
    at, is_piece = timezone.now(), request.headers.get("X-Requested-With") == "fetch"
    try:
        found = _near(request, at=at)
    except Refusal:
        # A help and no more: what it cannot look at, it leaves as it stands.
        found = []
    if not is_piece:
        return public.report_page(request, near=_shown(found, at=at), has_looked=True)
    if not found:
        return HttpResponse(status=NOTHING)
    return answer(request, "events/_nearby.html", {"near": _shown(found, at=at)})


def _near(request: HttpRequest, *, at: datetime) -> list[queries.Near]:
    given = request.POST.dict()
    typed = parsed(schemas.AlikeIn, {**given, "category": given.get("class_code")}, labels={})
    knock("nearby", who=[address_of(request)], quotas=queries.quotas(at=at), at=at)
    said = queries.Said(**typed.model_dump(), address=given.get("address", "")[:200])
    return queries.near(said, at=at)


def _shown(found: list[queries.Near], *, at: datetime) -> list[dict[str, Any]]:
    on = words.day(at)
    return [
        {
            "key": one.key,
            "kind": str(public.PLAIN.get(one.category, "")) or _label(one.category, on),
            "far": _("约 {n} 米内").format(n=one.metres) if one.metres else _("同一社区"),
            "day": one.day,
            "state": _("正在办") if one.is_begun else _("已受理"),
        }
        for one in found
    ]


def _label(code: str, on: date) -> str:
    entry = codes.class_of(code, on=on)
    return codes.label(entry) if entry else code
