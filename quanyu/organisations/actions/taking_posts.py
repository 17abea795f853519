"""Take in files of posts and of appointments, each row by the rules of one (导入岗位与任职)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import build, record_all
from quanyu.kernel.columns import Key, Row
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.organisations.actions.appointing import Nominee, propose_all
from quanyu.organisations.actions.posts import (
    NewPost,
    Opening,
    change_seats,
    check_opener,
    check_room,
    open_posts,
)
from quanyu.organisations.actions.seats import Taken, check_proposer
from quanyu.organisations.models import Appointment, Body, Establishment, Post
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules.posts import Decision
from quanyu.organisations.tables.posts import APPOINTMENTS, POSTS

FIXED = ("body", "kind", "place")
"""What a post is; another one is another post."""


@POSTS.taken_by
def take_posts(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Posts":
    """Return how a file of posts is taken in: opened or changed by code (导入岗位)."""
    return Posts(actor=actor, at=at)


@APPOINTMENTS.taken_by
def take_appointments(*, keys: Mapping[Key, int], actor: Actor, at: datetime) -> "Proposals":
    """Return how a file of appointments is taken in: all of it as one proposal (导入任职)."""
    return Proposals(keys=keys, actor=actor, at=at)


class Posts:
    """The intake of one file of posts."""

    def __init__(self, *, actor: Actor, at: datetime) -> None:
        self._actor, self._at = actor, at
        self._bodies: dict[str, UUID] = dict(Body.objects.values_list("code", "id"))
        self._opening = Opening([], bodies=self._bodies.values(), actor=actor, at=at)

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the posts that stand already, by their codes."""
        rows = Post.objects.filter(code__in=[code for (code,) in keys]).select_related("body")
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        found = list(rows)
        stood = Establishment.objects.filter(post__in=found, valid_to=None)
        sources = dict(stood.values_list("post_id", "source"))
        held: dict[Key, Row] = {}
        for row in found:
            held[(row.code,)] = _values(row, sources.get(row.pk, ""))
        return held

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that opening or changing a post would refuse.

        :raises WrongPost: if kind, place, seats or body are not as they must be
        :raises NotAppointer: if the actor opens no posts there
        """
        if held is None:
            self._opening.check(self._new(row))
            return
        check_opener(self._actor, held["place"])
        self._opening.check_led(self._bodies[held["body"]])
        rules.check_seats(row["seats"])
        for name in FIXED:
            if row[name] != held[name]:
                raise rules.WrongPost(
                    _("已设的岗位不改单位、种类和地点，请另设岗位"), field=name, value=row[name]
                )
        _check_start(row, held)
        if row["seats"] < held["seats"]:
            post = Post.objects.get(code=row["code"])
            today = timezone.localdate(self._at)
            check_room(post, row["seats"], since=today, actor=self._actor)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: no post hangs on another."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Write one batch, with an audit record for each post."""
        open_posts(posts=[self._new(row) for row in new], actor=self._actor, at=self._at)
        rows = {row["code"]: row for row in changed}
        kept = list(Post.objects.filter(code__in=rows).select_related("body"))
        for post in kept:
            self._change(post, rows[post.code])
        Post.objects.bulk_update(kept, ["name", "name_en"], batch_size=1000)
        record_all(
            [
                build("post.change", one, actor=self._actor, at=self._at, changed=["name"])
                for one in kept
            ]
        )

    def finish(self) -> None:
        """Do nothing more: no row hangs on another."""

    def _change(self, post: Post, row: Row) -> None:
        post.name, post.name_en = row.get("name") or "", row.get("name_en") or ""
        if row["seats"] != post.seats:
            change_seats(
                post_id=post.pk,
                seats=row["seats"],
                source=row.get("source") or "",
                actor=self._actor,
                at=self._at,
            )

    def _new(self, row: Row) -> NewPost:
        body = self._bodies.get(row["body"])
        if body is None:
            raise rules.WrongPost(_("没有这个单位"), field="body", value=row["body"])
        return NewPost(
            code=row["code"],
            kind=row["kind"],
            body=body,
            place=row["place"],
            seats=row["seats"],
            name=row.get("name") or "",
            name_en=row.get("name_en") or "",
            start=row.get("start"),
            source=row.get("source") or "",
        )


class Proposals:
    """The intake of one file of appointments: proposed together, confirmed by another at once."""

    def __init__(self, *, keys: Mapping[Key, int], actor: Actor, at: datetime) -> None:
        self._actor, self._at, self._batch = actor, at, uuid7()
        known = accounts.keys_of([account for account, _post, _start in keys])
        named = accounts.nameable(set(known.values()), actor=actor, at=at)
        self._accounts = {name: key for name, key in known.items() if key in named}
        rows = Post.objects.filter(code__in={post for _account, post, _start in keys})
        self._posts = {row.code: row for row in rows}
        posts = {row.pk: row for row in self._posts.values()}
        self._taken = Taken(posts, actor=actor, is_proposing=True)
        self._kept: set[str] = set()

    def held(self, keys: Sequence[Key], *, is_locked: bool) -> Mapping[Key, Row]:
        """Return the appointments that are entered already: proposed, confirmed or ended."""
        posts = {self._posts[key[1]].pk for key in keys if key[1] in self._posts}
        rows = Appointment.objects.visible_to(self._actor).filter(
            post__in=posts, decision__in=[Decision.OPEN.value, Decision.CONFIRMED.value]
        )
        rows = rows.select_for_update(of=("self",)) if is_locked else rows
        asked = set(keys)
        found: dict[Key, Row] = {}
        for row in rows.select_related("account", "post"):
            key: Key = (row.account.username, row.post.code, row.valid_from.isoformat())
            if key in asked:
                found[key] = _entered(row)
        return found

    def check(self, row: Row, *, held: Row | None) -> None:
        """Refuse a row that proposing would refuse.

        :raises WrongAppointment: if the post or the account is not known
        :raises Settled: if it stands already and is to be otherwise
        :raises NotAppointer: if the actor proposes nobody there
        """
        post, account = self._post(row), self._account(row)
        if post.region_path not in self._kept:
            check_proposer(self._actor, post.region_path)
            self._kept.add(post.region_path)
        if held is not None:
            _check_same(row, held)
            return
        rules.check_reason(row["reason"])
        one = Appointment(
            post=post, account_id=account, valid_from=row["start"], valid_to=row.get("end")
        )
        self._taken.check(one)
        self._taken.fill(one)

    def end(self) -> Iterable[tuple[Key, Exception]]:
        """Return nothing: each row was weighed with those before it."""
        return ()

    def write(self, new: Sequence[Row], changed: Sequence[Row]) -> None:
        """Propose one batch of rows, all of one file together."""
        nominees = [
            Nominee(
                post=self._post(row).pk,
                account=self._account(row),
                reason=row["reason"],
                start=row["start"],
                end=row.get("end"),
            )
            for row in new
        ]
        propose_all(nominees=nominees, batch=self._batch, actor=self._actor, at=self._at)

    def finish(self) -> None:
        """Do nothing more: somebody else confirms."""

    def _post(self, row: Row) -> Post:
        if row["post"] not in self._posts:
            raise rules.WrongAppointment(_("没有这个岗位代码"), field="post", value=row["post"])
        return self._posts[row["post"]]

    def _account(self, row: Row) -> UUID:
        key = self._accounts.get(row["account"].strip().lower())
        if key is None:
            raise rules.WrongAppointment(
                _("没有这个账号，或已停用"), field="account", value=row["account"]
            )
        return key


def _values(row: Post, source: str) -> dict[str, object]:
    return {
        "code": row.code,
        "body": row.body.code,
        "kind": row.kind,
        "place": row.region_path,
        "name": row.name,
        "name_en": row.name_en,
        "seats": row.seats,
        "source": source,
        "start": row.valid_from,
    }


def _check_start(row: Row, held: Row) -> None:
    start: date | None = row.get("start")
    if start is not None and start != held["start"]:
        raise rules.WrongPost(_("已设的岗位不改设立日期"), field="start", value=start.isoformat())


def _entered(row: Appointment) -> dict[str, object]:
    return {
        "account": row.account.username,
        "post": row.post.code,
        "start": row.valid_from,
        "end": row.valid_to,
        "reason": row.reason,
    }


def _check_same(row: Row, held: Row) -> None:
    if row.get("end") not in {None, held["end"]} or row["reason"] != held["reason"]:
        raise rules.Settled(
            _("已登记的任职不在文件里改，请在岗位页登记卸任"),
            field="end",
            value=str(row.get("end")),
        )
