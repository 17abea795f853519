"""What stands already of another system's matters, and whether they were on time (历史事项)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.conf import settings

from quanyu.events import rules
from quanyu.events.engine.mapping import BadMapping, Meaning, Words
from quanyu.events.engine.past import Past
from quanyu.events.models import Origin
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions


@dataclass(frozen=True, slots=True)
class Ground:
    """What the codes of a mapping stand for in this city."""

    city: str
    bodies: Mapping[str, UUID] = field(default_factory=dict)


def ground(meaning: Meaning, *, on: date) -> Ground:
    """Return what the codes of a mapping stand for, once all of them are known.

    :raises BadMapping: naming a class, a place or a body that this city does not have
    """
    city = str(settings.QUANYU_CITY)
    bodies = {one.code: one.id for one in organisations.bodies(on=on)}
    _check("class", meaning.classes, lambda code: codes.class_of(code, on=on) is not None)
    _check("body", meaning.bodies, bodies.__contains__)
    _check("place", meaning.places, lambda p: p.startswith(city) and regions.is_known(p))
    return Ground(city, bodies)


def _check(part: str, words: Words, is_known: Callable[[str], bool]) -> None:
    for code in sorted({*words.codes.values(), words.default} - {""}):
        if not is_known(code):
            raise BadMapping(
                _("对照表的 {part} 里写了“{word}”，本市没有这个代码"),
                field=part,
                value=code,
                part=part,
                word=code,
            )


def paths(rows: Sequence[Past], ground: Ground) -> list[str]:
    """Return where each matter lies: in the grid of its point, else where mapped, else the city.

    Half the matters of a file share a point with another: each is looked up once.
    """
    points = sorted(
        {(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None}
    )
    known = regions.locate(np.array(points, dtype=np.float64)) if points else ()
    grids = dict(zip(points, known, strict=True))
    return [
        (grids.get((row.lon, row.lat)) if row.lon is not None and row.lat is not None else "")
        or row.place_code
        or ground.city
        for row in rows
    ]


def held(source: str, numbers: Collection[str], *, actor: Actor) -> dict[str, Origin]:
    """Return what stands already of these matters, by the number each bears in its source."""
    rows = Origin.objects.visible_to(actor).filter(source=source, number__in=numbers)
    return {row.number: row for row in rows}


def count(source: str, *, actor: Actor) -> int:
    """Return how many matters of this source stand."""
    return Origin.objects.visible_to(actor).filter(source=source).count()


@dataclass
class Judged:
    """How many matters were on time at an instant, and whether the file says the same (核对)."""

    on_time: int = 0
    overdue: int = 0
    without_due: int = 0
    """Counted as neither, where nothing else was said."""
    apart: dict[str, int] = field(default_factory=dict)
    """What the file says nothing of: by what our rule would say."""
    missing: int = 0
    """In the file, and not here."""
    different: int = 0
    examples: list[tuple[str, bool, bool | None]] = field(default_factory=list)

    def add(self, number: str, *, said: bool | None, ours: bool | None) -> None:
        """Count one matter."""
        if said is None:
            called = _CALLED[ours]
            self.apart[called] = self.apart.get(called, 0) + 1
            return
        self.on_time += ours is True
        self.overdue += ours is False
        self.without_due += ours is None
        if said is not ours:
            self.different += 1
            if len(self.examples) < 20:
                self.examples.append((number, said, ours))


STOOD = ("number", "event__due_at", "event__closed_at", "event__span_left")
_CALLED = {True: "on_time", False: "overdue", None: "without_due"}


def judge(
    judged: Judged,
    flags: Mapping[str, bool | None],
    *,
    source: str,
    as_of: datetime,
    without_due: bool | None,
    actor: Actor,
) -> None:
    """Judge matters as they stand here, and compare each with what its file says of it.

    :param flags: by the number in the source, what the file says; None where it says nothing
    """
    rows = Origin.objects.visible_to(actor).filter(source=source, number__in=[*flags])
    found = {
        number: rules.is_on_time(
            due,
            left=left if closed is not None and closed <= as_of else None,
            at=as_of,
            without_due=without_due,
        )
        for number, due, closed, left in rows.values_list(*STOOD)
    }
    for number, said in flags.items():
        if number in found:
            judged.add(number, said=said, ours=found[number])
        else:
            judged.missing += 1
