"""The tree of bodies on a day, opened branch by branch, with search (组织一张网)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
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
from quanyu.regions import queries as regions
from quanyu.regions.rules import ancestry

FEW = 3
"""Trees of so few roots stand open at their first level."""

STREET_PARTS, COMMUNITY_PARTS = 4, 5
"""Of the path of a street, and of a community."""


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


def tree_of(
    request: HttpRequest, *, here: Node | None, above: tuple[Node, ...] = ()
) -> dict[str, Any]:
    """Return what the tree beside every page of the register holds, opened down to ``here``.

    :param above: who stands above ``here``, from the top
    """
    actor, on = actor_of(request), day_of(request)
    axis = request.GET.get("axis") or (axis_of(here.kind) if here else Axis.PARTY)
    said = request.GET.get("q", "").strip()
    after = request.GET.get("after", "")
    place, page = _begins(request, axis, here, after=after)
    today = timezone.localdate()
    context = {
        "section": "net",
        "axis": axis,
        "axes": [
            {"value": str(one), "label": _(words), "url": _kept(request, axis=one)}
            for one, words in AXIS_WORDS.items()
        ],
        "on": on,
        "today": today,
        "q": said,
        "more_url": address(on, axis=axis, place=place, after=page.after) if page.after else "",
        "way": [
            {
                "name": regions.label(step.path) if n else _("全市"),
                "url": address(on, axis=axis, place=step.path),
            }
            for n, step in enumerate(regions.breadcrumb(place))
        ],
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
    return context | {"nodes": _opened(page.rows, place, (*above, here) if here else (), on)}


def _begins(
    request: HttpRequest, axis: str, here: Node | None, *, after: str
) -> tuple[str, found.Nodes]:
    """Return at which place the tree begins, and who stands at the top there.

    The place that was asked for; else one's own, or that of the body one looks at; and where no
    such body stands, the place above.
    """
    on, city = day_of(request), str(settings.QUANYU_CITY)
    asked = request.GET.get("place", "")
    begins = asked or _home(actor_of(request), here)
    way = [city] if not begins.startswith(city) else [*ancestry(begins)[len(ancestry(city)) - 1 :]]
    place, page = city, found.Nodes((), "", 0)
    for place in reversed(way):
        page = found.roots(axis, on=on, place="" if place == city else place, after=after)
        if page.rows or asked:
            break
    return place, page


def _home(actor: Actor, here: Node | None) -> str:
    """Return one's own place, down to a community; of a body elsewhere its street."""
    own = actor.stations or tuple(queries.body_places(_bodies(actor)).values())
    home = _cut(first(own), COMMUNITY_PARTS)
    if here is None:
        return home
    is_near = home.count("/") >= STREET_PARTS and here.region_path.startswith(home)
    return home if is_near else _cut(here.region_path, STREET_PARTS)


def _bodies(actor: Actor) -> list[UUID]:
    return sorted({grant.body for grant in actor.grants if grant.body})


def _cut(path: str, parts: int) -> str:
    return "/".join(path.split("/")[:parts]) + "/" if path.count("/") > parts else path


def _opened(rows: Iterable[Node], place: str, way: tuple[Node, ...], on: date) -> list[Drawn]:
    """Return the roots, with the branch open in which one is, or that of the place itself."""
    held, here = list(rows), way[-1] if way else None
    if way and not {one.id for one in way} & {one.id for one in held}:
        held = [way[0], *held]
    open_ids = {one.id for one in way}
    if not way:
        open_ids = {one.id for one in held if len(held) <= FEW or _is_own(one, place)}
    below = found.below_each(open_ids, on=on) if open_ids else {}
    return [_with_children(one, below, here, on) for one in held]


def _is_own(node: Node, place: str) -> bool:
    return node.region_path == place and place.count("/") >= STREET_PARTS


def _with_children(
    node: Node, below: Mapping[UUID, tuple[Node, ...]], here: Node | None, on: date
) -> Drawn:
    rest = {key: rows for key, rows in below.items() if key != node.id}
    children = [_with_children(one, rest, here, on) for one in below.get(node.id, ())]
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


def _kept(request: HttpRequest, **asked: str) -> str:
    """Return the address of the tree of the same day and place, with something else asked."""
    place = {"place": request.GET["place"]} if request.GET.get("place") else {}
    return address(day_of(request), **place, **asked)


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
