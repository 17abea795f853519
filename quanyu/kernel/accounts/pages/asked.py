"""Requests for grants: those that wait, those decided, and the grants that end soon."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, answered, hidden_if_denied
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.pages.forms import onward, page
from quanyu.kernel.accounts.pages.sent import reason
from quanyu.kernel.accounts.pages.words import grant_said, person_url, stand_in_said, wish_said
from quanyu.kernel.errors import Refusal


@require_GET
@hidden_if_denied
def requests(request: HttpRequest) -> HttpResponse:
    """Show the requests within my reach: to be decided, or what became of them."""
    return _page(request)


@require_GET
@hidden_if_denied
def ending(request: HttpRequest) -> HttpResponse:
    """Show the grants within my reach that end within thirty days, and who stands in for whom."""
    at, actor = timezone.now(), actor_of(request)
    rows = [
        grant_said(told)
        | {
            "name": row.account.name,
            "username": row.account.username,
            "url": person_url(row.account_id, actor.roles),
        }
        for row, told in queries.ending(actor=actor, at=at)
    ]
    stand = [
        stand_in_said(one, may_end=True) for one in queries.stand_ins_within(actor=actor, at=at)
    ]
    context = {"section": "requests", "tab": "ending", "rows": rows, "stand_ins": stand}
    return page(request, "accounts/ending.html", context)


@require_POST
@hidden_if_denied
def approve(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Give what was asked for."""
    return _decided(request, request_id, actions.approve_grant, _("已批准，对方下一次操作起生效"))


@require_POST
@hidden_if_denied
def refuse(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Say no to what was asked for, and why."""
    return _decided(request, request_id, actions.refuse_grant, _("已不予批准"))


@require_POST
@hidden_if_denied
def withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Take back what I asked for."""

    def done() -> HttpResponse:
        actions.withdraw_grant(request_id=request_id, actor=actor_of(request), at=timezone.now())
        messages.success(request, _("申请已撤回"))
        return _back(request)

    return answered(request, done, lambda no: _page(request, no))


def _decided(
    request: HttpRequest, request_id: UUID, decide: Callable[..., Any], said: str
) -> HttpResponse:
    def done() -> HttpResponse:
        decide(
            request_id=request_id,
            reason=reason(request),
            actor=actor_of(request),
            at=timezone.now(),
        )
        messages.success(request, said)
        return _back(request)

    return answered(request, done, lambda no: _page(request, no))


def _back(request: HttpRequest) -> HttpResponse:
    return onward(request) if request.POST.get("next") else redirect("desk_grant_requests")


def _page(request: HttpRequest, no: Refusal | None = None) -> HttpResponse:
    at, actor = timezone.now(), actor_of(request)
    is_open = request.GET.get("show", "") != "done"
    found = queries.requests(actor=actor, at=at, is_open=is_open)
    context = {
        "section": "requests",
        "tab": "open" if is_open else "done",
        "rows": [
            wish_said(one) | {"url": person_url(one.account_id, actor.roles)} for one in found
        ],
        "waiting": queries.count_to_decide(actor=actor, at=at),
    }
    return page(request, "accounts/requests.html", context, no)
