"""Which bodies answer for a place on a day, for whoever asks by place (谁来负责)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.organisations.models import Cover, Duty, Footing
from quanyu.organisations.queries.words import class_name, in_language
from quanyu.organisations.rules import BASIS_WORDS, KIND_WORDS, Basis, BodyKind
from quanyu.organisations.rules.covering import Tie
from quanyu.regions.queries import standing
from quanyu.regions.queries.standing import Answering, Standing
from quanyu.regions.rules import ancestry


@standing.bodies_at.answered_by
def bodies_at(place: str, on: date) -> tuple[Answering, ...]:
    """Return each body once for each ground on which it answers, the nearest place first."""
    stands = Q(body__valid_to__isnull=True) | Q(body__valid_to__gt=on)
    rows = (
        Duty.objects.on(on)
        .filter(stands, place_path__in=ancestry(place), body__valid_from__lte=on)
        .select_related("body", "clause__document")
        .order_by("class_prefix")
    )
    held: dict[tuple[str, str, str], list[Duty]] = {}
    for row in rows:
        held.setdefault((str(row.body_id), row.basis, row.place_path), []).append(row)
    return tuple(sorted(map(_answering, held.values()), key=_order))


@standing.standing.answered_by
def covering(
    paths: Sequence[str], on: date, actor: Actor, building: UUID | None
) -> tuple[Standing, ...]:
    """Return which branch covered each of these grids on that day, and which group the building.

    Covers are public, so the reader does not matter; each is called as it was called then.
    """
    asked = Q(tie=Tie.GRID, region_path__in=list(paths))
    if building is not None:
        asked |= Q(tie=Tie.BUILDING, building=building)
    rows = list(Cover.objects.on(on).filter(asked).order_by("tie", "region_path", "pk"))
    stood = Footing.objects.on(on).filter(body__in=[row.body_id for row in rows])
    names = {row.body_id: in_language(row.name, row.name_en) for row in stood}
    found = [
        Standing(
            kind="branch" if row.tie == Tie.GRID else "group",
            title=names[row.body_id],
            name="",
            place_path=row.region_path or paths[0],
            account_id=None,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows
        if row.body_id in names
    ]
    return tuple(sorted(found, key=lambda one: one.kind))


def _answering(rows: Sequence[Duty]) -> Answering:
    first = rows[0]
    cited = [codes.cited(codes.clause_entry(row.clause)) for row in rows]
    return Answering(
        body_id=first.body_id,
        name=in_language(first.body.name, first.body.name_en),
        kind_name=_(KIND_WORDS[BodyKind(first.body.kind)]),
        phone=first.body.phone,
        basis=first.basis,
        basis_name=_(BASIS_WORDS[Basis(first.basis)]),
        place_path=first.place_path,
        classes=tuple(class_name(row.class_prefix) for row in rows),
        clauses=tuple(dict.fromkeys(text for text in cited if text)),
        valid_from=min(row.valid_from for row in rows),
        is_sample=first.body.is_sample,
    )


def _order(one: Answering) -> tuple[bool, int, str]:
    return one.basis != Basis.TERRITORY, -len(one.place_path), one.name
