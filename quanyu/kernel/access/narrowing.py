"""What narrows a list: a field to type into, fields to choose from, each said in words (筛选)."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import pgettext

from quanyu.kernel.access.http import field, option

Asked = Mapping[str, str]
Field = dict[str, Any]


def search(label: str, asked: Asked) -> Field:
    """Return the field that people type words into."""
    value = asked.get("q", "")
    return field("q", label, "search", value=value, required=False, on=bool(value))


def pick(
    name: str,
    label: str,
    options: Mapping[str, str],
    *,
    asked: Asked,
    home: str,
    empty: str = "",
) -> Field:
    """Return a field that people choose from, with the address of the list without it.

    :param options: what may be chosen, and how it is called
    :param home: the address of the list that nothing narrows
    :param empty: what the list shows while nothing is chosen, where that is not all
    """
    rest = urlencode({key: value for key, value in asked.items() if value and key != name})
    value = asked.get(name, "")
    return field(
        name,
        label,
        "select",
        value=value,
        required=False,
        options=[option(key, words) for key, words in options.items()],
        empty=empty,
        on=bool(value),
        clear_url=f"{home}?{rest}" if rest else home,
    )


def said(fields: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return in words what fields that are in use ask for."""
    return [(str(one["label"]), _word(one)) for one in fields if one.get("on")]


def _word(one: Mapping[str, Any]) -> str:
    names = {each["value"]: each["label"] for each in one.get("options", ())}
    return str(names.get(one["value"], one["value"])) or pgettext("filter", "全部")
