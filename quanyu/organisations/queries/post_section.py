"""The posts of a body on its page, with who holds them on that day (单位页的岗位)."""

from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Appointment, Establishment, Post
from quanyu.organisations.models.dated import holding
from quanyu.organisations.queries import sections
from quanyu.organisations.queries.holders import posts_in
from quanyu.organisations.queries.kinds import every_kind, post_called
from quanyu.organisations.queries.sections import Figure, Section
from quanyu.regions import queries as regions

ORDER = 20
MOST = 100
"""Posts that are shown; a body with more has its list."""


@sections.sections.answered_by
def posts_section(body_id: UUID, on: date, actor: Actor, at: datetime) -> tuple[Section, ...]:
    """Return the posts that a body had on a day, within reach, with their holders."""
    seats = Establishment.objects.filter(holding(on), post__body=body_id)
    seen = Post.objects.filter(posts_in(actor), body=body_id, pk__in=seats.values("post"))
    stood = {row.post_id: row for row in seats.filter(post__in=seen).select_related("post")}
    held: dict[UUID, list[Appointment]] = {}
    rows = Appointment.objects.visible_to(actor).on(on).filter(post__in=stood)
    for row in rows.select_related("account").order_by("valid_from", "pk"):
        held.setdefault(row.post_id, []).append(row)
    if not stood:
        return ()
    known = every_kind()
    order = sorted(
        stood.values(),
        key=lambda one: (
            known[one.post.kind].sort if one.post.kind in known else 0,
            one.region_path,
            one.post.code,
        ),
    )
    others = _others(list(held.values()), on=on, actor=actor)
    places = regions.place_names(sorted({one.region_path for one in order}))
    shown = [
        {
            "name": post_called(one.post, known),
            "place": places[one.region_path],
            "url": reverse("desk_post", args=[one.post_id]),
            "seats": one.seats,
            "vacant": max(one.seats - len(held.get(one.post_id, ())), 0),
            "holders": [
                {
                    "name": row.account.name,
                    "url": reverse("desk_posts_of", args=[row.account_id]),
                    "has_others": others.get(row.account_id, 0) > 1,
                    "since": row.valid_from,
                }
                for row in held.get(one.post_id, ())
            ],
        }
        for one in order[:MOST]
    ]
    seats_count = sum(one.seats for one in order)
    filled = sum(len(rows) for rows in held.values())
    context = {
        "rows": shown,
        "count": len(order),
        "seats": seats_count,
        "filled": filled,
        "is_cut": len(order) > MOST,
        "list_url": reverse("desk_posts"),
    }
    figure = Figure(_("岗位"), f"{filled} / {seats_count}", _("在任 / 编制"))
    return (Section("posts", ORDER, "organisations/_posts.html", context, (figure,)),)


def _others(held: list[list[Appointment]], *, on: date, actor: Actor) -> dict[UUID, int]:
    """Return how many posts each holder has on that day, within reach."""
    whose = {row.account_id for rows in held for row in rows}
    found: dict[UUID, int] = {}
    rows = Appointment.objects.visible_to(actor).on(on).filter(account__in=whose)
    for key in rows.values_list("account_id", flat=True):
        found[key] = found.get(key, 0) + 1
    return found
