"""What several verbs share; nobody outside calls it."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from quanyu.events import rules
from quanyu.events.models import Event
from quanyu.events.rules.fair import NOT_YOURS
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.files import actions as files
from quanyu.kernel.workflow.spec import NotAllowed
from quanyu.regions import queries as regions

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DESK = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.COMMANDER})


def path_of(lon: float | None, lat: float | None, *, address: str = "", otherwise: str = "") -> str:
    """Return the grid of a point, of a building that an address names, or the city.

    A report is never refused for its place.
    """
    city = str(settings.QUANYU_CITY)
    if lon is None or lat is None:
        return regions.path_named(address) or otherwise or city
    found = regions.locate_point(lon, lat).path or city
    return otherwise or city if found == city else found


def classify(event: Event, class_code: str, *, at: datetime) -> None:
    entry = codes.class_of(class_code, on=local(at).date())
    if entry is None:
        raise rules.UnknownClass(_("没有“{value}”这个类别"), field="class_code", value=class_code)
    event.category = class_code
    event.must_verify = bool(entry.attributes.get("verification_required"))
    event.is_urgent = bool(entry.attributes.get("safety") or entry.attributes.get("emergency"))


def check_reason(listed: str, reason: str, *, field: str, at: datetime) -> None:
    day = local(at).date()
    if codes.code(listed, reason, on=day) is None:
        allowed = [entry.code for entry in codes.codes(listed, on=day)]
        raise Invalid(_("请从列表里选一个理由"), field=field, value=reason, allowed=allowed)


def with_actor(accounts: list[UUID], actor: Actor) -> list[UUID]:
    return accounts if actor.id is None or actor.id in accounts else [*accounts, actor.id]


def person(actor: Actor, verb: str, *, by: Collection[str]) -> UUID:
    """Return who acts, as a person: two hands are two people."""
    if actor.id is None:
        raise NotAllowed(NOT_YOURS, value=verb, allowed=sorted(by))
    return actor.id


def asks(event: Event, asking: str, *, words: str, actor: Actor) -> None:
    """Let a request of this person wait for somebody else."""
    event.asking, event.asked_by, event.asked_words = asking, actor.id, words


def drop_asked(event: Event) -> None:
    """Let no request wait any more; what was asked stands in the story."""
    event.asking, event.asked_by, event.asked_words = "", None, ""
    event.asked_days, event.asked_ground, event.asked_until = None, "", None


def attach(
    event: Event, photos: Sequence[Any], purpose: str, *, actor: Actor, at: datetime
) -> None:
    """Take the pictures of an act; they are shown once the worker has made them anew."""
    if photos:
        files.take_all(photos, owner=event, purpose=purpose, actor=actor, at=at)


def new_number(at: datetime) -> str:
    """Return a number for the desk: the day and eight random signs, never sequential.

    A trillion a day, so that two never meet; without I, L, O and U, which are misread.
    """
    signs = "".join(SIGNS[byte % len(SIGNS)] for byte in secrets.token_bytes(8))
    return f"{local(at):%y%m%d}-{signs}"
