"""Posts: the list with its vacancies, one post with its holders, opening, changing (岗位页面)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel import paging
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    read_or_write,
)
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables
from quanyu.organisations import actions
from quanyu.organisations.actions import Nominee
from quanyu.organisations.pages.appointed import held_said
from quanyu.organisations.pages.confirming import confirmed_by
from quanyu.organisations.queries import holders, kinds, post_lists
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules.posts import HOURS_WORDS, WrongAppointment, WrongPost
from quanyu.organisations.tables.posts import POSTS
from quanyu.regions import queries as regions

Fields = list[dict[str, Any]]


@POSTS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every post that the page of this address shows, in its order."""
    return post_lists.posts_asked(asked, on=timezone.localdate(at), actor=actor)


@POSTS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(filters(asked, actor, page="desk_posts", at=at))


@require_GET
@hidden_if_denied
def posts(request: HttpRequest) -> HttpResponse:
    """List the posts within reach; the address holds filters, order and columns."""
    if preferred := tables.begin(request, POSTS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    asked = POSTS.asked(request.GET.dict())
    rows = post_lists.posts_asked(asked, on=timezone.localdate(at), actor=actor)
    page = paging.page_of(rows, request.GET.get("after", ""))
    values = post_lists.post_values(page.rows, at=at)
    fields = filters(asked, actor, page="desk_posts", at=at)
    context = {
        **tables.sheet(request, POSTS, page, values, fields, at=at, order="place", links=_to_post),
        "section": "posts",
        "sub": _("每个岗位的编制和在任；空缺可以单独列出"),
        "vacant_url": f"{reverse('desk_posts')}?vacant=yes",
        "new_url": reverse("desk_post_new") if holders.opens_posts(actor) else "",
    }
    return answer(request, "organisations/posts.html", context)


def _to_post(row: Any) -> dict[str, str]:
    return {"called": reverse("desk_post", args=[row.pk])}


@read_or_write
@hidden_if_denied
def post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Show a post, its seats, who holds it and who held it; propose somebody for it."""
    actor, at = actor_of(request), timezone.now()

    def proposed() -> HttpResponse:
        given = request.POST
        username = given.get("account", "")
        nominee = Nominee(
            post=post_id,
            account=accounts.keys_meant([username])[username],
            reason=given.get("reason", ""),
            start=day(given.get("start", ""), "start"),
            end=day(given.get("end", ""), "end"),
        )
        actions.propose(nominee=nominee, actor=actor, at=at)
        messages.success(request, _("已提名，等待另一人确认"))
        return HttpResponseRedirect(reverse("desk_post", args=[post_id]))

    return answered(request, proposed, lambda no: page_of(request, post_id, no, at=at))


@require_POST
@hidden_if_denied
def post_act(request: HttpRequest, post_id: UUID, verb: str) -> HttpResponse:
    """Change the seats of a post, or close it."""
    actor, at, given = actor_of(request), timezone.now(), request.POST
    facts: dict[str, Any] = {"post_id": post_id, "actor": actor, "at": at}

    def seats() -> None:
        actions.change_seats(
            seats=number(given.get("seats", "")), source=given.get("source", "")[:200], **facts
        )

    def close() -> None:
        actions.close_post(end=day(given.get("end", ""), "end"), **facts)

    acts: dict[str, tuple[Callable[[], None], str]] = {
        "seats": (seats, _("编制已调整")),
        "close": (close, _("岗位已撤销")),
    }
    if verb not in acts:
        raise Http404
    act, done = acts[verb]

    def acted() -> HttpResponse:
        act()
        messages.success(request, done)
        return HttpResponseRedirect(reverse("desk_post", args=[post_id]))

    return answered(request, acted, lambda no: page_of(request, post_id, no, at=at))


def page_of(
    request: HttpRequest, post_id: UUID, no: Refusal | None, *, at: datetime
) -> HttpResponse:
    """Show the page of one post, with what was refused on it."""
    actor, today = actor_of(request), timezone.localdate(at)
    row = post_lists.post(post_id, on=today, actor=actor)
    known = kinds.every_kind()
    kind = known.get(row.kind)
    held = holders.history(actor=actor, at=at, post=post_id)
    proposes, opens = holders.keeps(actor, row.region_path)
    is_open = row.valid_to is None
    context = {
        "section": "posts",
        "post": row,
        "called": kinds.post_called(row, known),
        "body": in_language(row.body.name, row.body.name_en),
        "kind": kind,
        "place": regions.place_names([row.region_path])[row.region_path],
        "filled": post_lists.filled_of(row),
        "vacant": max(row.seats - post_lists.filled_of(row), 0),
        "sees": holders.sees_post(row, actor),
        "held": [held_said(one, today) for one in held],
        "stood": [
            {"row": one, "place": regions.place_names([one.region_path])[one.region_path]}
            for one in post_lists.seats_of(post_id)
        ],
        "form": _proposing(request, post_id, no, today) if proposes and is_open else None,
        "confirmed_by": confirmed_by(row.region_path, actor=actor, at=at) if proposes else None,
        "acts": _acts(post_id, row.seats, today, no) if opens and is_open else [],
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/post.html", context, no)


# ------------------------------------------------------------------ what lists and forms share


def filters(asked: Mapping[str, str], actor: Actor, *, page: str, at: datetime) -> Fields:
    """Return the filters that both lists have, and that of vacancies."""
    known = kinds.kinds_on(timezone.localdate(at))
    near = [asked[name] for name in ("place", "at", "below") if asked.get(name)]
    places = regions.places_below([*actor.places, *near])
    choices: dict[str, tuple[str, Mapping[str, str], str]] = {
        "kind": (_("岗位种类"), {one.code: one.label for one in known.values()}, ""),
        "place": (_("辖区"), places, ""),
        "hours": (_("专兼职"), {key: _(word) for key, word in HOURS_WORDS.items()}, ""),
    }
    if page == "desk_posts":
        choices["vacant"] = (_("空缺"), {"yes": _("只看空缺的")}, "")
        choices["standing"] = (_("状态"), {"all": _("含已撤销的")}, _("在用的"))
    for name, label in (("at", _("只在")), ("below", _("以下"))):
        if asked.get(name):
            choices[name] = (label, places, "")
    if asked.get("party"):
        choices["party"] = (_("党建专职"), {"yes": _("只看党建专职")}, "")
    home = reverse(page)
    return [
        search(_("搜索"), asked),
        *(
            pick(name, label, options, asked=asked, home=home, empty=empty)
            for name, (label, options, empty) in choices.items()
        ),
    ]


def day(text: str, name: str) -> date | None:
    """Return the day that a form names, if any."""
    if not text:
        return None
    no = WrongAppointment(_("日期有误"), field=name, value=text[:20])
    return meant(date.fromisoformat, text, otherwise=no)


def number(text: str) -> int:
    """Return the number of seats that a form names."""
    return meant(int, text, otherwise=WrongPost(_("请填写编制数"), field="seats", value=text[:10]))


def _proposing(
    request: HttpRequest, post_id: UUID, no: Refusal | None, today: date
) -> dict[str, Any]:
    given = request.POST

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        more.setdefault("value", given.get(name, ""))
        return field(name, label, kind, no=no, **more)

    return {
        "url": reverse("desk_post", args=[post_id]),
        "button": _("提名"),
        "fields": [
            one(
                "account",
                _("用户名"),
                maxlength=60,
                help=_("担任者的账号；没有账号的，先请系统管理员建立"),
            ),
            one("start", _("任职日期"), "date", value=given.get("start") or today.isoformat()),
            one("end", _("卸任日期"), "date", required=False, help=_("不填：没有定")),
            one("reason", _("事由"), maxlength=200, help=_("文件名称和文号，或任职的原因")),
        ],
    }


def _acts(post_id: UUID, seats: int, today: date, no: Refusal | None) -> Fields:
    return [
        {
            "url": reverse("desk_post_act", args=[post_id, "seats"]),
            "button": _("调整编制"),
            "prefix": "seats_",
            "fields": [
                field("seats", _("编制"), "number", value=seats, no=no),
                field("source", _("编制依据"), value="", required=False, maxlength=200),
            ],
        },
        {
            "url": reverse("desk_post_act", args=[post_id, "close"]),
            "button": _("撤销岗位"),
            "prefix": "close_",
            "fields": [field("end", _("撤销日期"), "date", value=today.isoformat(), no=no)],
        },
    ]
