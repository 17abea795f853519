"""What the reporter says later at the window or by telephone, taken down by staff (补充、催办)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.events import actions, schemas
from quanyu.events.pages import labels
from quanyu.events.rules import LONGEST_TEXT
from quanyu.events.rules.forwarded import ADDS
from quanyu.kernel.access.http import field, option, parsed
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal

VERBS = ("supplement", "urge")


def add(event: Any, given: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """Write down what the reporter adds, or that they urge.

    :raises Denied: if it is neither
    """
    verb = given.get("what", "")
    if verb not in VERBS:
        raise Denied
    body = parsed(schemas.VERBS[verb], given, labels={**labels.LABELS, "words": _words()})
    getattr(actions, verb)(event_id=event.pk, actor=actor, at=at, **body.dict())


def form(
    event: Any, *, actor: Actor, given: Mapping[str, str], no: Refusal | None
) -> dict[str, Any] | None:
    """Return the form for who may take it down while the matter is under way, or None."""
    if event.closed_at is not None or not ADDS & actor.roles_on(event):
        return None
    mine = given.get("what", "") in VERBS
    what, said = (given.get("what", ""), given.get("words", "")) if mine else ("", "")
    options = [
        option("supplement", _("补充情况"), _("记进经过，反映人看得到")),
        option("urge", _("催办"), _("记次数，承办单位会收到通知；内容可以不写")),
    ]
    more = {"rows": 2, "maxlength": LONGEST_TEXT, "value": said, "required": False}
    return {
        "url": reverse("desk_said", args=[event.number]),
        "is_open": mine,
        "fields": [
            field("what", _("反映人又来说"), "radio", options=options, value=what),
            field("words", _words(), "textarea", no=no if mine else None, **more),
        ],
        "button": _("记下"),
    }


def _words() -> str:
    return _("反映人说了什么")
