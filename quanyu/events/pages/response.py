"""The figures of whistle calls and of cards, each with its passport and its rows (数字)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.events.figures.response import BASES, MEASURES, RESPONSE
from quanyu.events.pages import behind, calling
from quanyu.events.pages.figures import signed, unit
from quanyu.events.queries import calling as words
from quanyu.events.queries import response as queries
from quanyu.events.queries.values import place_words
from quanyu.events.rules import whistle as rules
from quanyu.kernel.access.http import answer
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.figures.rules import (
    ROUNDING,
    Figure,
    Grain,
    Period,
    Unit,
    difference,
    holding,
    period,
)
from quanyu.regions import queries as regions


def calls(
    request: HttpRequest, *, actor: Actor, at: datetime, tabs: Sequence[dict[str, Any]]
) -> HttpResponse:
    """Show how many calls there were, how they were answered, and whether they were needed."""
    said = _period(request, at=at)
    context = _context(request, "calls", "desk_calls_whistled", said, actor=actor, at=at) | {
        "section": "whistle",
        "title": _("吹哨报到"),
        "views": tabs,
        **_table(said, actor=actor, at=at),
    }
    return answer(request, "events/response.html", context)


def cards(
    request: HttpRequest, *, actor: Actor, at: datetime, tabs: Sequence[dict[str, Any]]
) -> HttpResponse:
    """Show how many cards were answered in time."""
    said = _period(request, at=at)
    context = _context(request, "cards", "desk_cards", said, actor=actor, at=at) | {
        "section": "cards",
        "title": _("督办"),
        "views": tabs,
    }
    return answer(request, "events/response.html", context)


def _period(request: HttpRequest, *, at: datetime) -> Period:
    text = request.GET.get("period", "")
    return period(text) if text else holding(local(at).date(), Grain.MONTH)


def _context(
    request: HttpRequest, name: str, page: str, said: Period, *, actor: Actor, at: datetime
) -> dict[str, Any]:
    now = queries.figures(name, said, actor=actor, at=at)
    before = queries.figures(name, said.before(), actor=actor, at=at)

    def url(of: Period, **more: str) -> str:
        return f"{reverse(page)}?{urlencode({'show': 'figures', 'period': of.text} | more)}"

    def part(code: str, one: Figure) -> dict[str, Any]:
        measure = MEASURES[code]
        count = one.numerator if code == one.metric.numerator else one.denominator
        return {
            "label": _(measure.name),
            "definition": _(measure.definition),
            "basis": _(BASES[measure.basis].name),
            "rule": _(BASES[measure.basis].rule),
            "count": f"{count:,}",
            "url": f"{url(said, figure=code)}#behind",
        }

    following = said.after()
    return {
        "period": behind.told(said),
        "before_url": url(said.before()),
        "before": behind.told(said.before()),
        "after_url": url(following) if following.since <= local(at).date() else "",
        "after": behind.told(following),
        "figures": [_card(one, old, part) for one, old in zip(now, before, strict=True)],
        "behind": _behind(request.GET.get("figure", ""), said, actor=actor, at=at),
        "at": at,
        "now": timezone.localtime(at),
    }


def _card(one: Figure, old: Figure, part: Callable[[str, Figure], Any]) -> dict[str, Any]:
    metric = one.metric
    return {
        "code": metric.code,
        "label": _(metric.name),
        "value": one.text,
        "unit": unit(metric) if one.value is not None else "",
        "before": f"{old.text}{'' if old.value is None else ' ' + unit(metric)}",
        "change": signed(difference(one.value, old.value), metric),
        "note": _(metric.note) if metric.note else "",
        "version": metric.version,
        "since": metric.since,
        "versions": len(RESPONSE.versions(metric.code)),
        "parts": [part(code, one) for code in metric.measures],
        "is_share": metric.unit is Unit.PERCENT,
        "rounding": _(ROUNDING) if metric.unit is not Unit.COUNT else "",
    }


def _table(said: Period, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return the calls of each street by kind, beside the matters reported there."""
    kinds = codes.choices(rules.KINDS, on=local(at).date())
    found = queries.streets(said, actor=actor, at=at)
    return {
        "heads": [name for _code, name in kinds],
        "streets": [
            {
                "label": regions.label(one.path),
                "counts": [one.kinds.get(code, 0) for code, _name in kinds],
                "calls": one.calls,
                "matters": one.matters,
            }
            for one in found
        ],
    }


# ------------------------------------------------------------------ the rows behind a number


def _behind(code: str, said: Period, *, actor: Actor, at: datetime) -> dict[str, Any] | None:
    if not code:
        return None
    rows = queries.counted(code, said, actor=actor, at=at)
    kind = {"called": _call, "answer_due": _part, "card_due": _one_card}
    found = list(rows[: queries.MOST_BEHIND])
    told = calling.names(getattr(row, "body_id", None) for row in found)
    return {
        "label": _(MEASURES[code].name),
        "count": rows.count(),
        "rows": [kind[MEASURES[code].basis](row, told) for row in found],
    }


def _call(row: Any, told: Any) -> dict[str, Any]:
    return {
        "url": reverse("desk_call", args=[row.number]),
        "title": f"{calling.kind_words(row)} {place_words(row.region_path)}",
        "note": row.number,
        "at": row.called_at,
    }


def _part(row: Any, told: Any) -> dict[str, Any]:
    return _call(row.call, told) | {
        "note": told.get(row.body_id, ""),
        "at": row.reported_at or row.call.answer_due_at,
    }


def _one_card(row: Any, told: Any) -> dict[str, Any]:
    level = words.code_words("card_level", row.level)
    return {
        "url": reverse("desk_card", args=[row.number]),
        "title": f"{level} {place_words(row.region_path)}",
        "note": told.get(row.body_id, ""),
        "at": row.first_answered_at or row.first_due_at,
    }
