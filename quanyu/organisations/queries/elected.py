"""Who was elected to what, for which posts they can be proposed, who leaves them (当选人任职)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Appointment, Candidate, Election, Post
from quanyu.organisations.queries import elections, holders
from quanyu.organisations.queries.holders import Held
from quanyu.organisations.queries.kinds import every_kind, post_called
from quanyu.organisations.rules.posts import Decision, Stand
from quanyu.regions import queries as regions

HOLDING = frozenset({Stand.COMING, Stand.SERVING})
RUNNING = HOLDING | {Stand.PROPOSED}


@dataclass(frozen=True, slots=True)
class Fit:
    """A post of the organisation to which one was elected (对应岗位)."""

    id: UUID
    called: str
    place_name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody elected, and how it stands with the post (当选人)."""

    candidate: UUID
    name: str
    seat: str
    username: str
    """"" while nobody has named an account."""
    posts: tuple[Fit, ...]
    """Those with a seat that nobody of the new term has taken come first."""
    held: Held | None
    """The newest appointment to one of them since the election, whatever became of it."""
    same_name: Held | None
    """Somebody of that name who holds one of them, while no account is named."""

    @property
    def is_open(self) -> bool:
        """Answer whether the person can still be proposed for a post."""
        return bool(self.posts) and (self.held is None or self.held.stand not in RUNNING)


def posts_for(row: Election) -> dict[str, list[Post]]:
    """Return the posts in force of an election's organisation by what one is elected to."""
    seats = {kind.code: kind.seat for kind in every_kind().values() if kind.seat}
    found: dict[str, list[Post]] = {}
    held = Post.objects.beyond(_begins(row)).filter(body=row.body_id, kind__in=seats)
    for post in held.select_related("body").order_by("region_path", "code"):
        found.setdefault(seats[post.kind], []).append(post)
    return found


def chosen(row: Election, *, actor: Actor, at: datetime) -> list[Chosen]:
    """Return who was elected, in order; nobody before the new term stands."""
    if row.next_term is None:
        return []
    elected = [who for who in elections.candidates(row, actor=actor) if who.elected_in_id]
    posts = posts_for(row)
    told = _told(posts, actor=actor, at=at)
    paths = {one.region_path for some in posts.values() for one in some}
    names = regions.place_names(sorted(paths))
    known = every_kind()
    taken = Counter(one.post_id for one in told if one.stand in RUNNING and _is_new(one, row))
    fits = {
        seat: tuple(
            Fit(one.pk, post_called(one, known), names[one.region_path], one.seats)
            for one in sorted(some, key=lambda post: taken[post.pk] >= post.seats)
        )
        for seat, some in posts.items()
    }
    return [_chosen(who, fits.get(who.seat, ()), told, row) for who in elected]


def leaving(row: Election, *, actor: Actor, at: datetime) -> list[Held]:
    """Return who holds one of these posts beyond the day on which the new term begins.

    Those who were elected again are not among them.
    """
    if row.next_term is None:
        return []
    again = {who.account_id for who in elections.candidates(row, actor=actor) if who.elected_in_id}
    rows = leaving_rows(row, posts_for(row).values(), actor=actor)
    kept = [one.pk for one in rows if one.account_id not in again]
    shown = Appointment.objects.visible_to(actor).filter(pk__in=kept)
    return holders.told(
        shown.order_by("region_path", "post__code", "valid_from"),
        actor=actor,
        at=at,
        is_short=True,
    )


def leaving_rows(
    row: Election, posts: Iterable[Sequence[Post]], *, actor: Actor
) -> list[Appointment]:
    """Return the appointments to these posts that run on when the new term begins."""
    day = _begins(row)
    runs_on = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = Appointment.objects.visible_to(actor).filter(runs_on, valid_from__lt=day)
    keys = [one.pk for some in posts for one in some]
    return list(rows.filter(post__in=keys, decision=Decision.CONFIRMED.value))


# ------------------------------------------------------------------ inside


def _begins(row: Election) -> date:
    return row.next_term.starts if row.next_term else row.meeting_date


def _told(posts: dict[str, list[Post]], *, actor: Actor, at: datetime) -> list[Held]:
    keys = [one.pk for some in posts.values() for one in some]
    rows = Appointment.objects.visible_to(actor).filter(post__in=keys)
    return holders.told(rows.order_by("-valid_from", "-pk"), actor=actor, at=at, is_short=True)


def _chosen(who: Candidate, posts: tuple[Fit, ...], told: Sequence[Held], row: Election) -> Chosen:
    near = [one for one in told if one.post_id in {fit.id for fit in posts}]
    own = [one for one in near if one.account_id == who.account_id and _counts(one, row)]
    alike = [one for one in near if one.name == who.name and one.stand in HOLDING]
    return Chosen(
        candidate=who.pk,
        name=who.name,
        seat=who.seat,
        username=who.account.username if who.account else "",
        posts=posts,
        held=next((one for one in own if one.stand in RUNNING), own[0] if own else None),
        same_name=alike[0] if alike and who.account_id is None else None,
    )


def _is_new(one: Held, row: Election) -> bool:
    """Answer whether an appointment is of the term for which this election was held."""
    return one.valid_from >= _begins(row)


def _counts(one: Held, row: Election) -> bool:
    """Answer whether an appointment runs, or was proposed since the election was over."""
    return one.stand in RUNNING or (row.ended_at is not None and one.proposed_at >= row.ended_at)
