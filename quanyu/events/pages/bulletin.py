"""The bulletin of a period: the same figures as on the page, as a document (指标通报)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from quanyu.events.figures import BASES, EVENTS, EXCLUSIONS, MEASURES, SETS
from quanyu.events.pages import behind
from quanyu.events.pages.figures import COLUMNS, RATES, Asked, read, signed, unit
from quanyu.events.queries import figures, groups
from quanyu.events.queries.words import figure_words
from quanyu.events.tables import BULLETIN
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.figures.rules import (
    ROUNDING,
    Figure,
    Measure,
    Metric,
    Unit,
    difference,
)
from quanyu.kernel.tables.documents import Cell, Document, Head, Part, Side
from quanyu.regions import queries as regions

BY = ("place", "body", "class", "minor")
"""The tables of a bulletin: by region, by body, by class."""


@BULLETIN.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the matters on which the figures of this address rest."""
    said = read(asked, actor=actor, at=at)
    return figures.matters(figures.Scope(said.place), said.period, actor=actor, at=at)


@BULLETIN.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    said = read(asked, actor=actor, at=at)
    return [
        (_("周期"), behind.told(said.period)),
        (_("辖区"), regions.label(said.place)),
        (_("指标体系"), _(SETS[said.chosen].name)),
    ]


@BULLETIN.composed_by
def compose(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Document:
    """Return the bulletin: figures, then by region, body and class, then how they are reckoned."""
    said = read(asked, actor=actor, at=at)
    metrics = EVENTS.chosen(said.chosen, on=said.period.since)
    scope = figures.Scope(said.place)
    by = {key: _pair(scope, said, key, actor=actor, at=at) for key in BY}
    now, before = (figures.whole(one) for one in by["place"])
    out = figures.with_excluded(metrics, scope, said.period, now, actor=actor, at=at)
    first = _figures(metrics, said, now, before, out=out)
    tables = [_table(key, said, *by[key], at=at) for key in BY]
    title = _("{place}{period}指标通报").format(
        place=regions.label(said.place), period=behind.told(said.period)
    )
    return Document(title, _(SETS[said.chosen].name), [first, *tables, _definitions(metrics)])


def _pair(
    scope: figures.Scope, said: Asked, by: str, *, actor: Actor, at: datetime
) -> tuple[figures.Tallies, figures.Tallies]:
    now = figures.tallies(scope, said.period, by=by, actor=actor, at=at)
    return now, figures.tallies(scope, said.period.before(), by=by, actor=actor, at=at)


def _figures(
    metrics: Iterable[Metric],
    said: Asked,
    now: figures.Tally,
    before: figures.Tally,
    *,
    out: Mapping[str, figures.Excluded],
) -> Part:
    chosen = list(metrics)
    told = figures.reckon(chosen, now, on=said.period.since)
    then = figures.reckon(chosen, before, on=said.period.since)
    heads = [
        Head(_("指标"), width=20),
        Head(_("本期"), Side.SHARE),
        Head(_("单位"), width=8),
        Head(behind.told(said.period.before()), Side.SHARE, 14),
        Head(_("增减"), Side.CHANGE),
        Head(_("分子"), Side.COUNT),
        Head(_("分母"), Side.COUNT),
        Head(_("说明"), width=48),
    ]
    rows = [
        _figure(one, old, out.get(one.metric.code)) for one, old in zip(told, then, strict=True)
    ]
    return Part(_("指标"), heads, rows, note=_(ROUNDING))


def _figure(one: Figure, old: Figure, out: figures.Excluded | None) -> list[Cell]:
    is_count = one.metric.unit is Unit.COUNT
    change = difference(one.value, old.value)
    return [
        figure_words(one.metric.name),
        one.text if is_count else one.value,
        unit(one.metric),
        old.text if is_count else old.value,
        signed(change, one.metric) if is_count else change,
        one.numerator if one.metric.unit is Unit.PERCENT else None,
        one.denominator,
        _("；").join([*([_excluded(out)] if out else []), *_explained(one)]),
    ]


def _explained(one: Figure) -> list[str]:
    said = one.absent or one.metric.note
    return [_(said)] if said else []


def _excluded(out: figures.Excluded) -> str:
    """Return how many a review left out of a figure, and the figure with them."""
    words = ngettext("剔除 {n} 件，含剔除 {value}", "剔除 {n} 件，含剔除 {value}", out.count)
    return words.format(n=out.count, value=out.text)


def _table(
    by: str, said: Asked, now: figures.Tallies, before: figures.Tallies, *, at: datetime
) -> Part:
    rates = [EVENTS.metric(code, on=said.period.since) for code in RATES]
    heads = [
        Head(groups.heads()[by], width=28),
        *(Head(figure_words(MEASURES[code].name), Side.COUNT) for code in COLUMNS),
        *(Head(f"{_(one.name)} %", Side.SHARE) for one in rates),
        Head(_("按期结案率比上期（百分点）"), Side.CHANGE, 16),
    ]
    nothing = figures.Tally()
    found = groups.listed({*now, *before}, by=by, place=said.place, at=at)
    rows = [
        _line(one.label, now.get(one.key, nothing), before.get(one.key, nothing), rates, said)
        for one in found
    ]
    rows.append(_line(_("合计"), figures.whole(now), figures.whole(before), rates, said))
    note = _("按代码或名称的顺序排列")
    return Part(groups.names()[by], heads, rows, note=note, has_total=True)


def _line(
    label: str, tally: figures.Tally, old: figures.Tally, rates: list[Metric], said: Asked
) -> list[Cell]:
    told = figures.reckon(rates, tally, on=said.period.since)
    then = figures.reckon(rates, old, on=said.period.since)
    counts: list[Cell] = [int(tally.counts.get(code) or 0) for code in COLUMNS]
    shares: list[Cell] = [one.value for one in told]
    return [label, *counts, *shares, difference(told[-1].value, then[-1].value)]


def _definitions(metrics: Iterable[Metric]) -> Part:
    heads = [
        Head(_("指标"), width=20),
        Head(_("分子"), width=44),
        Head(_("分母"), width=44),
        Head(_("日期口径"), width=36),
        Head(_("不计入"), width=20),
        Head(_("版本"), width=16),
    ]
    return Part(_("口径"), heads, [_definition(one) for one in metrics])


def _definition(metric: Metric) -> list[Cell]:
    top, base = (MEASURES.get(code) for code in (metric.numerator, metric.denominator))
    between = pgettext("between items", "、")
    return [
        _(metric.name),
        _(metric.absent) if metric.absent else _said(top),
        _said(base),
        _(BASES[top.basis].rule) if top else "",
        between.join(_(EXCLUSIONS[code].name) for code in metric.excluded),
        _("第 {n} 版，{day} 起").format(n=metric.version, day=date_format(metric.since)),
    ]


def _said(measure: Measure | None) -> str:
    return f"{_(measure.name)}{_('：')}{_(measure.definition)}" if measure else ""
