"""What a typed address stands for: a dwelling, or the nearest part that is known (地址识别)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import upper
from quanyu.kernel.errors import gettext_noop
from quanyu.regions import rules
from quanyu.regions.models import Address, Alias, Building, Dwelling, Estate, Road, Unit
from quanyu.regions.queries import tree
from quanyu.regions.rules import addresses
from quanyu.regions.rules.addresses import Typed

PART_WORDS = {
    "place": gettext_noop("地方"),
    "road": gettext_noop("道路"),
    "door": gettext_noop("门牌"),
    "estate": gettext_noop("小区"),
    "building": gettext_noop("楼栋"),
    "unit": gettext_noop("单元"),
    "room": gettext_noop("房"),
}
"""The parts of an address, from the widest."""

MOST_ALIKE = 20

Part = tuple[str, str]
"""Which part of an address, and how it was said."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """How much of a typed address is known here, and why no more (识别结果)."""

    typed: Typed
    level: str = ""
    """The last part that was found: ``room``, ``unit``, ``building``, ``estate``, ``road``,
    ``place``; "" for nothing."""
    region_path: str = ""
    name: str = ""
    """The standard address of what was found."""
    lon: float | None = None
    lat: float | None = None
    estate_id: UUID | None = None
    building_id: UUID | None = None
    dwelling_id: UUID | None = None
    understood: tuple[Part, ...] = ()
    missing: tuple[Part, ...] = ()
    alike: tuple[str, ...] = ()
    """Where else there is one of that name: somebody must say which."""

    @property
    def is_a_building(self) -> bool:
        """Answer whether a building is known: so its grid is."""
        return self.building_id is not None

    @property
    def reason(self) -> str:
        """One sentence in the reader's language: what was understood, and what was not found."""
        told = []
        if self.understood:
            told.append(_("认出：{parts}").format(parts=_listed(self.understood)))
        if self.missing:
            told.append(_("没有找到：{parts}").format(parts=_listed(self.missing)))
        if self.alike:
            places = pgettext("between items", "、").join(self.alike)
            told.append(_("同名的有几处，请写明在哪里：{places}").format(places=places))
        return pgettext("between clauses", "；").join(told) or _("没有认出任何一部分")


@dataclass(slots=True)
class _Parts:
    """What is gathered while an address is followed down."""

    understood: list[Part] = field(default_factory=list)
    missing: list[Part] = field(default_factory=list)

    def note(self, part: str, said: str, *, is_known: bool) -> bool:
        """Keep a part that was said, as known or not."""
        if said:
            (self.understood if is_known else self.missing).append((part, said))
        return is_known


def recognise(text: str, *, within: str = "") -> Recognised:
    """Return what a typed address stands for; the nearest known part of it, with the reason."""
    typed = addresses.read_address(text)
    nothing = Recognised(typed)
    if len(typed.text) < addresses.SHORTEST_NAME:
        return nothing
    parts = _Parts()
    scope = within or str(settings.QUANYU_CITY)
    place, called = _place_in(typed.head)
    parts.note("place", called, is_known=bool(place))
    found = _candidates(typed, _narrower(scope, place))
    _note_way(typed, found, parts)
    if len(found) > 1:
        return _told(replace(nothing, alike=_where(found)), parts, place)
    if not found:
        return _told(nothing, parts, place)
    return _told(_down(nothing, found[0], parts), parts, place)


def path_named(text: str) -> str:
    """Return the grid of the building that an address names, or ""."""
    found = recognise(text)
    return found.region_path if found.is_a_building else ""


# ------------------------------------------------------------------ the place


def _place_in(head: str) -> tuple[str, str]:
    """Return the deepest place whose whole name stands in a text, and that name."""
    known = [
        (path, crumb.name)
        for path, crumb in tree.crumbs().items()
        if crumb.name in head and rules.level_of(path) is not rules.Level.GRID
    ]
    spoken = Alias.objects.filter(text__in=addresses.spans(head), estate=None, building=None)
    known += list(spoken.values_list("region_path", "text"))
    return max(known, key=lambda one: (one[0].count("/"), len(one[1])), default=("", ""))


def _narrower(scope: str, place: str) -> str:
    return place if place.startswith(scope) else scope


# ------------------------------------------------------------------ the estate or the building


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An estate or a building that an address may mean, and what speaks for it."""

    estate: Estate | None
    building: Building | None
    by_plate: bool
    name: str
    """The part of the text that names it; "" when the plate alone does."""

    @property
    def weight(self) -> tuple[bool, int]:
        return self.by_plate and bool(self.name), self.by_plate * 100 + len(self.name)

    @property
    def key(self) -> UUID | None:
        return self.building.pk if self.building else self.estate.pk if self.estate else None

    @property
    def region_path(self) -> str:
        holder = self.building or self.estate
        return holder.region_path if holder else ""


def _candidates(typed: Typed, scope: str) -> list[_Candidate]:
    """Return what the address may mean within a place: more than one when it cannot be told."""
    inside = Q(region_path__gte=scope, region_path__lt=upper(scope))
    merged: dict[UUID | None, _Candidate] = {}
    for one in [*_by_plate(typed, inside), *_by_name(typed, inside)]:
        held = merged.get(one.key)
        merged[one.key] = _both(held, one) if held else one
    best = max((one.weight for one in merged.values()), default=None)
    return [one for one in merged.values() if one.weight == best][:MOST_ALIKE]


def _both(held: _Candidate, other: _Candidate) -> _Candidate:
    name = max(held.name, other.name, key=len)
    return replace(held, by_plate=held.by_plate or other.by_plate, name=name)


def _by_plate(typed: Typed, inside: Q) -> list[_Candidate]:
    if not typed.door:
        return []
    plates = Address.objects.standing().filter(inside, door=typed.door)
    plates = plates.filter(road__in=addresses.endings(typed.before))
    rows = list(plates.select_related("estate", "building__estate")[:MOST_ALIKE])
    longest = max((len(row.road) for row in rows), default=0)
    return [
        _Candidate(row.estate, row.building, by_plate=True, name="")
        for row in rows
        if len(row.road) == longest
    ]


def _by_name(typed: Typed, inside: Q) -> list[_Candidate]:
    names = addresses.spans(typed.after) + addresses.spans(typed.before)
    if not names:
        return []
    estates = Estate.objects.standing().filter(inside, name__in=names)
    found = [_Candidate(row, None, by_plate=False, name=row.name) for row in estates]
    buildings = Building.objects.standing().filter(inside, name__in=names)
    found += [
        _Candidate(row.estate, row, by_plate=False, name=row.name)
        for row in buildings.select_related("estate")[:MOST_ALIKE]
    ]
    spoken = Alias.objects.filter(inside, text__in=names).exclude(estate=None, building=None)
    found += [
        _Candidate(row.estate, row.building, by_plate=False, name=row.text)
        for row in spoken.select_related("estate", "building__estate")[:MOST_ALIKE]
    ]
    return found


def _where(found: Sequence[_Candidate]) -> tuple[str, ...]:
    paths = dict.fromkeys("/".join(one.region_path.split("/")[:5]) + "/" for one in found)
    return tuple(tree.label(path) for path in paths)


def _note_way(typed: Typed, found: Sequence[_Candidate], parts: _Parts) -> None:
    """Tell road, door and estate, whether they led anywhere or not."""
    if typed.door:
        by_plate = any(one.by_plate for one in found)
        road = _road_in(typed.before)
        if road:
            parts.note("road", road, is_known=True)
        parts.note("door", f"{typed.door}号", is_known=by_plate)
    named = next((one.name for one in found if one.name), "")
    parts.note("estate", named, is_known=True)


def _road_in(before: str) -> str:
    names = addresses.endings(before)
    plates = Address.objects.standing().filter(road__in=names).values_list("road", flat=True)
    roads = Road.objects.filter(name__in=names).values_list("name", flat=True)
    return max({*plates, *roads}, key=len, default="")


# ------------------------------------------------------------------ down to the room


def _down(nothing: Recognised, found: _Candidate, parts: _Parts) -> Recognised:
    """Follow building, staircase and room as far as they are known."""
    typed, estate = nothing.typed, found.estate
    building = found.building or _building_of(estate, typed.building)
    if typed.building:
        parts.note("building", f"{typed.building}幢", is_known=building is not None)
    if building is None:
        _note_rest(typed, parts)
        return _at_estate(nothing, estate)
    return _inside(_at_building(nothing, building), building, parts)


def _building_of(estate: Estate | None, number: str) -> Building | None:
    if estate is None or not number:
        return None
    rows = Building.objects.standing().filter(estate=estate, number__iexact=number)
    return rows.first()


def _at_estate(nothing: Recognised, estate: Estate | None) -> Recognised:
    if estate is None:
        return nothing
    grids = set(
        Building.objects.standing()
        .filter(estate=estate)
        .values_list("region_path", flat=True)
        .distinct()[:2]
    )
    return replace(
        nothing,
        level="estate",
        region_path=grids.pop() if len(grids) == 1 else estate.region_path,
        name=f"{tree.place(estate.region_path).name}{estate.name}",
        lon=estate.lon,
        lat=estate.lat,
        estate_id=estate.pk,
    )


def _at_building(nothing: Recognised, building: Building) -> Recognised:
    return replace(
        nothing,
        level="building",
        region_path=building.region_path,
        name=building.address,
        lon=building.lon if building.door_lon is None else building.door_lon,
        lat=building.lat if building.door_lat is None else building.door_lat,
        estate_id=building.estate_id,
        building_id=building.pk,
    )


def _inside(at: Recognised, building: Building, parts: _Parts) -> Recognised:
    typed = at.typed
    unit = Unit.objects.filter(building=building, number__iexact=typed.unit).first()
    if typed.unit:
        parts.note("unit", f"{typed.unit}单元", is_known=unit is not None)
    if unit is not None:
        at = replace(at, level="unit", name=f"{building.address}{unit.number}单元")
    homes = list(_homes(building, unit, typed))
    if typed.room:
        parts.note("room", typed.room, is_known=len(homes) == 1)
    if len(homes) != 1:
        return at
    home = homes[0]
    stair = f"{home.unit.number}单元" if home.unit else ""
    return replace(
        at, level="room", dwelling_id=home.pk, name=f"{building.address}{stair}{home.room}室"
    )


def _homes(building: Building, unit: Unit | None, typed: Typed) -> Iterable[Dwelling]:
    """Return the rooms of that number; of two staircases both have a 501."""
    if not typed.room or (typed.unit and unit is None):
        return ()
    rows = Dwelling.objects.filter(building=building, room=typed.room).select_related("unit")
    return (rows.filter(unit=unit) if unit else rows)[:2]


def _note_rest(typed: Typed, parts: _Parts) -> None:
    parts.note("unit", typed.unit and f"{typed.unit}单元", is_known=False)
    parts.note("room", typed.room, is_known=False)


# ------------------------------------------------------------------ words


def _told(found: Recognised, parts: _Parts, place: str) -> Recognised:
    if not found.level and not found.alike:
        _note_unknown(found.typed, parts)
    if not found.level and place:
        found = replace(found, level="place", region_path=place, name=tree.place(place).name)
    return replace(found, understood=tuple(parts.understood), missing=tuple(parts.missing))


def _note_unknown(typed: Typed, parts: _Parts) -> None:
    """Tell what stands behind the last part that was understood."""
    if typed.building:
        parts.note("building", f"{typed.building}幢", is_known=False)
    _note_rest(typed, parts)


def _listed(parts: Iterable[Part]) -> str:
    said = [f"{_(PART_WORDS[part])} {words}" for part, words in parts]
    return pgettext("between items", "、").join(said)
