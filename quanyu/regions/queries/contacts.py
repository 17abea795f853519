"""Who serves the grids, on which day (网格联系人)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, upper
from quanyu.regions.models import GridContact, Region
from quanyu.regions.queries import tree
from quanyu.regions.rules.contacts import POST_WORDS, Post
from quanyu.regions.tables import CONTACTS

ORDER = tuple(Post)


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """One service of somebody in a grid (网格联系人)."""

    id: UUID
    region_path: str
    post: str
    post_name: str
    """In the reader's language."""
    name: str
    account_id: UUID | None
    valid_from: date
    valid_to: date | None


def contacts_on(paths: Sequence[str], *, on: date, actor: Actor) -> list[ContactEntry]:
    """Return who served these grids on a day, leaders first."""
    rows = GridContact.objects.visible_to(actor).on(on).filter(region_path__in=paths)
    entries = [entry(row) for row in rows]
    return sorted(entries, key=lambda one: (one.region_path, ORDER.index(Post(one.post)), one.name))


def begun(paths: Sequence[str], *, actor: Actor) -> date | None:
    """Return the first day from which anybody is known to have served these grids."""
    rows = GridContact.objects.visible_to(actor).filter(region_path__in=paths)
    return rows.order_by("valid_from").values_list("valid_from", flat=True).first()


def entry(row: GridContact) -> ContactEntry:
    """Return a row as a value."""
    return ContactEntry(
        id=row.id,
        region_path=row.region_path,
        post=row.post,
        post_name=_(POST_WORDS[Post(row.post)]),
        name=row.name,
        account_id=row.account_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


# ------------------------------------------------------------------ the list


def contacts_asked(
    asked: Mapping[str, str], *, on: date, actor: Actor
) -> QuerySet[GridContact, GridContact]:
    """Return every service within reach that the page of this address shows, in its order."""
    rows = GridContact.objects.visible_to(actor)
    if asked.get("standing") != "all":
        rows = rows.on(on)
    if asked.get("place"):
        place = asked["place"]
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    if asked.get("post"):
        rows = rows.filter(post=asked["post"])
    if asked.get("q"):
        rows = rows.filter(name__contains=asked["q"].strip())
    return rows.order_by("region_path", "post", "name", "id")


@CONTACTS.read_by
def contact_values(rows: Sequence[GridContact], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each service holds by the columns of its list."""
    paths = {row.region_path for row in rows}
    codes = dict(Region.objects.filter(path__in=paths).values_list("path", "code"))
    names = tree.place_names(list(paths))
    return [
        {
            "grid": codes.get(row.region_path, ""),
            "grid_name": names[row.region_path],
            "post": _(POST_WORDS[Post(row.post)]),
            "name": row.name,
            "account": row.account.username if row.account else "",
            "start": row.valid_from,
            "end": row.valid_to,
        }
        for row in rows
    ]
