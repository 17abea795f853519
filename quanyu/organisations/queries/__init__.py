"""Who acts, and who answers for what. Public reference data: no actor is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.codes import queries as codes
from quanyu.organisations import rules
from quanyu.organisations.models import Body, Duty, holding
from quanyu.organisations.queries.answering import bodies_at
from quanyu.organisations.queries.words import class_name, in_language
from quanyu.organisations.rules import BASIS_WORDS, KIND_WORDS, Basis, BodyKind, Holder
from quanyu.organisations.tables import BODIES, DUTIES
from quanyu.regions import queries as regions
from quanyu.regions.rules import ancestry

__all__ = ["bodies_at"]

PAGE = 100


@dataclass(frozen=True, slots=True)
class BodyEntry:
    """A body as lists and forms show it (单位)."""

    id: UUID
    code: str
    kind: str
    kind_name: str
    """In the reader's language."""
    name: str
    name_en: str
    region_path: str
    place_name: str
    parent_id: UUID | None
    phone: str
    is_sample: bool
    valid_from: date
    valid_to: date | None

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class DutyEntry:
    """One row of the duty list (权责)."""

    id: UUID
    body_id: UUID
    body: str
    """In the reader's language."""
    body_kind: str
    class_prefix: str
    class_name: str
    """The class's name, or "all classes", in the reader's language."""
    place_path: str
    place_name: str
    basis: str
    basis_name: str
    clause: str
    is_sample: bool
    note: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DutyPage:
    """One page of the duty list; ``after`` opens the next one, "" when this is the last."""

    rows: tuple[DutyEntry, ...]
    after: str
    count: int
    """How many there are on all pages."""


# ------------------------------------------------------------------ bodies


def bodies(*, on: date, place: str = "", kind: str = "", search: str = "") -> tuple[BodyEntry, ...]:
    """Return the bodies standing on a day, seated within ``place``, in the order of places."""
    rows = Body.objects.on(on)
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        rows = rows.filter(Q(name__contains=search) | Q(name_en__icontains=search))
    return tuple(_body_entry(row) for row in rows.order_by("region_path", "code"))


def body(body_id: UUID) -> BodyEntry | None:
    """Return one body, standing or not, or None."""
    row = Body.objects.filter(pk=body_id).first()
    return _body_entry(row) if row else None


def body_by_code(code: str) -> BodyEntry | None:
    """Return the body of that code, or None."""
    row = Body.objects.filter(code=code).first()
    return _body_entry(row) if row else None


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on bodies and duties are called in the log."""
    return {
        "body.found": _("新设单位"),
        "body.change": _("修改单位"),
        "duty.load": _("载入权责清单"),
        "duty.assign": _("新增权责"),
        "duty.end": _("终止权责"),
    }


@accounts.body_names.answered_by
def body_names(keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return what these bodies are called, in the reader's language."""
    rows = Body.objects.filter(pk__in=keys).values_list("pk", "name", "name_en")
    return {key: in_language(name, english) for key, name, english in rows}


def above(key: UUID) -> UUID | None:
    """Return the body above this one, if there is one."""
    return Body.objects.filter(pk=key).values_list("parent_id", flat=True).first()


@accounts.bodies_on.answered_by
def bodies_on(day: date) -> Mapping[UUID, str]:
    """Return the bodies standing on a day, with their names in the reader's language."""
    return {body.id: body.label for body in bodies(on=day)}


@accounts.body_places.answered_by
def body_places(keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return the places in which these bodies stand."""
    return dict(Body.objects.filter(pk__in=keys).values_list("pk", "region_path"))


def _body_entry(row: Body) -> BodyEntry:
    return BodyEntry(
        id=row.id,
        code=row.code,
        kind=row.kind,
        kind_name=_(KIND_WORDS[BodyKind(row.kind)]),
        name=row.name,
        name_en=row.name_en,
        region_path=row.region_path,
        place_name=regions.label(row.region_path),
        parent_id=row.parent_id,
        phone=row.phone,
        is_sample=row.is_sample,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


# ------------------------------------------------------------------ who answers


def duty_holders(class_code: str, *, place: str, on: date) -> list[Holder]:
    """Return the bodies that answer for a class at a place on a day, the first first.

    Each body once, with the duty that speaks most for it and the reason in words. One query.
    """
    return rules.order(
        [_holder(row) for row in _answering(class_code, place=place, on=on)],
        class_code=class_code,
    )


def answers_for(body_id: UUID, class_code: str, *, place: str, on: date) -> bool:
    """Tell whether the duty list names this body for a class at a place on a day."""
    return _answering(class_code, place=place, on=on).filter(body_id=body_id).exists()


def _answering(class_code: str, *, place: str, on: date) -> QuerySet[Duty]:
    return (
        _duties(on)
        .filter(place_path__in=ancestry(place), class_prefix__in=rules.prefixes(class_code))
        .filter(Q(body__valid_to__isnull=True) | Q(body__valid_to__gt=on), body__valid_from__lte=on)
    )


def _holder(row: Duty) -> Holder:
    clause = codes.clause_entry(row.clause)
    return Holder(
        body_id=row.body_id,
        code=row.body.code,
        kind=row.body.kind,
        name=row.body.name,
        name_en=row.body.name_en,
        basis=row.basis,
        place_path=row.place_path,
        class_prefix=row.class_prefix,
        clause=codes.cited(clause),
        is_sample=bool(clause and clause.is_sample),
        note=row.note,
        reason=_reason(row),
    )


def _reason(row: Duty) -> str:
    return _("{basis}责任：负责{place}的{classes}").format(
        basis=_(BASIS_WORDS[Basis(row.basis)]),
        place=regions.label(row.place_path),
        classes=class_name(row.class_prefix),
    )


# ------------------------------------------------------------------ the duty list


def duty_list(
    *,
    on: date,
    class_code: str = "",
    place: str = "",
    body_id: UUID | None = None,
    after: str = "",
    size: int = PAGE,
) -> DutyPage:
    """Return one page of the duty list as it holds on a day.

    ``class_code`` keeps the duties for that class or within that major; ``place`` those that bear
    on it: at it, above it or in it. Order: place, class, body's code.
    """
    rows = _narrowed(on=on, class_code=class_code, place=place, body_id=body_id)
    count = rows.count()
    rows = rows.order_by("place_path", "class_prefix", "id")
    found = list(_beyond(rows, after)[: size + 1])
    more = _key(found[size - 1]) if len(found) > size else ""
    return DutyPage(tuple(_duty_entry(row) for row in found[:size]), more, count)


def _narrowed(*, on: date, class_code: str, place: str, body_id: UUID | None) -> QuerySet[Duty]:
    rows = _duties(on)
    if class_code:
        covering = Q(class_prefix__in=rules.prefixes(class_code))
        rows = rows.filter(covering | Q(class_prefix__startswith=class_code))
    if place:
        above = Q(place_path__in=ancestry(place))
        rows = rows.filter(above | Q(place_path__gte=place, place_path__lt=upper(place)))
    return rows.filter(body_id=body_id) if body_id else rows


def _key(row: Duty) -> str:
    return f"{row.place_path}~{row.class_prefix}~{row.id}"


def _beyond(rows: QuerySet[Duty], after: str) -> QuerySet[Duty]:
    parts = after.split("~")
    if len(parts) != 3 or not _is_key(parts[2]):
        return rows
    place, prefix, key = parts
    later = Q(place_path__gt=place)
    later |= Q(place_path=place, class_prefix__gt=prefix)
    return rows.filter(later | Q(place_path=place, class_prefix=prefix, id__gt=key))


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _duty_entry(row: Duty) -> DutyEntry:
    clause = codes.clause_entry(row.clause)
    return DutyEntry(
        id=row.id,
        body_id=row.body_id,
        body=in_language(row.body.name, row.body.name_en),
        body_kind=row.body.kind,
        class_prefix=row.class_prefix,
        class_name=class_name(row.class_prefix),
        place_path=row.place_path,
        place_name=regions.label(row.place_path),
        basis=row.basis,
        basis_name=_(BASIS_WORDS[Basis(row.basis)]),
        clause=codes.cited(clause),
        is_sample=bool(clause and clause.is_sample),
        note=row.note,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _duties(on: date) -> QuerySet[Duty]:
    return Duty.objects.on(on).select_related("body", "clause__document")


# ------------------------------------------------------------------ for forms


def with_duty(*, place: str, on: date) -> tuple[BodyEntry, ...]:
    """Return the bodies that answer for anything at a place on a day: there or around it."""
    held = _duties(on).filter(place_path__in=ancestry(place)).values("body_id")
    rows = Body.objects.on(on).filter(pk__in=held).order_by("region_path", "code")
    return tuple(_body_entry(row) for row in rows)


def labels(holders: Iterable[Holder]) -> list[tuple[str, str]]:
    """Return key and name of holders in their order, in the reader's language, for a form."""
    return [(str(one.body_id), in_language(one.name, one.name_en)) for one in holders]


# ------------------------------------------------------------------ what lists and files hold


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
        said = asked["q"].strip()
        named = Q(name__contains=said) | Q(name_en__icontains=said)
        rows = rows.filter(named | Q(code__startswith=said))
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
            "start": row.valid_from,
            "end": row.valid_to,
            "sample": row.is_sample,
        }
        for row in rows
    ]


def duties_asked(asked: Mapping[str, str], *, on: date) -> QuerySet[Duty]:
    """Return every duty that the page of this address shows, in its order."""
    body = asked.get("body", "")
    rows = _narrowed(
        on=on,
        class_code=asked.get("class", ""),
        place=asked.get("place", ""),
        body_id=UUID(body) if _is_key(body) else None,
    )
    return rows.order_by("place_path", "class_prefix", "id")


@DUTIES.read_by
def duty_values(rows: Sequence[Duty], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each duty holds by the columns of its list."""
    found = []
    for row in rows:
        entry = _duty_entry(row)
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
