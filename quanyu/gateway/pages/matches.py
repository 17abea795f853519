"""What the codes of other systems mean here, and which mean nothing yet (代码对照)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.gateway import actions, queries
from quanyu.gateway.pages import listing
from quanyu.gateway.queries import values
from quanyu.gateway.rules import KIND_WORDS, MATCHES
from quanyu.gateway.tables import MATCHED
from quanyu.kernel.access.http import actor_of, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables


@MATCHED.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every meaning that the page of this address shows, in its order."""
    return queries.matches_asked(asked, on=local(at).date())


@MATCHED.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(asked))


@require_GET
@hidden_if_denied
def matches(request: HttpRequest) -> HttpResponse:
    """List what codes mean, and first of all those that mean nothing yet."""
    if preferred := tables.begin(request, MATCHED):
        return preferred
    return _page(request, at=timezone.now())


@require_POST
@hidden_if_denied
def match(request: HttpRequest) -> HttpResponse:
    """Give one code a meaning from today on."""
    actor, at, given = actor_of(request), timezone.now(), request.POST
    names = ("source", "kind", "said", "said_name", "code")
    told_ = {name: given.get(name, "")[:200] for name in names}
    try:
        actions.match(**told_, actor=actor, at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    messages.success(request, _("已设定，从今天收到的工单起这样对照；以前的不变"))
    return HttpResponseRedirect(reverse("desk_matches"))


def _page(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor, asked = actor_of(request), MATCHED.asked(request.GET.dict())
    page = queries.match_page(asked, on=local(at).date(), after=request.GET.get("after", ""))
    return listing.listed(
        request,
        MATCHED,
        "gateway/matches.html",
        page,
        values.match_values(page.rows, at=at),
        at=at,
        no=no,
        fields=_fields(asked),
        sub=_("对方的代码在这里是什么意思；按日期生效，改了也不改以前的事"),
        unmatched=[_open(one, actor) for one in queries.unmatched(actor=actor, at=at)[:50]],
        match_url=reverse("desk_match"),
    )


def _open(one: queries.Unmatched, actor: Actor) -> dict[str, Any]:
    return {
        "source": one.source.code,
        "source_name": queries.label(one.source),
        "kind": one.kind,
        "kind_name": _(KIND_WORDS[one.kind]),
        "said": one.said,
        "name": one.name,
        "count": one.count,
        "last": one.last,
        "may": queries.kept_by(one.source, actor, MATCHES),
    }


def _fields(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    kinds = {str(kind): _(words) for kind, words in KIND_WORDS.items()}
    ended, home = {"all": _("含已失效的")}, reverse(MATCHED.page)
    return [
        search(_("搜索"), asked),
        listing.by_source(asked, home),
        pick("kind", _("种类"), kinds, asked=asked, home=home),
        pick("standing", _("状态"), ended, asked=asked, home=home, empty=_("在用的")),
    ]
