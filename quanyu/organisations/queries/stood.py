"""Many bodies at once, as lists of thousands need them: plain rows instead of whole ones (单位)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from quanyu.organisations.models import Body


class Stood(NamedTuple):
    """A body as a list names it (单位)."""

    pk: UUID
    code: str
    kind: str
    name: str
    name_en: str
    region_path: str
    life_path: str
    """Where its life is kept, which is not where a unit's own stands."""
    valid_from: date
    parent_id: UUID | None
    above: str
    """Where its superior is seated; where it is itself, if it has none."""


def stood(rows: QuerySet[Body]) -> Iterable[Stood]:
    """Return bodies as plain rows, in the order of places."""
    fields = ("pk", "code", "kind", "name", "name_en", "region_path", "life_path", "valid_from")
    found = rows.order_by("region_path", "code").values_list(
        *fields, "parent_id", "parent__region_path"
    )
    return (Stood._make((*row[:-1], row[-1] or row[5])) for row in found)
