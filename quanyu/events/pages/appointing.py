"""What waits of appointments for whoever opens the desk, beside the matters (我的工作：任职)."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext, pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.queries import holders
from quanyu.organisations.rules.leaving import Leaving
from quanyu.organisations.rules.posts import KEPT_BY

DECIDES = frozenset({Leaving.ALONE, Leaving.SECOND})


def work(*, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Return how many proposals and ends the reader decides, and where; None if there is none."""
    if not actor.roles & KEPT_BY:
        return None
    new = sum(one.may_decide for one in holders.waiting(actor=actor, at=at))
    old = sum(one.ends in DECIDES for one in holders.leaving_asked(actor=actor, at=at))
    told = []
    if new:
        told.append(ngettext("{n} 项提名", "{n} 项提名", new).format(n=new))
    if old:
        told.append(ngettext("{n} 项卸任", "{n} 项卸任", old).format(n=old))
    words = pgettext("between items", "、").join(told)
    return {"url": reverse("desk_appointments"), "words": words} if told else None
