"""Say which kinds of post there are, open posts, change their seats, close them (岗位与编制)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit.actions import build, record, record_all
from quanyu.kernel.copying import copy_all
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations import rules as bodies
from quanyu.organisations.models import Appointment, Body, Establishment, Post, PostKind
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules.changing import StillHanging
from quanyu.organisations.rules.posts import Decision, Hours, PostLevel, Seated
from quanyu.regions import queries as regions
from quanyu.regions.queries import past
from quanyu.regions.rules import level_of

May = Callable[[Collection[str], str], bool]


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post as somebody opens it (新设岗位)."""

    code: str
    kind: str
    body: UUID
    place: str = ""
    """Where it stands; "" for where its body is seated."""
    seats: int = 1
    name: str = ""
    name_en: str = ""
    building: UUID | None = None
    start: date | None = None
    source: str = ""
    is_sample: bool = False


@transaction.atomic
def define_kind(
    *,
    code: str,
    name: str,
    name_en: str,
    level: str,
    hours: str = Hours.FULL_TIME,
    roles: Collection[str] = (),
    is_leader: bool = False,
    is_party_staff: bool = False,
    seat: str = "",
    sort: int = 100,
    source: str = "",
    is_sample: bool = False,
    start: date,
    actor: Actor,
    at: datetime,
) -> PostKind:
    """Say what a kind of post is and carries from a day on; the row before ends that day.

    Who holds a post keeps what two people confirmed: other roles come with the next appointment.
    Only the system does it, from the data of a release or of the city; nobody gives a kind more
    roles alone.

    :raises Denied: if the actor is not the system
    :raises WrongPost: if it carries what no post may carry
    :raises WrongTerm: if it would begin before the row that stands
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    rules.check_kind(code=code, level=level, hours=hours, roles=roles, seat=seat)
    last = PostKind.objects.select_for_update().filter(code=code, valid_to=None).first()
    if last is not None:
        _end_kind(last, start)
    kind = PostKind(
        code=code,
        name=name,
        name_en=name_en,
        level=level,
        hours=hours,
        roles=sorted(roles),
        is_leader=is_leader,
        is_party_staff=is_party_staff,
        seat=seat,
        sort=sort,
        source=source,
        is_sample=is_sample,
        valid_from=start,
    )
    kind.save(force_insert=True)
    facts = {"code": code, "level": level, "roles": kind.roles, "start": start.isoformat()}
    record("post_kind.define", kind, actor=actor, at=at, facts=facts)
    return kind


def _end_kind(last: PostKind, start: date) -> None:
    if start <= last.valid_from:
        raise rules.WrongTerm(
            _("这类岗位的现行规定自{start}起"),
            field="start",
            value=start.isoformat(),
            start=last.valid_from.isoformat(),
        )
    last.valid_to = start
    last.save(update_fields=["valid_to"])


def open_post(*, post: NewPost, actor: Actor, at: datetime) -> Post:
    """Open one post (设立岗位); what it raises :func:`open_posts` says."""
    return open_posts(posts=[post], actor=actor, at=at)[0]


@transaction.atomic
def open_posts(*, posts: Sequence[NewPost], actor: Actor, at: datetime) -> list[Post]:
    """Open posts of bodies, all or none; one is opened by the same steps (批量设立岗位).

    :raises WrongPost: if kind, place, seats or name are not as they must be
    :raises AlreadyThere: if another post has the code
    :raises WrongDay: if the body does not stand on the first day
    :raises NotAppointer: if the actor opens no posts at that level, or in that body
    :raises Denied: if the actor has no part in a place or body, or there is no such body
    """
    # A body that is dissolved or merged meanwhile waits for us, or has no posts opened any more.
    bodies_of = Body.objects.select_for_update(of=("self",)).order_by("pk")
    list(bodies_of.filter(pk__in={one.body for one in posts}).values_list("pk"))
    opening = Opening(posts, actor=actor, at=at)
    rows = [opening.post(one) for one in posts]
    stood = [_established(row, source=one.source) for row, one in zip(rows, posts, strict=True)]
    copy_all(rows)
    copy_all(stood)
    record_all([build("post.open", row, actor=actor, at=at, facts=_facts(row)) for row in rows])
    return rows


@transaction.atomic
def change_seats(
    *,
    post_id: UUID,
    seats: int,
    start: date | None = None,
    source: str = "",
    actor: Actor,
    at: datetime,
) -> Post:
    """Give a post more or fewer seats from a day on, not later than today (调整编制).

    :raises WrongPost: if no post has so many
    :raises WrongTerm: if the day lies before the last change, or ahead
    :raises NoSeat: if more hold the post than would have a seat
    :raises NotAppointer: if the actor opens no posts at that level
    :raises Denied: if there is none, or the actor has no part in its place
    """
    post = held_post(post_id)
    check_opener(actor, post.region_path)
    check_leads_body(actor, post.body)
    rules.check_seats(seats)
    last = post.stood.select_for_update().get(valid_to=None)
    day = start or timezone.localdate(at)
    _check_change(day, last.valid_from, timezone.localdate(at))
    check_room(post, seats, since=day, actor=actor)
    last.valid_to = day
    last.save(update_fields=["valid_to"])
    post.seats = seats
    post.save(update_fields=["seats"])
    _established(post, since=day, source=source).save(force_insert=True)
    facts = {"seats": seats, "start": day.isoformat()}
    record("post.change_seats", post, actor=actor, at=at, facts=facts)
    return post


@transaction.atomic
def close_post(*, post_id: UUID, end: date | None = None, actor: Actor, at: datetime) -> Post:
    """Close a post that nobody holds beyond that day; the history keeps it (撤销岗位).

    :raises WrongTerm: if it would end before it began, or is closed
    :raises NoSeat: if somebody holds it then, or is proposed for it
    :raises NotAppointer: if the actor opens no posts at that level
    :raises Denied: if there is none, or the actor has no part in its place
    """
    post = held_post(post_id)
    check_opener(actor, post.region_path)
    check_leads_body(actor, post.body)
    day = end or timezone.localdate(at)
    if post.valid_to is not None or day < post.valid_from:
        raise rules.WrongTerm(
            _("这个岗位已经撤销，或那时还没有设立"), field="end", value=day.isoformat()
        )
    _check_empty(post, day, actor=actor)
    shut(post, day, actor=actor, at=at)
    return post


# ------------------------------------------------------------------ what others use


class Opening:
    """What the opening of some posts has to know, asked once for all of them."""

    def __init__(
        self,
        posts: Sequence[NewPost],
        *,
        bodies: Iterable[UUID] = (),
        actor: Actor,
        at: datetime,
    ) -> None:
        self._actor, self._today = actor, timezone.localdate(at)
        self._bodies = Body.objects.in_bulk({*bodies, *(one.body for one in posts)})
        self._led: set[UUID] = set()
        self._kinds = kinds()
        codes = [one.code for one in posts]
        taken = Post.objects.filter(code__in=codes).values_list("code", flat=True)
        self._taken = set(taken)
        self._houses = {
            day: past.places_on([one.building for one in posts if one.building], day)
            for day in {one.start or self._today for one in posts if one.building}
        }
        self._kept: dict[str, None] = {}

    def post(self, one: NewPost) -> Post:
        """Return a post as it is to be written, its code taken."""
        made = self.check(one)
        if one.code in self._taken:
            raise bodies.AlreadyThere(_("这个岗位代码已经使用"), field="code", value=one.code)
        self._taken.add(one.code)
        return made

    def check(self, one: NewPost) -> Post:
        """Return a post as it would be, or say why there can be none."""
        body = self._bodies.get(one.body)
        if body is None:
            raise Denied
        self.check_led(body.pk)
        place, start = one.place or body.region_path, one.start or self._today
        self._check_place(place)
        kind = kind_on(self._kinds, one.kind, start)
        bodies.check_stands(body.valid_from, body.valid_to, start)
        rules.check_seats(one.seats)
        rules.check_fits(level=kind.level, body=body.kind)
        rules.check_place(
            level=kind.level, place=place, place_level=level_of(place), seat=body.region_path
        )
        self._check_building(one, kind.level, place, start)
        if not bodies.CODE.fullmatch(one.code):
            raise rules.WrongPost(
                _("岗位代码由小写字母、数字和横线组成"), field="code", value=one.code
            )
        return Post(
            code=one.code,
            kind=one.kind,
            name=one.name.strip(),
            name_en=one.name_en.strip(),
            body=body,
            region_path=place,
            building_id=one.building,
            seats=one.seats,
            is_sample=one.is_sample,
            valid_from=start,
        )

    def _check_building(self, one: NewPost, level: str, place: str, start: date) -> None:
        """Refuse a building that a post of this kind has not, or that stands elsewhere."""
        if one.building is None:
            return
        where = self._houses.get(start, {}).get(one.building, "")
        if level != PostLevel.BUILDING or not where.startswith(place):
            raise rules.WrongPost(
                _("只有楼栋的岗位写明楼栋，楼栋须在岗位所在的网格内"),
                field="building",
                value=str(one.building),
            )

    def check_led(self, body_id: UUID) -> None:
        """Refuse who opens no posts in a body; it is weighed once."""
        if body_id not in self._led:
            check_leads_body(self._actor, self._bodies[body_id])
            self._led.add(body_id)

    def _check_place(self, place: str) -> None:
        if place not in self._kept:
            if not regions.is_known(place):
                raise rules.WrongPost(_("区划中没有这个地点"), field="place", value=place)
            check_opener(self._actor, place)
            self._kept[place] = None


def kinds() -> Mapping[str, list[PostKind]]:
    """Return every row of every kind of post, by code."""
    found: dict[str, list[PostKind]] = {}
    for row in PostKind.objects.order_by("code", "valid_from"):
        found.setdefault(row.code, []).append(row)
    return found


def kind_on(known: Mapping[str, Sequence[PostKind]], code: str, day: date) -> PostKind:
    """Return what a kind of post is on a day.

    :raises WrongPost: if there is no such kind then
    """
    for row in known.get(code, ()):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    raise rules.WrongPost(_("那天没有这类岗位"), field="kind", value=code, allowed=sorted(known))


def held_post(post_id: UUID) -> Post:
    """Return a post, locked: who fills it, changes it or closes it waits for the other."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("body")
    post = rows.filter(pk=post_id).first()
    if post is None:
        raise Denied
    return post


def check_opener(actor: Actor, place: str) -> None:
    """Refuse who opens no posts at a place.

    :raises Denied: if the actor has no part in it
    :raises NotAppointer: if the actor has another role there
    """
    check_role(actor, place, rules.may_confirm, _("这一级的岗位由上一级设立和撤销"))


def check_leads_body(actor: Actor, body: Body) -> None:
    """Refuse who opens no posts in a body: another's bodies are not filled from below.

    :raises Denied: if the actor has no part where it is seated
    :raises NotAppointer: if the actor has another role there
    """
    check_role(
        actor,
        body.region_path,
        lambda roles, level: rules.may_open_in(roles, level, body.kind),
        _("单位的岗位由领导该单位的负责人设立和撤销"),
    )


def check_role(actor: Actor, place: str, may: May, sentence: str, *, held_at: str = "") -> None:
    """Refuse who may not do this at the level of a place; the system may everywhere.

    :param held_at: where the role must be held, or above it; "" for the place itself
    """
    if not actor.roles_at(place):
        raise Denied
    roles = actor.roles_at(held_at or place)
    if actor.kind is not ActorKind.SYSTEM and not may(roles, level_of(place)):
        raise rules.NotAppointer(sentence)


def check_room(post: Post, seats: int, *, since: date, actor: Actor) -> None:
    """Refuse fewer seats than are taken on some day from ``since`` on."""
    most = rules.most_at_once(_taken_after(post, since, actor=actor), since=since)
    if most > seats:
        raise rules.NoSeat(
            _("现有 {filled} 人任职，编制不能少于在任人数，请先登记卸任"),
            field="seats",
            value=seats,
            filled=most,
        )


def check_seated(body: UUID, code: str, place: str, *, on: date) -> None:
    """Refuse a seat for a body at which its posts would stand elsewhere: they are closed first.

    Else who leads the old place would go on filling them.
    """
    inner = PostKind.objects.filter(level=PostLevel.BODY).values("code")
    rows = Post.objects.beyond(on).filter(body=body)
    left = rows.filter(Q(kind__in=inner) | ~Q(region_path__startswith=place)).count()
    if left:
        raise StillHanging(
            _("单位还有 {n} 个岗位设在原地，请先撤销"), field="place", value=code, n=left
        )


def shut(post: Post, day: date, *, actor: Actor, at: datetime) -> None:
    """Close a post that has been checked and is locked."""
    post.valid_to = day
    post.save(update_fields=["valid_to"])
    last = post.stood.latest("valid_from")
    last.valid_to = max(day, last.valid_from)
    last.save(update_fields=["valid_to"])
    record("post.close", post, actor=actor, at=at, facts={"end": day.isoformat()})


def _check_empty(post: Post, day: date, *, actor: Actor) -> None:
    waiting = Appointment.objects.visible_to(actor).filter(post=post, decision=Decision.OPEN.value)
    if _taken_after(post, day, actor=actor) or waiting.exists():
        raise rules.NoSeat(
            _("还有人担任或已提名，请先登记卸任或办结提名"), field="end", value=day.isoformat()
        )


def _taken_after(post: Post, day: date, *, actor: Actor) -> list[rules.Period]:
    rows = Appointment.objects.visible_to(actor).confirmed().filter(post=post)
    periods: Iterable[rules.Period] = rows.values_list("valid_from", "valid_to")
    return [one for one in periods if rules.meets(one, (day, None))]


def seated(posts: Collection[UUID]) -> Mapping[UUID, list[Seated]]:
    """Return how many seats these posts had and have, from when to when."""
    found: dict[UUID, list[Seated]] = {}
    rows = Establishment.objects.filter(post__in=posts).order_by("valid_from")
    for key, seats, begins, ends in rows.values_list("post_id", "seats", "valid_from", "valid_to"):
        found.setdefault(key, []).append(Seated((begins, ends), seats))
    return found


# ------------------------------------------------------------------ inside


def _check_change(day: date, since: date, today: date) -> None:
    if not since <= day <= today:
        raise rules.WrongTerm(
            _("调整编制的日期须在{since}和今天之间"),
            field="start",
            value=day.isoformat(),
            since=since.isoformat(),
        )


def _established(post: Post, *, since: date | None = None, source: str = "") -> Establishment:
    return Establishment(
        post=post,
        region_path=post.region_path,
        seats=post.seats,
        source=source.strip()[:200],
        valid_from=since or post.valid_from,
    )


def _facts(post: Post) -> dict[str, object]:
    return {
        "code": post.code,
        "kind": post.kind,
        "body": post.body_id,
        "place": post.region_path,
        "seats": post.seats,
        "start": post.valid_from.isoformat(),
    }
