"""Say from which day on, how the grids of a place are coded and sized (制定网格规范)."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions import queries
from quanyu.regions.models import GridProfile
from quanyu.regions.rules import grids as rules
from quanyu.regions.rules.grids import Profile
from quanyu.regions.rules.kinds import Kind

BEGIN = date(2020, 1, 1)
"""From when the shipped profile holds: before every grid that the platform can hold."""

SAMPLE = "GB/T 34300, DB6101/T 3185"
"""Where the shipped profile comes from; nobody has verified it, so it is marked as a sample."""

PROFILE_KEEPERS = frozenset({Role.DISTRICT_ADMIN, Role.SYS_ADMIN, Role.SYSTEM})


@transaction.atomic
def set_profile(
    *,
    place: str,
    profile: Profile,
    source: str = "",
    start: date | None = None,
    actor: Actor,
    at: datetime,
) -> GridProfile:
    """Let the grids of a place be coded and sized so, from a day on; codes given before stay.

    :raises WrongProfile: if such codes could not be told apart, or the sizes are no ranges
    :raises WrongGridDay: if it would begin before the one that holds
    :raises Denied: if the actor has no part in the place, or the tree does not hold it
    """
    check_keeper(actor, place)
    rules.check_profile(profile)
    day = start or timezone.localdate(at)
    standing = GridProfile.objects.select_for_update().filter(place_path=place, valid_to=None)
    last = standing.first()
    if last is not None and day <= last.valid_from:
        raise rules.WrongGridDay(
            _("新规范须晚于现行规范的生效日期{start}"),
            field="start",
            value=day.isoformat(),
            start=last.valid_from.isoformat(),
        )
    standing.update(valid_to=day)
    row = _row(place, profile, source=source[:200], start=day)
    row.save(force_insert=True)
    facts = {"place": place, "length": profile.length, "tolerance_m2": profile.tolerance_m2}
    record("grid_profile.set", row, actor=actor, at=at, facts=facts)
    return row


@transaction.atomic
def load_profile(*, actor: Actor, at: datetime) -> int:
    """Bring the sample profile for the whole city; one that stands is left alone."""
    city = settings.QUANYU_CITY
    check_keeper(actor, city)
    if GridProfile.objects.filter(place_path=city).exists():
        return 0
    row = _row(city, Profile(), source=SAMPLE, start=BEGIN)
    row.is_sample = True
    row.save(force_insert=True)
    record("grid_profile.set", row, actor=actor, at=at, facts={"place": city})
    return 1


def check_keeper(actor: Actor, place: str) -> None:
    """Refuse who does not say how grids are coded.

    :raises Denied: if the place is not known, or the actor has no part in it
    :raises NotGridKeeper: if the actor has another role there
    """
    roles = actor.roles_at(place)
    if not roles or not (queries.is_known(place) or actor.job):
        raise Denied
    if not roles & PROFILE_KEEPERS:
        raise rules.NotGridKeeper(_("网格规范由区级统筹和系统管理员制定"))


def _row(place: str, profile: Profile, *, source: str, start: date) -> GridProfile:
    return GridProfile(
        place_path=place,
        base_digits=profile.digits[Kind.BASE_GRID],
        dedicated_digits=profile.digits[Kind.DEDICATED_GRID],
        micro_digits=profile.digits[Kind.MICRO_GRID],
        width=profile.width,
        tolerance_m2=profile.tolerance_m2,
        households_low=profile.sizes.households_low,
        households_high=profile.sizes.households_high,
        residents_low=profile.sizes.residents_low,
        residents_high=profile.sizes.residents_high,
        source=source,
        valid_from=start,
    )
