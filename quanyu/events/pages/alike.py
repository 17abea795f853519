"""What may be reported already: shown while somebody types, and beside a matter (疑似重复)."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from quanyu.events import schemas
from quanyu.events.pages.shown import state
from quanyu.events.queries import twins
from quanyu.events.queries.twins import Draft, Twin
from quanyu.events.rules.likeness import Spot
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, parsed
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.kernel.quotas.actions import knock
from quanyu.kernel.quotas.rules import Quota
from quanyu.regions import queries as regions

OFTEN: Final = (Quota(40, 60),)
"""So many looks a minute for one person: somebody who types stops now and then."""

NOTHING = 204


@require_POST
@hidden_if_denied
def typing(request: HttpRequest) -> HttpResponse:
    """Show which open matters within reach are like what is being typed; nothing is kept of it."""
    actor, at = actor_of(request), timezone.now()
    given = request.POST.dict()
    try:
        knock("alike", who=[str(actor.id)], quotas=OFTEN, at=at)
        typed = parsed(schemas.AlikeIn, {**given, "category": given.get("class_code")}, labels={})
    except Refusal:
        # A help and no more: what it cannot look at, it leaves as it stands.
        return HttpResponse(status=NOTHING)
    found = twins.of_draft(draft(typed, actor=actor, at=at), actor=actor)
    context = {"duplicates": [shown(one) for one in found], "apart": True}
    return answer(request, "events/_alike.html", context)


def draft(typed: schemas.AlikeIn, *, actor: Actor, at: datetime) -> Draft:
    """Return what is known so far: words, and a point or else the place where one works."""
    where = actor.places[0] if actor.places else settings.QUANYU_CITY
    if typed.lon is not None and typed.lat is not None:
        where = regions.locate_point(typed.lon, typed.lat).path
    return Draft(typed.text, Spot(where, at, typed.lon, typed.lat), typed.category)


def shown(twin: Twin) -> dict[str, Any]:
    """Return one likely twin as the templates take it, with why it is thought so."""
    return {
        "title": twin.event.title,
        "url": reverse("desk_matter", args=[twin.event.number]),
        "state": state(twin.event.state),
        "percent": twin.percent,
        "why": _why(twin),
    }


def _why(twin: Twin) -> str:
    """Return the reasons in a line: grid, metres, days, class, likeness."""
    said = [
        _("反映人说是同一件") if twin.is_said else "",
        _("同一网格") if twin.same_grid else "",
        _("相距 {n} 米").format(n=twin.metres) if twin.metres is not None else "",
        ngettext("相隔 {n} 天", "相隔 {n} 天", twin.days).format(n=twin.days)
        if twin.days
        else _("同一天"),
        _("同一类别") if twin.same_class else "",
        _("字面相似 {n}%").format(n=twin.percent),
    ]
    return pgettext("between items", "、").join(part for part in said if part)
