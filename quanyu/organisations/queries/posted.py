"""Which posts stand at places to be re-organised, and how they are told of (岗位的转移与告知)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import gettext_noop as _said
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.queries import hanging
from quanyu.organisations.queries.hanging import Hanging, Held
from quanyu.organisations.queries.kinds import kind_called, post_called
from quanyu.organisations.queries.words import in_language
from quanyu.regions import queries as regions
from quanyu.regions.queries import bound, following
from quanyu.regions.queries.bound import Bound, Tied

FOLLOWER = "posts"
PLACE_GONE = _said("所在地已撤销")


@following.follows.answered_by
def follows() -> str:
    """Return under which name posts follow a re-organisation."""
    return FOLLOWER


@bound.bound.answered_by
def posts_at(paths: Sequence[str], actor: Actor, at: datetime) -> tuple[Bound, ...]:
    """Return the posts at just these places, each with who holds it as far as the actor sees."""
    today = timezone.localdate(at)
    rows = Post.objects.beyond(today).filter(region_path__in=paths).select_related("body")
    found = list(rows.order_by("region_path", "code"))
    held = Appointment.objects.visible_to(actor).on(today).filter(post__in=found)
    names: dict[object, list[str]] = {}
    for post, name in held.values_list("post_id", "account__name"):
        names.setdefault(post, []).append(name)
    comma = _("、")
    tied = [
        Tied(
            one.region_path,
            f"{in_language(one.body.name, one.body.name_en)} {post_called(one)}",
            comma.join(names.get(one.pk, [])) or _("空缺"),
            reverse("desk_post", args=[one.pk]),
        )
        for one in found
    ]
    return (Bound("posts", _("岗位"), tuple(tied)),)


@hanging.hanging.answered_by
def posts_of(body_id: UUID, actor: Actor, at: datetime) -> tuple[Hanging, ...]:
    """Return the posts in force of a body; posts are public, so the actor does not matter."""
    rows = Post.objects.beyond(timezone.localdate(at)).filter(body=body_id)
    rows = rows.select_related("body")
    held = tuple(
        Held(
            post_called(one),
            regions.label(one.region_path),
            reverse("desk_post", args=[one.pk]),
        )
        for one in rows.order_by("region_path", "code")
    )
    return (Hanging("posts", _("岗位"), held),)


def words_of(row: Appointment) -> dict[str, str]:
    """Return what a notice of an appointment says, in both languages."""
    post = Post.objects.select_related("body").get(pk=row.post_id)
    kind, kind_en = kind_called(post.kind)
    return {
        "body": post.body.name,
        "body_en": post.body.name_en,
        "post": post.name or kind,
        "post_en": post.name_en if post.name else kind_en,
        "start": row.valid_from.isoformat(),
        "end": row.valid_to.isoformat() if row.valid_to else "",
    }
