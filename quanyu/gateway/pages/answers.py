"""What other systems are told, and the files of it (对外答复)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.gateway import actions, queries
from quanyu.gateway.pages import listing
from quanyu.gateway.queries import values
from quanyu.gateway.rules import BRINGS, GIVEN_WORDS
from quanyu.gateway.tables import ANSWERS
from quanyu.kernel.access.http import actor_of, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import http as tables


@ANSWERS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every answer that the page of this address shows, in its order."""
    return queries.answers_asked(asked, actor=actor)


@ANSWERS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(asked))


@require_GET
@hidden_if_denied
def answers(request: HttpRequest) -> HttpResponse:
    """List the answers within reach, and what waits to be handed over."""
    if preferred := tables.begin(request, ANSWERS):
        return preferred
    return _page(request, at=timezone.now())


@require_POST
@hidden_if_denied
def give(request: HttpRequest) -> HttpResponse:
    """Mark what waits as given, and lead to the file of exactly that."""
    actor, at, source = actor_of(request), timezone.now(), request.POST.get("source", "")
    try:
        batch = actions.give_answers(source=source, actor=actor, at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    count = batch.count
    said = ngettext(
        "第 {number} 批：{n} 条答复，请下载后交给对方",
        "第 {number} 批：{n} 条答复，请下载后交给对方",
        count,
    )
    messages.success(request, said.format(number=batch.number, n=count))
    url = reverse("desk_export_new", args=[ANSWERS.name])
    return HttpResponseRedirect(f"{url}?source={source}&batch={batch.number}")


def _page(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor, asked = actor_of(request), ANSWERS.asked(request.GET.dict())
    page = queries.page_of(queries.answers_asked(asked, actor=actor), request.GET.get("after", ""))
    return listing.listed(
        request,
        ANSWERS,
        "gateway/answers.html",
        page,
        values.answer_values(page.rows, at=at),
        at=at,
        no=no,
        fields=_fields(asked),
        sub=_("每办一步要告诉对方的话；接口来取，或成批导出交给对方"),
        links=listing.to_matter,
        waiting=_waiting(actor) if BRINGS & actor.roles else [],
        give_url=reverse("desk_answers_give"),
    )


def _waiting(actor: Actor) -> list[dict[str, Any]]:
    """Return the systems with what each is still to be told by file."""
    found = []
    for row in queries.sources():
        count = queries.waiting(row, actor=actor).count()
        if count:
            found.append({"code": row.code, "name": queries.label(row), "count": count})
    return found


def _fields(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    standings = {"waiting": _("待交出"), "given": _("已交出"), "sent_back": _("被退回")}
    kinds = {str(kind): _(words) for kind, words in GIVEN_WORDS.items()}
    home, batch = reverse(ANSWERS.page), asked.get("batch", "")
    fields = [
        search(_("搜索"), asked),
        listing.by_source(asked, home),
        pick("standing", _("状态"), standings, asked=asked, home=home),
        pick("kind", _("种类"), kinds, asked=asked, home=home),
    ]
    if batch:
        fields.append(pick("batch", _("批次"), {batch: batch}, asked=asked, home=home))
    return fields
