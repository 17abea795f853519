"""Take in a file of orders: each row as if the other system had sent it (导入工单)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from quanyu.events import queries as matters
from quanyu.gateway import queries, rules
from quanyu.gateway.actions.answers import last_word, send_back
from quanyu.gateway.actions.orders import check_place, hold_numbers, take_order
from quanyu.gateway.models import Order, Source
from quanyu.gateway.queries.values import hidden, said_number
from quanyu.gateway.rules import Said
from quanyu.gateway.tables import ORDERS
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy import rules as privacy
from quanyu.regions import queries as regions
from quanyu.regions.rules.coordinates import on_earth


@ORDERS.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Orders":
    """Return how a file of orders is taken in: found by system and number (导入工单)."""
    return Orders(keys=keys, actor=actor, at=at)


class Orders:
    """The intake of one file of orders."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        self._keys, self._is_holding = keys, False
        self._sources = {row.code: row for row in queries.sources(is_open=True)}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the orders that came already, each as the system told it last."""
        if is_locked and not self._is_holding:
            self._hold()
        rows = self._orders(keys).select_related("source", "event")
        asked = set(keys)
        found = {(row.source.code, row.number): _values(row) for row in rows}
        return {key: row for key, row in found.items() if key in asked}

    def _hold(self) -> None:
        """Lock what the whole file will change, in the one order: its rows come in another."""
        hold_numbers((key[0], key[1]) for key in self._keys)
        matters.held(self._orders(self._keys).values_list("event_id", flat=True), actor=self._actor)
        self._is_holding = True

    def _orders(self, keys: Iterable[Key]) -> "QuerySet[Order]":
        asked = list(keys)
        rows: QuerySet[Order] = Order.objects.visible_to(self._actor)
        rows = rows.filter(source__code__in={key[0] for key in asked})
        return rows.filter(number__in={key[1] for key in asked})

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that the API would refuse, or that lies outside the actor's place.

        :raises WrongOrder: naming the column
        """
        source, said = self._source(row), _said(row)
        rules.check_order(said, at=self._at)
        check_place(source, said)
        if said.phone:
            privacy.normal_phone(said.phone)
        if held is None and not self._is_mine(source, said):
            raise Denied
        if said.returned and held is None:
            raise rules.WrongOrder(_("新工单没有可以退回的答复"), field="returned")

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: each order stands alone."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch through the action that the API calls, too."""
        for row in [*new, *changed]:
            source, said = self._source(row), _said(row)
            taken = take_order(
                source=source, said=said, actor=self._actor, at=self._at, by_file=True
            )
            if said.returned:
                self._send_back(source, taken.order, said.returned)

    def finish(self) -> None:
        """Nothing hangs on anything."""

    def _send_back(self, source: Source, order: Order, reason: str) -> None:
        answer = last_word(order, actor=self._actor)
        if answer is None:
            raise rules.WrongOrder(
                _("工单 {value} 没有可以退回的答复"), field="returned", value=order.number
            )
        send_back(source=source, seq=answer.seq, reason=reason, actor=self._actor, at=self._at)

    def _source(self, row: Row) -> Source:
        found = self._sources.get(row["source"])
        if found is None:
            raise rules.WrongOrder(
                _("没有登记这个来源系统"),
                field="source",
                value=row["source"],
                allowed=sorted(self._sources),
            )
        return found

    def _is_mine(self, source: Source, said: Said) -> bool:
        """Answer whether the matter would lie where the actor brings orders in."""
        places = self._actor.places
        if not places:
            return False
        place = places[0]
        if said.lon is not None and said.lat is not None:
            point = on_earth(said.lon, said.lat, system=said.coordinates)
            found = regions.locate_point(*point).path
            place = place if place.startswith(found) else found
        return bool(rules.BRINGS & self._actor.roles_at(place))


def _said(row: Row) -> Said:
    return Said(
        number=row["number"],
        contents=row["contents"],
        said_at=row.get("said_at"),
        due_said=row.get("due_said"),
        address=row.get("address") or "",
        lon=_degrees(row, "lon"),
        lat=_degrees(row, "lat"),
        coordinates=row.get("coordinates") or "wgs84",
        class_said=row.get("class_said") or "",
        class_name=row.get("class_name") or "",
        body_said=row.get("body_said") or "",
        priority_said=row.get("priority_said") or "",
        name=_known(row, "name"),
        phone=_known(row, "phone"),
        is_confidential=bool(row.get("confidential")),
        urged=row.get("urged") or 0,
        withdrawn=row.get("withdrawn") or "",
        returned=row.get("returned") or "",
    )


def _known(row: Row, name: str) -> str:
    """Return a name or number that the file gives; what only stands for one is no text."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _degrees(row: Row, name: str) -> float | None:
    text = row.get(name)
    try:
        return float(text) if text else None
    except ValueError as fault:
        raise rules.WrongOrder(_("请填度数，如 117.23"), field=name, value=text) from fault


def _values(row: Order) -> dict[str, object]:
    return {
        "source": row.source.code,
        "number": row.number,
        "contents": row.contents,
        "address": row.address,
        "lon": said_number(row.lon),
        "lat": said_number(row.lat),
        "coordinates": row.coordinates,
        "class_said": row.class_said,
        "class_name": row.class_name,
        "body_said": row.body_said,
        "priority_said": row.priority_said,
        **hidden(row),
        "confidential": row.is_confidential,
        "said_at": row.said_at,
        "due_said": row.due_said,
        "urged": row.urged,
        "withdrawn": row.withdrawn,
        "returned": row.return_said,
    }
