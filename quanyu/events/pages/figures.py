"""The figures of a place: each opens its passport, and the list of what it counts (指标)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from quanyu.events.figures import BASES, EVENTS, EXCLUSIONS, MEASURES, SETS
from quanyu.events.pages import behind
from quanyu.events.queries import figures, groups
from quanyu.events.queries.words import figure_words
from quanyu.events.tables import BULLETIN
from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.figures.rules import (
    BLANK,
    ROUNDING,
    Figure,
    Grain,
    Metric,
    Period,
    Unit,
    difference,
    holding,
    period,
)
from quanyu.regions import queries as regions

PARAMETERS = ("period", "place", "by", "set")
FIRST = 5
"""So many figures of a set stand large."""

COLUMNS = ("reported", "filed", "due", "done", "on_time", "left")
RATES = ("done_rate", "on_time_rate")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for (所问)."""

    period: Period
    place: str
    by: str
    chosen: str

    @property
    def address(self) -> dict[str, str]:
        """Return it as an address holds it."""
        return {
            "period": self.period.text,
            "place": self.place,
            "by": self.by,
            "set": self.chosen,
        }

    def url(self, **changes: str) -> str:
        """Return the page with something else asked."""
        return f"{reverse('desk_figures')}?{urlencode(self.address | changes)}"

    def behind(self, code: str, period: Period, **narrowed: str) -> str:
        """Return the list of exactly the matters that a measure counts."""
        said = {"figure": code, "period": period.text, "place": self.place} | narrowed
        return f"{reverse('desk_matters')}?{urlencode(said)}"


def read(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Asked:
    """Return what an address asks for; without words the last full month of one's own place.

    :raises Denied: if the place is not within reach
    :raises Refusal: if there is no such period, grouping or set
    """
    text = given.get("period") or holding(local(at).date(), Grain.MONTH).before().text
    return Asked(
        period(text),
        groups.place(given.get("place", ""), actor=actor),
        groups.dimension(given.get("by") or "place"),
        groups.chosen(given.get("set") or "cases"),
    )


@require_GET
@hidden_if_denied
def figures_page(request: HttpRequest) -> HttpResponse:
    """Show the figures of one period and place, by place, body or class, with their passports."""
    actor, at = actor_of(request), timezone.now()
    said = read(asked(request, *PARAMETERS), actor=actor, at=at)
    scope = figures.Scope(said.place)
    now = figures.tallies(scope, said.period, by=said.by, actor=actor, at=at)
    earlier = said.period.before()
    before = figures.tallies(scope, earlier, by=said.by, actor=actor, at=at)
    whole = figures.whole(now)
    told = figures.reckon(_metrics(said), whole, on=said.period.since)
    then = figures.reckon(_metrics(said), figures.whole(before), on=said.period.since)
    cards = [_card(one, old, said, whole=whole) for one, old in zip(told, then, strict=True)]
    out = figures.with_excluded(_metrics(said), scope, said.period, whole, actor=actor, at=at)
    for card in cards:
        card["out"] = out.get(card["code"])
    context = {
        "section": "figures",
        "period": behind.told(said.period),
        "earlier": behind.told(earlier),
        "place": regions.label(said.place),
        "first": cards[:FIRST],
        "others": cards[FIRST:],
        "note": _(SETS[said.chosen].note),
        "grains": _grains(said, at=at),
        "sets": _switch(said, "set", {code: _(one.name) for code, one in SETS.items()}),
        "tabs": _switch(said, "by", groups.names()),
        "before_url": said.url(period=earlier.text),
        "after_url": _after(said, at=at),
        "after": behind.told(said.period.after()),
        "heading": groups.names()[said.by],
        "head": groups.heads()[said.by],
        "columns": [figure_words(MEASURES[code].name) for code in COLUMNS],
        "rates": [figure_words(EVENTS.metric(code, on=said.period.since).name) for code in RATES],
        "rows": _rows(said, now, before, at=at),
        "total": _row(said, _("合计"), whole, figures.whole(before), {}),
        "bulletin_url": _bulletin(said),
        "now": timezone.localtime(at),
        "at": at,
    }
    return answer(request, "events/figures.html", context)


def _metrics(said: Asked) -> tuple[Metric, ...]:
    return EVENTS.chosen(said.chosen, on=said.period.since)


def _bulletin(said: Asked) -> str:
    asked_for = {name: said.address[name] for name in BULLETIN.parameters}
    return f"{reverse('desk_export_new', args=[BULLETIN.name])}?{urlencode(asked_for)}"


# ------------------------------------------------------------------ switches


def _switch(said: Asked, name: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": said.url(**{name: key}), "current": said.address[name] == key}
        for key, label in words.items()
    ]


def _grains(said: Asked, *, at: datetime) -> list[dict[str, Any]]:
    names = {
        Grain.DAY: pgettext("period", "日"),
        Grain.MONTH: pgettext("period", "月"),
        Grain.QUARTER: pgettext("period", "季"),
        Grain.YEAR: pgettext("period", "年"),
    }
    last = min(said.period.until, local(at).date())
    day = max(said.period.since, last.fromordinal(last.toordinal() - 1))
    return [
        {
            "label": label,
            "url": said.url(period=holding(day, grain).text),
            "current": said.period.grain is grain,
        }
        for grain, label in names.items()
    ]


def _after(said: Asked, *, at: datetime) -> str:
    following = said.period.after()
    return said.url(period=following.text) if following.since <= local(at).date() else ""


# ------------------------------------------------------------------ a figure and its passport


def unit(metric: Metric) -> str:
    """Return the unit that stands after a figure."""
    return {
        Unit.COUNT: pgettext("unit", "件"),
        Unit.PERCENT: "%",
        Unit.DAYS: pgettext("unit", "天"),
        Unit.SCORE: pgettext("unit", "分"),
    }[metric.unit]


def signed(change: Decimal | None, metric: Metric) -> str:
    """Return by how much a figure differs, as a number with its sign."""
    if change is None:
        return BLANK
    if not change:
        return _("持平")
    return f"{change:+,.0f}" if metric.unit is Unit.COUNT else f"{change:+,.2f}"


def _card(one: Figure, old: Figure, said: Asked, *, whole: figures.Tally) -> dict[str, Any]:
    metric = one.metric
    return {
        "code": metric.code,
        "label": figure_words(metric.name),
        "value": one.text,
        "unit": unit(metric) if one.value is not None else "",
        "before": f"{old.text}{'' if old.value is None else ' ' + unit(metric)}",
        "change": signed(difference(one.value, old.value), metric),
        "absent": _(one.absent) if one.absent else "",
        "note": _(metric.note) if metric.note else "",
        "version": metric.version,
        "since": metric.since,
        "versions": len(EVENTS.versions(metric.code)),
        "basis": BASES[MEASURES[metric.numerator].basis] if metric.numerator else None,
        "parts": [_part(code, one, said) for code in metric.measures],
        "is_share": metric.unit is Unit.PERCENT and bool(metric.denominator),
        "excluded": _excluded(one),
        "weights": [
            (figure_words(EVENTS.versions(c)[-1].name), weight) for c, weight in one.weights
        ],
        "check": _check(whole) if metric.code in RATES else "",
        "rounding": _(ROUNDING) if metric.unit is not Unit.COUNT else "",
    }


def _part(code: str, one: Figure, said: Asked) -> dict[str, Any]:
    measure = MEASURES[code]
    count = one.numerator if code == one.metric.numerator else one.denominator
    is_counted = measure.unit is Unit.COUNT and not one.absent
    return {
        "label": figure_words(measure.name),
        "definition": _(measure.definition),
        "basis": _(BASES[measure.basis].name),
        "rule": _(BASES[measure.basis].rule),
        "count": f"{count:,}" if is_counted and count is not None else "",
        "url": said.behind(code, said.period) if is_counted else "",
    }


def _excluded(one: Figure) -> list[str]:
    counts = dict(one.excluded)
    return [
        _("{what} {count} 件").format(what=_(EXCLUSIONS[code].name), count=counts.get(code, 0))
        for code in one.metric.excluded
    ]


def _check(whole: figures.Tally) -> str:
    codes = ("on_time", "late", "left", "pending")
    counts = [int(whole.counts.get(code) or 0) for code in codes]
    names = [f"{figure_words(MEASURES[c].name)} {n:,}" for c, n in zip(codes, counts, strict=True)]
    return f"{' + '.join(names)} = {sum(counts):,}"


# ------------------------------------------------------------------ the table


def _rows(
    said: Asked, now: figures.Tallies, before: figures.Tallies, *, at: datetime
) -> list[dict[str, Any]]:
    found = groups.listed({*now, *before}, by=said.by, place=said.place, at=at)
    nothing = figures.Tally()
    return [
        _row(
            said,
            group.label,
            now.get(group.key, nothing),
            before.get(group.key, nothing),
            group.narrowed,
            code=group.code,
            url=said.url(place=group.below) if group.below else "",
        )
        for group in found
    ]


def _row(
    said: Asked,
    label: str,
    tally: figures.Tally,
    old: figures.Tally,
    narrowed: Mapping[str, str],
    *,
    code: str = "",
    url: str = "",
) -> dict[str, Any]:
    return {
        "label": label,
        "code": code,
        "url": url,
        "counts": [_cell(said, one, tally, narrowed) for one in COLUMNS],
        "rates": list(_compared(said, tally, old)),
    }


def _cell(
    said: Asked, code: str, tally: figures.Tally, narrowed: Mapping[str, str]
) -> dict[str, str]:
    count = int(tally.counts.get(code) or 0)
    url = said.behind(code, said.period, **narrowed) if count else ""
    return {"count": f"{count:,}", "url": url}


def _compared(said: Asked, tally: figures.Tally, old: figures.Tally) -> Iterable[dict[str, Any]]:
    metrics = [EVENTS.metric(code, on=said.period.since) for code in RATES]
    told = figures.reckon(metrics, tally, on=said.period.since)
    then = figures.reckon(metrics, old, on=said.period.since)
    for one, before in zip(told, then, strict=True):
        yield {
            "text": one.text,
            "width": float(one.value or 0),
            "is_known": one.value is not None,
            "change": signed(difference(one.value, before.value), one.metric),
        }
