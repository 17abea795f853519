"""How faults and values of a file are said in the reader's language (说法)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import sentence
from quanyu.kernel.columns import Kind, Table
from quanyu.kernel.errors import Refusal


def fault(table: Table, key: str, said: str, parts: Mapping[str, Any]) -> str:
    """Return what is wrong; what is allowed by its names, not its codes."""
    column = table.column(key)
    if column is not None and "choices" in parts:
        names = (_(words) for words in column.choices.values())
        parts = {**parts, "choices": pgettext("between items", "、").join(names)}
    return sentence(Refusal(said, **parts))


def value(table: Table, key: str, text: str) -> str:
    """Return a value as the list shows it: a choice by its name, yes and no as words."""
    column = table.column(key)
    if column is None:
        return text
    if column.kind is Kind.YES_NO and text:
        return _("是") if text == "1" else _("否")
    return _(column.choices[text]) if text in column.choices else text


def label(table: Table, key: str) -> str:
    """Return what a column is called."""
    column = table.column(key)
    return _(column.label) if column else key
