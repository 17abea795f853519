"""What the lists of posts and of appointments show, within the reader's reach (岗位与任职列表)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.organisations.models import Appointment, Establishment, Post
from quanyu.organisations.models.dated import holding
from quanyu.organisations.queries.holders import posts_in
from quanyu.organisations.queries.kinds import every_kind, post_called
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules.posts import STAND_WORDS, Decision, Stand, stand
from quanyu.organisations.tables.posts import APPOINTMENTS, POSTS
from quanyu.regions import queries as regions

ORDERS = {"code": ("code",), "place": ("region_path", "code")}


def posts_asked(asked: Mapping[str, str], *, on: date, actor: Actor) -> QuerySet[Post]:
    """Return every post within reach that the page of this address shows, each with its count."""
    seen, is_vacant = Post.objects.filter(posts_in(actor)), bool(asked.get("vacant"))
    rows = with_filled(seen, on=on, actor=actor, is_vacant=is_vacant).select_related("body")
    if asked.get("standing") != "all":
        rows = rows.filter(holding(on))
    if asked.get("q"):
        said = asked["q"].strip()
        kinds = [one.code for one in every_kind().values() if said in one.name]
        named = Q(name__contains=said) | Q(code__startswith=said) | Q(kind__in=kinds)
        rows = rows.filter(named | Q(body__name__contains=said))
    rows = rows.filter(_of(asked))
    return rows.order_by(*ORDERS.get(asked.get("sort", ""), ORDERS["place"]))


def with_filled(
    rows: QuerySet[Post], *, on: date, actor: Actor, is_vacant: bool = False
) -> QuerySet[Post]:
    """Return posts, each with how many hold it on a day as far as the actor sees.

    :param is_vacant: only those with a seat that nobody holds
    """
    held = Appointment.objects.visible_to(actor).on(on).filter(post=OuterRef("pk")).order_by()
    count = held.values("post").annotate(n=Count("pk")).values("n")
    counted = rows.annotate(filled=Coalesce(Subquery(count, IntegerField()), 0))
    return counted.filter(filled__lt=F("seats")) if is_vacant else counted


def appointments_asked(
    asked: Mapping[str, str], *, on: date, actor: Actor
) -> QuerySet[Appointment, Appointment]:
    """Return every appointment within reach that the page of this address shows, in its order."""
    rows = Appointment.objects.visible_to(actor).select_related("post__body", "account")
    rows = rows.filter(_standing(asked.get("stand", ""), on)).filter(_of(asked, "post__"))
    if asked.get("q"):
        said = asked["q"].strip()
        rows = rows.filter(Q(account__name__contains=said) | Q(account__username=said.lower()))
    if asked.get("sort") == "start":
        return rows.order_by("valid_from", "pk")
    return rows.order_by("region_path", "post__code", "valid_from", "pk")


@POSTS.read_by
def post_values(rows: Sequence[Post], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each post holds by the columns of its list."""
    known, places = every_kind(), regions.place_names(sorted({row.region_path for row in rows}))
    stood = Establishment.objects.filter(post__in=rows, valid_to=None)
    sources = dict(stood.values_list("post_id", "source"))
    return [
        {
            "code": row.code,
            "called": post_called(row, known),
            "body": row.body.code,
            "body_name": in_language(row.body.name, row.body.name_en),
            "kind": row.kind,
            "hours": known[row.kind].hours_name if row.kind in known else "",
            "place": row.region_path,
            "place_name": places[row.region_path],
            "name": row.name,
            "name_en": row.name_en,
            "seats": row.seats,
            "filled": filled_of(row),
            "vacant": max(row.seats - filled_of(row), 0),
            "source": sources.get(row.pk, ""),
            "start": row.valid_from,
            "end": row.valid_to,
            "sample": row.is_sample,
        }
        for row in rows
    ]


@APPOINTMENTS.read_by
def appointment_values(rows: Sequence[Appointment], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each appointment holds by the columns of its list."""
    known, today = every_kind(), timezone.localdate(at)
    places = regions.place_names(sorted({row.region_path for row in rows}))
    return [
        {
            "name": row.account.name,
            "account": row.account.username,
            "post": row.post.code,
            "called": post_called(row.post, known),
            "body_name": in_language(row.post.body.name, row.post.body.name_en),
            "place_name": places[row.region_path],
            "hours": known[row.post.kind].hours_name if row.post.kind in known else "",
            "start": row.valid_from,
            "end": row.valid_to,
            "stand": _(STAND_WORDS[stand(row.decision, (row.valid_from, row.valid_to), on=today)]),
            "reason": row.reason,
        }
        for row in rows
    ]


def filled_of(row: Post) -> int:
    """Return how many hold a post, as :func:`with_filled` counted."""
    count: int = getattr(row, "filled", 0)
    return count


def post(post_id: UUID, *, on: date, actor: Actor) -> Post:
    """Return one post within reach with its body and its count.

    A post that one holds oneself is within reach.

    :raises Denied: if there is none
    """
    own = Appointment.objects.visible_to(actor).filter(account=actor.id).values("post")
    seen = posts_in(actor) | Q(pk__in=own)
    rows = with_filled(Post.objects.filter(seen), on=on, actor=actor).select_related("body")
    found = rows.filter(pk=post_id).first()
    if found is None:
        raise Denied
    return found


def of_body(body_id: UUID, *, on: date, actor: Actor) -> list[Post]:
    """Return the posts of a body within reach that stand on a day, leaders first."""
    rows = with_filled(Post.objects.filter(posts_in(actor), body=body_id), on=on, actor=actor)
    known = {code: one.sort for code, one in every_kind().items()}
    found = list(rows.filter(holding(on)).select_related("body"))
    return sorted(found, key=lambda one: (known.get(one.kind, 0), one.region_path, one.code))


def keys_of(codes: Sequence[str]) -> dict[str, UUID]:
    """Return the posts of these codes; posts are public."""
    return dict(Post.objects.filter(code__in=codes).values_list("code", "pk"))


def serving_keys(post_id: UUID, *, actor: Actor, on: date) -> list[UUID]:
    """Return the appointments of a post that hold on a day, within reach."""
    rows = Appointment.objects.visible_to(actor).on(on).filter(post=post_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def seats_of(post_id: UUID) -> list[Establishment]:
    """Return where a post stood and with how many seats, the latest first."""
    return list(Establishment.objects.filter(post=post_id).order_by("-valid_from", "-pk"))


def _of(asked: Mapping[str, str], prefix: str = "") -> Q:
    wanted = _placed(asked)
    if asked.get("kind"):
        wanted &= Q(**{f"{prefix}kind": asked["kind"]})
    if asked.get("hours") or asked.get("party"):
        wanted &= Q(**{f"{prefix}kind__in": _kinds(asked)})
    return wanted


def _kinds(asked: Mapping[str, str]) -> list[str]:
    hours, is_party = asked.get("hours", ""), bool(asked.get("party"))
    return [
        one.code
        for one in every_kind().values()
        if hours in {"", one.hours} and (one.is_party_staff or not is_party)
    ]


def _placed(asked: Mapping[str, str]) -> Q:
    """Return the condition on the place: at it or below it, just there, or only below."""
    wanted = Q()
    for name in ("place", "below"):
        if asked.get(name):
            place = asked[name]
            wanted &= Q(region_path__gte=place, region_path__lt=upper(place))
    if asked.get("below"):
        wanted &= ~Q(region_path=asked["below"])
    return wanted & Q(region_path=asked["at"]) if asked.get("at") else wanted


def _standing(wanted: str, on: date) -> Q:
    confirmed = Q(decision=Decision.CONFIRMED.value)
    over = Q(valid_to__isnull=False, valid_to__lte=on)
    conditions = {
        "": confirmed & holding(on),
        Stand.PROPOSED.value: Q(decision=Decision.OPEN.value),
        Stand.COMING.value: confirmed & Q(valid_from__gt=on) & ~over,
        Stand.LEFT.value: confirmed & over,
        Stand.REFUSED.value: Q(decision=Decision.REFUSED.value),
        Stand.WITHDRAWN.value: Q(decision=Decision.WITHDRAWN.value),
        "all": Q(),
    }
    return conditions.get(wanted, conditions[""])
