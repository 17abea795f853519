"""Which column of another system's file means what here (对照表). Read once, checked as a whole."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quanyu.events.rules import Channel
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

FIELDS = (
    *("number", "title", "text", "address", "lon", "lat", "opened", "due", "closed", "state"),
    *("outcome", "class", "body", "channel", "place", "on_time"),
)
"""What a column may mean."""

NEEDED = ("number", "text", "opened")
TEXTS = ("law", "keep", "none")
"""What becomes of words older than they may be kept: left out, brought in all the same, or none."""

PARTS = {
    "source": str,
    "zone": str,
    "texts": str,
    "columns": dict,
    "class": dict,
    "body": dict,
    "channel": dict,
    "place": dict,
    "state": dict,
    "on_time": dict,
    "points": dict,
    "file": dict,
}
SHAPES: Mapping[type, str] = {str: '"…"', dict: '"…" = "…"', list: '["…"]'}
"""How a value of each kind is written."""
WORDS: Mapping[str, type] = {"map": dict, "default": object}
INSIDE: Mapping[str, Mapping[str, type]] = {
    **dict.fromkeys(("class", "body", "channel", "place"), WORDS),
    "points": {"unknown": list},
    "file": {"encoding": str, "delimiter": str, "formats": list},
}
"""What may stand inside a part; the other parts name columns or words of the file."""
SOURCE = re.compile(r"[a-z0-9][a-z0-9.-]{0,29}")


class BadMapping(Invalid):
    """The mapping cannot be understood; nothing was read."""


@dataclass(frozen=True, slots=True)
class Words:
    """How the words of one column become codes of ours; one without a code falls to the default."""

    codes: Mapping[str, str] = field(default_factory=dict)
    default: str = ""

    def code(self, word: str) -> str:
        """Return the code of a word."""
        return self.codes.get(word, self.default)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The whole mapping of one file (对照表)."""

    source: str
    zone: ZoneInfo
    columns: Mapping[str, tuple[str, ...]]
    texts: str = "law"
    classes: Words = field(default_factory=Words)
    bodies: Words = field(default_factory=Words)
    channels: Words = field(default_factory=Words)
    places: Words = field(default_factory=Words)
    states: Words = field(default_factory=Words)
    on_time: Words = field(default_factory=Words)
    nowhere: frozenset[tuple[float, float]] = frozenset()
    """Points that another system writes when it knows none."""
    formats: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str = ","

    @property
    def read(self) -> tuple[str, ...]:
        """Return the columns of the file that are read, each once."""
        return tuple(dict.fromkeys(name for names in self.columns.values() for name in names))


def understood(told: Mapping[str, Any]) -> Meaning:
    """Return the mapping that a file of it tells.

    :raises BadMapping: naming the part that is missing, unknown or not of its kind
    """
    _check_parts(told)
    columns = _columns(told.get("columns", {}))
    points, file = told.get("points", {}), told.get("file", {})
    return Meaning(
        source=_source(told.get("source", "")),
        zone=_zone(told.get("zone", "Asia/Shanghai")),
        columns=columns,
        texts=_one_of("texts", told.get("texts", "law"), TEXTS),
        classes=_words(told, "class"),
        bodies=_words(told, "body"),
        channels=_channels(told),
        places=_words(told, "place"),
        states=_turned(told, "state", ("open", "closed")),
        on_time=_turned(told, "on_time", ("yes", "no")),
        nowhere=frozenset(_pair(pair) for pair in points.get("unknown", ())),
        formats=_several("file.formats", file.get("formats", [])),
        encoding=file.get("encoding", "utf-8-sig"),
        delimiter=_delimiter(file.get("delimiter", ",")),
    )


def _check_parts(told: Mapping[str, Any]) -> None:
    for name, part in told.items():
        kind = PARTS.get(name)
        if kind is None:
            raise _bad(_("对照表里没有“{word}”这一项，可以写：{among}"), name, name, [*PARTS])
        _check_kind(name, name, part, kind)
        for key, value in part.items() if name in INSIDE else ():
            _one_of(name, key, [*INSIDE[name]])
            _check_kind(name, f"{name}.{key}", value, INSIDE[name][key])


def _check_kind(part: str, word: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        sentence = _("对照表的“{word}”写法不对，应写作 {among}")
        raise _bad(sentence, part, word, [SHAPES[kind]])


def _several(word: str, given: object) -> tuple[str, ...]:
    """Return one text, or each of a list of them."""
    part, _dot, _name = word.partition(".")
    among: Any = [given] if isinstance(given, str) else given
    _check_kind(part, word, among, list)
    for one in among:
        _check_kind(part, word, one, str)
    return tuple(among)


def _delimiter(sign: str) -> str:
    if len(sign) != 1 or sign in '"\r\n':
        raise _bad(_("file 的 delimiter 是一个字符，如逗号或制表符，不是“{word}”"), "file", sign)
    return sign


def _bad(sentence: str, part: str, word: str, among: Sequence[str] = ()) -> BadMapping:
    listed = ", ".join(among)
    return BadMapping(
        sentence, field=part, value=word, allowed=among, part=part, word=word, among=listed
    )


def _source(name: str) -> str:
    if not SOURCE.fullmatch(name):
        sentence = _("请用 source 给来源系统取名：小写字母、数字、点和短横，至多 30 个")
        raise _bad(sentence, "source", name)
    return name


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise _bad(_("没有“{word}”这个时区"), "zone", name) from fault


def _columns(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    columns: dict[str, tuple[str, ...]] = {}
    for name, given in told.items():
        _one_of("columns", name, FIELDS)
        columns[name] = _several(f"columns.{name}", given)
    for name in NEEDED:
        if not columns.get(name):
            raise _bad(_("对照表的 columns 缺“{word}”"), "columns", name)
    return columns


def _words(told: Mapping[str, Any], part: str) -> Words:
    found = told.get(part, {})
    codes = {str(word): str(code) for word, code in found.get("map", {}).items()}
    return Words(codes, str(found.get("default", "")))


def _channels(told: Mapping[str, Any]) -> Words:
    words = _words(told, "channel")
    known = [channel.value for channel in Channel]
    for code in {*words.codes.values(), words.default or Channel.API.value}:
        _one_of("channel", code, known)
    return Words(words.codes, words.default or Channel.API.value)


def _turned(told: Mapping[str, Any], part: str, codes: Sequence[str]) -> Words:
    """Return words told the other way round: for each code the words that mean it."""
    found = told.get(part, {})
    for code, words in found.items():
        _one_of(part, code, codes)
        _check_kind(part, f"{part}.{code}", words, list)
    return Words({str(word): code for code, words in found.items() for word in words})


def _one_of(part: str, word: str, among: Sequence[str]) -> str:
    if word not in among:
        raise _bad(_("对照表的 {part} 里不能写“{word}”，可以写：{among}"), part, word, among)
    return word


def _pair(told: Sequence[Any]) -> tuple[float, float]:
    try:
        lon, lat = told
        return float(lon), float(lat)
    except (TypeError, ValueError) as fault:
        sentence = _("points 的 unknown 里每一项是一对经纬度，不是“{word}”")
        raise _bad(sentence, "points", str(told)) from fault
