"""Appoint who serves a grid, and let them leave (网格联系人的任免)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import build, label, record, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH
from quanyu.regions import queries
from quanyu.regions.models import GridContact, Region
from quanyu.regions.rules import Level
from quanyu.regions.rules import contacts as rules
from quanyu.regions.rules.contacts import POST_WORDS, Post
from quanyu.regions.tables import CONTACTS

CONTACT_KEEPERS = frozenset(
    {Role.DISTRICT_ADMIN, Role.COMMANDER, Role.COMMUNITY_SECRETARY, Role.SYSTEM}
)
"""Who appoints: the district, the street, the community in its own grids."""


@transaction.atomic
def appoint_contact(
    *,
    path: str,
    post: str,
    name: str,
    account: UUID | None = None,
    start: date | None = None,
    actor: Actor,
    at: datetime,
) -> GridContact:
    """Let somebody serve a grid in a post from a day on (任命网格联系人).

    :raises WrongContact: if post or name are not as they must be, or the account is not known
    :raises AlreadyServing: if they serve so already, or another one leads the grid
    :raises WrongContactDay: if the grid does not stand on the first day
    :raises Denied: if the actor has no part in the grid, or there is none
    """
    check_keeper(actor, path)
    rules.check_contact(post=post, name=name)
    day = start or timezone.localdate(at)
    _check_stands(path, day, None)
    _check_free(path, post, name.strip(), start=day, actor=actor)
    row = GridContact(
        region_path=path,
        post=post,
        name=name.strip(),
        account_id=_account(account, actor=actor, at=at),
        valid_from=day,
    )
    row.save(force_insert=True)
    facts = {"post": post, "name": row.name, "start": day.isoformat()}
    record("grid_contact.appoint", row, actor=actor, at=at, facts=facts)
    announce("grid_contact.appoint", row, at=at)
    return row


@transaction.atomic
def end_contact(
    *, contact_id: UUID, end: date | None = None, actor: Actor, at: datetime
) -> GridContact:
    """Let somebody leave a post; the history keeps that they served until then (网格联系人卸任).

    :raises AlreadyServing: if they have left
    :raises WrongContactDay: if they would leave before they began
    :raises Denied: if there is no such service within reach
    """
    row = get(GridContact, contact_id, actor=actor, lock=True)
    check_keeper(actor, row.region_path)
    day = end or timezone.localdate(at)
    if row.valid_to is not None:
        raise rules.AlreadyServing(_("已经卸任"), field="end", value=row.valid_to.isoformat())
    rules.check_serves(row.valid_from, day, grid_from=row.valid_from, grid_to=None)
    row.valid_to, row.ended_at = day, at
    row.save(update_fields=["valid_to", "ended_at"])
    facts = {"post": row.post, "end": day.isoformat()}
    record("grid_contact.end", row, actor=actor, at=at, facts=facts)
    announce("grid_contact.end", row, at=at)
    return row


@transaction.atomic
def tell(*, contact_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell somebody with an account how they stand in a post; return how many were told."""
    row = get(GridContact, contact_id, actor=actor)
    if row.account_id is None or at - since > FRESH:
        return 0
    has_left = row.valid_to is not None
    words = {
        "place": queries.place_names([row.region_path])[row.region_path],
        "post": POST_WORDS[Post(row.post)],
        "start": row.valid_from.isoformat(),
        "end": row.valid_to.isoformat() if row.valid_to else "",
    }
    topic = rules.LEFT if has_left else rules.APPOINTED
    asked = ("place", "post", "end" if has_left else "start")
    news = News(
        topic=topic,
        subject=label(row),
        occasion=words[asked[-1]],
        region_path=row.region_path,
        link=f"/desk/who?place={row.region_path}",
        words={name: words[name] for name in asked},
        is_own=True,
    )
    return len(notices.tell(news, to=[row.account_id], actor=actor, at=at))


def check_keeper(actor: Actor, path: str) -> None:
    """Refuse who appoints nobody in a grid.

    :raises Denied: if the actor has no part in it
    :raises NotContactKeeper: if the actor has another role there
    """
    roles = actor.roles_at(path)
    if not roles:
        raise Denied
    if not roles & CONTACT_KEEPERS:
        raise rules.NotContactKeeper(_("网格联系人由区级统筹、街道指挥长或社区书记任免"))


def _check_stands(path: str, start: date, end: date | None) -> None:
    rows = Region.objects.filter(path=path, level=Level.GRID).order_by("valid_from")
    days = list(rows.values_list("valid_from", "valid_to"))
    if not days:
        raise Denied
    rules.check_serves(start, end, grid_from=days[0][0], grid_to=days[-1][1])


def _check_free(
    path: str,
    post: str,
    name: str,
    *,
    start: date,
    end: date | None = None,
    but: UUID | None = None,
    actor: Actor,
) -> None:
    """Refuse a service that another one of the same post and time stands against."""
    # The grid's row is the lock: of two who appoint a leader at once, the second is refused.
    list(Region.objects.standing().select_for_update().filter(path=path).values_list("id"))
    held = GridContact.objects.visible_to(actor).filter(region_path=path, post=post)
    held = held.exclude(pk=but) if but else held
    held = held if post == Post.LEADER else held.filter(name=name)
    for row in held:
        if rules.overlap((start, end), (row.valid_from, row.valid_to)):
            raise rules.AlreadyServing(
                _("{name}自{start}起已任此岗，请先登记卸任"),
                field="name",
                value=name,
                name=row.name,
                start=row.valid_from.isoformat(),
            )


def _account(key: UUID | None, *, actor: Actor, at: datetime) -> UUID | None:
    """Return an account that may be linked: of somebody who works there; what moves keeps its own.

    :raises WrongContact: alike for one that there is not, and for one of somebody elsewhere
    """
    if key is None:
        return None
    if actor.kind is ActorKind.SYSTEM:
        is_known = key in accounts.account_names([key])
    else:
        is_known = key in accounts.nameable([key], actor=actor, at=at)
    if not is_known:
        raise rules.WrongContact(_("没有这个账号，或已停用"), field="account")
    return key


# ------------------------------------------------------------------ a file of them


@CONTACTS.taken_by
def take(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Taken":
    """Return how a file of contacts is taken in: found by grid, post, name and first day."""
    return Taken(keys=keys, actor=actor, at=at)


class Taken:
    """The intake of one file of contacts (导入网格联系人)."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        codes = {key[0] for key in keys}
        rows = Region.objects.filter(code__in=codes, level=Level.GRID).order_by("valid_from")
        self._paths = {row.code: row.path for row in rows}
        self._leaders: dict[str, list[tuple[Key, date, date | None]]] = {}
        self._accounts: dict[str, UUID | None] = {}

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the services that are entered already, by their keys."""
        found: dict[Key, Row] = {}
        for key, row in self._rows(keys, is_locked=is_locked):
            found[key] = {
                "grid": key[0],
                "post": row.post,
                "name": row.name,
                "start": row.valid_from,
                "account": self._username(row),
                "end": row.valid_to,
            }
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that appointing would refuse.

        :raises WrongContact: if the grid, the post, the name or the account is not known
        :raises NotContactKeeper: if the actor appoints nobody there
        """
        path = self._path(row["grid"])
        check_keeper(self._actor, path)
        rules.check_contact(post=row["post"], name=row["name"])
        _check_stands(path, row["start"], row.get("end"))
        if not held or (row.get("account") or "") != held["account"]:
            self._account(row)
        before = self._one(row) if held else None
        _check_free(
            path,
            row["post"],
            row["name"],
            start=row["start"],
            end=row.get("end"),
            but=before.pk if before else None,
            actor=self._actor,
        )
        self._keep_leader(path, row)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return the leaders of one grid whose times meet within the file."""
        for services in self._leaders.values():
            ordered = sorted(services, key=lambda one: one[1])
            for one, other in pairwise(ordered):
                if rules.overlap(one[1:], other[1:]):
                    yield (
                        other[0],
                        rules.AlreadyServing(
                            _("同一网格同一天只有一位网格长"), field="start", value=other[0][2]
                        ),
                    )

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each."""
        fresh = [self._contact(row) for row in new]
        GridContact.objects.visible_to(self._actor).bulk_create(fresh)
        kept = []
        for row in changed:
            contact = self._one(row)
            if contact is not None:
                self._set(contact, row)
                contact.save(update_fields=["valid_to", "ended_at", "account_id"])
                kept.append(contact)
        self._record("grid_contact.appoint", fresh)
        self._record("grid_contact.change", kept)

    def finish(self) -> None:
        """Do nothing more: no row hangs on another."""

    # -------------------------------------------------------------- inside

    def _rows(self, keys: Sequence[Key], *, is_locked: bool) -> Iterable[tuple[Key, GridContact]]:
        codes = {self._paths.get(key[0], ""): key[0] for key in keys}
        rows = GridContact.objects.visible_to(self._actor).filter(region_path__in=codes)
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        asked = set(keys)
        for row in rows.select_related("account"):
            key = (codes[row.region_path], row.post, row.name, row.valid_from.isoformat())
            if key in asked:
                yield key, row

    def _one(self, row: Row) -> GridContact | None:
        found = GridContact.objects.visible_to(self._actor).filter(
            region_path=self._path(row["grid"]),
            post=row["post"],
            name=row["name"],
            valid_from=row["start"],
        )
        return found.first()

    def _path(self, code: str) -> str:
        if code not in self._paths:
            raise rules.WrongContact(_("没有这个网格代码"), field="grid", value=code)
        return self._paths[code]

    def _account(self, row: Row) -> UUID | None:
        said = row.get("account") or ""
        if not said:
            return None
        if said not in self._accounts:
            meant = accounts.keys_meant([said])[said]
            self._accounts[said] = _account(meant, actor=self._actor, at=self._at)
        return self._accounts[said]

    def _username(self, row: GridContact) -> str:
        return row.account.username if row.account else ""

    def _keep_leader(self, path: str, row: Row) -> None:
        if row["post"] == Post.LEADER:
            key = (row["grid"], row["post"], row["name"], row["start"].isoformat())
            self._leaders.setdefault(path, []).append((key, row["start"], row.get("end")))

    def _contact(self, row: Row) -> GridContact:
        contact = GridContact(
            region_path=self._path(row["grid"]),
            post=row["post"],
            name=row["name"],
            valid_from=row["start"],
        )
        self._set(contact, row)
        return contact

    def _set(self, contact: GridContact, row: Row) -> None:
        if (row.get("account") or "") != self._username(contact):
            contact.account_id = self._account(row)
        contact.valid_to = row.get("end")
        contact.ended_at = (contact.ended_at or self._at) if contact.valid_to else None

    def _record(self, topic: str, contacts: Sequence[GridContact]) -> None:
        built = [
            build(topic, one, actor=self._actor, at=self._at, facts={"post": one.post})
            for one in contacts
        ]
        record_all(built)
