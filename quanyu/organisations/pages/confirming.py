"""Who will confirm what somebody proposes, said before it is proposed (由谁确认)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.organisations.queries import confirming
from quanyu.organisations.rules.posts import LEVEL_WORDS, confirmed_at
from quanyu.regions import queries as regions
from quanyu.regions.rules import level_of


def confirmed_by(place: str, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return by whom what the actor proposes at a place is confirmed, or at which level by none.

    By place and role and never by name: who it is may change until then.
    """
    found = confirming.deciders(place, at=at, without=(actor.id,))
    if not found:
        return {"level": _(LEVEL_WORDS[level_of(confirmed_at(place))])}
    roles = dict.fromkeys(_(ROLE_NAMES[one.role]) for one in found)
    return {"place": regions.label(found[0].path), "roles": list(roles)}
