"""Which bodies answer for a place on a day, for whoever asks by place (谁来负责)."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from quanyu.kernel.codes import queries as codes
from quanyu.organisations.models import Duty
from quanyu.organisations.queries.words import class_name, in_language
from quanyu.organisations.rules import BASIS_WORDS, KIND_WORDS, Basis, BodyKind
from quanyu.regions.queries import standing
from quanyu.regions.queries.standing import Answering
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
