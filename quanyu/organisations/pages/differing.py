"""In what the register differs between two days (组织变化)."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.organisations import queries
from quanyu.organisations.pages.net import body_address, day_of, first
from quanyu.organisations.queries import net as found
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.rules.net import DIFFERS_WORDS, Difference, Differs, Stood
from quanyu.regions import queries as regions

MOST = 300
"""Rows on one page; how many there are in all is said."""


@require_GET
@hidden_if_denied
def difference(request: HttpRequest) -> HttpResponse:
    """List what stood otherwise on two days; a year apart unless the address says."""
    today = timezone.localdate()
    other = day_of(request, "on")
    one = day_of(request, "from") if request.GET.get("from") else today - timedelta(days=365)
    place = request.GET.get("place", "") or first(actor_of(request).stations)
    early, late = sorted((one, other))
    rows = found.difference(early, late, place=place)
    count = Counter(word for row in rows for word in row.in_what)
    shown = rows[:MOST]
    above = queries.body_names([key for row in shown for key in _superiors(row)])
    context = {
        "section": "net",
        "early": early,
        "late": late,
        "place_name": regions.label(place) if place else "",
        "place": place,
        "count": len(rows),
        "most": MOST,
        "figures": [{"label": _(DIFFERS_WORDS[word]), "count": count[word]} for word in Differs],
        "rows": [_row(row, early, late, above) for row in shown],
        "now": timezone.localtime(),
    }
    return answer(request, "organisations/difference.html", context)


def _superiors(row: Difference) -> list[UUID]:
    return [one.parent for one in (row.before, row.after) if one and one.parent]


def _row(row: Difference, early: date, late: date, above: Any) -> dict[str, Any]:
    stood = row.after or row.before
    if stood is None:
        return {}
    return {
        "name": in_language(stood.name, stood.name_en),
        "url": body_address(row.body_id, late if row.after else early),
        "place": regions.label(stood.place),
        "kind": _(KIND_WORDS[BodyKind(stood.kind)]),
        "in_what": [_(DIFFERS_WORDS[word]) for word in row.in_what],
        "ends": Differs.ENDED in row.in_what,
        "changes": [
            {"before": _said(word, row.before, above), "after": _said(word, row.after, above)}
            for word in row.in_what
            if word not in (Differs.FOUNDED, Differs.ENDED)
        ],
    }


def _said(word: Differs, stood: Stood | None, above: Any) -> str:
    if stood is None:
        return ""
    said = {
        Differs.RENAMED: in_language(stood.name, stood.name_en),
        Differs.RECAST: _(KIND_WORDS[BodyKind(stood.kind)]),
        Differs.MOVED: regions.label(stood.place),
        Differs.HUNG: str(above.get(stood.parent, "—")),
    }
    return str(said[word])
