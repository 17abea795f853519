"""Whether a matter still is as it was read (If-Match)."""

from uuid import UUID

from quanyu.events import queries
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.errors import gettext_noop as _


class Stale(Refusal):
    """Somebody changed the matter since it was read."""

    status = 412


def check_version(event_id: UUID, given: str, *, actor: Actor, beside: str = "") -> None:
    """Refuse an act on a matter that has changed since it was read; the row stays locked.

    :param given: the version as it was read, bare or as an ETag; empty asks for no check
    :param beside: the number of the other matter that the act concerns: both are locked, by key
    :raises Stale: if it is another now
    :raises Denied: if there is no such matter within reach
    """
    wanted = given.strip().removeprefix("W/").strip('"')
    if not wanted or wanted == "*":
        return
    event = _held(event_id, beside, actor=actor)
    if wanted != str(event.version):
        last = queries.story(event, actor=actor)[0]
        raise Stale(
            _("这件事在您打开之后有了变化，您的操作没有生效，请看过再办"),
            field="If-Match",
            value=given,
            allowed=[f'"{event.version}"'],
            name=last.actor_name,
            role=last.role,
            verb=last.verb,
            at=last.at,
        )


def _held(event_id: UUID, beside: str, *, actor: Actor) -> Event:
    rows = Event.objects.visible_to(actor).filter(number=beside.strip().upper())
    other = rows.values_list("pk", flat=True) if beside.strip() else ()
    event = queries.held([event_id, *other], actor=actor).get(event_id)
    if event is None:
        raise Denied
    return event
