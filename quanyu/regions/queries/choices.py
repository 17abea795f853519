"""What a form may offer for one step of a re-organisation (可选的地方与楼栋)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from quanyu.kernel.access.rules import Actor
from quanyu.regions import rules
from quanyu.regions.models import Building, Region
from quanyu.regions.queries import tree
from quanyu.regions.queries.claims import claims
from quanyu.regions.rules.outcomes import next_grid


@dataclass(frozen=True, slots=True)
class Unit:
    """A building or a grid that goes somewhere."""

    key: str
    name: str
    households: int
    place: str


def places(within: str, *, day: date) -> list[str]:
    """Return the communities and grids right below a place that may be changed from a day on."""
    rows = Region.objects.standing().filter(parent_path=within, valid_from__lt=day)
    rows = rows.filter(level__in=[rules.Level.COMMUNITY, rules.Level.GRID])
    return list(rows.order_by("path").values_list("path", flat=True))


def homes(within: str) -> list[str]:
    """Return the places whose children are communities or grids: a place itself, and below it."""
    found = [within] if rules.level_of(within) in _ABOVE else []
    return found + [one.path for one in tree.below(within) if rules.level_of(one.path) in _ABOVE]


_ABOVE = (rules.Level.STREET, rules.Level.COMMUNITY)


def parents(path: str, within: str) -> list[str]:
    """Return the places to which one may be moved: of its parent's level, inside the same place."""
    above = rules.parent(path)
    level = rules.level_of(above)
    rows = Region.objects.standing().within(within).filter(level=level).exclude(path=above)
    return list(rows.order_by("path").values_list("path", flat=True)[:500])


def next_path(community: str, *, letter: str = "g", actor: Actor | None = None) -> str:
    """Return the path of the next grid of a community; none is given out twice."""
    return next_paths(community, 1, letter=letter, actor=actor)[0]


def next_paths(
    community: str, count: int, *, letter: str = "g", actor: Actor | None = None
) -> list[str]:
    """Return the paths of the next grids; none that ever stood, or that is promised already.

    :param actor: who asks, and sees what approved re-organisations have promised
    """
    taken = set(Region.objects.filter(parent_path=community).values_list("path", flat=True))
    taken |= claims([community], actor=actor).paths if actor is not None else set()
    found: list[str] = []
    for _number in range(count):
        found.append(next_grid(community, taken | {*found}, letter=letter))
    return found


def english_name(path: str) -> str:
    """Return what a place that stands is called in English; nothing where nobody has said."""
    row = Region.objects.standing().filter(path=path).values_list("name_en", flat=True).first()
    return row or ""


def units(sources: Sequence[str]) -> list[Unit]:
    """Return what is divided: the buildings of grids, or the grids of communities."""
    if rules.level_of(sources[0]) is rules.Level.GRID:
        return _buildings(sources)
    grids = Region.objects.standing().filter(parent_path__in=sources).order_by("path")
    return [
        Unit(path, tree.label(path), households or 0, above)
        for path, households, above in grids.values_list("path", "households", "parent_path")
    ]


def loose(community: str) -> list[Unit]:
    """Return the buildings of a community that stand in no grid."""
    return _buildings([community])


def _buildings(paths: Sequence[str]) -> list[Unit]:
    rows = Building.objects.standing().filter(region_path__in=paths).order_by("name")
    fields = ("id", "name", "households", "region_path")
    return [Unit(str(key), *rest) for key, *rest in rows.values_list(*fields)]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a building stands."""

    id: UUID
    address: str
    lon: float
    lat: float


def spots(path: str) -> list[Spot]:
    """Return the buildings of a grid, in the order of their addresses."""
    rows = Building.objects.standing().filter(region_path=path).order_by("address", "id")
    return [Spot(*row) for row in rows.values_list("id", "address", "lon", "lat")]
