"""By which profile the grids of a place are coded and sized on a day (网格规范)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from quanyu.regions.models import GridProfile
from quanyu.regions.rules import ancestry
from quanyu.regions.rules.grids import Profile, Sizes
from quanyu.regions.rules.kinds import Kind


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """One row of the profiles, as a page shows it (网格规范)."""

    place_path: str
    profile: Profile
    source: str
    is_sample: bool
    valid_from: date
    valid_to: date | None


def profile(place: str, *, on: date) -> Profile:
    """Return the profile of the nearest place that has one on a day; else the usual one."""
    found = _holding(on).filter(place_path__in=ancestry(place)).order_by("-place_path").first()
    return of(found) if found else Profile()


def profiles(place: str, *, on: date) -> list[ProfileEntry]:
    """Return the profiles that bear on a place on a day, the nearest first."""
    rows = _holding(on).filter(place_path__in=ancestry(place)).order_by("-place_path")
    return [_entry(row) for row in rows]


def history(place: str) -> list[ProfileEntry]:
    """Return every profile of a place and those above it, the nearest and newest first."""
    rows = GridProfile.objects.filter(place_path__in=ancestry(place))
    return [_entry(row) for row in rows.order_by("-place_path", "-valid_from")]


def _entry(row: GridProfile) -> ProfileEntry:
    return ProfileEntry(
        row.place_path, of(row), row.source, row.is_sample, row.valid_from, row.valid_to
    )


def of(row: GridProfile) -> Profile:
    """Return a row as a value."""
    return Profile(
        digits={
            Kind.BASE_GRID: row.base_digits,
            Kind.DEDICATED_GRID: row.dedicated_digits,
            Kind.MICRO_GRID: row.micro_digits,
        },
        width=row.width,
        tolerance_m2=row.tolerance_m2,
        sizes=Sizes(row.households_low, row.households_high, row.residents_low, row.residents_high),
    )


def _holding(on: date) -> QuerySet[GridProfile]:
    open_ = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return GridProfile.objects.filter(open_, valid_from__lte=on)
