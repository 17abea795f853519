"""Which hat is worn: the place or the body in which one acts for now (身份)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from quanyu.kernel.access.rules import CIRCLES, MOST_PLACES, Actor, ActorKind, Grant, disjoint


@dataclass(frozen=True, slots=True)
class Hat:
    """The place or the body in which a person acts for now (身份)."""

    path: str = ""
    body: UUID | None = None

    @property
    def key(self) -> str:
        """Return how the session keeps it."""
        return self.path or str(self.body)

    def covers(self, grant: Grant) -> bool:
        """Answer whether the grant belongs to this hat."""
        if self.body:
            return grant.body == self.body
        return bool(grant.path) and grant.path.startswith(self.path)


def hats(grants: Collection[Grant]) -> tuple[Hat, ...]:
    """Return the hats that these grants offer: each disjoint place, then each body."""
    places = disjoint(grant.path for grant in grants if grant.path)
    bodies = sorted({grant.body for grant in grants if grant.body})
    return (*(Hat(path=path) for path in places), *(Hat(body=body) for body in bodies))


def worn(grants: frozenset[Grant], key: str) -> Hat | None:
    """Return the hat of this key, or None when it is not among those offered."""
    return next((hat for hat in hats(grants) if hat.key == key), None)


def needs_hat(grants: frozenset[Grant]) -> bool:
    """Answer whether there are more places than one request may reach."""
    who = Actor(ActorKind.PERSON, grants=grants)
    reached = [who.places, *(who.places_in(circle) for circle in CIRCLES)]
    return max(map(len, reached)) > MOST_PLACES


def under(grants: frozenset[Grant], hat: Hat | None) -> frozenset[Grant]:
    """Return the grants that count under this hat; with too many places and no hat, none does."""
    if hat is not None:
        return frozenset(grant for grant in grants if hat.covers(grant))
    return frozenset() if needs_hat(grants) else grants
