"""What a re-organisation of grids and communities may say, in words of places alone (区划调整)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.places import parent

LONGEST_NAME = 80
LONGEST = {"title": 80, "reason": 1_000, "ground": 200, "document": 120}
"""Signs that a re-organisation may say of itself, field by field."""


class Change(StrEnum):
    """What is done to places (调整方式)."""

    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    EXTRACT = "extract"
    REDRAW = "redraw"
    RENAME = "rename"
    FOUND = "found"


CHANGE_WORDS: Mapping[Change, str] = {
    Change.MOVE: _("改属"),
    Change.MERGE: _("合并"),
    Change.SPLIT: _("拆分"),
    Change.EXTRACT: _("划出"),
    Change.REDRAW: _("重划"),
    Change.RENAME: _("更名"),
    Change.FOUND: _("设立"),
}


class WrongOperation(Invalid):
    """An operation is not as one must be; its field, value and what is allowed are named."""


class NotClosed(WrongOperation):
    """Something of a touched place would go nowhere, or to two places."""


class NameClash(WrongOperation):
    """Two places side by side would bear one name, or two buildings of one grid."""


class TouchedTwice(WrongOperation):
    """A place is touched by two operations."""


class Taken(Refusal):
    """Another re-organisation that is approved touches the same place."""


@dataclass(frozen=True, slots=True)
class Named:
    """A place as it is to be: its path and its names (调整后的地方)."""

    path: str
    name: str
    name_en: str = ""
    is_drawn: bool = False
    """Whether its shape is given, so that it may begin without a building."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One step: which places, into which, and what goes where (一步调整).

    ``homes`` says of single buildings (by key), or of grids where communities are divided (by
    path), to which of the targets they go. What is founded starts from no place: its grids take
    buildings of their community that stand in no grid.
    """

    change: str
    sources: tuple[str, ...]
    targets: tuple[Named, ...]
    homes: Mapping[str, str] = field(default_factory=dict)

    @property
    def origins(self) -> tuple[str, ...]:
        """Return where it starts from: what is founded, from the place around it."""
        return self.sources or tuple(dict.fromkeys(parent(one.path) for one in self.targets))


@dataclass(frozen=True, slots=True)
class House:
    """A building, as far as a re-organisation asks."""

    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Stood:
    """A place as it stands on the day before."""

    path: str
    code: str
    name: str
    name_en: str
    since: date


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands where the operations touch: places side by side with them, and the buildings."""

    day: date
    """The day from which the operations hold."""
    places: Mapping[str, Stood]
    ever: frozenset[str]
    """Every path that ever stood there: none is given out twice."""
    houses: Mapping[str, Mapping[str, House]]
    """The buildings of each grid, by key; and of each community those that stand in no grid."""

    def below(self, path: str) -> list[str]:
        """Return the places right below, in order."""
        return sorted(one for one in self.places if parent(one) == path)

    def loose(self, operation: Operation) -> Mapping[str, House]:
        """Return the buildings in no grid of the community in which grids are drawn."""
        above = {parent(one.path) for one in operation.targets}
        return self.houses.get(above.pop(), {}) if len(above) == 1 else {}

    def households(self, path: str) -> int:
        """Return the households of the buildings of a grid, or of a community's grids."""
        grids = [one for one in self.houses if one.startswith(path)]
        return sum(house.households for one in grids for house in self.houses[one].values())


@dataclass(frozen=True, slots=True)
class Born:
    """A place that begins, or goes on changed, on the day (新一期的地方)."""

    path: str
    code: str
    name: str
    name_en: str
    made_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way from an old path to a new one; what has no point of its own takes the heir's."""

    origin: str
    target: str
    change: str
    is_heir: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a set of operations comes to (调整结果)."""

    born: tuple[Born, ...]
    ended: tuple[str, ...]
    """The paths whose row ends; one that is born again goes on with a new row."""
    ways: tuple[Way, ...]
    homes: Mapping[str, str]
    """The grid of each building that gets another one."""
    resized: tuple[str, ...]
    """Parents that lose or gain a place."""

    @property
    def touched(self) -> frozenset[str]:
        """Return every path that ends, begins or changes."""
        return frozenset({*self.ended, *(one.path for one in self.born)})

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the paths at which nothing stands afterwards."""
        kept = {one.path for one in self.born}
        return tuple(path for path in self.ended if path not in kept)
