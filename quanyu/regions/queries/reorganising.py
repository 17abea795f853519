"""Re-organisations within reach, what they come to, and what became of a place (区划调整)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Concat

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Move
from quanyu.regions import rules
from quanyu.regions.models import (
    Address,
    Allotment,
    Building,
    Estate,
    Operation,
    Region,
    Reorganisation,
    ReorganisationStep,
    Stage,
    Target,
)
from quanyu.regions.rules import changes
from quanyu.regions.rules.changes import Ground, House, Named, Outcome, Stood
from quanyu.regions.rules.reorganising import settle
from quanyu.regions.workflow import REORGANISATION

MOST = 200
GRID_PARTS = len(rules.Level)
"""Of a grid's path; nothing stands in a grid."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One operation with the shapes that were given, as it is kept."""

    id: UUID
    number: int
    operation: changes.Operation
    shapes: Mapping[str, bytes]


def one(reorganisation_id: UUID, *, actor: Actor, lock: bool = False) -> Reorganisation:
    """Return one re-organisation within reach.

    :raises Denied: if there is none
    """
    return get(Reorganisation, reorganisation_id, actor=actor, lock=lock)


def reorganisations(*, actor: Actor, state: str = "", place: str = "") -> QuerySet[Reorganisation]:
    """Return those within reach, the latest day first."""
    rows = Reorganisation.objects.visible_to(actor)
    if state:
        rows = rows.filter(state=state)
    if place:
        # One that touches a place may stand above it.
        rows = rows.filter(
            Q(region_path__gte=place, region_path__lt=upper(place))
            | Q(region_path__in=rules.ancestry(place))
        )
    return rows.order_by("-effective_date", "-id")


def due(*, day: date, state: str, actor: Actor) -> list[UUID]:
    """Return the re-organisations in a state whose day has come, the earliest first."""
    rows = Reorganisation.objects.visible_to(actor).filter(state=state, effective_date__lte=day)
    return list(rows.order_by("effective_date", "approved_at", "id").values_list("id", flat=True))


def offers(row: Reorganisation, *, actor: Actor) -> list[Move]:
    """Return the moves to show as buttons."""
    return REORGANISATION.offers(row, actor=actor)


def story(row: Reorganisation, *, actor: Actor) -> QuerySet[ReorganisationStep]:
    """Return what was done, the newest first."""
    return ReorganisationStep.objects.visible_to(actor).filter(case=row).order_by("-number")


def stages(row: Reorganisation, *, actor: Actor) -> list[Stage]:
    """Return how far each part of taking effect has come."""
    return list(Stage.objects.visible_to(actor).filter(reorganisation=row).order_by("number"))


# ------------------------------------------------------------------ its operations


def operations(row: Reorganisation, *, actor: Actor) -> list[Drawn]:
    """Return the operations in their order."""
    kept = Operation.objects.visible_to(actor).filter(reorganisation=row).order_by("number")
    targets: dict[UUID, list[Target]] = defaultdict(list)
    for target in Target.objects.visible_to(actor).filter(operation__in=kept).order_by("number"):
        targets[target.operation_id].append(target)
    homes: dict[UUID, dict[str, str]] = defaultdict(dict)
    told = Allotment.objects.visible_to(actor).filter(operation__in=kept)
    for key, unit, path in told.values_list("operation_id", "unit", "path"):
        homes[key][unit] = path
    return [_drawn(one, targets[one.pk], homes[one.pk]) for one in kept]


def steps(row: Reorganisation, *, actor: Actor, most: int) -> list[tuple[Drawn, int]]:
    """Return the first operations without what goes where, each with how many units it names."""
    rows = Operation.objects.visible_to(actor).filter(reorganisation=row).order_by("number")
    found = list(rows.annotate(units=Count("allotments"))[:most])
    targets: dict[UUID, list[Target]] = defaultdict(list)
    told = Target.objects.visible_to(actor).filter(operation__in=[one.pk for one in found])
    for target in told.defer("shape").order_by("number"):
        targets[target.operation_id].append(target)
    return [
        (Drawn(one.pk, one.number, _said(one, targets[one.pk]), {}), one.units) for one in found
    ]


def _said(row: Operation, targets: Iterable[Target]) -> changes.Operation:
    named = tuple(Named(one.path, one.name, one.name_en) for one in targets)
    return changes.Operation(row.change, tuple(row.sources), named)


def steps_of(row: Reorganisation) -> list[Drawn]:
    """Return the operations of one that is already within reach, without what goes where."""
    return [
        _drawn(one, list(one.targets.order_by("number")), {})
        for one in row.operations.order_by("number")
    ]


def key(text: str) -> UUID:
    """Return the key that an address names.

    :raises Denied: if it is none
    """
    try:
        return UUID(text)
    except ValueError as fault:
        raise Denied from fault


def _drawn(row: Operation, targets: Sequence[Target], homes: Mapping[str, str]) -> Drawn:
    named = tuple(
        Named(one.path, one.name, one.name_en, is_drawn=one.shape is not None) for one in targets
    )
    shapes = {one.path: bytes(one.shape) for one in targets if one.shape is not None}
    told = changes.Operation(row.change, tuple(row.sources), named, homes)
    return Drawn(row.pk, row.number, told, shapes)


def ground(operations: Sequence[changes.Operation], day: date) -> Ground:
    """Return what stands where these operations touch, as of the tree of today."""
    sources = {path for one in operations for path in one.sources}
    targets = {target.path for one in operations for target in one.targets}
    parents = {rules.parent(path) for path in sources | targets} - {""}
    near = Q(path__in=parents) | Q(parent_path__in=parents)
    rows = Region.objects.filter(near | _inside("path", sources | targets))
    standing = rows.filter(valid_to__isnull=True)
    fields = ("path", "code", "name", "name_en", "valid_from")
    places = {path: Stood(path, *rest) for path, *rest in standing.values_list(*fields)}
    ever = frozenset(rows.values_list("path", flat=True))
    return Ground(day, places, ever, _houses(sources | targets, parents))


def _houses(places: Iterable[str], above: Iterable[str]) -> dict[str, dict[str, House]]:
    found: dict[str, dict[str, House]] = defaultdict(dict)
    # Right below a community stands what is in no grid of it.
    near = _inside("region_path", places) | Q(region_path__in=sorted(above))
    rows = Building.objects.standing().filter(near).order_by("name")
    fields = ("region_path", "id", "name", "households")
    for path, key, name, households in rows.values_list(*fields):
        found[path][str(key)] = House(name, households)
    return dict(found)


def _inside(field: str, places: Iterable[str]) -> Q:
    """Return what keeps these places and all in them: a range each, but grids, by their list."""
    grids = {path for path in places if path.count("/") == GRID_PARTS}
    found = Q(**{f"{field}__in": sorted(grids)})
    for path in sorted({*places} - grids):
        found |= Q(**{f"{field}__gte": path, f"{field}__lt": upper(path)})
    return found


def outcome(row: Reorganisation, *, actor: Actor) -> Outcome:
    """Return what a re-organisation comes to, by the tree as it stands.

    :raises WrongOperation: if its operations do not hold together, or no longer do
    """
    return settled([one.operation for one in operations(row, actor=actor)], row.effective_date)


def settled(told: Sequence[changes.Operation], day: date) -> Outcome:
    """Return what some operations come to on a day, by the tree as it stands.

    :raises WrongOperation: if they do not hold together
    """
    found = settle(told, ground(told, day))
    _check_estates(found)
    return found


def _check_estates(outcome: Outcome) -> None:
    """Refuse two estates of one name in a community, and two doors of one number in a road.

    :raises NameClash: with the name
    """
    heirs = {way.origin: way.target for way in outcome.ways if way.is_heir}
    estates = Estate.objects.standing().filter(region_path__in=_both(heirs))
    _check_once(estates.values_list("region_path", "name"), heirs)
    plates = Address.objects.standing().filter(region_path__in=_both(heirs))
    plates = plates.annotate(said=Concat("road", "door"))
    _check_once(plates.values_list("region_path", "said"), heirs)


def _both(heirs: Mapping[str, str]) -> set[str]:
    return {*heirs, *heirs.values()}


def _check_once(named: Iterable[tuple[str, str]], heirs: Mapping[str, str]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for path, name in named:
        there = heirs.get(path, path), name
        if seen.setdefault(there, path) != path:
            raise changes.NameClash(
                _("{path} 里会有两个“{value}”，请先改小区名称或门牌"),
                field="operations",
                value=name,
                path=there[0],
            )
