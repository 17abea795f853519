"""What no re-organisation moves: of a place that ends, people settle it by hand (不随之转移的).

Limits and hours are rules that somebody decided with their ground, profiles and plans are of a
place as it was: none of them is taken to mean another place than the one it was written for.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.codes import queries as codes
from quanyu.regions.models import GridProfile, Plan
from quanyu.regions.queries.bound import Bound, Tied, bound
from quanyu.regions.queries.planning import STANDING
from quanyu.regions.rules.planning import State


def told(paths: Sequence[str], *, actor: Actor, at: datetime) -> list[Bound]:
    """Return what packages above say that hangs on just these places."""
    return [one for answer in bound.ask(paths, actor, at) for one in answer]


def staying(
    paths: Sequence[str], said: Sequence[Bound], *, actor: Actor, at: datetime
) -> list[Bound]:
    """Return what stays behind at places that are gone, or about to be; no kind without a row.

    :param said: what packages above say that hangs on them, and on others
    """
    day, gone = timezone.localdate(at), set(paths)
    found = [_limits(paths, day), _hours(paths, day), _profiles(paths, day), _plans(paths, actor)]
    for one in said:
        if one.stays:
            rows = tuple(tied for tied in one.rows if tied.path in gone)
            found.append(replace(one, rows=rows))
    return [one for one in found if one.rows]


def _limits(paths: Sequence[str], day: date) -> Bound:
    url = reverse("desk_code_list", args=["limits"])
    rows = [
        Tied(
            one.place_path,
            codes.stages(one.workflow).get(one.stage, one.stage),
            one.class_prefix or _("全部类别"),
            url,
        )
        for one in codes.limits_at(paths, on=day)
    ]
    return Bound("limits", _("时限"), tuple(rows), stays=True)


def _hours(paths: Sequence[str], day: date) -> Bound:
    rows = [
        Tied(
            one.place_path,
            _("{day} 起的工作时间").format(day=one.valid_from.isoformat()),
            url=reverse("desk_calendar"),
        )
        for one in calendar.hours_at(paths, on=day)
    ]
    return Bound("hours", _("工作时间"), tuple(rows), stays=True)


def _profiles(paths: Sequence[str], day: date) -> Bound:
    rows = GridProfile.objects.filter(place_path__in=paths)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).order_by("place_path", "valid_from")
    tied = [
        Tied(one.place_path, _("{day} 起的网格规范").format(day=one.valid_from.isoformat()))
        for one in rows
    ]
    return Bound("profiles", _("网格规范"), tuple(tied), stays=True)


def _plans(paths: Sequence[str], actor: Actor) -> Bound:
    rows = Plan.objects.visible_to(actor).filter(STANDING[State.DRAFT], region_path__in=paths)
    tied = [
        Tied(one.region_path, one.title, url=reverse("desk_plan", args=[one.pk]))
        for one in rows.order_by("region_path", "made_at")
    ]
    return Bound("plans", _("网格方案（起草中）"), tuple(tied), stays=True)
