"""What the lists of bodies and duties hold, on the page and in a file (列表内容)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.organisations.models import Body, Duty, holding
from quanyu.organisations.queries.bodies import called
from quanyu.organisations.queries.duties import PAGE, duty_entry, is_key, narrowed
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.tables import BODIES, DUTIES
from quanyu.regions import queries as regions


@dataclass(frozen=True, slots=True)
class BodyPage:
    """One page of the bodies; ``after`` opens the next one, "" when this is the last."""

    rows: list[Body]
    after: str
    count: int


ORDERS = {"code": ("code",), "name": ("name", "code"), "place": ("region_path", "code")}
"""By what the bodies are ordered, and the fields of it."""


def bodies_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Body]:
    """Return every body that the page of this address shows, in its order."""
    rows = Body.objects.select_related("parent")
    if asked.get("standing") != "all":
        rows = rows.filter(holding(on))
    if asked.get("kind"):
        rows = rows.filter(kind=asked["kind"])
    if asked.get("place"):
        place = asked["place"]
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    if asked.get("q"):
        rows = rows.filter(called(asked["q"].strip()))
    return rows.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["code"]))


def body_page(asked: Mapping[str, str], *, on: date, after: str = "") -> BodyPage:
    """Return one page of the bodies by keyset.

    :param after: what the page before gave as ``after``
    """
    rows = bodies_asked(asked, on=on)
    order = ORDERS.get(asked.get("sort", ""), ORDERS["code"])
    found = list(rows.filter(_later(order, after))[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    more = "~".join(str(getattr(last, name)) for name in order) if last else ""
    return BodyPage(found[:PAGE], more, rows.order_by().count())


def _later(order: tuple[str, ...], after: str) -> Q:
    parts = after.rsplit("~", len(order) - 1)
    if not after or len(parts) != len(order):
        return Q()
    if len(order) == 1:
        return Q(**{f"{order[0]}__gt": parts[0]})
    same = {order[0]: parts[0], f"{order[1]}__gt": parts[1]}
    return Q(**{f"{order[0]}__gt": parts[0]}) | Q(**same)


@BODIES.read_by
def body_values(rows: Sequence[Body], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each body holds by the columns of its list."""
    kinds = {kind.value: _(words) for kind, words in KIND_WORDS.items()}
    return [
        {
            "code": row.code,
            "name": row.name,
            "name_en": row.name_en,
            "kind": kinds[row.kind],
            "place": row.region_path,
            "place_name": regions.label(row.region_path),
            "parent": row.parent.code if row.parent else "",
            "phone": row.phone,
            "uscc": row.uscc,
            "uscc_because": row.uscc_because,
            "start": row.valid_from,
            "end": row.valid_to,
            "sample": row.is_sample,
        }
        for row in rows
    ]


def duties_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Duty]:
    """Return every duty that the page of this address shows, in its order."""
    body = asked.get("body", "")
    rows = narrowed(
        on=on,
        class_code=asked.get("class", ""),
        place=asked.get("place", ""),
        body_id=UUID(body) if is_key(body) else None,
        said=asked.get("q", ""),
    )
    return rows.order_by("place_path", "class_prefix", "id")


@DUTIES.read_by
def duty_values(rows: Sequence[Duty], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each duty holds by the columns of its list."""
    found = []
    for row in rows:
        entry = duty_entry(row)
        found.append(
            {
                "class": entry.class_name,
                "body": entry.body,
                "kind": _(KIND_WORDS[BodyKind(entry.body_kind)]),
                "place": entry.place_name,
                "basis": entry.basis_name,
                "clause": entry.clause or entry.basis_name,
                "from": entry.valid_from,
                "to": entry.valid_to,
                "note": entry.note,
            }
        )
    return found
