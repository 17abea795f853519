"""Whether a matter still is as it was read (If-Match)."""

from uuid import UUID

from quanyu.events import queries
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _


class Stale(Refusal):
    """Somebody changed the matter since it was read."""

    status = 412


def check_version(event_id: UUID, given: str, *, actor: Actor) -> None:
    """Refuse an act on a matter that has changed since it was read; the row stays locked.

    :param given: the version as it was read, bare or as an ETag; empty asks for no check
    :raises Stale: if it is another now
    """
    wanted = given.strip().removeprefix("W/").strip('"')
    if not wanted or wanted == "*":
        return
    event = queries.one(event_id=event_id, actor=actor, lock=True)
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
