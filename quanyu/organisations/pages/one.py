"""The page of one body: how it stands and stood, what it covers, what hangs on it (单位页)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.organisations import queries
from quanyu.organisations.pages import net
from quanyu.organisations.queries import coverage, formed, sections
from quanyu.organisations.queries import net as found
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules.covering import COVERERS, FORMED, cover_cautions
from quanyu.organisations.rules.credit import agrees_inside
from quanyu.organisations.rules.fitting import Caution, cautions
from quanyu.organisations.rules.kinds import HOSTS
from quanyu.regions import queries as regions


@require_GET
@hidden_if_denied
def one(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Show a body as it stood on a day, beside the tree."""
    row = queries.body(body_id)
    if row is None:
        raise Http404
    on = net.day_of(request)
    here = found.node(body_id, on=on)
    above = found.way_up(body_id, on=on)
    context = net.tree_of(request, here=here, above=above)
    context |= shown(row, here, above, on, actor=actor_of(request))
    return answer(request, "organisations/one.html", context)


def shown(
    row: queries.BodyEntry,
    here: found.Node | None,
    above: tuple[found.Node, ...],
    on: date,
    *,
    actor: Actor,
) -> dict[str, Any]:
    """Return what the page of a body holds."""
    at = timezone.now()
    covers = coverage.covers_of(row.id, on=on)
    parts = sections.sections_of(row.id, on=on, actor=actor, at=at)
    return {
        "body": row,
        "here": here,
        "name": here.name if here else row.label,
        "place_name": regions.label(here.region_path if here else row.region_path),
        "map_url": f"{reverse('desk_organisation_map')}?{urlencode({'body': row.id, 'on': on})}"
        if here
        else "",
        "above": [{"name": step.name, "url": net.body_address(step.id, on)} for step in above],
        "commander": _linked(found.commander(row.id, on=on), on),
        "unit": _linked(formed.unit_of(row.id, on=on), on),
        "parties": [_linked(way, on) for way in formed.parties_of(row.id, on=on)],
        "below": [
            {"node": node, "url": net.body_address(node.id, on)}
            for node in found.below(row.id, on=on)
        ],
        "covers": covers,
        "may_cover": row.kind in set().union(*COVERERS.values()),
        "cautions": [_caution(no) for no in _cautions(row, here, covers, above)],
        "steps": found.steps(row.id),
        "went_into": _linked(found.went_into(row.id), on),
        "made_of": [_linked(way, on) for way in found.made_of(row.id)],
        "duties": queries.duty_list(on=on, body_id=row.id, size=20),
        "duties_url": f"{reverse('desk_duties')}?body={row.id}",
        "sections": parts,
        "figures": [figure for part in parts for figure in part.figures],
        "verbs": _verbs(row, on) if net.keeps(actor, row) and row.valid_to is None else [],
        "chart_url": f"{reverse('desk_organisation_chart', args=[row.id])}?on={on.isoformat()}",
    }


def _linked(way: found.Way | None, on: date) -> dict[str, Any] | None:
    return {"way": way, "url": net.body_address(way.id, on)} if way else None


def _cautions(
    row: queries.BodyEntry,
    here: found.Node | None,
    covers: tuple[coverage.Held, ...],
    above: tuple[found.Node, ...],
) -> tuple[Caution, ...]:
    if here is None:
        return ()
    grids = len(covers) if BodyKind(here.kind) in COVERERS["grid"] else 0
    said = (
        *cautions(here.kind, above[-1].kind if above else ""),
        *cover_cautions(here.kind, grids),
    )
    if row.uscc and not agrees_inside(row.uscc):
        note = "GB 11714"
        return (*said, Caution(_("信用代码内的主体标识码自身校验不符，请对照登记证"), note))
    return said


def _caution(no: Caution) -> dict[str, Any]:
    return {"text": _(no.sentence), "clause": _(no.clause), "is_verified": no.is_verified}


ICONS = {
    "rename": "pencil",
    "hang": "hierarchy",
    "seat": "map-pin",
    "cover": "polygon",
    "merge": "arrows-join",
    "command": "flag",
    "form": "building",
    "join": "users-plus",
    "leave": "users-minus",
    "correct": "id",
    "dissolve": "trash",
}


def _verbs(row: queries.BodyEntry, on: date) -> list[dict[str, str]]:
    kinds = set().union(*COVERERS.values())
    is_odd = {
        "cover": row.kind not in kinds,
        "command": row.kind != BodyKind.STATIONED_AGENCY,
        "form": row.kind not in FORMED,
        "join": row.kind not in HOSTS,
        "leave": row.kind not in HOSTS,
    }
    labels = {
        "rename": _("更名、改设"),
        "hang": _("改变隶属"),
        "seat": _("迁移"),
        "cover": _("登记覆盖"),
        "merge": _("并入其他单位"),
        "command": _("指挥关系"),
        "form": _("组建在哪个单位"),
        "join": _("增加成员单位"),
        "leave": _("成员单位退出"),
        "correct": _("更正信息"),
        "dissolve": _("撤销"),
    }
    return [
        {
            "key": key,
            "label": label,
            "icon": ICONS[key],
            "url": reverse("desk_organisation_act", args=[row.id, key]),
        }
        for key, label in labels.items()
        if not is_odd.get(key)
    ]
