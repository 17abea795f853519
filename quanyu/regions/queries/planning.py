"""Reads of plans: which there are, what is to be drawn, what the engine is given (网格规划)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.questions import Question
from quanyu.regions import rules
from quanyu.regions.models import Building, Plan, PlanPart, Proposal, Region, Road, Siting
from quanyu.regions.queries import tree
from quanyu.regions.rules import planning
from quanyu.regions.rules.planning import NotNow, State, Work

MOST_LISTED = 200
BULKY = ("shapes", "buildings", "today", "grid", "locks", "wanted", "step")
FEW = 16
"""Communities with all their shapes that a process holds at once."""

NAMED = ("path", "name", "name_en")
STANDING = {
    State.DRAFT: Q(proposed_at__isnull=True, withdrawn_at__isnull=True),
    State.PROPOSED: Q(proposed_at__isnull=False),
    State.WITHDRAWN: Q(withdrawn_at__isnull=False),
}

open_matters: Question[[str, Actor], Sequence[tuple[float, float]]] = Question(
    "Where do open matters lie within this place, as longitude and latitude?", ()
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the engine needs of one community: rows as they stood on the plan's day."""

    houses: list[tuple[str, float, float, int, str, str]]
    boundary: bytes | None
    main_roads: list[bytes]
    matters: Sequence[tuple[float, float]]

    @property
    def lies(self) -> tuple[bytes | None, list[bytes], Sequence[tuple[float, float]]]:
        """Return what lies around the houses: border, main roads, open matters."""
        return self.boundary, self.main_roads, self.matters


@dataclass(frozen=True, slots=True)
class Progress:
    """How many communities of the newest round are done with, and of how many."""

    done: int
    total: int
    work: Work = Work.DRAW

    @property
    def is_under_way(self) -> bool:
        """Answer whether something is still to be drawn or put together."""
        return self.done < self.total or self.work is Work.PROPOSE


def plans(*, actor: Actor, state: str = "") -> list[Plan]:
    """Return the newest plans within reach, of one state or of all."""
    rows = Plan.objects.visible_to(actor).order_by("-made_at", "-id")
    return list((rows.filter(STANDING[State(state)]) if state else rows)[:MOST_LISTED])


def plan(key: UUID, *, actor: Actor) -> Plan:
    """Return one plan.

    :raises Denied: if there is none within reach
    """
    return get(Plan, key, actor=actor)


def parts(row: Plan, *, actor: Actor) -> list[PlanPart]:
    """Return the communities of a plan as they stand, in the order of their codes.

    Neither shapes nor what says where each building goes: of a city that is 60,000 buildings.
    """
    found = PlanPart.objects.visible_to(actor).filter(plan=row, is_current=True)
    return list(found.defer(*BULKY).order_by("region_path"))


def locks(row: Plan, *, actor: Actor) -> dict[str, dict[str, str]]:
    """Return what was put by hand in each community of a plan as it stands."""
    found = PlanPart.objects.visible_to(actor).filter(plan=row, is_current=True)
    return dict(found.values_list("region_path", "locks"))


def part(row: Plan, path: str, *, actor: Actor) -> PlanPart | None:
    """Return one community of a plan as it stands, with its shapes."""
    found = PlanPart.objects.visible_to(actor)
    return found.filter(plan=row, is_current=True, region_path=path).first()


def whole(row: Plan, *, actor: Actor) -> Iterator[PlanPart]:
    """Give the communities of a plan as they stand, with their shapes: a few at a time."""
    found = PlanPart.objects.visible_to(actor).filter(plan=row, is_current=True)
    return found.order_by("region_path").iterator(chunk_size=FEW)


def changing(row: Plan, *, actor: Actor) -> "QuerySet[PlanPart]":
    """Return the communities in which a building comes into another grid, or into its first."""
    found = PlanPart.objects.visible_to(actor).filter(plan=row, is_current=True)
    return found.exclude(today=F("grid"))


def proposal(row: Plan, *, actor: Actor) -> Proposal | None:
    """Return the last try to make a re-organisation of it, under way or over."""
    found = Proposal.objects.visible_to(actor).filter(plan=row)
    return found.select_related("plan").first()


def asker(asked: Proposal, *, at: datetime) -> Actor:
    """Return who asked, with the grants that live now.

    :raises NotNow: if they no longer plan there
    """
    found = accounts.standing(asked.asked_by, at=at)
    grants = found.grants if found else frozenset()
    name = found.account.name if found else ""
    actor = Actor(ActorKind.PERSON, id=asked.asked_by, grants=grants, name=name)
    roles: frozenset[Role] = planning.MAKERS
    if not roles & actor.roles_at(asked.plan.region_path):
        raise NotNow(_("要求转为区划调整的人现在没有权限，请由有权限的人再转一次"), field="plan")
    return actor


def ever(community: str) -> list[str]:
    """Return every path of a grid that this community ever had."""
    rows = Region.objects.within(community).filter(level=rules.Level.GRID)
    return list(rows.values_list("path", flat=True).distinct())


def names(paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the Chinese and the English name of places as they stand."""
    found = Region.objects.standing().filter(path__in=paths)
    return {path: (name, english) for path, name, english in found.values_list(*NAMED)}


def progress(row: Plan, *, actor: Actor) -> Progress:
    """Return how far the newest round is, or how far the plan is made a re-organisation."""
    asked = proposal(row, actor=actor)
    if asked is not None and asked.done_at is None:
        return Progress(asked.done, asked.total, Work.PROPOSE)
    newest = PlanPart.objects.visible_to(actor).filter(plan=row, is_undone=False)
    last = newest.aggregate(last=Max("round"))["last"] or 0
    told = newest.filter(round=last).aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(drawn_at__isnull=False)),
        failed=Count("id", filter=Q(failed_at__isnull=False)),
    )
    return Progress(told["done"] + told["failed"], told["total"])


def waiting(row: Plan, *, actor: Actor) -> list[PlanPart]:
    """Return the communities of a plan that are still to be drawn."""
    found = PlanPart.objects.visible_to(actor)
    return list(
        found.filter(plan=row, drawn_at=None, failed_at=None, is_undone=False).order_by(
            "region_path"
        )
    )


def failed(row: Plan, *, actor: Actor) -> list[PlanPart]:
    """Return the communities of a plan that were not drawn, in the order of their codes."""
    found = PlanPart.objects.visible_to(actor)
    rows = found.filter(plan=row, failed_at__isnull=False, is_undone=False)
    return list(rows.order_by("region_path"))


def has_undo(row: Plan, *, actor: Actor) -> bool:
    """Answer whether there is an earlier drawing to go back to."""
    found = PlanPart.objects.visible_to(actor)
    drawn = found.filter(plan=row, drawn_at__isnull=False, is_undone=False)
    return drawn.values("round").distinct().count() > 1


def communities(path: str, row: Plan) -> list[str]:
    """Return the communities within a place that had buildings on the plan's day."""
    standing = Region.objects.on(row.base_date).within(path)
    known = standing.filter(level=rules.Level.COMMUNITY).values_list("path", flat=True)
    built = Building.objects.on(row.base_date).within(path)
    housed = {
        tree.community_of(one) for one in built.values_list("region_path", flat=True).distinct()
    }
    return sorted(set(known) & housed)


def ground(path: str, row: Plan, *, actor: Actor) -> Ground:
    """Return what the engine is given of one community."""
    shape = (
        Region.objects.on(row.base_date)
        .filter(path=path, shape__isnull=False)
        .values_list("shape", flat=True)
        .first()
    )
    street = rules.parent(path)
    roads = Road.objects.filter(region_path=street, is_main=True).order_by("name")
    return Ground(
        houses=_houses(path, row),
        boundary=bytes(shape) if shape is not None else None,
        main_roads=[bytes(road) for road in roads.values_list("shape", flat=True)],
        matters=[spot for spots in open_matters.ask(path, actor) for spot in spots],
    )


def _houses(path: str, row: Plan) -> list[tuple[str, float, float, int, str, str]]:
    stood = Siting.objects.on(row.base_date).filter(building=OuterRef("pk"))
    rows = (
        Building.objects.on(row.base_date)
        .within(path)
        .annotate(stood=Subquery(stood.values("region_path")[:1]), compound=F("estate__code"))
        .order_by("id")
        .values_list(
            "id", "lon", "lat", "households", "compound", "estate_name", "stood", "region_path"
        )
    )
    return [
        (str(key), lon, lat, households, code or name, _grid(on_the_day or now))
        for key, lon, lat, households, code, name, on_the_day, now in rows
    ]


def _grid(path: str) -> str:
    return path if rules.level_of(path) is rules.Level.GRID else ""


def house_names(keys: Sequence[UUID]) -> dict[str, tuple[str, str]]:
    """Return the estate and the name of these buildings, by their keys."""
    rows = Building.objects.filter(pk__in=keys).values_list("id", "estate_name", "name")
    return {str(key): (estate, name) for key, estate, name in rows}


# ------------------------------------------------------------------ sums


def beside(told: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the figures of today and of the drawing over some communities; none for none."""
    known = [one for one in told if one]
    if not known:
        return None
    return {side: summed([one[side] for one in known]) for side in ("today", "proposal")}


def summed(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of several communities as one: shares weigh by their own base."""
    grids = sum(one["grids"] for one in told)
    estates = sum(one["estates"] for one in told)

    def mean(name: str, base: str, whole: int) -> float | None:
        return sum(one[name] * one[base] for one in told) / whole if whole else None

    return {
        "grids": grids,
        "in_range": mean("in_range", "grids", grids),
        "polsby_popper": mean("polsby_popper", "grids", grids),
        "road": mean("road", "grids", grids),
        "split": mean("split", "estates", estates),
        "non_contiguous": sum(one["non_contiguous"] for one in told),
        "households": sum(one["households"] for one in told),
        "moved_households": sum(one["moved_households"] for one in told),
        "moved_buildings": sum(one["moved_buildings"] for one in told),
    }


def graded(weights: Mapping[str, int]) -> list[tuple[planning.Weight, int]]:
    """Return each slider with where it stands."""
    return [(one, int(weights.get(one, planning.MIDDLE))) for one in planning.Weight]
