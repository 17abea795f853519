"""The quarter's review of grants: how far it is, and its lines."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, answered, hidden_if_denied, meant
from quanyu.kernel.access.rules import Actor, Role, disjoint
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.pages.forms import page
from quanyu.kernel.accounts.pages.sent import reason
from quanyu.kernel.accounts.pages.words import grant_said
from quanyu.kernel.errors import Refusal


@require_GET
@hidden_if_denied
def reviews(request: HttpRequest) -> HttpResponse:
    """List the reviews that touch my reach, those that are late first in words."""
    return _list(request)


@require_POST
@hidden_if_denied
def open_review(request: HttpRequest) -> HttpResponse:
    """Open this quarter's review by hand."""
    actor = actor_of(request)

    def opened() -> HttpResponse:
        path = next(iter(_stands_over(actor)), settings.QUANYU_CITY)
        made = actions.open_review(region_path=path, actor=actor, at=timezone.now())
        return redirect("desk_review", made.pk)

    return answered(request, opened, lambda no: _list(request, no))


@require_GET
@hidden_if_denied
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Show the lines of a review within my reach."""
    return _one(request, review_id)


@require_POST
@hidden_if_denied
def decide(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Keep or end the chosen grants; a leader proposes it."""
    given, actor = request.POST, actor_of(request)

    def decided() -> HttpResponse:
        no = rules.WrongGrant(_("请勾选要复核的授权"), field="line")
        chosen = [meant(UUID, key, otherwise=no) for key in given.getlist("line")]
        act = actions.decide_lines if Role.SEC_ADMIN in actor.roles else actions.propose_lines
        done = act(
            line_ids=chosen,
            verdict=given.get("verdict", ""),
            reason=reason(request),
            actor=actor,
            at=timezone.now(),
        )
        said = ngettext("已处理 {count} 项", "已处理 {count} 项", done)
        messages.success(request, said.format(count=done))
        return redirect("desk_review", review_id)

    return answered(request, decided, lambda no: _one(request, review_id, no))


def _stands_over(actor: Actor) -> tuple[str, ...]:
    return disjoint(one.path for one in actor.grants if one.role == Role.SEC_ADMIN and one.path)


def _list(request: HttpRequest, no: Refusal | None = None) -> HttpResponse:
    at, actor = timezone.now(), actor_of(request)
    found = queries.reviews(actor=actor, at=at)
    this = rules.quarter(timezone.localdate(at))
    opens = bool(_stands_over(actor)) and not any(one.quarter == this for one in found)
    context = {
        "section": "reviews",
        "rows": [_progress(one) for one in found],
        "open_url": reverse("desk_review_open") if opens else "",
    }
    return page(request, "accounts/reviews.html", context, no)


def _one(request: HttpRequest, review_id: UUID, no: Refusal | None = None) -> HttpResponse:
    at, actor, given = timezone.now(), actor_of(request), request.GET
    told = queries.review(review_id, actor=actor, at=at)
    shown = given.get("show", "open")
    after = given.get("after", "")
    wrong = rules.WrongGrant(_("没有这一页"), field="after")
    found = queries.lines(
        review_id,
        actor=actor,
        at=at,
        shown=shown,
        after=meant(UUID, after, otherwise=wrong) if after else None,
    )
    rows = [_line(one, actor) for one in found[: queries.LINES]]
    context = {
        "section": "reviews",
        "review": _progress(told),
        "tab": shown,
        "rows": rows,
        "may_act": any(row["may"] for row in rows),
        "proposes": Role.SEC_ADMIN not in actor.roles,
        "pages": _next(review_id, shown, found),
    }
    return page(request, "accounts/review.html", context, no)


def _next(review_id: UUID, shown: str, found: list[queries.Looked]) -> dict[str, str] | None:
    if len(found) <= queries.LINES:
        return None
    query = urlencode({"show": shown, "after": found[queries.LINES - 1].id})
    return {"next_url": f"{reverse('desk_review', args=[review_id])}?{query}"}


def _progress(one: queries.Progress) -> dict[str, object]:
    year, number = one.quarter.split("Q")
    said = _("{year} 年第 {number} 季度").format(year=year, number=number)
    return {
        "title": said,
        "place": one.where,
        "at": one.opened_at,
        "due": one.due_on,
        "closed": one.closed_at,
        "lines": one.lines,
        "done": one.done,
        "left": one.lines - one.done,
        "ended": one.ended,
        "late": one.is_late,
        "url": reverse("desk_review", args=[one.id]),
        "decide_url": reverse("desk_review_decide", args=[one.id]),
    }


def _line(one: queries.Looked, actor: Actor) -> dict[str, object]:
    words = {"keep": _("保留"), "end": _("终止"), "": ""}
    return grant_said(one.grant) | {
        "line": one.id,
        "name": one.name,
        "proposal": words[one.proposal],
        "proposed_by": one.proposed_by,
        "proposal_reason": one.proposal_reason,
        "verdict": one.verdict,
        "verdict_said": words[one.verdict],
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "why": one.reason,
        "may": one.may_decide if Role.SEC_ADMIN in actor.roles else one.may_propose,
    }
