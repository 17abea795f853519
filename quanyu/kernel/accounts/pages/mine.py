"""What I may do and why; who stands in for me; the people of the place that I lead."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, answered, field, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.accounts.pages.forms import grant_form, page
from quanyu.kernel.accounts.pages.sent import day, day_after, reason, wanted
from quanyu.kernel.accounts.pages.words import deputy_form, grant_said, stand_in_said, wish_said
from quanyu.kernel.errors import Denied, Refusal

Said = dict[str, object]


@require_GET
@hidden_if_denied
def grants(request: HttpRequest) -> HttpResponse:
    """Show what I may do, where and why."""
    return _mine(request)


@require_POST
@hidden_if_denied
def ask_grant(request: HttpRequest) -> HttpResponse:
    """Ask for a role for oneself."""
    at, account = timezone.now(), seat_of(request).account

    def asked() -> HttpResponse:
        if account is None:
            raise Denied
        actions.ask_grant(account=account, **wanted(request, at=at), actor=actor_of(request), at=at)
        messages.success(request, _("申请已提交，等待安全管理员审批"))
        return redirect("desk_grants")

    return answered(request, asked, lambda no: _mine(request, no=no, form="ask"))


@require_POST
@hidden_if_denied
def name_deputy(request: HttpRequest) -> HttpResponse:
    """Name somebody to stand in for me."""
    seat = seat_of(request)

    def named() -> HttpResponse:
        if seat.account is None:
            raise Denied
        _named(request, seat.account.pk, actor=actor_of(request), at=timezone.now())
        return redirect("desk_grants")

    return answered(request, named, lambda no: _mine(request, no=no, form="deputy"))


@require_POST
@hidden_if_denied
def end_deputy(request: HttpRequest, deputy_id: UUID) -> HttpResponse:
    """End a standing in before its day."""

    def ended() -> HttpResponse:
        actions.end_deputy(
            deputy_id=deputy_id, reason=reason(request), actor=actor_of(request), at=timezone.now()
        )
        messages.success(request, _("代理已终止，下一次操作起失效"))
        return redirect("desk_grants")

    return answered(request, ended, lambda no: _mine(request, no=no))


@require_GET
@hidden_if_denied
def circle(request: HttpRequest, account_id: UUID | None = None) -> HttpResponse:
    """List the people of the place that I lead; one of them with what I may do about them."""
    return _circle(request, account_id)


@require_POST
@hidden_if_denied
def ask_for(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Ask for a role for somebody whom I lead."""
    at, actor = timezone.now(), actor_of(request)

    def asked() -> HttpResponse:
        account = queries.colleague(account_id, actor=actor, at=at)
        actions.ask_grant(account=account, **wanted(request, at=at), actor=actor, at=at)
        messages.success(request, _("申请已提交，等待安全管理员审批"))
        return redirect("desk_circle_person", account_id)

    return answered(request, asked, lambda no: _circle(request, account_id, no=no, form="ask"))


@require_POST
@hidden_if_denied
def name_deputy_for(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Name somebody to stand in for a colleague whom I lead."""
    at, actor = timezone.now(), actor_of(request)

    def named() -> HttpResponse:
        queries.colleague(account_id, actor=actor, at=at)
        _named(request, account_id, actor=actor, at=at)
        return redirect("desk_circle_person", account_id)

    return answered(request, named, lambda no: _circle(request, account_id, no=no, form="deputy"))


def _named(request: HttpRequest, principal: UUID, *, actor: Actor, at: datetime) -> None:
    given = request.POST
    username = given.get("account", "")[:60]
    ends = day_after(given.get("granted_to", ""), at=at)
    if ends is None:
        raise rules.NotDeputy(_("请填写代理的止期"), field="granted_to")
    actions.name_deputy(
        principal_id=principal,
        account_id=queries.keys_meant([username])[username],
        granted_from=day(given.get("granted_from", ""), field="granted_from", at=at),
        granted_to=ends,
        reason=reason(request),
        actor=actor,
        at=at,
    )
    messages.success(request, _("代理已生效"))


def _mine(request: HttpRequest, *, no: Refusal | None = None, form: str = "") -> HttpResponse:
    at, actor, seat = timezone.now(), actor_of(request), seat_of(request)
    account, may_act = seat.seen_as or seat.account, seat.seen_as is None
    if account is None:
        raise Denied
    place = request.GET.get("place", "").strip()
    held = queries.why(account.pk, at=at, place=_place(place))
    wishes = queries.requests_for(account, actor=actor, at=at)
    stand = queries.stand_ins(account.pk, at=at)
    url = reverse("desk_grant_ask")
    working = may_act and any(rules.is_working(one.role) and not one.deputy_of for one in held)
    context: Said = {
        "section": "grants",
        "filters": [
            field(
                "place",
                _("在哪里"),
                "text",
                value=place,
                required=False,
                on=bool(place),
                placeholder=_("辖区名称"),
            )
        ],
        "clear_url": reverse("desk_grants") if place else "",
        "place": place,
        "held": [grant_said(one) for one in held],
        "posts": queries.posts_of(account.pk, actor=actor, at=at) if not place else [],
        "wishes": [wish_said(one) for one in wishes],
        "stand_ins": [stand_in_said(one, may_end=may_act) for one in stand],
        "form": grant_form(request, url, no if form == "ask" else None) if may_act else None,
        "deputy_form": deputy_form(
            reverse("desk_deputy_name"), _given(request, form), no if form == "deputy" else None
        )
        if working
        else None,
        "open": form or ("" if held or wishes or place else "ask"),
    }
    return page(request, "accounts/grants.html", context, no)


def _place(text: str) -> str:
    """Return the path of the place asked about; what is not found is no place of mine."""
    return queries.place_called(text) if text else ""


def _given(request: HttpRequest, form: str) -> dict[str, str]:
    return request.POST.dict() if form == "deputy" else {}


def _circle(
    request: HttpRequest, account_id: UUID | None, *, no: Refusal | None = None, form: str = ""
) -> HttpResponse:
    at, actor, text = timezone.now(), actor_of(request), request.GET.get("q", "")
    rows = [
        {
            "name": account.name,
            "username": account.username,
            "held": [grant_said(one) for one in held],
            "url": reverse("desk_circle_person", args=[account.pk]),
            "current": account.pk == account_id,
        }
        for account, held in queries.circle(actor=actor, at=at, text=text)
    ]
    context: Said = {
        "section": "circle",
        "filters": [
            field(
                "q", _("姓名或用户名"), "text", value=text, required=False, on=bool(text), word=text
            )
        ],
        "clear_url": reverse("desk_circle") if text else "",
        "rows": rows,
        "person": _colleague(request, account_id, no, form, at=at) if account_id else None,
    }
    return page(request, "accounts/circle.html", context, no)


def _colleague(
    request: HttpRequest, account_id: UUID, no: Refusal | None, form: str, *, at: datetime
) -> Said:
    actor, key = actor_of(request), [account_id]
    account = queries.colleague(account_id, actor=actor, at=at)
    theirs = queries.grants_of(account, at=at)
    sees = account.pk != actor.id and rules.sees_as_much(actor.grants, theirs)
    return {
        "name": account.name,
        "username": account.username,
        "held": [grant_said(one) for one in queries.why(account.pk, at=at)],
        "wishes": [wish_said(one) for one in queries.requests_for(account, actor=actor, at=at)],
        "stand_ins": [
            stand_in_said(one, may_end=True) for one in queries.stand_ins(account.pk, at=at)
        ],
        "form": grant_form(
            request, reverse("desk_circle_ask", args=key), no if form == "ask" else None
        ),
        "deputy_form": deputy_form(
            reverse("desk_circle_deputy", args=key),
            _given(request, form),
            no if form == "deputy" else None,
        ),
        "open": form,
        "see_url": reverse("desk_see_as", args=key) if sees else "",
    }
