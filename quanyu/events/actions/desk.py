"""What operators and dispatchers do (受理、立案、派遣)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.events import rules
from quanyu.events.actions.common import DESK, check_reason, classify, path_of, with_actor
from quanyu.events.actions.consulting import end_meeting
from quanyu.events.actions.joint import drop_parts, lead
from quanyu.events.models import Event
from quanyu.events.workflow import BEFORE_DISPATCH
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.actions import move, note
from quanyu.kernel.workflow.spec import NotAllowed
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions


@transaction.atomic
def place(
    *,
    event_id: UUID,
    actor: Actor,
    at: datetime,
    lon: float | None = None,
    lat: float | None = None,
    region_path: str = "",
    address: str = "",
) -> Event:
    """Say where a matter lies (落点): by a point, the place's name, or a building's address.

    :raises NotAllowed: if the actor works at no desk here
    :raises BadPlace: if the point lies outside every grid and no place is named
    """
    event = get(Event, event_id, actor=actor, lock=True)
    _check_may_place(event, actor)
    is_point = lon is not None and lat is not None
    found = region_path or (path_of(lon, lat) if is_point else regions.path_named(address))
    _check_place(found, is_named=bool(region_path), actor=actor)
    before = event.region_path
    event.region_path, event.address = found, address.strip() or event.address
    if lon is not None and lat is not None:
        event.lon, event.lat = lon, lat
    event.save(update_fields=["region_path", "address", "lon", "lat"])
    role = min(DESK & actor.roles_on(event))
    note(event, "place", actor=actor, at=at, role=role, from_place=before, to_place=found)
    return event


@transaction.atomic
def request_verification(*, event_id: UUID, actor: Actor, at: datetime, remark: str = "") -> Event:
    """Ask the grid's worker to look on the spot (请网格员核实)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "request_verification", actor=actor, at=at, remark=remark or None)
    return event


@transaction.atomic
def accept(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Agree that the matter is ours to settle (受理)."""
    event = get(Event, event_id, actor=actor, lock=True)
    move(event, "accept", actor=actor, at=at)
    return event


@transaction.atomic
def refuse(*, event_id: UUID, reason: str, reply: str, actor: Actor, at: datetime) -> Event:
    """Decline the matter for a listed reason, with an answer to the reporter (不予受理)."""
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_refuse", reason, field="reason", at=at)
    event.reply, event.closed_at = reply, at
    move(event, "refuse", actor=actor, at=at, reason=reason, reply=reply)
    return event


@transaction.atomic
def file(*, event_id: UUID, class_code: str, actor: Actor, at: datetime) -> Event:
    """Enter the matter under its class (立案).

    :raises UnknownClass: if the class does not hold today
    """
    event = get(Event, event_id, actor=actor, lock=True)
    classify(event, class_code, at=at)
    move(event, "file", actor=actor, at=at, class_code=class_code)
    return event


@transaction.atomic
def dispatch(*, event_id: UUID, body: UUID, actor: Actor, at: datetime, remark: str = "") -> Event:
    """Hand a filed matter to the body that answers for it (派遣).

    :raises WrongHandler: if the duty list names others for this class and place
    """
    event = get(Event, event_id, actor=actor, lock=True)
    holders = organisations.duty_holders(
        event.category, place=event.region_path, on=local(at).date()
    )
    allowed = {holder.body_id: holder.name for holder in holders}
    rules.check_handler(body, allowed=allowed, names=list(allowed.values()))
    event.body_id = body
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    move(event, "dispatch", actor=actor, at=at, body=body, remark=remark or None)
    if event.shared_with:
        lead(event, actor=actor, at=at)
    return event


@transaction.atomic
def send_out(
    *, event_id: UUID, class_code: str, body: UUID, actor: Actor, at: datetime, remark: str = ""
) -> Event:
    """Accept, file and dispatch in one act, for who holds both desk roles (受理立案派遣)."""
    event = get(Event, event_id, actor=actor, lock=True)
    steps = {"reported": "accept", "verified": "accept", "accepted": "file"}
    if steps.get(event.state) == "accept":
        event = accept(event_id=event_id, actor=actor, at=at)
    if steps.get(event.state) == "file":
        event = file(event_id=event_id, class_code=class_code, actor=actor, at=at)
    return dispatch(event_id=event_id, body=body, actor=actor, at=at, remark=remark)


@transaction.atomic
def insist(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Decide that the body keeps the matter it handed back (维持派遣)."""
    event = get(Event, event_id, actor=actor, lock=True)
    event.dispatched_by = with_actor(event.dispatched_by, actor)
    end_meeting(event, actor=actor, at=at)
    move(event, "insist", actor=actor, at=at, reason=reason)
    return event


@transaction.atomic
def void(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> Event:
    """Strike out what is no matter: a test, a twin, a mistake (作废)."""
    event = get(Event, event_id, actor=actor, lock=True)
    check_reason("reason_void", reason, field="reason", at=at)
    event.closed_at = at
    move(event, "void", actor=actor, at=at, reason=reason)
    drop_parts(event, reason, actor=actor, at=at)
    return event


def _check_may_place(event: Event, actor: Actor) -> None:
    if not DESK & actor.roles_on(event):
        raise NotAllowed(_("这一步不归您办"), value="place", allowed=sorted(DESK))
    if event.state not in BEFORE_DISPATCH:
        raise NotAllowed(rules.PLACED_TOO_LATE, value="place")


def _check_place(found: str, *, is_named: bool, actor: Actor) -> None:
    """Refuse a place that is none, a point in no grid, and one where the actor works at no desk."""
    in_no_grid = found == settings.QUANYU_CITY and not is_named
    if in_no_grid or not found.startswith(settings.QUANYU_CITY) or not regions.is_known(found):
        raise rules.BadPlace(
            _("这个点不在任何网格里，请再选一个社区"), field="region_path", value=found
        )
    if not DESK & actor.roles_at(found):
        raise rules.BadPlace(rules.NOT_OURS, field="region_path", value=found)
