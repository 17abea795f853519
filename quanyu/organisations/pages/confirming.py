"""Who will confirm what somebody proposes, said before it is proposed (由谁确认)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.organisations.queries import confirming
from quanyu.organisations.rules.posts import LEVEL_WORDS, confirmed_at
from quanyu.regions import queries as regions
from quanyu.regions.rules import level_of


def decider(place: str, *, without: Collection[UUID | None], at: datetime) -> str:
    """Return who decides, by place and role, when somebody asks that another one leaves a post.

    The city has nothing above it: there another one of the same level does.
    """
    found = confirming.deciders(place, at=at, without=without)
    if not found:
        level = _(LEVEL_WORDS[level_of(confirmed_at(place))])
        return _("{level}或以上的负责人（现在没有别人）").format(level=level)
    roles = pgettext("between items", "、").join(
        dict.fromkeys(_(ROLE_NAMES[one.role]) for one in found)
    )
    told = {"place": regions.label(found[0].path), "roles": roles}
    if confirmed_at(place) == place:
        return _("{place}的另一位{roles}").format(**told)
    return _("{place}的{roles}").format(**told)


def confirmed_by(place: str, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return by whom what the actor proposes at a place is confirmed, or at which level by none.

    By place and role and never by name: who it is may change until then.
    """
    found = confirming.deciders(place, at=at, without=(actor.id,))
    if not found:
        return {"level": _(LEVEL_WORDS[level_of(confirmed_at(place))])}
    roles = dict.fromkeys(_(ROLE_NAMES[one.role]) for one in found)
    return {"place": regions.label(found[0].path), "roles": list(roles)}
