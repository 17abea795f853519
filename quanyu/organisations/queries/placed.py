"""Which bodies and duties stand at places to be re-organised (区划调整涉及的单位与权责)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Body, Cover, Duties, Duty, Periods
from quanyu.organisations.queries.words import in_language
from quanyu.regions.queries import bound, following
from quanyu.regions.queries.bound import Bound, Tied

FOLLOWER = "duties"


@following.follows.answered_by
def follows() -> str:
    """Return under which name bodies and duties follow a re-organisation."""
    return FOLLOWER


@bound.bound.answered_by
def at_places(paths: Sequence[str], actor: Actor, at: datetime) -> tuple[Bound, ...]:
    """Return the bodies and the duties at just these places; both are public."""
    bodies = [
        Tied(one.region_path, in_language(one.name, one.name_en), one.code)
        for one in bodies_at(paths).order_by("region_path", "code")
    ]
    on, url = timezone.localdate(at), reverse("desk_duties")
    duties = [
        Tied(one.place_path, one.body.name, one.class_prefix or _("全部类别"), url)
        for one in duties_at(paths).on(on).select_related("body").order_by("place_path", "id")
    ]
    covers = [
        Tied(one.region_path, in_language(one.body.name, one.body.name_en), one.body.code)
        for one in covers_at(paths).select_related("body").order_by("region_path", "id")
    ]
    return (
        Bound("bodies", _("单位"), tuple(bodies)),
        Bound("duties", _("权责"), tuple(duties)),
        Bound("covers", _("覆盖的党组织"), tuple(covers)),
    )


def bodies_at(paths: Sequence[str]) -> QuerySet[Body]:
    """Return the bodies seated at just these places that stand."""
    return Body.objects.filter(region_path__in=paths, valid_to=None)


def duties_at(paths: Sequence[str]) -> Duties:
    """Return the duties at just these places that have no end."""
    return Duty.objects.filter(place_path__in=paths, valid_to=None)


def covers_at(paths: Sequence[str]) -> Periods:
    """Return what covers just these grids today."""
    return Cover.objects.standing().filter(region_path__in=paths)
