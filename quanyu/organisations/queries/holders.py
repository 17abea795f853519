"""Who holds which post, on any day, as far as the reader sees (任职)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.queries import Explained, PostSaid
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.errors import Refusal
from quanyu.organisations.models import Appointment, Establishment, Post
from quanyu.organisations.models.dated import holding
from quanyu.organisations.queries.kinds import KindEntry, every_kind, post_called
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules.leaving import Leaving, leaving, may_keep, waits
from quanyu.organisations.rules.posts import (
    CONFIRMERS,
    PROPOSERS,
    STAND_WORDS,
    Decision,
    Stand,
    confirmed_at,
    may_confirm,
    may_propose,
    stand,
)
from quanyu.regions import queries as regions
from quanyu.regions.queries import standing
from quanyu.regions.queries.standing import Standing
from quanyu.regions.rules import ancestry, level_of


@dataclass(frozen=True, slots=True)
class Held:
    """One appointment as pages show it (任职)."""

    id: UUID
    post_id: UUID
    post: str
    """In the reader's language, as every name here."""
    kind: str
    is_leader: bool
    body_id: UUID
    body: str
    place: str
    place_name: str
    account_id: UUID
    name: str
    is_demo: bool
    valid_from: date
    valid_to: date | None
    stand: str
    stand_name: str
    reason: str
    batch: UUID
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    ended_by: str
    end_reason: str
    others: tuple[str, ...]
    """What else the person holds on that day (交叉任职)."""
    carries: tuple[Explained, ...]
    stand_ins: tuple[tuple[str, datetime], ...]
    may_decide: bool
    may_withdraw: bool
    may_end: bool
    ends: str
    """In which way the reader ends it: alone, asking, or as the second hand."""
    leave_asked_by: str
    leave_day: date | None
    leave_reason: str
    may_keep: bool
    may_lend: bool


def rows_of(
    *,
    actor: Actor,
    post: UUID | None = None,
    body: UUID | None = None,
    account: UUID | None = None,
    batch: UUID | None = None,
) -> QuerySet[Appointment]:
    """Return the appointments within reach, of a post, a body, a person or a batch."""
    wanted = {"post": post, "body": body, "account": account, "batch": batch}
    rows = Appointment.objects.visible_to(actor)
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


def history(*, actor: Actor, at: datetime, post: UUID, is_short: bool = False) -> list[Held]:
    """Return everybody who holds, held or is to hold a post, the latest first."""
    rows = rows_of(actor=actor, post=post).order_by("-valid_from", "-pk")
    return told(rows, actor=actor, at=at, is_short=is_short)


def serving(*, actor: Actor, at: datetime, body: UUID) -> list[Held]:
    """Return who holds a post of a body today."""
    rows = rows_of(actor=actor, body=body).filter(_on(timezone.localdate(at)))
    return told(rows.order_by("post__code", "valid_from"), actor=actor, at=at)


def of_person(account_id: UUID, *, actor: Actor, at: datetime) -> list[Held]:
    """Return what somebody holds, held and is to hold within reach, the latest first."""
    rows = rows_of(actor=actor, account=account_id).order_by("-valid_from", "-pk")
    return told(rows, actor=actor, at=at)


@accounts.posts_held.answered_by
def posts_held(account_id: UUID, actor: Actor, at: datetime) -> list[PostSaid]:
    """Return the posts of somebody for the pages of accounts, as far as the reader sees them."""
    rows = rows_of(actor=actor, account=account_id).order_by("-valid_from", "-pk")
    return [
        PostSaid(
            post=one.post,
            body=one.body,
            place=one.place_name,
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            stand_name=one.stand_name,
            is_serving=one.stand == Stand.SERVING,
        )
        for one in told(rows, actor=actor, at=at, is_short=True)
    ]


def told(
    rows: Iterable[Appointment], *, actor: Actor, at: datetime, is_short: bool = False
) -> list[Held]:
    """Return appointments in words.

    :param is_short: without what they carry, who stands in and what else their holders hold
    """
    if isinstance(rows, QuerySet):
        rows = rows.select_related("post__body", "account")
    found, today = list(rows), timezone.localdate(at)
    prefetch_related_objects(found, "post__body", "account")
    known, keys = every_kind(), [row.pk for row in found]
    names = accounts.names_of(
        hand
        for row in found
        for hand in (row.proposed_by, row.decided_by, row.ended_by, row.leave_asked_by)
    )
    places = regions.place_names(sorted({row.region_path for row in found}))
    carries = {} if is_short else accounts.carried(keys, at=at)
    lent = {} if is_short else accounts.standing_in(keys, at=at)
    others = {} if is_short else _others(found, known, actor=actor, on=today)
    held = []
    for row in found:
        how = stand(row.decision, (row.valid_from, row.valid_to), on=today)
        level = level_of(row.region_path)
        roles = actor.roles_at(row.region_path)
        deciding = actor.roles_at(confirmed_at(row.region_path))
        is_open, is_mine = how is Stand.PROPOSED, actor.id in {row.proposed_by, row.account_id}
        is_held = how in {Stand.SERVING, Stand.COMING}
        ends = ending(row, actor) if is_held else Leaving.NO
        is_asked = is_held and waits(row.leave_asked_at, row.ended_at)
        held.append(
            Held(
                id=row.pk,
                post_id=row.post_id,
                post=post_called(row.post, known),
                kind=row.post.kind,
                is_leader=_is_leader(known, row.post.kind),
                body_id=row.body_id,
                body=in_language(row.post.body.name, row.post.body.name_en),
                place=row.region_path,
                place_name=places[row.region_path],
                account_id=row.account_id,
                name=row.account.name,
                is_demo=row.account.is_demo,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                stand=how.value,
                stand_name=_(STAND_WORDS[how]),
                reason=row.reason,
                batch=row.batch,
                proposed_by=_hand(names, row.proposed_by),
                proposed_at=row.proposed_at,
                decided_by=_hand(names, row.decided_by),
                decided_at=row.decided_at,
                decision_reason=row.decision_reason,
                ended_by=_hand(names, row.ended_by),
                end_reason=row.end_reason,
                others=tuple(n for k, n in others.get(row.account_id, ()) if k != row.pk),
                carries=tuple(carries.get(row.pk, ())),
                stand_ins=tuple(lent.get(row.pk, ())),
                may_decide=is_open and not is_mine and may_confirm(deciding, level),
                may_withdraw=is_open and actor.id is not None and row.proposed_by == actor.id,
                may_end=ends is not Leaving.NO,
                ends=ends.value,
                leave_asked_by=_hand(names, row.leave_asked_by) if is_asked else "",
                leave_day=row.leave_day if is_asked else None,
                leave_reason=row.leave_reason if is_asked else "",
                may_keep=may_keep(ends, is_own=actor.id == row.account_id, is_asked=is_asked),
                may_lend=how is Stand.SERVING and (is_mine or may_propose(roles, level)),
            )
        )
    return held


def one(appointment_id: UUID, *, actor: Actor, at: datetime, is_short: bool = False) -> Held:
    """Return one appointment within reach.

    :raises Denied: if there is none
    """
    row = get(Appointment, appointment_id, actor=actor)
    return told([row], actor=actor, at=at, is_short=is_short)[0]


@contextmanager
def of_batch(batch: UUID, *, actor: Actor, at: datetime) -> Iterator[None]:
    """Let a refusal of a whole batch say in words whose appointment is meant; for the edge."""
    try:
        yield
    except Refusal as no:
        no.whom = whom(rows_of(actor=actor, batch=batch), no.about, actor=actor, at=at)
        raise


def whom(rows: QuerySet[Appointment], account: object, *, at: datetime, actor: Actor) -> str:
    """Return in words whose of these appointments is meant; "" for nobody the reader sees.

    :param rows: within the reader's reach, as :func:`rows_of` gives them
    """
    if not isinstance(account, UUID):
        return ""
    held = told(rows.filter(account=account).order_by("pk"), actor=actor, at=at, is_short=True)
    if not held:
        return ""
    posts = pgettext("between items", "、").join(dict.fromkeys(one.post for one in held))
    return _("{name}（{post}）").format(name=held[0].name, post=posts)


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """Proposals made together, as far as the reader sees (提名批次)."""

    id: UUID
    count: int
    first: Held
    may_decide: bool
    may_withdraw: bool


def waiting(*, actor: Actor, at: datetime) -> list[BatchEntry]:
    """Return what waits for a decision within reach by batch, the oldest first."""
    rows = Appointment.objects.visible_to(actor).filter(decision=Decision.OPEN.value)
    counts: dict[UUID, int] = {}
    firsts: dict[UUID, UUID] = {}
    for key, batch in rows.order_by("proposed_at", "pk").values_list("pk", "batch"):
        counts[batch] = counts.get(batch, 0) + 1
        firsts.setdefault(batch, key)
    shown = rows.filter(pk__in=list(firsts.values())[:MOST]).order_by("proposed_at", "pk")
    return [
        BatchEntry(held.batch, counts[held.batch], held, held.may_decide, held.may_withdraw)
        for held in told(shown, actor=actor, at=at, is_short=True)
    ]


def leaving_asked(*, actor: Actor, at: datetime) -> list[Held]:
    """Return whose end is asked for within reach and waits for a second hand, the oldest first."""
    rows = Appointment.objects.visible_to(actor).beyond(timezone.localdate(at)).leave_asked()
    return told(rows.order_by("leave_asked_at", "pk")[:MOST], actor=actor, at=at)


MOST = 200


def keeps(actor: Actor, place: str) -> tuple[bool, bool]:
    """Answer whether the actor proposes for posts at a place, and whether the actor opens them."""
    roles, level = actor.roles_at(place), level_of(place)
    return may_propose(roles, level), may_confirm(roles, level)


def opens_posts(actor: Actor) -> bool:
    """Answer whether somebody opens posts anywhere."""
    below = [crumb.path for path in actor.places for crumb in regions.below(path)]
    return any(keeps(actor, path)[1] for path in [*actor.places, *below])


# ------------------------------------------------------------------ for others


@standing.standing.answered_by
def stands_for(
    paths: Sequence[str], on: date, actor: Actor, building: UUID | None
) -> tuple[Standing, ...]:
    """Return who held a post at these places on that day, and who led the places above them."""
    near = dict.fromkeys(place for path in paths for place in ancestry(path))
    known = every_kind()
    leaders = [kind.code for kind in known.values() if kind.is_leader]
    seats = Establishment.objects.filter(holding(on), region_path__in=near)
    seats = seats.filter(Q(region_path__in=list(paths)) | Q(post__kind__in=leaders))
    where = dict(seats.values_list("post_id", "region_path"))
    rows = Appointment.objects.visible_to(actor).on(on).filter(post__in=where)
    found = [
        Standing(
            kind="leader" if _is_leader(known, row.post.kind) else "post",
            title=f"{in_language(row.post.body.name, row.post.body.name_en)} "
            f"{post_called(row.post, known)}",
            name=row.account.name,
            place_path=where[row.post_id],
            account_id=row.account_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows.select_related("post__body", "account").order_by("post__code")
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.place_path), one.kind != "leader")))


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on posts and appointments are called in the log."""
    return {
        "post_kind.load": _("载入岗位种类"),
        "post_kind.define": _("规定岗位种类"),
        "post.open": _("设立岗位"),
        "post.change": _("修改岗位"),
        "post.change_seats": _("调整编制"),
        "post.close": _("撤销岗位"),
        "post.move": _("岗位随区划转移"),
        "appointment.propose": _("提名任职"),
        "appointment.confirm": _("确认任职"),
        "appointment.refuse": _("不同意任职"),
        "appointment.withdraw": _("撤回提名"),
        "appointment.end": _("登记卸任"),
        "appointment.ask_end": _("提出卸任"),
        "appointment.keep": _("不予卸任"),
        "appointment.lapse": _("任职到期"),
    }


# ------------------------------------------------------------------ inside


def _on(day: date) -> Q:
    return Q(decision=Decision.CONFIRMED.value) & holding(day)


def _is_leader(known: Mapping[str, KindEntry], kind: str) -> bool:
    return kind in known and known[kind].is_leader


def _hand(names: Mapping[UUID, str], key: UUID | None) -> str:
    """Return who did it; nobody for the system, nor for one whose account is not known."""
    return names.get(key, "") if key else ""


def ending(row: Appointment, actor: Actor) -> Leaving:
    """Return in which way an actor ends an appointment that holds."""
    if actor.kind is ActorKind.SYSTEM:
        return Leaving.ALONE
    return leaving(
        row.region_path,
        roles=actor.roles_at(row.region_path),
        deciding=actor.roles_at(confirmed_at(row.region_path)),
        is_own=actor.id is not None and actor.id == row.account_id,
        is_asked=waits(row.leave_asked_at, row.ended_at),
        is_asker=actor.id is not None and actor.id == row.leave_asked_by,
    )


def _others(
    rows: Collection[Appointment], known: Mapping[str, KindEntry], *, actor: Actor, on: date
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Return by person the posts held on a day within reach, each with its appointment's key."""
    whose = {row.account_id for row in rows}
    held = Appointment.objects.visible_to(actor).on(on).filter(account__in=whose)
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for row in held.select_related("post__body").order_by("post__code"):
        body = in_language(row.post.body.name, row.post.body.name_en)
        told_as = f"{body} {post_called(row.post, known)}"
        found.setdefault(row.account_id, []).append((row.pk, told_as))
    return found


def is_anybodys(actor: Actor) -> bool:
    """Answer whether the actor proposes or confirms anybody anywhere."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    may = frozenset().union(*PROPOSERS.values(), *CONFIRMERS.values())
    return not may.isdisjoint(actor.roles)


def posts_in(actor: Actor) -> Q:
    """Return the condition on a post: where the actor sees, or in one's bodies."""
    seen = Q(pk__in=[])
    for low, high in actor.ranges:
        seen |= Q(region_path__gte=low, region_path__lt=high)
    return seen | Q(body_id__in=actor.bodies) if actor.bodies else seen


def sees_post(post: Post, actor: Actor) -> bool:
    """Answer whether the actor sees who holds a post."""
    within = any(low <= post.region_path < high for low, high in actor.ranges)
    return within or post.body_id in actor.bodies
