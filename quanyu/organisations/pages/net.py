"""The tree of bodies on a day, opened branch by branch, with search (组织一张网)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.organisations import actions, queries
from quanyu.organisations.queries import net as found
from quanyu.organisations.queries.net import Node
from quanyu.organisations.rules.net import AXIS_WORDS, Axis, axis_of

FEW = 3
"""Trees of so few roots stand open at their first level."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A node as the tree draws it."""

    node: Node
    url: str
    fold_url: str
    is_here: bool
    is_open: bool
    children: tuple["Drawn", ...] = ()


@require_GET
@hidden_if_denied
def net(request: HttpRequest) -> HttpResponse:
    """Show the tree of one part of the register on a day, or what a search found."""
    return answer(request, "organisations/net.html", tree_of(request, here=None))


@require_GET
@hidden_if_denied
def branch(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Return one node of the tree, open or folded."""
    on = day_of(request)
    node = found.node(body_id, on=on)
    rows = found.below(body_id, on=on) if request.GET.get("open") else ()
    drawn = _drawn(node, on, children=[_drawn(one, on) for one in rows]) if node else None
    return TemplateResponse(request, "organisations/_node.html", {"node": drawn})


def tree_of(request: HttpRequest, *, here: Node | None) -> dict[str, Any]:
    """Return what the tree beside every page of the register holds, opened down to ``here``."""
    actor, on = actor_of(request), day_of(request)
    axis = request.GET.get("axis") or (axis_of(here.kind) if here else Axis.PARTY)
    said = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    place = request.GET.get("place", "")
    page = found.roots(axis, on=on, place=place, after=after)
    today = timezone.localdate()
    context = {
        "section": "net",
        "axis": axis,
        "axes": [
            {"value": str(one), "label": _(words), "url": address(on, axis=one)}
            for one, words in AXIS_WORDS.items()
        ],
        "on": on,
        "today": today,
        "q": said,
        "more_url": address(on, axis=axis, after=page.after) if page.after else "",
        "count": page.count,
        "days": [
            {"day": day, "url": _same(request, day)}
            for day in found.calendar_of(first(actor.stations))
            if day != on
        ][:3],
        "today_url": _same(request, today) if on != today else "",
        "may_found": may_keep(actor),
        "now": timezone.localtime(),
    }
    if said:
        hits = found.find(said, on=on)
        return context | {"hits": [_drawn(one, on, here=here) for one in hits]}
    return context | {"nodes": _opened(page.rows, here, on)}


def _opened(rows: Iterable[Node], here: Node | None, on: date) -> list[Drawn]:
    """Return the roots, with the branch open in which one is."""
    held = list(rows)
    way = [*found.way_up(here.id, on=on), here] if here else []
    if way and way[0].id not in {one.id for one in held}:
        held = [way[0], *held]
    open_ids = {one.id for one in way}
    if not way and len(held) <= FEW:
        open_ids = {one.id for one in held}
    return [_with_children(one, open_ids, here, on) for one in held]


def _with_children(node: Node, open_ids: set[UUID], here: Node | None, on: date) -> Drawn:
    if node.id not in open_ids or not node.below:
        return _drawn(node, on, here=here)
    children = [
        _with_children(one, open_ids - {node.id}, here, on) for one in found.below(node.id, on=on)
    ]
    return _drawn(node, on, here=here, children=children)


def _drawn(
    node: Node, on: date, *, here: Node | None = None, children: Iterable[Drawn] = ()
) -> Drawn:
    kids = tuple(children)
    fold = {"on": on.isoformat()} | ({} if kids else {"open": "1"})
    return Drawn(
        node=node,
        url=body_address(node.id, on),
        fold_url=f"{reverse('desk_organisation_branch', args=[node.id])}?{urlencode(fold)}",
        is_here=here is not None and node.id == here.id,
        is_open=bool(kids),
        children=kids,
    )


# ------------------------------------------------------------------ for all pages of the register


def day_of(request: HttpRequest, name: str = "on") -> date:
    """Return the day that the address asks for; today unless it is one."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return timezone.localdate()


def address(on: date, **asked: str) -> str:
    """Return the address of the tree on a day."""
    return f"{reverse('desk_organisations')}?{urlencode(_dated(on) | asked)}"


def body_address(body_id: UUID, on: date) -> str:
    """Return the address of a body's page on a day."""
    query = urlencode(_dated(on))
    return reverse("desk_organisation", args=[body_id]) + (f"?{query}" if query else "")


def _dated(on: date) -> dict[str, str]:
    return {} if on == timezone.localdate() else {"on": on.isoformat()}


def _same(request: HttpRequest, day: date) -> str:
    kept = {key: value for key, value in request.GET.items() if key not in ("on", "after")}
    return f"{request.path}?{urlencode(kept | _dated(day))}"


def may_keep(actor: Actor) -> bool:
    """Tell whether somebody keeps party organisations or more, anywhere."""
    return any(actions.PARTY_KEEPERS & actor.roles_at(path) for path in actor.stations)


def keeps(actor: Actor, one: queries.BodyEntry) -> bool:
    """Tell whether somebody keeps this body."""
    roles = actor.roles_at(one.region_path)
    is_party = axis_of(one.kind) is Axis.PARTY
    return bool(roles & (actions.PARTY_KEEPERS if is_party else actions.KEEPERS))


def first(places: tuple[str, ...]) -> str:
    """Return the first of some places, or ""."""
    return places[0] if places else ""
