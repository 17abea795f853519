"""How party organisations stand, and what the rules say of it (党组织情况与提醒)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Body, CommitteeTerm, MemberCount, TermChange
from quanyu.organisations.queries.norms import norms
from quanyu.organisations.queries.stood import Stood, stood
from quanyu.organisations.rules.kinds import PARTY
from quanyu.organisations.rules.norms import NormKey, Norms, norm
from quanyu.organisations.rules.party import (
    COUNTED,
    Facts,
    Head,
    Warned,
    WarningKey,
    adding_up,
    warnings,
)
from quanyu.organisations.rules.terms import Due, Span, add_months, due
from quanyu.regions import rules as places

COMMUNITY_PARTS = len(places.Level) - 1
"""Of the path of a community: all but the grid."""

STREET_PARTS = COMMUNITY_PARTS - 1


@dataclass(frozen=True, slots=True)
class Known:
    """Party organisations on a day: the bodies, and what is known of each (党组织情况)."""

    bodies: Mapping[UUID, Stood]
    """In the order of places."""
    facts: Mapping[UUID, Facts]


def known(*, on: date, place: str = "") -> Known:
    """Return the party organisations whose life is kept within a place, and how they stand.

    Members of what lies below are added up over the whole city, whatever place is asked for.
    """
    rows = {row.pk: row for row in stood(Body.objects.on(on).filter(kind__in=COUNTED))}
    heads = adding_up(
        {key: row.kind for key, row in rows.items()},
        {key: row.parent_id for key, row in rows.items()},
        _heads(on),
    )
    spans = _spans(on)
    low, high = place, upper(place) if place else ""
    kept = {key: row for key, row in rows.items() if not place or low <= row.life_path < high}
    return Known(kept, {key: _facts(row, heads, spans) for key, row in kept.items()})


def warned(*, on: date, place: str = "") -> list[tuple[Stood, Warned]]:
    """Return every warning about the organisations within a place, in the order of places."""
    found, held = known(on=on, place=place), norms(on=on)
    return [
        (row, one)
        for key, row in found.bodies.items()
        for one in warnings(found.facts[key], held, today=on)
    ]


def warned_for(actor: Actor, *, on: date, place: str = "") -> list[tuple[Stood, Warned]]:
    """Return every warning within the places whose party organisations the actor leads.

    :param place: narrows it, where it lies in one of them
    """
    found = []
    for own in actor.places_in("life"):
        if place.startswith(own):
            return warned(on=on, place=place)
        if own.startswith(place):
            found += warned(on=on, place=own)
    return found


def counted(listed: Sequence[tuple[Stood, Warned]]) -> dict[WarningKey, int]:
    """Return how many of these warnings there are of each kind."""
    found: dict[WarningKey, int] = defaultdict(int)
    for _body, one in listed:
        found[one.key] += 1
    return dict(found)


def facts_of(body: Body, *, on: date) -> Facts:
    """Return what is known of one organisation, its members with those of all below it."""
    [here] = stood(Body.objects.filter(pk=body.pk))
    below = _below(body.pk, on)
    rows = {body.pk: here, **{row.pk: row for row in below}}
    heads = adding_up(
        {key: row.kind for key, row in rows.items()},
        {key: row.parent_id for key, row in rows.items() if key != body.pk},
        {row.body_id: _head(row) for row in MemberCount.objects.on(on).filter(body__in=rows)},
    )
    return _facts(here, heads, _spans(on, body=body.pk))


def warned_of(body: Body, *, on: date, held: Norms | None = None) -> list[Warned]:
    """Return the warnings about one organisation."""
    return warnings(facts_of(body, on=on), norms(on=on) if held is None else held, today=on)


def party_body(key: UUID) -> Body:
    """Return one party organisation, standing or not.

    :raises Denied: if there is none
    """
    row = Body.objects.select_related("parent").filter(pk=key, kind__in=PARTY).first()
    if row is None:
        raise Denied
    return row


def any_body(key: UUID) -> Body | None:
    """Return one body of any kind, standing or not, or None."""
    return Body.objects.select_related("parent").filter(pk=key).first()


def count_on(body: UUID, *, on: date) -> MemberCount | None:
    """Return an organisation's own count as it holds on a day."""
    return MemberCount.objects.on(on).filter(body=body).first()


def counts(body: UUID) -> QuerySet[MemberCount]:
    """Return every count of an organisation, the newest first."""
    return MemberCount.objects.filter(body=body).order_by("-valid_from")


def counts_on(*, on: date, place: str = "") -> QuerySet[MemberCount]:
    """Return the counts that hold on a day, of organisations that stand, by place."""
    rows = MemberCount.objects.on(on).select_related("body")
    rows = rows.filter(Q(body__valid_to__isnull=True) | Q(body__valid_to__gt=on))
    if place:
        rows = rows.filter(body__life_path__gte=place, body__life_path__lt=upper(place))
    return rows.order_by("body__region_path", "body__code")


# ------------------------------------------------------------------ terms


def terms(body: UUID) -> QuerySet[CommitteeTerm]:
    """Return every term of an organisation, the newest first."""
    return CommitteeTerm.objects.filter(body=body).order_by("-starts")


def current_term(body: UUID) -> CommitteeTerm | None:
    """Return the term that runs."""
    return CommitteeTerm.objects.filter(body=body, ended__isnull=True).first()


@dataclass(frozen=True, slots=True)
class DueElection:
    """An organisation whose election is due soon, or overdue (应换届)."""

    term: CommitteeTerm
    stands: Due


_OF_BODY = ("body", *(f"body__{one}" for one in ("code", "kind", "name", "name_en", "region_path")))
"""What a list of some thousand terms says of their bodies."""


def due_elections(*, on: date, place: str = "") -> list[DueElection]:
    """Return the elections due soon or overdue within a place, the earliest day first."""
    months = norm(norms(on=on), NormKey.ELECTION_MONTHS)
    ahead = months.amount if months else 0
    rows = CommitteeTerm.objects.filter(ended__isnull=True).select_related("body")
    rows = rows.only("form", "starts", "years", "moved_to", *_OF_BODY)
    rows = rows.filter(Q(body__valid_to__isnull=True) | Q(body__valid_to__gt=on))
    # A month more than is asked for: which of them are due, the rule says.
    rows = rows.filter(due_date__lte=add_months(on, ahead + 1))
    if place:
        rows = rows.filter(body__life_path__gte=place, body__life_path__lt=upper(place))
    found = [
        DueElection(row, due(row.span, months=ahead, today=on))
        for row in rows.order_by("due_date", "body__region_path", "body__code")
    ]
    return [one for one in found if one.stands is not Due.LATER]


def change(change_id: UUID, *, actor: Actor, lock: bool = False) -> TermChange:
    """Return one request to move an election, within reach.

    :raises Denied: if there is none
    """
    rows = TermChange.objects.visible_to(actor).select_related("term__body")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row: TermChange | None = rows.filter(pk=change_id).first()
    if row is None:
        raise Denied
    return row


def changes(
    *, actor: Actor, body: UUID | None = None, waiting: bool = False
) -> QuerySet[TermChange]:
    """Return the requests to move an election within reach, the newest first."""
    rows = TermChange.objects.visible_to(actor).select_related("term__body")
    rows = rows.filter(term__body=body) if body else rows
    rows = rows.filter(decided_at__isnull=True) if waiting else rows
    return rows.order_by("-asked_at")


# ------------------------------------------------------------------ inside


@dataclass(frozen=True, slots=True)
class Committee:
    """How an organisation is led in the term that runs (本届)."""

    form: str
    size: int
    span: Span


def _spans(on: date, *, body: UUID | None = None) -> dict[UUID, Committee]:
    stands = Q(ended__isnull=True) | Q(ended__gt=on)
    rows = CommitteeTerm.objects.filter(stands, starts__lte=on)
    rows = rows.filter(body=body) if body else rows
    fields = ("body_id", "form", "size", "starts", "years", "moved_to")
    return {
        key: Committee(form, size, Span(starts, years, moved))
        for key, form, size, starts, years, moved in rows.values_list(*fields)
    }


def _heads(on: date) -> dict[UUID, Head]:
    rows = MemberCount.objects.on(on).values_list("body_id", "full", "probationary", "units")
    return {key: Head(full, probationary, units) for key, full, probationary, units in rows}


def _head(row: MemberCount) -> Head:
    return Head(row.full, row.probationary, row.units)


def _below(key: UUID, on: date) -> list[Stood]:
    """Return every party organisation under one, level by level."""
    found: dict[UUID, Stood] = {}
    layer = [key]
    while layer:
        rows = stood(Body.objects.on(on).filter(kind__in=PARTY, parent__in=layer))
        new = [row for row in rows if row.pk not in found]
        found |= {row.pk: row for row in new}
        layer = [row.pk for row in new]
    return list(found.values())


def _facts(row: Stood, heads: Mapping[UUID, Head], committees: Mapping[UUID, Committee]) -> Facts:
    led = committees.get(row.pk)
    return Facts(
        id=row.pk,
        kind=row.kind,
        is_of_community=_is_of_community(row),
        head=heads.get(row.pk),
        form=led.form if led else "",
        size=led.size if led else 0,
        span=led.span if led else None,
    )


def _is_of_community(row: Stood) -> bool:
    """Answer whether it stands in a community and below its street: a unit's own does not."""
    is_inside = row.region_path.count("/") >= COMMUNITY_PARTS
    return is_inside and row.above.count("/") >= STREET_PARTS
