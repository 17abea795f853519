"""Count the organisation net of a city from its records, by the register's own questions (数网)."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from quanyu.demo.cast import CITY
from quanyu.demo.scale.netting import GROUP, PREFIX
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar.rules import local
from quanyu.organisations import queries
from quanyu.organisations.queries import coverage, formed, joined, post_lists
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import Covered
from quanyu.organisations.rules.posts import Stand
from quanyu.regions.rules import level_of

HOLDS: Mapping[str, tuple[str, ...]] = {
    "grid_workers": ("grid-worker", "grid-worker-parttime"),
    "street_members": ("street-parttime-member",),
    "community_members": ("community-parttime-member",),
}
"""Which kinds of post those hold whom the article counts."""


def counted(*, at: datetime) -> dict[str, int]:
    """Return what stands today in the whole city, by the names of the article's counts."""
    day = local(at).date()
    with acting(system(CITY, job="demo.scale")) as actor:
        figures = coverage.coverage(actor, on=day, place=CITY).figures
        return {
            "grids_own": figures[Covered.OWN],
            "grids_joint": figures[Covered.JOINT],
            "grids_none": figures[Covered.NONE],
            "departments": _departments(day),
            **_stands(actor, at=at),
        }


def there(*, at: datetime) -> dict[str, int]:
    """Return what of it others have brought: the rest is still to be made."""
    with acting(system(CITY, job="demo.scale")) as actor:
        return _stands(actor, at=at, others=True)


def _stands(actor: Actor, *, at: datetime, others: bool = False) -> dict[str, int]:
    day = local(at).date()
    bodies = [one for one in queries.bodies(on=day) if not (others and one.code.startswith(PREFIX))]
    ids = {one.id for one in bodies}
    grids = coverage.coverage(actor, on=day, place=CITY).grids
    kinds = Counter(one.kind for one in bodies)
    firms = formed.units(BodyKind.PROPERTY_FIRM, actor=actor, on=day, place=CITY)
    parties = [one for one in firms.of(formed.WITH) if one.id in ids]
    houses = [one for one in bodies if one.kind == BodyKind.CENTRE]
    centres = Counter(str(level_of(one.region_path)) for one in houses)
    return {
        "grid_branches": len({one.body_id for one in grids if one.body_id in ids}),
        "building_groups": kinds[BodyKind.PARTY_GROUP],
        "property_firms": kinds[BodyKind.PROPERTY_FIRM],
        "property_organisations": len(parties),
        "property_members": sum(one.members for one in parties),
        "centres_area": centres["area"],
        "centres_street": centres["street"],
        "centres_community": centres["community"],
        "centres_quarter": centres["grid"],
        **_holders(actor, at=at, others=others),
    }


def _holders(actor: Actor, *, at: datetime, others: bool = False) -> dict[str, int]:
    asked = {"stand": Stand.SERVING.value}
    rows = post_lists.appointments_asked(asked, on=local(at).date(), actor=actor)
    if others:
        rows = rows.exclude(post__code__startswith=PREFIX)
    held = Counter(rows.order_by().values_list("post__kind", flat=True))
    return {name: sum(held[kind] for kind in kinds) for name, kinds in HOLDS.items()}


def _departments(day: date) -> int:
    """Return how many departments belong to the leading group."""
    group = queries.body_by_code(GROUP)
    members = joined.members_of(group.id, on=day) if group else ()
    return len([one for one in members if one.kind == BodyKind.DEPARTMENT])
