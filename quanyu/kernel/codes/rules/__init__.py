"""What holds on a day, and which limit is nearest. No database, no clock (代码与依据)."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

TIMES: Final = ("minutes", "working_minutes", "working_hours", "working_days", "hours", "days")
"""What a time limit may be counted in: the same words as the calendar's, which stands beside us."""

COUNTS: Final = ("times", "percent")
"""What else has a limit: how often something may be done, and a share of it."""

UNITS: Final = (*TIMES, *COUNTS)

LONGEST: Final = {
    "minutes": 100_000,
    "working_minutes": 100_000,
    "working_hours": 4_000,
    "working_days": 1_000,
    "hours": 20_000,
    "days": 1_500,
    "times": 100,
    "percent": 100,
}
"""The longest limit of each unit: a slip of the keyboard must not reach into the next century."""

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
CLASS_LISTS: Final = ("event_class", "part_class")
FLAGS: Final = frozenset(
    {"verification_required", "evidence_required", "safety", "emergency", "public_space"}
)
"""Attributes of a class that are yes or no. ``public_space``: a state of a thing that whoever
passes by sees, never what somebody does; neighbours may be told that it is reported already."""

FLAGS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    dict.fromkeys(CLASS_LISTS, FLAGS) | {"reason_outside": frozenset({"stops_clock"})}
)
"""The same by list: a list that is not here has none."""

WEIGHTS: Final = "figure_weight"
"""The list whose codes weigh something: their attribute ``weight``, a whole number."""

MOST_WEIGHT: Final = 100

ALL_FLAGS: Final = frozenset[str]().union(*FLAGS_OF.values())


class NotKeeper(Refusal):
    """Only an administrator of the whole place keeps its codes and limits."""


class WrongCode(Invalid):
    """A code, name or attribute that cannot be stored."""


class WrongStart(Refusal):
    """A change begins today or later, and after the change before it."""


class AlreadyThere(Refusal):
    """The list has this code already."""


class NotInForce(Refusal):
    """The code does not hold on that day."""


class NothingPlanned(Refusal):
    """There is no change to come that could be taken back."""


class StillParent(Refusal):
    """Other codes hang on this one."""


class NeedsClause(Refusal):
    """A class may demand a photo only with the clause that says so (基层减负)."""


class WrongLimit(Invalid):
    """A limit that is no limit."""


@dataclass(frozen=True, slots=True)
class ClauseEntry:
    """The clause something rests on, and whether it is a sample (依据条款)."""

    document: str
    number: str
    summary: str = ""
    is_sample: bool = False
    document_en: str = ""

    def __str__(self) -> str:
        return f"《{self.document}》{self.number}"

    def cited_in(self, language: str) -> str:
        """Return the clause as a language cites it; Chinese where there is no other title."""
        if not (language.startswith("en") and self.document_en):
            return str(self)
        return f"{self.document_en}, {_number_in_english(self.number)}"


_NUMERALS: Final = "零一二三四五六七八九"
_NUMBER: Final = re.compile(rf"(第?)(?:([{_NUMERALS[1:]}]?)(十))?([{_NUMERALS[1:]}]?)条?")


def _number_in_english(number: str) -> str:
    """Return 第十七条 as article 17 and 六 as clause 6; a finer number stays as it is written."""
    found = _NUMBER.fullmatch(number)
    if not found or not number:
        return number
    article, tens, ten, ones = found.groups("")
    value = 10 * (_NUMERALS.find(tens) if tens else 1) if ten else 0
    value += _NUMERALS.find(ones) if ones else 0
    return f"{'article' if article else 'clause'} {value}"


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code as it holds from a day on (代码)."""

    list: str
    code: str
    name: str
    valid_from: date
    name_en: str = ""
    parent: str = ""
    scheme: str = ""
    version: str = ""
    valid_to: date | None = None
    replaced_by: str = ""
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    clause: ClauseEntry | None = None
    clause_id: UUID | None = None
    is_edited: bool = False

    def name_in(self, language: str) -> str:
        """Return the name in a language; Chinese where there is no other."""
        return self.name_en if language.startswith("en") and self.name_en else self.name

    def has(self, flag: str) -> bool:
        """Answer whether a flag is set, such as ``verification_required``."""
        return self.attributes.get(flag) is True

    @property
    def shown(self) -> str:
        """Return the code as people know it: a part's national code without our letter."""
        return str(self.attributes.get("national") or self.code)


@dataclass(frozen=True, slots=True)
class LimitEntry:
    """One time limit as it holds from a day on (时限)."""

    workflow: str
    stage: str
    amount: int
    unit: str
    valid_from: date
    class_prefix: str = ""
    place_path: str = ""
    valid_to: date | None = None
    clause: ClauseEntry | None = None
    clause_id: UUID | None = None
    is_edited: bool = False


class Dated(Protocol):
    """Something that holds from a day on, up to another."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def holds(row: Dated, on: date) -> bool:
    """Answer whether a row holds on that day; the last day is not counted in."""
    return row.valid_from <= on and (row.valid_to is None or on < row.valid_to)


def in_force(rows: Iterable[D], on: date) -> D | None:
    """Return the one row that holds on that day."""
    return next((row for row in rows if holds(row, on)), None)


def overlap(one: Dated, other: Dated) -> bool:
    """Answer whether there is a day on which both hold."""
    starts = max(one.valid_from, other.valid_from)
    return all(row.valid_to is None or starts < row.valid_to for row in (one, other))


def nearest(
    limits: Iterable[LimitEntry], *, class_code: str, place: str, on: date
) -> LimitEntry | None:
    """Return the limit of the most specific place, then of the longest class, then the latest."""
    fitting = (
        row
        for row in limits
        if holds(row, on)
        and class_code.startswith(row.class_prefix)
        and place.startswith(row.place_path)
    )
    return max(
        fitting,
        key=lambda row: (len(row.place_path), len(row.class_prefix), row.valid_from),
        default=None,
    )


# ------------------------------------------------------------------ two days side by side

E = TypeVar("E", CodeEntry, LimitEntry)


@dataclass(frozen=True, slots=True)
class Difference(Generic[E]):
    """One row that is another on the later of two days, or is on one of them alone (差异)."""

    before: E | None
    after: E | None
    changed: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return ``added``, ``ended`` or ``changed``."""
        if self.before is None:
            return "added"
        return "ended" if self.after is None else "changed"


def code_differences(
    before: Iterable[CodeEntry], after: Iterable[CodeEntry]
) -> tuple[Difference[CodeEntry], ...]:
    """Return what one list says otherwise on the later day, in order of the codes."""
    compared = ("name", "name_en", "parent", "attributes", "clause")
    return _differences(before, after, lambda row: (row.code,), compared)


def limit_differences(
    before: Iterable[LimitEntry], after: Iterable[LimitEntry]
) -> tuple[Difference[LimitEntry], ...]:
    """Return which limits are others on the later day."""

    def key(row: LimitEntry) -> tuple[str, ...]:
        return (row.workflow, row.stage, row.class_prefix, row.place_path)

    return _differences(before, after, key, ("amount", "unit", "clause"))


def _differences(
    before: Iterable[E],
    after: Iterable[E],
    key: Callable[[E], tuple[str, ...]],
    compared: tuple[str, ...],
) -> tuple[Difference[E], ...]:
    was, now = ({key(row): row for row in rows} for rows in (before, after))
    found = []
    for one in sorted(was.keys() | now.keys()):
        old, new = was.get(one), now.get(one)
        if old is None or new is None:
            found.append(Difference(old, new))
            continue
        changed = tuple(name for name in compared if getattr(old, name) != getattr(new, name))
        if changed:
            found.append(Difference(old, new, changed))
    return tuple(found)


# ------------------------------------------------------------------ checks


def check_code(code: str, *, name: str) -> None:
    """Refuse a code that could not stand in a path or a file, or has no name.

    :raises WrongCode: if so
    """
    if not CODE.fullmatch(code):
        raise WrongCode(_("代码只能由字母、数字、点、横线和下划线组成"), field="code", value=code)
    if not name.strip():
        raise WrongCode(_("请填写名称"), field="name")


def check_attributes(
    list_key: str, attributes: Mapping[str, object], *, clause: object | None
) -> None:
    """Refuse attributes that a reader would misunderstand.

    :raises WrongCode: if a flag is neither true nor false, or a weight is none
    :raises NeedsClause: if evidence is demanded without a clause
    """
    for flag in sorted(FLAGS_OF.get(list_key, frozenset()) & attributes.keys()):
        if not isinstance(attributes[flag], bool):
            raise WrongCode(_("此项只能是“是”或“否”"), field=flag, value=attributes[flag])
    weight = attributes.get("weight", 0)
    if not isinstance(weight, int) or not 0 <= weight <= MOST_WEIGHT:
        raise WrongCode(
            _("权重是 0 到 {most} 的整数"), field="weight", value=weight, most=MOST_WEIGHT
        )
    if attributes.get("evidence_required") and clause is None:
        raise NeedsClause(_("要求上传照片的类别须写明依据条款"), field="clause")


def check_start(start: date, *, today: date, last: date | None = None) -> None:
    """Refuse a change that would alter what held already, or comes before the last one.

    :raises WrongStart: if so
    """
    if start < today:
        raise WrongStart(_("生效日期不能早于今天"), field="start", value=start.isoformat())
    if last is not None and start <= last:
        raise WrongStart(
            _("生效日期须晚于上一次变更（{last}）"),
            field="start",
            value=start.isoformat(),
            last=last.isoformat(),
        )


def check_bearing(stage: str, class_prefix: str, *, stages: Collection[str]) -> None:
    """Refuse a stage that the workflow has not, or a class that cannot be one.

    :raises WrongLimit: if so
    """
    if stage not in stages:
        raise WrongLimit(_("没有这个环节"), field="stage", value=stage[:40], allowed=tuple(stages))
    if class_prefix and not CODE.fullmatch(class_prefix):
        raise WrongLimit(
            _("类别代码只能由字母、数字、点、横线和下划线组成，最多 40 位"),
            field="class_prefix",
            value=class_prefix[:40],
        )


def check_counted(stage: str, unit: str, *, counted: Mapping[str, str]) -> None:
    """Refuse a time for what is counted, and a count for what is timed.

    :param counted: the stages that are counted, each with its unit
    :raises WrongLimit: if so
    """
    allowed = (counted[stage],) if stage in counted else TIMES
    if unit in UNITS and unit not in allowed:
        raise WrongLimit(_("这一项不能用这个单位"), field="unit", value=unit, allowed=allowed)


def check_limit(amount: int, unit: str, *, place: str) -> None:
    """Refuse an amount without sense, an unknown unit, or a place that is none.

    :raises WrongLimit: if so
    """
    if unit not in UNITS:
        raise WrongLimit(_("没有这种时限单位"), field="unit", value=unit, allowed=UNITS)
    least = 0 if unit in COUNTS else 1
    if not least <= amount <= LONGEST[unit]:
        raise WrongLimit(
            _("须在 {least} 至 {longest} 之间"),
            field="amount",
            value=amount,
            least=least,
            longest=LONGEST[unit],
        )
    if place and not (place.endswith("/") and len(place) <= 80):
        raise WrongLimit(_("辖区路径须以斜杠结尾"), field="place", value=place)
