"""A rehearsal as a page shows it, and as it is kept for that (预演结果)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import Max
from django.utils.translation import get_language

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import rules as accounts
from quanyu.regions import models
from quanyu.regions.models import Reorganisation, ReorganisationStep
from quanyu.regions.queries import tree
from quanyu.regions.queries.rehearsing import GRANTS, Line, Lot, Rehearsal
from quanyu.regions.queries.sketches import sketch

SHOWN = 50
"""Lines of a list on the page; all of them are in the file."""
PLACES_SHOWN = 100
MOST_SKETCHED = 150
"""Places of a drawing in which one can still tell them apart."""

CHANGES = ("start", "amend", "set_back")
"""After these steps a rehearsal of before is of something else."""


def version(row: Reorganisation, *, actor: Actor) -> int:
    """Return the last step that changed what there is to rehearse."""
    steps = ReorganisationStep.objects.visible_to(actor).filter(case=row, verb__in=CHANGES)
    return int(steps.aggregate(last=Max("number"))["last"] or 0)


def kept(row: Reorganisation, *, actor: Actor) -> models.Rehearsal | None:
    """Return what was found of one as it is now, done or under way; none of an earlier state."""
    rows = models.Rehearsal.objects.visible_to(actor).filter(reorganisation=row)
    return rows.filter(version=version(row, actor=actor)).first()


def shown(one: models.Rehearsal, *, actor: Actor, place: str) -> dict[str, Any]:
    """Return what was found in the reader's language; grants' holders to who leads there alone."""
    told = in_language(one.told)
    if "wrong" in told or accounts.may_lead(actor.grants, place):
        return told
    moves = [lot | ({"lines": []} if lot["kind"] == GRANTS else {}) for lot in told["moves"]]
    left = [line for line in told["left"] if line["kind"] != GRANTS]
    return told | {"moves": moves, "left": left}


def in_language(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a job found as the reader reads it; nothing while nothing is found."""
    found: dict[str, Any] = told.get(get_language() or "") or next(iter(told.values()), {})
    return found


def told(found: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as plain values in the language of the moment."""
    names = {one.path: tree.in_language(one.name, one.name_en) for one in found.outcome.born}
    is_small = len(found.outcome.touched) <= MOST_SKETCHED
    drawing = sketch(found.outcome, found.drawn) if is_small else None
    return {
        "households": found.households,
        "places": [asdict(one) for one in found.places[:PLACES_SHOWN]],
        "places_count": len(found.places),
        "pieces": [asdict(one) for one in found.places if one.pieces > 1][:PLACES_SHOWN],
        "moves": lots(found.moves, names),
        "stays": lots(found.stays, names),
        "left": _lines(found.left, names),
        "left_count": len(found.left),
        "sketch": None if drawing is None else asdict(drawing),
    }


def lots(found: Sequence[Lot], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what is of some kinds, each with the first of its lines."""
    return [
        {
            "kind": lot.kind,
            "label": lot.label,
            "count": lot.count,
            "lines": _lines(lot.lines, names),
            "more": max(0, lot.count - SHOWN),
        }
        for lot in found
    ]


def _lines(lines: Sequence[Line], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        asdict(line)
        | {"origin_name": called(line.origin), "target_name": target_name(line.target, names)}
        for line in lines[:SHOWN]
    ]


def called(path: str) -> str:
    """Return what a place is called, in the reader's language, today or when it last stood."""
    return tree.place_names([path])[path]


def target_name(path: str, names: Mapping[str, str]) -> str:
    """Return what a place will be called, by the names that are to be; nothing for none."""
    if path in names:
        return names[path]
    return called(path) if path else ""
