"""What a list that stands behind a figure says of it (数字背后的事项)."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events.figures import MEASURES
from quanyu.kernel.access.http import field, option
from quanyu.kernel.figures.rules import Grain, Period, WrongPeriod, period


def fields(asked: Mapping[str, str], *, clear: str) -> list[dict[str, Any]]:
    """Return which measure of which period a list holds, as chips that can be taken away."""
    measure = MEASURES.get(asked.get("figure", ""))
    said = [
        ("figure", _("指标"), _(measure.name) if measure else ""),
        ("period", _("周期"), words(asked.get("period", ""))),
        ("without", _("未填的"), empty(asked.get("without", ""))),
    ]
    return [
        field(
            name,
            label,
            "select",
            value=asked[name],
            required=False,
            options=[option(asked[name], word)],
            on=True,
            word=word,
            clear_url=clear,
        )
        for name, label, word in said
        if asked.get(name) and word
    ]


def cleared(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what is asked besides: measure and period go together."""
    rest = {k: v for k, v in asked.items() if k not in {"figure", "period", "without"}}
    return rest or {"state": "all"}


def empty(what: str) -> str:
    """Return what is missing, in words."""
    found = {"body": _("没有承办单位"), "class": _("没有类别"), "below": _("没有落到下一级")}
    return found.get(what, "")


def words(text: str) -> str:
    """Return a period in words; "" for what is none."""
    try:
        return told(period(text))
    except WrongPeriod:
        return ""


def told(found: Period) -> str:
    """Return a period in words."""
    if found.grain is Grain.QUARTER:
        return _("{year} 年第 {quarter} 季度").format(
            year=found.since.year, quarter=(found.since.month + 2) // 3
        )
    form = {
        Grain.DAY: pgettext("period format", "Y年n月j日"),
        Grain.MONTH: pgettext("period format", "Y年n月"),
        Grain.YEAR: pgettext("period format", "Y年"),
    }[found.grain]
    return date_format(found.since, form)
