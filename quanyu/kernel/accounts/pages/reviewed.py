"""The quarter's review of grants: how far it is, and its lines."""

from collections.abc import Mapping
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

from quanyu.kernel.access.http import (
    actor_of,
    answered,
    field,
    hidden_if_denied,
    key_of,
    meant,
    sentence,
)
from quanyu.kernel.access.narrowing import pick, search
from quanyu.kernel.access.rules import Actor, Role, disjoint
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.pages.forms import page
from quanyu.kernel.accounts.pages.sent import reason
from quanyu.kernel.accounts.pages.words import grant_said
from quanyu.kernel.errors import Refusal

NARROWS = ("q", "place", "role", "body")
"""What an address narrows a review's lines by."""


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
        if not chosen:
            raise no
        _say(request, _each(request, chosen, actor=actor))
        return redirect(_address(review_id, request.GET.dict()))

    return answered(request, decided, lambda no: _one(request, review_id, no))


def _each(request: HttpRequest, chosen: list[UUID], *, actor: Actor) -> list[Refusal | None]:
    """Decide line by line, each for itself: what another has decided meanwhile stops no other."""
    given, found = request.POST, list[Refusal | None]()
    act = actions.decide_lines if Role.SEC_ADMIN in actor.roles else actions.propose_lines
    for key in chosen:
        try:
            act(
                line_ids=[key],
                verdict=given.get("verdict", ""),
                reason=reason(request),
                actor=actor,
                at=timezone.now(),
            )
        except Refusal as no:
            found.append(no)
        else:
            found.append(None)
    return found


def _say(request: HttpRequest, found: list[Refusal | None]) -> None:
    """Say how many were decided, and how many not and why.

    :raises Refusal: if none was
    """
    refused = [no for no in found if no is not None]
    done = len(found) - len(refused)
    if not done:
        raise refused[0]
    said = ngettext("已处理 {count} 项", "已处理 {count} 项", done)
    messages.success(request, said.format(count=done))
    if refused:
        left = ngettext("{count} 项未处理：{why}", "{count} 项未处理：{why}", len(refused))
        why = _("；").join(dict.fromkeys(sentence(no) for no in refused))
        messages.warning(request, left.format(count=len(refused), why=why))


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
    at, actor, given = timezone.now(), actor_of(request), request.GET.dict()
    told = queries.review(review_id, actor=actor, at=at)
    chosen = _chosen(given)
    found = queries.lines(
        review_id,
        actor=actor,
        at=at,
        chosen=chosen,
        after=key_of(given.get("after", "")),
    )
    rows = [_line(one, actor) for one in found[: queries.LINES]]
    asked = {name: given[name] for name in NARROWS if given.get(name)}
    context = {
        "section": "reviews",
        "review": _progress(told),
        "tab": chosen.shown,
        "stages": _tabs(review_id, asked, left=told.lines - told.done),
        "filters": _filters(review_id, given, chosen, actor=actor),
        "clear_url": _address(review_id, {"show": chosen.shown}) if asked else "",
        "total": queries.count_lines(review_id, actor=actor, chosen=chosen),
        "rows": rows,
        "may_act": any(row["may"] for row in rows),
        "decide_url": _address(review_id, given, "desk_review_decide"),
        "proposes": Role.SEC_ADMIN not in actor.roles,
        "pages": _next(review_id, given, found),
    }
    return page(request, "accounts/review.html", context, no)


def _chosen(given: Mapping[str, str]) -> queries.Chosen:
    return queries.Chosen(
        shown=given.get("show") or "open",
        text=given.get("q", "").strip(),
        role=given.get("role", ""),
        place=_whole(given.get("place", "")),
        body=key_of(given.get("body", "")),
    )


def _whole(path: str) -> str:
    """Return the path of a place; what does not end as one narrows nothing."""
    return path if path.endswith("/") else ""


def _filters(
    review_id: UUID, given: Mapping[str, str], chosen: queries.Chosen, *, actor: Actor
) -> list[dict[str, object]]:
    places = queries.places_over(actor, chosen.place)
    roles = queries.roles_reviewed(review_id, actor=actor)
    bodies = queries.bodies_reviewed(review_id, actor=actor)
    choices: dict[str, tuple[str, Mapping[str, str]]] = {
        "place": (_("辖区"), places),
        "role": (_("角色"), {role: _(rules.ROLE_NAMES[role]) for role in roles}),
        "body": (_("机构"), {str(key): name for key, name in bodies.items()}),
    }
    home = _address(review_id, {})
    return [
        field("show", "", "hidden", value=chosen.shown, required=False),
        search(_("姓名或用户名"), given),
        *(
            pick(name, label, options, asked={**given, "after": ""}, home=home)
            for name, (label, options) in choices.items()
            if options
        ),
    ]


def _tabs(review_id: UUID, asked: Mapping[str, str], *, left: int) -> list[dict[str, object]]:
    """Return what is still to be looked at and what is done, each under the same filters."""
    named = {"open": (_("未复核"), left), "done": (_("已复核"), None)}
    return [
        {"key": key, "label": label, "count": n, "url": _address(review_id, {**asked, "show": key})}
        for key, (label, n) in named.items()
    ]


def _address(review_id: UUID, given: Mapping[str, str], page: str = "desk_review") -> str:
    """Return the address of a review under these filters."""
    query = urlencode({key: value for key, value in given.items() if value})
    url = reverse(page, args=[review_id])
    return f"{url}?{query}" if query else url


def _next(
    review_id: UUID, given: Mapping[str, str], found: list[queries.Looked]
) -> dict[str, str] | None:
    if len(found) <= queries.LINES:
        return None
    after = str(found[queries.LINES - 1].id)
    return {"next_url": _address(review_id, {**given, "after": after})}


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
