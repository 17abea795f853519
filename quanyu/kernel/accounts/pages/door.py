"""The way in and out: name and password, the code of the second factor, the demo's people."""

from datetime import datetime

from allauth.account.internal.stagekit import get_pending_stage
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from quanyu.kernel.access.http import answered, field, read_or_write
from quanyu.kernel.accounts import entry, means, oidc, queries, rules
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.accounts.pages.forms import code_field, onward, page
from quanyu.kernel.errors import Refusal


@sensitive_post_parameters("password")
@never_cache
@read_or_write
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; in the demo offer its people with one click."""
    at, given = timezone.now(), request.POST
    target = given.get("next", request.GET.get("next", ""))
    if request.method != "POST" and seat_of(request).account is not None:
        return HttpResponseRedirect(entry.safe(request, target))

    def enter() -> HttpResponse:
        return entry.sign_in(
            request,
            username=given.get("username", "")[:60],
            password=given.get("password", "")[:200],
            target=target,
            at=at,
        )

    return answered(request, enter, lambda no: _sign_in_page(request, at=at, no=no))


@never_cache
@require_POST
def enter_as(request: HttpRequest, username: str) -> HttpResponse:
    """Enter as one of the demo's people; outside the demo there is no such page."""
    at = timezone.now()
    account = queries.by_username(username) if settings.QUANYU_DEMO else None
    if account is None or not queries.may_enter_by_click(account, at=at):
        raise Http404
    entry.enter(request, account)
    return onward(request)


@never_cache
@read_or_write
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second factor: in the middle of a sign-in, or after it."""
    stage, account = get_pending_stage(request), seat_of(request).account
    asked = stage.login.user if stage is not None else account
    if asked is None:
        return redirect("sign_in")

    def check() -> HttpResponse:
        code = request.POST.get("code", "")[:20]
        kind = entry.check_code(request, asked, code, at=timezone.now())
        if kind == "recovery_codes":
            left = means.codes_left(asked.pk)
            messages.warning(request, _("用掉了一个恢复码，还剩 {left} 个").format(left=left))
        if stage is not None:
            done: HttpResponse = stage.exit()
            return done
        return onward(request)

    return answered(request, check, lambda no: _code_page(request, no))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    entry.sign_out(request, at=timezone.now())
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)


def _sign_in_page(request: HttpRequest, *, at: datetime, no: Refusal | None) -> HttpResponse:
    fields = [
        field(
            "username",
            _("账号"),
            "text",
            value=request.POST.get("username", ""),
            placeholder=_("工号或用户名"),
            autocomplete="username",
        ),
        field("password", _("密码"), "password", autocomplete="current-password"),
    ]
    ended = {
        "idle": _("{minutes} 分钟没有操作，已自动退出，请重新登录").format(
            minutes=settings.QUANYU_IDLE_MINUTES
        ),
        "long": _("登录已满 12 小时，请重新登录"),
        "gone": _("登录已失效，请重新登录"),
    }
    context = {
        "fields": fields,
        "ended": ended.get(request.GET.get("ended", ""), ""),
        "demo_people": _demo_people(at=at) if settings.QUANYU_DEMO else [],
        "vouching": oidc.is_on(),
        "is_only": oidc.is_only(),
    }
    return page(request, "accounts/sign_in.html", context, no)


def _demo_people(*, at: datetime) -> list[dict[str, str]]:
    return [
        {
            "url": reverse("sign_in_as", args=[account.username]),
            "role": pgettext("between items", "、").join(_(grant.role_name) for grant in held),
            "name": rules.mask_name(account.name),
            "where": held[0].where,
        }
        for account, held in queries.demo_people(at=at)
    ]


def _code_page(request: HttpRequest, no: Refusal | None) -> HttpResponse:
    return page(request, "accounts/code.html", {"fields": [code_field(no)]}, no)
