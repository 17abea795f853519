"""Where things go that stand in a place which a re-organisation touched (随区划调整转移).

Packages above register in :data:`follows` under which name they follow; each is told by the message
``reorganisation.placed`` and moves its own rows by a verb of its own.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.questions import Question
from quanyu.regions.models import Passage, Reorganisation
from quanyu.regions.queries import locating, tree

MOST_TURNS = 50
"""So often no place is re-drawn; a circle of paths cannot come about, and would end here."""

follows: Question[[], str] = Question("follows", default="")
"""Under which name does a package above move its rows after a re-organisation?"""


@dataclass(frozen=True, slots=True)
class Ways:
    """From each place that a re-organisation touched to those into which it went."""

    targets: Mapping[str, tuple[str, ...]]
    heirs: Mapping[str, str]

    @property
    def origins(self) -> list[str]:
        """Return the places from which something may have to move."""
        return sorted(self.targets)

    def stays_or_heir(self, path: str) -> str:
        """Return where what no operation names goes: it stays if it may, else to the heir."""
        return path if path in self.targets.get(path, ()) else self.heirs.get(path, path)

    def place_for(self, path: str, lon: float | None = None, lat: float | None = None) -> str:
        """Return where a thing stands now that stood at ``path``: by its point, else the heir's."""
        targets = self.targets.get(path, ())
        is_sure = len(targets) == 1 and path in self.heirs
        if is_sure or lon is None or lat is None:
            return self.heirs.get(path, path)
        found = locating.locate_point(lon, lat).path
        if found in targets:
            return found
        near = locating.nearest_building(lon, lat)
        if near is not None and near.region_path in targets:
            return near.region_path
        return self.heirs.get(path, path)


def followers() -> list[str]:
    """Return the names of those who follow, in a fixed order."""
    return sorted({name for name in follows.ask() if name})


def ways(reorganisation_id: UUID) -> Ways:
    """Return the ways that one re-organisation has opened."""
    targets: dict[str, list[str]] = defaultdict(list)
    heirs: dict[str, str] = {}
    rows = Passage.objects.filter(reorganisation_id=reorganisation_id).order_by("target")
    for origin, target, is_heir in rows.values_list("origin", "target", "is_heir"):
        targets[origin].append(target)
        if is_heir:
            heirs[origin] = target
    return Ways({origin: tuple(found) for origin, found in targets.items()}, heirs)


def heirs(reorganisation_id: UUID) -> dict[str, str]:
    """Return from each place that is gone the one that follows it."""
    found = ways(reorganisation_id).heirs
    return {origin: heir for origin, heir in found.items() if origin != heir}


def day_of(reorganisation_id: UUID) -> date:
    """Return the day on which a re-organisation that has begun takes effect."""
    rows = Passage.objects.filter(reorganisation_id=reorganisation_id).order_by("pk")
    return rows.values_list("on", flat=True)[0]


def moves_grants(reorganisation_id: UUID, *, actor: Actor) -> bool:
    """Answer whether grants and posts go on where a place went, or end with it.

    :raises Denied: if there is no such re-organisation within reach
    """
    return get(Reorganisation, reorganisation_id, actor=actor).moves_grants


def place_today(path: str, lon: float | None = None, lat: float | None = None) -> str:
    """Return where a thing stands today that stood at ``path``, however often that was re-drawn."""
    for _turn in range(MOST_TURNS):
        on = Passage.objects.filter(origin=path, is_heir=True).exclude(target=path)
        last = on.order_by("-on").values_list("reorganisation_id", flat=True).first()
        if last is None or tree.is_known(path):
            return path
        path = ways(last).place_for(path, lon, lat)
    return path


def gone() -> list[str]:
    """Return every place that a re-organisation has ended and that another one follows."""
    rows = Passage.objects.filter(is_heir=True).exclude(origin=F("target"))
    paths = rows.order_by("origin").values_list("origin", flat=True).distinct()
    return [path for path in paths if not tree.is_known(path)]
