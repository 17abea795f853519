"""How many posts each street has and fills, and who builds the party there (街道配备)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Appointment, Establishment, StaffNorm
from quanyu.organisations.models.dated import holding
from quanyu.organisations.queries.kinds import KindEntry, kinds_on
from quanyu.organisations.rules.posts import StaffKey
from quanyu.regions import queries as regions
from quanyu.regions.rules import Level, level_of

DEPTH = 4
"""Of a street's path."""


@dataclass(frozen=True, slots=True)
class NormEntry:
    """What is asked of a street's staff on a day (配备要求)."""

    amount: Decimal
    source: str
    is_sample: bool
    valid_from: date


@dataclass(frozen=True, slots=True)
class StreetStaff:
    """The posts of one street on a day (街道配备)."""

    path: str
    name: str
    authorised: int
    """Seats of full-time posts of the street itself."""
    filled: int
    party_authorised: int
    party_filled: int
    below_authorised: int
    """Seats in its communities, grids and buildings."""
    below_filled: int
    is_short: bool
    """Fewer build the party there than the rule asks, of a street with posts."""

    @property
    def is_entered(self) -> bool:
        """Answer whether any post of the street itself is entered."""
        return self.authorised + self.party_authorised > 0


@dataclass(frozen=True, slots=True)
class Staffing:
    """All streets within reach on a day; each sum is over just these rows (街道配备)."""

    on: date
    rows: tuple[StreetStaff, ...]
    least: NormEntry | None
    average_said: NormEntry | None

    @property
    def authorised(self) -> int:
        """Return the seats of all streets."""
        return sum(row.authorised for row in self.rows)

    @property
    def filled(self) -> int:
        """Return how many of them are filled."""
        return sum(row.filled for row in self.rows)

    @property
    def average(self) -> Decimal | None:
        """Return the seats of a street on the average, with one decimal; None without a street.

        A street of which no post is entered says nothing about the average.
        """
        counted = [row for row in self.rows if row.is_entered]
        if not counted:
            return None
        return (Decimal(self.authorised) / len(counted)).quantize(Decimal("0.1"))

    @property
    def short(self) -> tuple[StreetStaff, ...]:
        """Return the streets in which too few build the party."""
        return tuple(row for row in self.rows if row.is_short)


def norms(on: date) -> dict[str, NormEntry]:
    """Return what is asked of a street's staff on a day."""
    rows = StaffNorm.objects.filter(holding(on))
    return {
        row.key: NormEntry(row.amount, row.source, row.is_sample, row.valid_from) for row in rows
    }


def staffing(*, on: date, actor: Actor) -> Staffing:
    """Return the posts of each street that the actor sees whole, on a day.

    A street of which one sees a community alone is none of them: its figures would be wrong.
    """
    streets = _streets(actor)
    asked = norms(on)
    least = asked.get(StaffKey.PARTY_LEAST)
    seats, filled = _counts(frozenset(streets), on=on, actor=actor)
    rows = []
    for path in streets:
        party = filled[path, "party"]
        is_entered = seats[path, "street"] + seats[path, "party"] > 0
        rows.append(
            StreetStaff(
                path=path,
                name=regions.label(path),
                authorised=seats[path, "street"],
                filled=filled[path, "street"],
                party_authorised=seats[path, "party"],
                party_filled=party,
                below_authorised=seats[path, "below"],
                below_filled=filled[path, "below"],
                is_short=least is not None and is_entered and party < least.amount,
            )
        )
    return Staffing(on, tuple(rows), least, asked.get(StaffKey.AVERAGE))


Counts = Mapping[tuple[str, str], int]


def _counts(streets: Collection[str], *, on: date, actor: Actor) -> tuple[Counts, Counts]:
    """Return seats and holders by street, of the street itself, its party staff, and below it.

    The database adds up what stands at one place; a street adds its places.
    """
    inside = Q(pk__in=[])
    for low, high in actor.ranges:
        inside |= Q(region_path__gte=low, region_path__lt=high)
    stands = Q(post__valid_to__isnull=True) | Q(post__valid_to__gt=on)
    rows = Establishment.objects.filter(inside, stands, holding(on)).order_by()
    seats = rows.values_list("region_path", "post__kind").annotate(n=Sum("seats"))
    held = Appointment.objects.visible_to(actor).on(on).filter(stands, holding(on, "post__stood__"))
    filled = held.order_by().values_list("post__stood__region_path", "post__kind")
    known = kinds_on(on)
    return (
        _added(seats, streets, known),
        _added(filled.annotate(n=Count("pk")), streets, known),
    )


def _added(
    rows: Iterable[tuple[str, str, int]], streets: Collection[str], known: Mapping[str, KindEntry]
) -> Counts:
    found: dict[tuple[str, str], int] = defaultdict(int)
    for place, kind, count in rows:
        street = "/".join(place.split("/")[:DEPTH]) + "/"
        if street not in streets:
            continue
        entry = known.get(kind)
        for part in _parts(
            is_street=place == street,
            is_full=entry is not None and entry.hours == "full_time",
            is_party=entry is not None and entry.is_party_staff,
        ):
            found[street, part] += count
    return found


def _parts(*, is_street: bool, is_full: bool, is_party: bool) -> list[str]:
    if not is_street:
        return ["below"]
    return [part for part, counts in (("street", is_full), ("party", is_party)) if counts]


def _streets(actor: Actor) -> list[str]:
    found: dict[str, None] = {}
    for path in actor.places:
        for street in _within(path):
            found[street] = None
    return sorted(found)


def _within(path: str) -> list[str]:
    if level_of(path) is Level.STREET:
        return [path]
    if path.count("/") > DEPTH:
        return []
    return [street for crumb in regions.below(path) for street in _within(crumb.path)]
