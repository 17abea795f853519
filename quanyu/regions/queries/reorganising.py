"""Re-organisations within reach, what they come to, and what became of a place (区划调整)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.workflow.spec import Move
from quanyu.regions import rules
from quanyu.regions.models import (
    Allotment,
    Building,
    Operation,
    Passage,
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
    for path in sources | targets:
        near |= Q(path__gte=path, path__lt=upper(path))
    rows = Region.objects.filter(near)
    standing = rows.filter(valid_to__isnull=True)
    fields = ("path", "code", "name", "name_en", "valid_from")
    places = {path: Stood(path, *rest) for path, *rest in standing.values_list(*fields)}
    ever = frozenset(rows.values_list("path", flat=True))
    return Ground(day, places, ever, _houses(sources | targets))


def _houses(places: Iterable[str]) -> dict[str, dict[str, House]]:
    inside = Q(pk__in=[])
    for path in places:
        inside |= Q(region_path__gte=path, region_path__lt=upper(path))
    found: dict[str, dict[str, House]] = defaultdict(dict)
    rows = Building.objects.filter(inside).values_list("region_path", "id", "name", "households")
    for path, key, name, households in rows.order_by("name"):
        found[path][str(key)] = House(name, households)
    return dict(found)


def outcome(row: Reorganisation, *, actor: Actor) -> Outcome:
    """Return what a re-organisation comes to, by the tree as it stands.

    :raises WrongOperation: if its operations do not hold together, or no longer do
    """
    told = [one.operation for one in operations(row, actor=actor)]
    return settle(told, ground(told, row.effective_date))


# ------------------------------------------------------------------ what became of a place


@dataclass(frozen=True, slots=True)
class Became:
    """A place that ended, gave a part away or was made of another, on a day (沿革)."""

    origin: str
    target: str
    on: date
    change: str
    is_heir: bool
    reorganisation_id: UUID


def became(path: str) -> list[Became]:
    """Return into what a place went, the latest day first; nothing while it goes on whole."""
    return _passages(Q(origin=path))


def made_of(path: str) -> list[Became]:
    """Return of what a place was made, the latest day first."""
    return _passages(Q(target=path))


def _passages(which: Q) -> list[Became]:
    rows = Passage.objects.filter(which).order_by("-on", "-is_heir", "target", "origin")
    fields = ("origin", "target", "on", "change", "is_heir", "reorganisation_id")
    return [Became(*row) for row in rows.values_list(*fields)]


def today_of(path: str) -> str:
    """Return the path that a place of the past goes by today; "" when nothing followed it."""
    seen: set[str] = set()
    while path not in seen:
        seen.add(path)
        if Region.objects.standing().filter(path=path).exists():
            return path
        heir = Passage.objects.filter(origin=path, is_heir=True).exclude(target=path)
        path = heir.order_by("-on").values_list("target", flat=True).first() or path
    return ""
