"""Open a post: first of which body, then what it is and where (设立岗位页面)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions, queries
from quanyu.organisations.actions import NewPost
from quanyu.organisations.pages.beginning import beginning
from quanyu.organisations.pages.filled import body_in, day_in
from quanyu.organisations.queries import holders, kinds
from quanyu.organisations.queries.bodies import BodyEntry
from quanyu.organisations.rules.kinds import BRANCHES
from quanyu.organisations.rules.posts import PostLevel, WrongPost
from quanyu.regions import queries as regions
from quanyu.regions.rules import Level, ancestry, level_of

STREET_DEPTH = 4
"""Of a street's path: only so far down are there few enough grids to choose from."""

LONGEST_CODE = 40


@read_or_write
@hidden_if_denied
def post_new(request: HttpRequest) -> HttpResponse:
    """Open a post of a body."""
    actor, at = actor_of(request), timezone.now()
    if not holders.opens_posts(actor):
        raise Http404

    def opened() -> HttpResponse:
        given = request.POST
        body = body_in(given.get("body", ""), "body")
        if body is None:
            raise WrongPost(_("请选择单位"), field="body", value="")
        seats = given.get("seats", "")
        no = WrongPost(_("请填写编制数"), field="seats", value=seats[:10])
        made = actions.open_post(
            post=NewPost(
                code=given.get("code", "").strip(),
                kind=given.get("kind", ""),
                body=body,
                place=given.get("place", ""),
                seats=meant(int, seats, otherwise=no),
                name=given.get("name", "")[:40],
                start=day_in(given.get("start", ""), "start"),
                source=given.get("source", "")[:200],
            ),
            actor=actor,
            at=at,
        )
        messages.success(request, _("岗位已设立"))
        return HttpResponseRedirect(reverse("desk_post", args=[made.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        asked = request.POST or request.GET
        body = _body(asked.get("body", ""))
        context = {
            "section": "posts",
            "body": body,
            "begin": None if body else beginning("post", actor),
            "form": _form(request, body, no, actor, at=at) if body else None,
        }
        return answer(request, "organisations/post_new.html", context, no)

    return answered(request, opened, page)


# ------------------------------------------------------------------ inside


def _body(said: str) -> BodyEntry | None:
    try:
        key = body_in(said, "body")
    except Refusal:
        return None
    return queries.body(key) if key else None


def _form(
    request: HttpRequest, body: BodyEntry, no: Refusal | None, actor: Actor, *, at: datetime
) -> dict[str, Any]:
    today = timezone.localdate(at)
    known = kinds.kinds_on(today)
    given = request.POST or _suggested(body, request.GET.get("seat", ""), known)

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        more.setdefault("value", given.get(name, ""))
        return field(name, label, kind, no=no, **more)

    options = [
        option(kind.code, _("{name}（{note}）").format(name=kind.label, note=kind.level_name))
        for kind in known.values()
    ]
    return {
        "url": reverse("desk_post_new"),
        "button": _("设立岗位"),
        "cancel_url": reverse("desk_posts"),
        "fields": [
            field("body", "", "hidden", value=body.code),
            one("kind", _("岗位种类"), "select", options=options),
            one("place", _("所在地"), "select", options=_places(body, actor)),
            one("code", _("岗位代码"), help=_("小写字母、数字和横线"), maxlength=LONGEST_CODE),
            one("name", _("自定名称"), required=False, maxlength=40),
            one("seats", _("编制"), "number", value=given.get("seats", "1")),
            one("source", _("编制依据"), required=False, maxlength=200),
            one("start", _("设立日期"), "date", value=given.get("start") or today.isoformat()),
        ],
    }


def _places(body: BodyEntry, actor: Actor) -> list[dict[str, str]]:
    """Return where a post of a body may stand: at its seat or below it, where the actor works."""
    seat = body.region_path
    names = {seat: regions.label(seat)}
    names |= {crumb.path: regions.label(crumb.path) for crumb in regions.below(seat)}
    if len(ancestry(seat)) >= STREET_DEPTH:
        names |= regions.grids_in(seat)
    return [option(path, name) for path, name in names.items() if actor.roles_at(path)]


def _suggested(body: BodyEntry, seat: str, known: Any) -> dict[str, str]:
    """Return what a post of a body is, as far as it is known: for an elected office its kind."""
    level = level_of(body.region_path)
    # A branch that is seated in a community is not the community's own committee.
    is_branch = body.kind in BRANCHES and level is not Level.GRID
    levels = {PostLevel.BODY} if is_branch else {PostLevel.BODY, level}
    fits = [one.code for one in known.values() if seat and one.seat == seat and one.level in levels]
    code = f"{fits[0]}-{body.code}"[:LONGEST_CODE].strip("-") if fits else ""
    return {"kind": fits[0] if fits else "", "place": body.region_path, "code": code}
