"""A step that founds: grids on ground that no grid covers, or communities of a street (设立)."""

from collections.abc import Sequence
from typing import Any

import shapely
from django.http import QueryDict
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import field
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.regions import rules
from quanyu.regions.actions.reorganising import Step
from quanyu.regions.pages import allotting
from quanyu.regions.pages.allotting import NOWHERE, Slot
from quanyu.regions.queries import choices
from quanyu.regions.rules.borders import read_border
from quanyu.regions.rules.changes import Change, Named, Operation


def asking(within: str) -> list[dict[str, Any]]:
    """Return what is asked before the form: how many."""
    return [
        field("change", "", "hidden", value=Change.FOUND.value),
        field("within", "", "hidden", value=within),
        allotting.count_field(Change.FOUND),
    ]


def form(
    within: str, new: str, given: QueryDict, no: Refusal | None, actor: Actor
) -> dict[str, Any]:
    """Return the tables of the form: the new places, and buildings in no grid with where they go.

    :raises WrongOperation: if there are more buildings than one form holds
    """
    found = _slots(within, new, given, actor)
    is_grid = _is_of_grids(within)
    units = _units(within)
    told = allotting.table(found, units, given, no, home={within: NOWHERE}, is_grid=is_grid)
    stays = {"key": NOWHERE, "label": _("不划入")}
    return told | {"places": [stays, *told["places"]], "is_founding": True, "has_borders": is_grid}


def step(within: str, new: str, given: QueryDict, actor: Actor) -> Step:
    """Return the step that the form means; whether it makes sense is for the rules.

    :raises WrongOperation: if a community has no code
    :raises WrongGrid: if a border cannot be read
    """
    found = _slots(within, new, given, actor)
    shapes = _shapes(found, given) if _is_of_grids(within) else {}
    targets = [_named(one, shapes) for one in found]
    paths = {one.key: allotting.path_of(one) for one in found}
    chosen = {one.key: given.get(f"unit_{one.key}", NOWHERE) for one in _units(within)}
    homes = {unit: paths[key] for unit, key in chosen.items() if key in paths}
    return Step(Operation(Change.FOUND, (), tuple(targets), homes), shapes)


def _slots(within: str, new: str, given: QueryDict, actor: Actor) -> list[Slot]:
    count = allotting.count(new, Change.FOUND)
    kind = "g" if _is_of_grids(within) else ""
    return allotting.to_come(within, count, given, kind=kind, actor=actor)


def _units(within: str) -> list[choices.Unit]:
    units = choices.loose(within) if _is_of_grids(within) else []
    return allotting.check_few(units, [within])


def _named(slot: Slot, shapes: dict[str, bytes]) -> Named:
    path = allotting.path_of(slot)
    return Named(path, slot.name, slot.name_en, is_drawn=path in shapes)


def _shapes(found: Sequence[Slot], given: QueryDict) -> dict[str, bytes]:
    """Return the borders that were given, as well-known binary."""
    texts = {one.path: given.get(f"border_{one.key}", "").strip() for one in found}
    return {path: shapely.to_wkb(read_border(text)) for path, text in texts.items() if text}


def _is_of_grids(within: str) -> bool:
    return rules.level_of(within) is rules.Level.COMMUNITY
