"""One's own account: what one signs in with, and where one is signed in (账号与安全)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, answered, field
from quanyu.kernel.accounts import actions, entry, means, oidc, rules, sessions
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.accounts.pages.forms import page
from quanyu.kernel.errors import Denied, Refusal

if TYPE_CHECKING:
    from quanyu.kernel.accounts.models import Account

LINKING = "linking"
"""In the session: until when the next way to the provider is for linking."""

LINKS_FOR = 300
Act = Callable[..., HttpResponse]


def _own_act(act: Act) -> Callable[..., HttpResponse]:
    """Make an act on one's own account the answer to a POST, or say on its page why not."""

    @sensitive_post_parameters("current")
    @never_cache
    @require_POST
    @wraps(act)
    def view(request: HttpRequest, **more: Any) -> HttpResponse:
        at, account = timezone.now(), seat_of(request).account
        if account is None:
            raise Http404

        def acted() -> HttpResponse:
            try:
                return act(request, account, at=at, **more)
            except Denied as denied:
                raise Http404 from denied

        return answered(request, acted, lambda no: account_page(request, no))

    return view


@never_cache
@require_GET
def own_account(request: HttpRequest) -> HttpResponse:
    """Show what one signs in with, and every session that is open."""
    return account_page(request, None)


@_own_act
def link_identity(request: HttpRequest, account: "Account", *, at: datetime) -> HttpResponse:
    """Let the next way to the provider be for linking, once it is certain who asks."""
    if not oidc.is_on():
        raise Http404
    _confirmed(request, account, at=at)
    request.session[LINKING] = int(at.timestamp()) + LINKS_FOR
    return redirect("own_account")


@_own_act
def unlink_identity(request: HttpRequest, account: "Account", *, at: datetime) -> HttpResponse:
    """Take one's own identity from the account."""
    _confirmed(request, account, at=at)
    actions.unlink(account=account, actor=actor_of(request), at=at)
    messages.success(request, _("统一身份已解除，用它打开的登录都已退出"))
    return redirect("own_account")


@_own_act
def renew_codes(request: HttpRequest, account: "Account", *, at: datetime) -> HttpResponse:
    """Make ten new recovery codes."""
    _confirmed(request, account, at=at)
    return fresh_codes(request, account, at=at)


@_own_act
def end_session(
    request: HttpRequest, account: "Account", *, session_id: str, at: datetime
) -> HttpResponse:
    """End one of one's own sessions."""
    actor = actor_of(request)
    actions.end_session(account=account, session_id=session_id, actor=actor, at=at)
    messages.success(request, _("那处登录已退出"))
    return redirect("own_account")


@_own_act
def end_others(request: HttpRequest, account: "Account", *, at: datetime) -> HttpResponse:
    """End all of one's sessions but this one."""
    kept = request.session.session_key or ""
    actions.end_other_sessions(account=account, kept=kept, actor=actor_of(request), at=at)
    messages.success(request, _("其他地方的登录都已退出"))
    return redirect("own_account")


def fresh_codes(request: HttpRequest, account: "Account", *, at: datetime) -> HttpResponse:
    """Make new recovery codes and show them in this one answer; no address leads to them again."""
    codes = actions.renew_recovery_codes(account=account, actor=actor_of(request), at=at)
    context = {
        "codes": [f"{code[:5]} {code[5:]}" for code in codes],
        "username": account.username,
        "onward": entry.safe(request, request.POST.get("next", reverse("own_account"))),
    }
    return page(request, "accounts/recovery_codes.html", context)


def account_page(request: HttpRequest, no: Refusal | None) -> HttpResponse:
    """Return one's own account; with a refusal it says why not."""
    at, account = timezone.now(), seat_of(request).account
    if account is None:
        return redirect("sign_in")
    is_late = entry.is_late(request, at=at) and account.has_usable_password()
    current = field("current", _("当前密码"), "password", no=no, autocomplete="current-password")
    context = {
        "means": means.of(account),
        "vouching": oidc.is_on(),
        "may_go": at.timestamp() < request.session.get(LINKING, 0),
        "fields": [current] if is_late else [],
        "email": account.email,
        "sessions": [
            {
                "device": one.device,
                "means": one.means,
                "began": one.began,
                "seen": max(one.began, sessions.rounded(one.seen)),
                "current": one.key == request.session.session_key,
                "end_url": reverse("end_session", args=[one.id]),
            }
            for one in sessions.opened(account, at=at)
        ],
        "hours": int(rules.LONGEST_SESSION.total_seconds() // 3600),
    }
    return page(request, "accounts/own_account.html", context, no)


def _confirmed(request: HttpRequest, account: "Account", *, at: datetime) -> None:
    entry.confirm(request, account, request.POST.get("current", "")[:200], at=at)
