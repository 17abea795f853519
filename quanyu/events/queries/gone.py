"""What left our hands: forced closings and their review, letters, bodies outside (转出)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from quanyu.events.models import Draw, Event, ForceClosing, Letter
from quanyu.events.rules import leaving
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.organisations import queries as organisations
from quanyu.organisations.rules import BodyKind

MOST = 200


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much is looked at again, as the codes say (抽查比例)."""

    share: int
    few: int


def sampling(place: str, *, on: date) -> Sampling:
    """Return how much is looked at again at a place on a day."""
    return Sampling(_limit(leaving.SHARE, place, on=on), _limit(leaving.FEW, place, on=on))


def _limit(stage: str, place: str, *, on: date) -> int:
    row = codes.limit(workflow=EVENT.name, stage=stage, place=place, on=on)
    return row.amount if row else leaving.MOST[stage]


def districts(*, before: datetime, actor: Actor) -> list[str]:
    """Return the districts with forced closings that no draw has held yet."""
    rows = ForceClosing.objects.visible_to(actor).filter(draw=None, at__lt=before)
    places = rows.order_by().values_list("event__region_path", flat=True).distinct()
    return sorted({leaving.above(place, leaving.PARTS_OF_A_DISTRICT) for place in places})


def undrawn(
    place: str, *, before: datetime, actor: Actor, lock: bool = False
) -> "QuerySet[ForceClosing]":
    """Return the forced closings of a district that no draw has held yet."""
    rows: QuerySet[ForceClosing] = ForceClosing.objects.visible_to(actor).filter(
        draw=None,
        at__lt=before,
        event__region_path__gte=place,
        event__region_path__lt=upper(place),
    )
    return rows.select_for_update(of=("self",)).order_by("id") if lock else rows.order_by("id")


def closing(closing_id: UUID, *, actor: Actor, lock: bool = False) -> ForceClosing:
    """Return one forced closing within reach.

    :raises Denied: if there is none
    """
    return get(ForceClosing, closing_id, actor=actor, lock=lock)


def closings(*, actor: Actor, chosen: str = "") -> "QuerySet[ForceClosing]":
    """Return the forced closings within reach, the newest first.

    :param chosen: ``waiting`` for those drawn and not looked at, ``drawn``, or nothing for all
    """
    rows: QuerySet[ForceClosing] = ForceClosing.objects.visible_to(actor)
    rows = rows.select_related("event", "draw")
    if chosen:
        rows = rows.filter(is_drawn=True)
    if chosen == "waiting":
        rows = rows.filter(in_order=None)
    return rows.order_by("-at", "-id")


def draws(*, actor: Actor) -> list[Draw]:
    """Return the draws of the districts within reach, the newest first."""
    return list(Draw.objects.visible_to(actor).order_by("-at", "-id")[:20])


def last_closing(event: Event, *, actor: Actor) -> ForceClosing | None:
    """Return how a matter was force-closed last."""
    rows = ForceClosing.objects.visible_to(actor).filter(event=event)
    return rows.order_by("-at", "-id").first()


def letters(event: Event, *, actor: Actor) -> list[Letter]:
    """Return the letters of a matter, the newest first."""
    rows = Letter.objects.visible_to(actor).filter(event=event)
    return list(rows.order_by("-number"))


def letter(letter_id: UUID, *, actor: Actor) -> Letter:
    """Return one letter within reach.

    :raises Denied: if there is none
    """
    return get(Letter, letter_id, actor=actor)


def waiting_letter(event: Event, *, actor: Actor) -> Letter | None:
    """Return the letter that no answer has come to yet; it is locked."""
    rows = Letter.objects.visible_to(actor).filter(event=event, ending="")
    return rows.select_for_update(of=("self",)).first()


def listed(*, actor: Actor, chosen: str = "") -> "QuerySet[Letter]":
    """Return the letters within reach, what is waited for first, by the promised day."""
    rows: QuerySet[Letter] = Letter.objects.visible_to(actor).select_related("event")
    if chosen == "waiting":
        return rows.filter(ending="").order_by("promised_on", "id")
    return rows.order_by("-sent_at", "-id")


def outsiders(*, on: date) -> Sequence[organisations.BodyEntry]:
    """Return the bodies and authorities that are not in this system."""
    return organisations.bodies(on=on, kind=BodyKind.OUTSIDE)


def outside_days(event: Event, *, on: date) -> int:
    """Return how many days a matter has been outside in all, up to a day."""
    if event.state != State.OUTSIDE:
        return event.outside_days
    return event.outside_days + max((on - local(event.state_since).date()).days, 0)
