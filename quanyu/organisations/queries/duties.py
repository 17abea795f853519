"""Who answers for what, and the duty list page by page (权责)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.kernel.codes import queries as codes
from quanyu.organisations import rules
from quanyu.organisations.models import Body, Duty
from quanyu.organisations.queries.bodies import BodyEntry, body_entry, called
from quanyu.organisations.queries.words import class_name, in_language
from quanyu.organisations.rules import BASIS_WORDS, Basis, Holder
from quanyu.regions import queries as regions
from quanyu.regions.rules import ancestry

PAGE = 100


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


def duty_list(
    *,
    on: date,
    class_code: str = "",
    place: str = "",
    body_id: UUID | None = None,
    said: str = "",
    after: str = "",
    size: int = PAGE,
) -> DutyPage:
    """Return one page of the duty list as it holds on a day.

    ``class_code`` keeps the duties for that class or within that major; ``place`` those that bear
    on it: at it, above it or in it; ``said`` those of bodies called so. Order: place, class.
    """
    rows = narrowed(on=on, class_code=class_code, place=place, body_id=body_id, said=said)
    count = rows.count()
    rows = rows.order_by("place_path", "class_prefix", "id")
    found = list(_beyond(rows, after)[: size + 1])
    more = _key(found[size - 1]) if len(found) > size else ""
    return DutyPage(tuple(duty_entry(row) for row in found[:size]), more, count)


def narrowed(
    *, on: date, class_code: str, place: str, body_id: UUID | None, said: str
) -> QuerySet[Duty]:
    """Return the duties that hold on a day: for a class, about a place, of a body or of a name."""
    rows = _duties(on)
    if class_code:
        covering = Q(class_prefix__in=rules.prefixes(class_code))
        rows = rows.filter(covering | Q(class_prefix__startswith=class_code))
    if place:
        above = Q(place_path__in=ancestry(place))
        rows = rows.filter(above | Q(place_path__gte=place, place_path__lt=upper(place)))
    if said.strip():
        rows = rows.filter(body__in=Body.objects.filter(called(said.strip())))
    return rows.filter(body_id=body_id) if body_id else rows


def _key(row: Duty) -> str:
    return f"{row.place_path}~{row.class_prefix}~{row.id}"


def _beyond(rows: QuerySet[Duty], after: str) -> QuerySet[Duty]:
    parts = after.split("~")
    if len(parts) != 3 or not is_key(parts[2]):
        return rows
    place, prefix, key = parts
    later = Q(place_path__gt=place)
    later |= Q(place_path=place, class_prefix__gt=prefix)
    return rows.filter(later | Q(place_path=place, class_prefix=prefix, id__gt=key))


def is_key(text: str) -> bool:
    """Tell whether a text is the key of a row."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def duty_entry(row: Duty) -> DutyEntry:
    """Return a duty as the list shows it."""
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
    return tuple(body_entry(row) for row in rows)


def labels(holders: Iterable[Holder]) -> list[tuple[str, str]]:
    """Return key and name of holders in their order, in the reader's language, for a form."""
    return [(str(one.body_id), in_language(one.name, one.name_en)) for one in holders]
