"""What hangs on a body: asked before it is dissolved or merged, so that nothing loses its owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.questions import Question
from quanyu.organisations.models import Body, Command, Cover, Duty
from quanyu.organisations.queries.words import class_name, in_language
from quanyu.regions import queries as regions


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that hangs on a body: a matter, a duty, a post in force."""

    name: str
    """In the reader's language."""
    detail: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Hanging:
    """All of one kind that hang on a body; how many there are is how long the list is."""

    kind: str
    label: str
    """In the reader's language."""
    rows: tuple[Held, ...]


hanging: Question[[UUID, Actor, datetime], tuple[Hanging, ...]] = Question("hanging", default=())
"""What hangs on this body, as far as the actor sees it: each kind by who keeps it?"""


@hanging.answered_by
def of_register(body_id: UUID, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return what the register itself hangs on a body: bodies, duties, covers, commands."""
    url = reverse("desk_duties")
    duties = Duty.objects.on(timezone.localdate(at)).filter(body=body_id)
    return (
        Hanging("below", _("下级单位"), _named(Body.objects.filter(parent=body_id, valid_to=None))),
        Hanging(
            "duties",
            _("权责"),
            tuple(
                Held(class_name(one.class_prefix), regions.label(one.place_path), url)
                for one in duties.order_by("place_path", "class_prefix")
            ),
        ),
        Hanging("covers", _("覆盖的网格和楼栋"), tuple(_covers(body_id))),
        Hanging(
            "commanding",
            _("指挥的派驻机构"),
            _named(
                one.agency
                for one in Command.objects.standing()
                .filter(commander=body_id)
                .select_related("agency")
            ),
        ),
        _handlers(body_id, at),
    )


def _named(rows: Iterable[Body]) -> tuple[Held, ...]:
    return tuple(Held(in_language(one.name, one.name_en), one.code) for one in rows)


def _handlers(body_id: UUID, at: datetime) -> Hanging:
    """Return who acts for the body: their grants end, or pass on, before it does."""
    keys = accounts.holders(Role.HANDLER, at=at, body=body_id)
    names = accounts.account_names(keys)
    rows = tuple(Held(names.get(key, "")) for key in keys)
    return Hanging("handlers", _("在岗的处置人"), rows)


def _covers(body_id: UUID) -> Iterable[Held]:
    rows = Cover.objects.standing().filter(body=body_id).select_related("building")
    for one in rows.order_by("region_path", "id"):
        if one.building is None:
            yield Held(regions.label(one.region_path), one.region_path)
        else:
            yield Held(one.building.name, one.building.address)


def all_hanging(body_id: UUID, *, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return everything that hangs on a body, kinds without any left out."""
    answers = hanging.ask(body_id, actor, at)
    return tuple(one for answer in answers for one in answer if one.rows)
