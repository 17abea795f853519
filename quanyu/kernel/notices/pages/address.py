"""One's own mail address for notices, on one's own page (通知邮箱)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    read_or_write,
)
from quanyu.kernel.accounts import entry
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.errors import Refusal
from quanyu.kernel.notices import actions, queries
from quanyu.kernel.notices.rules import proof

Act = Callable[..., HttpResponse]


def _own(act: Act) -> Callable[..., HttpResponseBase]:
    """Make an act the answer to a POST of somebody signed in, or say on the page why not."""

    @sensitive_post_parameters("current", "code")
    @never_cache
    @hidden_if_denied
    @wraps(act)
    def view(request: HttpRequest, **more: Any) -> HttpResponse:
        if seat_of(request).account is None:
            raise Http404
        at = timezone.now()
        return answered(
            request, lambda: act(request, at=at, **more), lambda no: _page(request, no, at=at)
        )

    return view


@read_or_write
@_own
def own_mail(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Show one's own mail address, and write another down."""
    _confirmed(request, at=at)
    given = request.POST.get("email", "")[:300]
    waits = actions.ask_mail(email=given, actor=actor_of(request), at=at)
    if waits is None:
        messages.success(request, _("邮箱已保存；邮件接通后开始使用"))
        return redirect("own_account")
    messages.success(request, _("核对码已发往新邮箱，请在 15 分钟内填写"))
    return redirect("own_mail")


@require_POST
@_own
def confirm_mail(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Enter the code that came by mail."""
    code = request.POST.get("code", "")[:12]
    actions.confirm_mail(code=code, actor=actor_of(request), at=at)
    messages.success(request, _("邮箱已核对，以后的通知发到这里"))
    return redirect("own_account")


@require_POST
@_own
def remove_mail(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Take one's own mail address away."""
    _confirmed(request, at=at)
    actions.remove_mail(actor=actor_of(request), at=at)
    messages.success(request, _("邮箱已删除，通知只在站内"))
    return redirect("own_account")


def _confirmed(request: HttpRequest, *, at: datetime) -> None:
    account = seat_of(request).account
    assert account is not None  # noqa: S101 - asked before
    entry.confirm(request, account, request.POST.get("current", "")[:200], at=at)


def _page(request: HttpRequest, no: Refusal | None, *, at: datetime) -> HttpResponse:
    account = seat_of(request).account
    assert account is not None  # noqa: S101 - asked before
    is_late = entry.is_late(request, at=at) and account.has_usable_password()
    current = field("current", _("当前密码"), "password", no=no, autocomplete="current-password")
    asked = [current] if is_late else []
    row = queries.proof_of(actor_of(request))
    waits = row is not None and proof.is_open(row.asked_at, row.tries, at=at)
    email = field(
        "email",
        _("新的邮箱"),
        "email",
        no=no,
        value=request.POST.get("email", "")[:300],
        autocomplete="email",
    )
    code = field(
        "code", _("核对码"), "text", no=no, autocomplete="one-time-code", inputmode="numeric"
    )
    context = {
        "section": "own",
        "email": account.email,
        "waiting": str(row.address) if waits and row is not None else "",
        "code_fields": [code],
        "fields": [email, *asked],
        "remove_fields": asked,
    }
    return answer(request, "notices/mail.html", context, no)
