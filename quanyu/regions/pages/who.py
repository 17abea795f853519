"""Who answers for a place on a day: grids, contacts, bodies; to be printed (谁来负责)."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied, sentence
from quanyu.kernel.access.rules import Actor
from quanyu.regions import queries
from quanyu.regions.actions.contacts import CONTACT_KEEPERS
from quanyu.regions.queries import answering
from quanyu.regions.queries.answering import Answer, Asked, Hit, NoPlace
from quanyu.regions.rules import WrongPath

POINT = re.compile(r"\s*(\d{2,3}\.\d+)\s*[,\uff0c\s]\s*(\d{1,2}\.\d+)\s*")
FEW = 6
"""Classes of a body that are named at once; the rest unfolds."""


@require_GET
@hidden_if_denied
def who(request: HttpRequest) -> HttpResponse:
    """Ask by text, grid, building or point, and by day."""
    actor, at = actor_of(request), timezone.now()
    given = asked(request, "q", "place", "building", "on")
    today = timezone.localdate(at)
    day = _day(given.get("on", ""), today)
    context: dict[str, Any] = {
        "section": "who",
        "q": given.get("q", ""),
        "on": day,
        "today": today,
        "place": given.get("place", ""),
        "building": given.get("building", ""),
        "now": timezone.localtime(at),
    }
    meant, hits = _meant(given)
    if meant is None:
        shown = [_hit(one, day) for one in hits]
        return answer(request, "regions/who.html", context | {"hits": shown})
    try:
        found = answering.who_answers(meant, on=day, actor=actor)
    except (NoPlace, WrongPath) as no:
        context["why_not"] = sentence(no)
        return answer(request, "regions/who.html", context)
    return answer(request, "regions/who.html", context | _shown(found, actor))


def _meant(given: dict[str, str]) -> tuple[Asked | None, list[Hit]]:
    """Return the one place that is asked for, or the places that a text may mean."""
    text = given.get("q", "")
    if not text and given.get("building"):
        return Asked(building=_key(given["building"])), []
    if not text and given.get("place"):
        return Asked(path=given["place"]), []
    point = POINT.fullmatch(text)
    if point:
        return Asked(point=(float(point[1]), float(point[2]))), []
    hits = answering.hits(text)
    if text and not hits:
        return Asked(address=text), []
    return (_of(hits[0]), []) if len(hits) == 1 else (None, hits)


def _of(hit: Hit) -> Asked:
    return Asked(building=hit.building) if hit.building else Asked(path=hit.path)


def _hit(hit: Hit, day: date) -> dict[str, str]:
    where = {"building": str(hit.building)} if hit.building else {"place": hit.path}
    address = f"{reverse('desk_who')}?{urlencode({**where, 'on': day.isoformat()})}"
    return {"name": hit.name, "detail": hit.detail, "url": address}


def _shown(found: Answer, actor: Actor) -> dict[str, Any]:
    is_english = (get_language() or "").startswith("en")
    names = {grid.path: _name(grid, is_english=is_english) for grid in found.grids}
    return {
        "answer": found,
        "way": [_name(step, is_english=is_english) for step in found.way],
        "grids": [
            {
                "grid": grid,
                "name": names[grid.path],
                "contacts": [one for one in found.contacts if one.region_path == grid.path],
            }
            for grid in found.grids
        ],
        "bodies": [
            {
                "body": one,
                "place": queries.label(one.place_path),
                "first": one.classes[:FEW],
                "more": one.classes[FEW:],
            }
            for one in found.bodies
        ],
        "may_appoint": bool(found.grids and _keeps(actor, found.path)),
    }


def _keeps(actor: Actor, path: str) -> bool:
    return bool(actor.roles_at(path) & CONTACT_KEEPERS)


def _name(one: Any, *, is_english: bool) -> str:
    return str(one.name_en if is_english and one.name_en else one.name)


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        return today


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
