"""Take an order in, whichever way it comes: one order is one matter (收下工单)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from quanyu.events import actions as events
from quanyu.events import queries as matters
from quanyu.events.rules import Channel
from quanyu.events.rules.forwarded import UNPLACED, Agreed, Came
from quanyu.gateway import queries, rules
from quanyu.gateway.models import Order, Source
from quanyu.gateway.queries.values import NAME, PHONE, mark
from quanyu.gateway.rules import Kind, Said
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions
from quanyu.regions.rules.coordinates import SYSTEMS, on_earth

KEPT_NEW = (
    *("address", "lon", "lat", "coordinates", "class_said", "class_name", "body_said"),
    *("priority_said", "said_at", "due_said"),
)
"""What an order may say anew, as their copy; the matter itself is ours and stays as it is."""

LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(said, 0))
FROM (SELECT unnest(%s::text[]) AS said ORDER BY 1) AS numbers
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order that came."""

    order: Order
    is_new: bool
    code: str = ""
    """The follow code of a new matter, shown this once."""
    did: tuple[str, ...] = ()
    """What it added to a matter that stands: supplement, urge, withdraw, send_back."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What the codes of an order meant here when it came."""

    class_code: str
    body_code: str
    is_urgent: bool


@transaction.atomic
def take_order(
    *, source: Source, said: Said, actor: Actor, at: datetime, by_file: bool = False
) -> Taken:
    """Open the matter of an order, or add to it what the order says anew (收下工单).

    The same order twice, or twice at once, is one matter. What changes in the words becomes a
    supplement, more urging is counted and told, a withdrawal strikes out what is not sent out yet.

    :raises WrongOrder: if it says nothing, lies outside the system's place, or is another's
    """
    rules.check_order(said, at=at)
    _check_system(said)
    hold_numbers([(source.code, said.number)])
    order = queries.order_of(source, said.number, actor=actor)
    if order is None:
        return _opened(source, said, actor=actor, at=at, by_file=by_file)
    matters.held([order.event_id], actor=actor)  # before the order that hangs on it
    order = _again(order, actor)
    return _followed(order, said, actor=actor, at=at)


def hold_numbers(keys: Iterable[tuple[str, str]]) -> None:
    """Let nobody else take in these orders until the transaction ends; of several, by number."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [[f"{code}:{number}" for code, number in keys]])


def check_place(source: Source, said: Said) -> None:
    """Refuse a point that lies in a grid outside the system's place.

    :raises WrongOrder: if it does; a point in no grid is the desk's to place
    """
    if said.lon is None or said.lat is None:
        return
    found = regions.locate_point(*on_earth(said.lon, said.lat, system=said.coordinates)).path
    if not found.startswith(source.region_path) and not source.region_path.startswith(found):
        raise rules.WrongOrder(
            _("这个点不在来源系统的辖区内"), field="lon", value=f"{said.lon}, {said.lat}"
        )


def _check_system(said: Said) -> None:
    if said.coordinates not in SYSTEMS:
        raise rules.WrongOrder(
            _("坐标系只能是：{choices}"),
            field="coordinates",
            value=said.coordinates,
            allowed=[*SYSTEMS],
            choices=", ".join(SYSTEMS),
        )


# ------------------------------------------------------------------ a new one


def _opened(source: Source, said: Said, *, actor: Actor, at: datetime, by_file: bool) -> Taken:
    check_place(source, said)
    meant = _meant(source, said, at=at)
    try:
        with transaction.atomic():
            receipt = events.report(said=_report(source, said, meant), actor=actor, at=at)
    except IntegrityError as fault:
        raise rules.WrongOrder(
            _("工单 {value} 已经由别的辖区收下"), field="number", value=said.number
        ) from fault
    order = Order.objects.create(
        source=source,
        event_id=receipt.id,
        number=said.number,
        contents=said.contents.strip(),
        class_code=meant.class_code,
        body_code=meant.body_code,
        name_mark=mark(said.name, column=NAME),
        phone_mark=mark(said.phone, column=PHONE),
        taken_at=at,
        by_file=by_file,
        is_confidential=said.is_confidential,
        told=1,
        **{name: getattr(said, name) for name in KEPT_NEW},
    )
    facts = {"source": source.code, "number": said.number, "class": meant.class_code}
    record("gateway.take", order, actor=actor, at=at, facts=facts)
    order = _again(order, actor)
    added = _added(order, said, actor=actor, at=at)
    return Taken(order, is_new=True, code=receipt.code, did=added)


def _again(order: Order, actor: Actor) -> Order:
    found = queries.order_of(order.source, order.number, actor=actor, lock=True)
    return found or order


def _report(source: Source, said: Said, meant: Meant) -> events.Report:
    lon, lat = said.lon, said.lat
    if lon is not None and lat is not None:
        lon, lat = on_earth(lon, lat, system=said.coordinates)
    address = said.address.strip()
    return events.Report(
        text=said.contents,
        address=address or ("" if lon is not None else UNPLACED),
        lon=lon,
        lat=lat,
        category=meant.class_code,
        channel=Channel.HOTLINE,
        name=said.name,
        phone=said.phone,
        is_confidential=said.is_confidential,
        agreed=Agreed.PASSED if said.name or said.phone else "",
        is_urgent=meant.is_urgent,
        came=Came(
            source.code,
            said.number,
            class_said=" ".join([said.class_said, said.class_name]).strip(),
            body_said=said.body_said,
        ),
    )


def _meant(source: Source, said: Said, *, at: datetime) -> Meant:
    """Return what the codes mean today; one that nobody has given a meaning means nothing."""
    today, known = local(at).date(), queries.meanings(source)

    def code(kind: Kind, word: str) -> str:
        return rules.meant(known, kind, word, on=today) if word else ""

    class_code = code(Kind.CLASS, said.class_said)
    body = code(Kind.BODY, said.body_said)
    return Meant(
        class_code=class_code if codes.class_of(class_code, on=today) else "",
        body_code=body if body and organisations.body_by_code(body) else "",
        is_urgent=code(Kind.PRIORITY, said.priority_said) == rules.URGENT,
    )


# ------------------------------------------------------------------ one that stands


def _followed(order: Order, said: Said, *, actor: Actor, at: datetime) -> Taken:
    changed = [name for name in KEPT_NEW if _says(said, name) and _differs(order, said, name)]
    for name in changed:
        setattr(order, name, getattr(said, name))
    did = _added(order, said, actor=actor, at=at)
    if changed or did:
        order.save()
        record("gateway.change", order, actor=actor, at=at, changed=[*changed, *did])
    return Taken(order, is_new=False, did=did)


def _says(said: Said, name: str) -> bool:
    """Answer whether an order says this at all: what it leaves out stays as it was."""
    return getattr(said, name) not in {None, ""}


def _differs(order: Order, said: Said, name: str) -> bool:
    return bool(getattr(order, name) != getattr(said, name))


def _added(order: Order, said: Said, *, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Add to the matter what the order says anew; return what was done."""
    given: dict[str, Any] = {"event_id": order.event_id, "actor": actor, "at": at}
    did = []
    if said.contents.strip() != order.contents:
        events.supplement(words=said.contents, **given)
        order.contents = said.contents.strip()
        did.append("supplement")
    if said.urged > order.urged:
        _urge(order, said, given)
        did.append("urge")
    if said.is_confidential and not order.is_confidential:
        events.hide_reporter(**given)
        order.is_confidential = True
        did.append("hide_reporter")
    if said.withdrawn and order.withdrawn_at is None:
        events.withdraw(reason=said.withdrawn, **given)
        order.withdrawn, order.withdrawn_at = said.withdrawn[:200], at
        did.append("withdraw")
    if did:
        order.save()
    return tuple(did)


def _urge(order: Order, said: Said, given: dict[str, Any]) -> None:
    """Count the urging; of what has ended there is nobody to tell."""
    times, order.urged = said.urged - order.urged, said.urged
    order.event.refresh_from_db(fields=["closed_at"])
    if order.event.closed_at is None:
        events.urge(times=times, words=said.urged_words, **given)
