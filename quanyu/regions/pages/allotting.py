"""A step that divides: what each place will be called, and which unit goes where (拆分与重划)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import field, option, sentence
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.regions import queries, rules
from quanyu.regions.queries import choices
from quanyu.regions.queries.rehearsed import called
from quanyu.regions.rules.changes import LONGEST_NAME, Change, Named, Operation, WrongOperation

DIVIDING: Final = frozenset({Change.SPLIT, Change.REDRAW})
MOST_NEW: Final = 12
NOWHERE: Final = ""
"""The key of staying where it is: in no grid."""
MOST_UNITS: Final = 400
"""On one form; more is the planning desk's, or the interface's."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place as a form has it: one that stands, or one to come."""

    key: str
    path: str
    """"" of a community to come whose code is not typed yet."""
    label: str
    name: str
    name_en: str
    code: str
    is_new: bool


def count_field(change: Change) -> dict[str, object]:
    """Return the question how many places come in addition."""
    least = _least(change)
    numbers = range(least, MOST_NEW + 1)
    said = _("新设几个")
    return field(
        "new", said, "select", value=str(least), options=[option(one, one) for one in numbers]
    )


def count(text: str, change: Change) -> int:
    """Return how many new places an address asks for."""
    least = _least(change)
    return min(max(int(text), least), MOST_NEW) if text.isascii() and text.isdigit() else least


def _least(change: Change) -> int:
    return 0 if change is Change.REDRAW else 1


def slots(
    sources: Sequence[str], new: int, given: QueryDict, *, day: date, actor: Actor
) -> list[Slot]:
    """Return the places that units may go to, named as typed so far."""
    found = [_stands(n, path, given, day) for n, path in enumerate(sources)]
    above = rules.parent(sources[0])
    kind = sources[0][len(above)] if rules.level_of(sources[0]) is rules.Level.GRID else ""
    return found + to_come(above, new, given, kind=kind, actor=actor)


def to_come(above: str, new: int, given: QueryDict, *, kind: str, actor: Actor) -> list[Slot]:
    """Return the new places below one, named as typed so far.

    :param kind: the letter of a grid; nothing for communities, whose codes are typed
    """
    paths = choices.next_paths(above, new, letter=kind, actor=actor) if kind else [""] * new
    return [_comes(n, path, above, given) for n, path in enumerate(paths, 1)]


def _stands(number: int, path: str, given: QueryDict, day: date) -> Slot:
    key = f"s{number}"
    name = given.get(f"name_{key}") or queries.name_on(path, day)
    english = given.get(f"name_en_{key}", choices.english_name(path))
    label = _("{place}（沿用代码）").format(place=called(path))
    return Slot(key, path, label, name, english, "", is_new=False)


def _comes(number: int, path: str, above: str, given: QueryDict) -> Slot:
    key = f"n{number}"
    code = given.get(f"code_{key}", "").strip()
    return Slot(
        key,
        path or (f"{above}{code}/" if code else ""),
        _("新设的第 {n} 个").format(n=number),
        given.get(f"name_{key}", ""),
        given.get(f"name_en_{key}", ""),
        code,
        is_new=True,
    )


def form(
    sources: Sequence[str], found: Sequence[Slot], given: QueryDict, no: Refusal | None
) -> dict[str, Any]:
    """Return the tables of a form that divides: the places, and each unit with where it goes.

    :raises WrongOperation: if there are more units than one form holds
    """
    home = {path: one.key for one in found for path in [one.path]}
    is_grid = rules.level_of(sources[0]) is rules.Level.GRID
    return table(found, _units(sources), given, no, home=home, is_grid=is_grid)


def table(
    found: Sequence[Slot],
    units: Sequence[choices.Unit],
    given: QueryDict,
    no: Refusal | None,
    *,
    home: Mapping[str, str],
    is_grid: bool,
) -> dict[str, Any]:
    """Return the tables of places and of units.

    :param home: the key of the place to which a unit of a path goes unless somebody says otherwise
    """
    return {
        "slots": [_slot(one, given, no) for one in found],
        "has_codes": not is_grid and any(one.is_new for one in found),
        "places": [{"key": one.key, "label": one.name or one.label} for one in found],
        "units": [
            {
                "key": one.key,
                "name": one.name,
                "households": one.households,
                "at": called(one.place),
                "chosen": given.get(f"unit_{one.key}") or home[one.place],
            }
            for one in units
        ],
        "is_grid": is_grid,
        "wrong": sentence(no) if no is not None else "",
    }


def _slot(one: Slot, given: QueryDict, no: Refusal | None) -> dict[str, Any]:
    is_wrong = no is not None and no.value not in ("", None) and no.value in {one.name, one.path}
    return {
        "key": one.key,
        "label": one.label,
        "name": one.name,
        "name_en": one.name_en,
        "code": one.code,
        "border": given.get(f"border_{one.key}", ""),
        "is_new": one.is_new,
        "is_wrong": is_wrong,
        "longest": LONGEST_NAME,
    }


def _units(sources: Sequence[str]) -> list[choices.Unit]:
    return check_few(choices.units(sources), sources)


def check_few(units: list[choices.Unit], sources: Sequence[str]) -> list[choices.Unit]:
    """Return units, if one form holds as many.

    :raises WrongOperation: if it does not
    """
    if len(units) > MOST_UNITS:
        raise WrongOperation(
            _("一共 {count} 幢（个），表单里最多 {most}；请用网格规划或接口"),
            field="sources",
            value=", ".join(sources),
            count=len(units),
            most=MOST_UNITS,
        )
    return units


def operation(
    change: str, sources: Sequence[str], found: Sequence[Slot], given: QueryDict
) -> Operation:
    """Return the step that the form means: a place to which nothing goes is none afterwards.

    :raises WrongOperation: if a new place has no code, or a unit goes to a place that is none
    """
    places = {one.key: one for one in found}
    homes = {}
    for unit in _units(sources):
        slot = places.get(given.get(f"unit_{unit.key}", ""))
        if slot is None:
            raise WrongOperation(_("请写明 {value} 划到哪里"), field="homes", value=unit.name)
        homes[unit.key] = path_of(slot)
    filled = set(homes.values())
    targets = [
        Named(path_of(one), one.name, one.name_en)
        for one in found
        if one.path in filled or (one.is_new and one.name.strip())
    ]
    return Operation(change, tuple(sources), tuple(targets), homes)


def path_of(slot: Slot) -> str:
    """Return the path of a place.

    :raises WrongOperation: if it is a community whose code is not typed
    """
    if not slot.path:
        raise WrongOperation(
            _("请填写{place}的代码后三位"), field="targets", value="", place=slot.label
        )
    return slot.path
