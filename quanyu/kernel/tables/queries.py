"""Whose files there are, who asks again when the worker comes to it, and the saved views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from os.path import commonpath
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, Sum

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts import rules as hats
from quanyu.kernel.columns import Table, tables
from quanyu.kernel.errors import Denied
from quanyu.kernel.files import queries as files
from quanyu.kernel.tables.machine import can_print
from quanyu.kernel.tables.models import Export, Import, Paper, SavedView
from quanyu.kernel.tables.rules import APPROVERS, Format, State

P = TypeVar("P", bound=Paper)

MOST_LISTED = 50
MOST_VIEWS = 20
"""Views that one person may save of one list."""


def table(name: str) -> Table:
    """Return a declared list.

    :raises Denied: if there is none
    """
    if name not in tables:
        raise Denied
    return tables[name]


def opened(name: str, *, actor: Actor) -> Table:
    """Return a list that this person may open.

    :raises Denied: if there is none, or the person has no part in it
    """
    found = table(name)
    if actor.id is None or not found.opened_by & actor.roles:
        raise Denied
    return found


def formats(table: Table) -> tuple[str, ...]:
    """Return in which kinds of file a list goes out on this machine."""
    return tuple(one for one in table.formats if one != Format.PDF or can_print())


def kept(name: str, *, actor: Actor) -> Table:
    """Return a list into which this person may bring rows.

    :raises Denied: if there is none, or the person does not keep it
    """
    found = opened(name, actor=actor)
    if not found.takes or not found.kept_by & actor.roles:
        raise Denied
    return found


def person(actor: Actor) -> UUID:
    """Return the account of who acts.

    :raises Denied: if it is nobody's
    """
    if actor.id is None:
        raise Denied
    return actor.id


# ------------------------------------------------------------------ papers


def mine(model: type[P], *, actor: Actor) -> "QuerySet[P]":
    """Return one's own exports or imports: of a colleague's not even the row is shown."""
    rows = model.objects.visible_to(actor).filter(account_id=person(actor))
    return cast("QuerySet[P]", rows)


def one(model: type[P], key: UUID, *, actor: Actor, lock: bool = False) -> P:
    """Return one of one's own, locked if it is about to change.

    :raises Denied: if there is none
    """
    rows = mine(model, actor=actor)
    found = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if found is None:
        raise Denied
    return found


def export(key: UUID, *, actor: Actor) -> Export:
    """Return one of one's own exports.

    :raises Denied: if there is none
    """
    return one(Export, key, actor=actor)


def exports(*, actor: Actor) -> list[Export]:
    """Return one's own exports, the newest first."""
    return latest(Export, actor=actor)


def taken(key: UUID, *, actor: Actor) -> Import:
    """Return one of one's own imports.

    :raises Denied: if there is none
    """
    return one(Import, key, actor=actor)


def imports(*, actor: Actor) -> list[Import]:
    """Return one's own imports, the newest first."""
    return latest(Import, actor=actor)


def latest(model: type[P], *, actor: Actor) -> list[P]:
    """Return one's own, the newest first."""
    return list(mine(model, actor=actor).order_by("-at", "-id")[:MOST_LISTED])


def to_approve(*, actor: Actor) -> list[Export]:
    """Return the exports of others that wait for this person's leave."""
    rows = Export.objects.visible_to(actor).filter(state=State.ASKED)
    waiting = rows.exclude(account_id=person(actor)).order_by("at")[:MOST_LISTED]
    return [one for one in waiting if may_approve(one, actor=actor)]


def approvable(key: UUID, *, actor: Actor, lock: bool = False) -> Export:
    """Return an export of somebody else that this person may decide on.

    :raises Denied: if there is none
    """
    rows = Export.objects.visible_to(actor).exclude(account_id=person(actor))
    found = (rows.select_for_update() if lock else rows).filter(pk=key).first()
    if found is None or not may_approve(found, actor=actor):
        raise Denied
    return found


def may_approve(export: Export, *, actor: Actor) -> bool:
    """Answer whether this person leads the place and is not the one who asked."""
    leads = bool(APPROVERS & actor.roles_at(export.region_path))
    return leads and actor.id != export.account_id


def taken_out(account_id: UUID, *, actor: Actor, at: datetime) -> int:
    """Return how many rows with people's words one took out within a day without leave."""
    rows = Export.objects.visible_to(actor).filter(
        account_id=account_id, is_personal=True, approved_by=None, at__gt=at - timedelta(days=1)
    )
    rows = rows.exclude(state__in=[State.REFUSED, State.CANCELLED, State.ASKED, State.FAILED])
    return int(rows.aggregate(whole=Sum("total"))["whole"] or 0)


def asker(paper: Paper, *, at: datetime) -> Actor:
    """Return who asked, with the grants that live now and in the hat that was worn.

    :raises Denied: if the account or what it wore is gone
    """
    found = accounts.standing(paper.account_id, at=at)
    if found is None:
        raise Denied
    hat = hats.worn(found.grants, paper.hat)
    if paper.hat and hat is None:
        raise Denied
    grants = hats.under(found.grants, hat)
    return Actor(ActorKind.PERSON, id=paper.account_id, grants=grants, name=found.account.name)


def place_of(actor: Actor) -> str:
    """Return the place under whose leaders one asks: one's own, a body's, or the city."""
    if actor.stations:
        return actor.stations[0]
    found = [accounts.place_of(grant) for grant in sorted(actor.grants, key=str)]
    return next((path for path in found if path), settings.QUANYU_CITY)


def above(actor: Actor) -> str:
    """Return the smallest place that holds all one reaches: who leads it may give leave."""
    bodies = [accounts.place_of(grant) for grant in actor.grants if grant.body]
    paths = [*actor.stations, *filter(None, bodies)] or [settings.QUANYU_CITY]
    whole = f"{commonpath(paths)}/"
    return whole if whole.startswith(settings.QUANYU_CITY) else settings.QUANYU_CITY


def names(keys: set[UUID]) -> Mapping[UUID, str]:
    """Return what these people are called."""
    return accounts.account_names(sorted(keys))


def folder() -> Path:
    """Return where made and uploaded files lie."""
    return files.root() / "tables"


def made(export: Export) -> Path:
    """Return where the finished file of an export lies."""
    return folder() / f"{export.pk}.{export.format}"


def uploaded(taken: Import) -> Path:
    """Return where an uploaded file lies until it is decided on."""
    return folder() / f"{taken.pk}.in"


def marked_as(taken: Import) -> Format:
    """Return in which kind of file the faults are marked: a map's rows as a table."""
    return Format.XLSX if taken.format == Format.XLSX else Format.CSV


def faulty(taken: Import) -> Path:
    """Return where the file with the faults of an import lies."""
    return folder() / f"{taken.pk}.faults.{marked_as(taken)}"


def forget(taken: Import) -> None:
    """Delete what was uploaded: it is written, or given up."""
    uploaded(taken).unlink(missing_ok=True)
    faulty(taken).unlink(missing_ok=True)


# ------------------------------------------------------------------ addresses and views


def asked_of(text: str) -> dict[str, str]:
    """Return what a saved address asks for; of a word said twice the last counts."""
    return dict(parse_qsl(text, max_num_fields=100))


def address(asked: Mapping[str, str]) -> str:
    """Return what :func:`asked_of` reads."""
    return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the list shows it (视图)."""

    id: UUID
    name: str
    asked: Mapping[str, str]
    is_own: bool
    is_default: bool
    is_shared: bool


def views(name: str, *, actor: Actor) -> list[View]:
    """Return one's own views of a list, then those that colleagues of the place share."""
    if actor.id is None:
        return []
    rows = SavedView.objects.visible_to(actor).filter(table=name)
    rows = rows.filter(Q(account_id=actor.id) | Q(is_shared=True)).order_by("at")
    found = [
        View(
            id=row.pk,
            name=row.name,
            asked=asked_of(row.asked),
            is_own=row.account_id == actor.id,
            is_default=row.is_default and row.account_id == actor.id,
            is_shared=row.is_shared,
        )
        for row in rows[: 3 * MOST_VIEWS]
    ]
    return sorted(found, key=lambda view: not view.is_own)


def default_view(name: str, *, actor: Actor) -> str:
    """Return the address of the view with which one wants to begin, or nothing."""
    if actor.id is None:
        return ""
    rows = SavedView.objects.visible_to(actor).filter(table=name, account_id=actor.id)
    return rows.filter(is_default=True).values_list("asked", flat=True).first() or ""


def may_share(actor: Actor) -> bool:
    """Answer whether this person leads a place, and so may share a view in it."""
    return bool(APPROVERS & actor.roles_at(place_of(actor)))
