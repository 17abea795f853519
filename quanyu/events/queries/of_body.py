"""What the page of a body shows of the matters that it has in hand (单位页上的在办事项)."""

from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.events.queries import clock, counting, lists
from quanyu.events.rules import Filters
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.queries import sections
from quanyu.organisations.queries.sections import Figure, Section
from quanyu.regions import queries as regions

ORDER: Final = 60
FIRST: Final = 8
"""So many of those due first stand on the page; the figure opens them all."""


@sections.sections.answered_by
def matters_of(body_id: UUID, on: date, actor: Actor, at: datetime) -> tuple[Section, ...]:
    """Return what a body has in hand today, as far as the actor sees matters; never of a past day.

    The figure counts as the list does that it opens.
    """
    if on != timezone.localdate(at) or not (actor.places or actor.bodies):
        return ()
    filters = Filters(state="open", body=body_id)
    asked = lists.Asked.of(filters, actor=actor, at=at)
    rows, _following = lists.page(filters, asked=asked, size=FIRST)
    if not rows:
        return ()
    found = counting.total(filters, asked=asked)
    number = f"{found.number:,}" if found.is_exact else _("多于 {n}").format(n=f"{found.number:,}")
    url = f"{reverse('desk_matters')}?{urlencode({'state': 'open', 'body': body_id})}"
    context = {
        "rows": [
            {
                "number": row.number,
                "title": row.title,
                "url": reverse("desk_matter", args=[row.number]),
                "place": row.address or regions.label(row.region_path),
                "state": {"code": row.state, "label": str(State(row.state).label)},
                "due": clock.due(row, at=at),
            }
            for row in rows
        ],
        "number": number,
        "url": url,
    }
    figure = Figure(_("在办事项"), number, "", url)
    return (Section("matters", ORDER, "events/_of_body.html", context, (figure,)),)
