"""Who belongs to a co-ordination body: on the pages of both, and as a list (成员单位)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel import paging
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables import http as tables
from quanyu.organisations import queries
from quanyu.organisations.pages.net import body_address, keeps
from quanyu.organisations.queries import joined as found
from quanyu.organisations.queries.sections import Figure, Section, sections
from quanyu.organisations.rules.kinds import HOSTS
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.tables import PARTICIPATIONS
from quanyu.regions import queries as regions

ORDER = 25
"""Where it stands on the page of a body: after the posts."""


@sections.answered_by
def joined_section(body_id: UUID, on: date, actor: Actor, at: datetime) -> tuple[Section, ...]:
    """Return who belonged to a co-ordination body on a day, or to which ones a body belonged."""
    row = queries.body(body_id)
    if row is None:
        return ()
    members = found.members_of(body_id, on=on)
    hosts = found.hosts_of(body_id, on=on)
    is_host = row.kind in HOSTS or bool(members)
    if not is_host and not hosts:
        return ()
    is_now = on == timezone.localdate(at) and row.valid_to is None
    may_change = is_now and is_host and keeps(actor, row)
    act = reverse("desk_organisation_act", args=[body_id, "leave"]) if may_change else ""
    context = {
        "is_host": is_host,
        "members": [_shown(one, on, leave=act) for one in members],
        "hosts": [_shown(one, on) for one in hosts],
        "join_url": reverse("desk_organisation_act", args=[body_id, "join"]) if may_change else "",
        "meeting_url": _meeting(row, actor) if is_now and is_host else "",
        "list_url": f"{reverse('desk_participations')}?{urlencode({'host': row.code})}",
    }
    figure = Figure(_("成员单位"), str(len(members)), url="#h-members")
    figures = (figure,) if is_host else ()
    return (Section("joined", ORDER, "organisations/_joined.html", context, figures),)


def _shown(one: found.Joined, on: date, *, leave: str = "") -> dict[str, Any]:
    return {
        "one": one,
        "place": regions.label(one.region_path),
        "url": body_address(one.id, on),
        "leave_url": f"{leave}?{urlencode({'member': one.code})}" if leave else "",
    }


def _meeting(row: queries.BodyEntry, actor: Actor) -> str:
    """Return where a meeting of it is planned, its members called; "" for who plans none."""
    if not actor.roles_at(row.region_path) & LIFE_KEEPERS:
        return ""
    return f"{reverse('desk_meeting_new')}?{urlencode({'body': row.id})}"


# ------------------------------------------------------------------ as a list


@PARTICIPATIONS.narrowed_by
def narrowed(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every link that the page of this address shows, in its order."""
    return found.participations_asked(given, on=timezone.localdate(at))


@PARTICIPATIONS.told_by
def told(given: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(given, actor))


@require_GET
@hidden_if_denied
def participations(request: HttpRequest) -> HttpResponse:
    """List who belongs to which co-ordination body; the address holds filters and columns."""
    if preferred := tables.begin(request, PARTICIPATIONS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    given = PARTICIPATIONS.asked(request.GET.dict())
    rows = found.participations_asked(given, on=timezone.localdate(at))
    page = paging.page_of(rows, request.GET.get("after", ""))
    values, fields = found.participation_values(page.rows, at=at), _fields(given, actor)
    context = {
        **tables.sheet(request, PARTICIPATIONS, page, values, fields, at=at, links=_to_both),
        "section": "net",
        "sub": _("领导小组、联席会议由哪些单位组成；退出的留着"),
    }
    return answer(request, "tables/list.html", context)


def _to_both(row: Any) -> dict[str, str]:
    ends = {"host_name": row.host_id, "member_name": row.member_id}
    return {name: reverse("desk_organisation", args=[key]) for name, key in ends.items()}


def _fields(given: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    places = regions.places_to_pick(actor.stations, given.get("place", ""))
    ended, home = {"all": _("含已结束的")}, reverse("desk_participations")
    return [
        search(_("搜索"), given),
        pick("host", _("议事协调机构"), found.hosts_known(), asked=given, home=home),
        pick("place", _("辖区"), places, asked=given, home=home),
        pick("standing", _("状态"), ended, asked=given, home=home, empty=_("在用的")),
    ]
