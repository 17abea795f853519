"""The grids that stand: a list that goes out to a map's program and comes back (网格列表)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables import http as tables
from quanyu.kernel.tables.queries import address
from quanyu.regions import queries
from quanyu.regions.pages import drawing
from quanyu.regions.queries import listing
from quanyu.regions.rules import KIND_WORDS
from quanyu.regions.rules.grids import GRID_KINDS
from quanyu.regions.tables import FINDINGS, GRIDS


@GRIDS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every grid that the page of this address shows, in its order."""
    return listing.grids_asked(asked, actor=actor)


@GRIDS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_filters(asked, actor))


@FINDINGS.narrowed_by
def found(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every finding that the page of this address shows, in its order."""
    return listing.findings_asked(asked, actor=actor)


@require_GET
@hidden_if_denied
def grids(request: HttpRequest) -> HttpResponse:
    """List the grids that stand where one works."""
    if preferred := tables.begin(request, GRIDS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    asked = GRIDS.asked(request.GET.dict())
    page = listing.grid_page(asked, actor=actor, after=request.GET.get("after", ""))
    values, fields = listing.grid_values(page.rows, at=at), _filters(asked, actor)
    context = {
        **tables.sheet(request, GRIDS, page, values, fields, at=at, links=_to_place),
        "section": "grid_list",
        "sub": _("今天有效的网格；可导出到 QGIS，改好边界再导入"),
        "new_url": reverse("desk_grid_new") if drawing.may_found(actor) else "",
    }
    return answer(request, "regions/grids.html", context)


def _to_place(row: Any) -> dict[str, str]:
    """Let each name lead to its place."""
    return {"name": f"{reverse('desk_places')}?{address({'place': row.path})}"}


def _filters(asked: Mapping[str, str], actor: Actor) -> list[dict[str, Any]]:
    kinds = {kind.value: _(KIND_WORDS[kind]) for kind in GRID_KINDS}
    places = queries.places_to_pick(actor.places, asked.get("place", ""))
    home = reverse("desk_grid_list")
    return [
        search(_("名称或代码"), asked),
        pick("place", _("辖区"), places, asked=asked, home=home),
        pick("kind", _("类型"), kinds, asked=asked, home=home),
    ]
