"""Which open matters a body has in hand, for whoever is about to end or merge it (在办事项)."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.events.models import Event, JointPart
from quanyu.events.queries import words
from quanyu.events.queries.columns import OPEN
from quanyu.events.rules.joint import LIVE
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.queries import hanging
from quanyu.organisations.queries.hanging import Hanging, Held


@hanging.hanging.answered_by
def in_hand(body_id: UUID, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return the open matters that this body has in hand, as far as the actor sees them."""
    rows = Event.objects.visible_to(actor).filter(body_id=body_id, state__in=OPEN)
    fields = ("number", "title", "category")
    held = tuple(
        Held(
            f"{number} {title}",
            words.class_words(category, at=at),
            reverse("desk_matter", args=[number]),
        )
        for number, title, category in rows.order_by("number").values_list(*fields)
    )
    return (Hanging("matters", _("未结事项"), held), _asked(body_id, actor))


def _asked(body_id: UUID, actor: Actor) -> Hanging:
    """Return what the body was asked to do in matters that others lead."""
    rows = JointPart.objects.visible_to(actor).filter(body_id=body_id, state__in=list(LIVE))
    numbers = rows.order_by("event__number").values_list("event__number", flat=True)
    held = tuple(Held(one, "", reverse("desk_matter", args=[one])) for one in numbers)
    return Hanging("parts", _("协办任务"), held)
