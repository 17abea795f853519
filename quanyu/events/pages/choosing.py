"""Which body to choose: who answers for it first, with the reason, then the street's (选单位)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quanyu.events.rules import PARTS_OF_A_STREET
from quanyu.kernel.access.http import option
from quanyu.organisations.queries import BodyEntry
from quanyu.regions.rules import ancestry

FEW = 6
"""So many more than the first ones are shown at once; the rest is folded and sifted by typing."""


def ranked(
    bodies: Iterable[BodyEntry],
    *,
    reasons: Mapping[UUID, str],
    place: str,
    chosen: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the choices of a field in ranks: those with a reason, the street's own, the rest.

    :param reasons: why a body stands first, in the order in which they stand
    :param chosen: what was ticked already; it is not folded away
    """
    known = {body.id: body for body in bodies}
    first = [option(key, known[key].label, why) for key, why in reasons.items() if key in known]
    others = [body for key, body in known.items() if key not in reasons]
    street = next((p for p in ancestry(place) if p.count("/") == PARTS_OF_A_STREET), place)
    own = [option(b.id, b.label) for b in others if b.region_path.startswith(street)]
    rest = [
        option(b.id, b.label, b.place_name) for b in others if not b.region_path.startswith(street)
    ]
    if not first and len(own) + len(rest) <= FEW:
        return {"options": [*own, *rest]}
    folds = [_fold(_("本街道其他单位"), own), _fold(_("其他单位"), rest)]
    if not first:
        return {"options": own, "folds": _opened(folds[1:], chosen)}
    return {"options": first, "folds": _opened(folds, chosen)}


def _fold(label: str, options: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    return {"label": label, "options": options, "is_long": len(options) > FEW}


def _opened(folds: Iterable[dict[str, Any]], chosen: Sequence[str]) -> list[dict[str, Any]]:
    return [
        fold | {"is_open": any(one["value"] in chosen for one in fold["options"])}
        for fold in folds
        if fold["options"]
    ]
