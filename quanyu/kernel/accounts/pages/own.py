"""What everybody does with their own account: second factor, password, hat."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from quanyu.kernel.access.http import actor_of, answered, field, read_or_write
from quanyu.kernel.accounts import actions, entry, http, queries, rules
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.accounts.pages.forms import (
    code_field,
    new_password_fields,
    onward,
    page,
    role_words,
)
from quanyu.kernel.accounts.pages.security import fresh_codes
from quanyu.kernel.errors import Invalid, Refusal


@sensitive_post_parameters("current", "code")
@never_cache
@read_or_write
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set up the second factor: show its secret as a picture, and take its first code."""
    at, account = timezone.now(), seat_of(request).account
    if account is None:
        return redirect("sign_in")
    if queries.has_second_factor(account.pk):
        return redirect(
            "sign_in_code" if seat_of(request).needs_factor else settings.LOGIN_REDIRECT_URL
        )
    late = entry.is_late(request, at=at)
    if request.method != "POST":
        get_totp_secret(regenerate=True)

    def enrol() -> HttpResponse:
        entry.confirm(request, account, request.POST.get("current", "")[:200], at=at)
        entry.enrol(request, account, request.POST.get("code", "")[:12], at=at)
        kept = request.session.session_key or ""
        actions.end_other_sessions(account=account, kept=kept, actor=actor_of(request), at=at)
        return fresh_codes(request, account, at=at)

    return answered(request, enrol, lambda no: _second_factor_page(request, no, late=late))


@sensitive_post_parameters("current", "new", "again")
@never_cache
@read_or_write
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    at, account, given = timezone.now(), seat_of(request).account, request.POST
    if account is None:
        return redirect("sign_in")

    def change() -> HttpResponse:
        entry.check_password(request, account, given.get("current", "")[:200], at=at)
        if given.get("new") != given.get("again"):
            raise Invalid(_("两次输入的新密码不一致"), field="again")
        changed = actions.set_password(
            account=account, password=given.get("new", "")[:200], actor=actor_of(request), at=at
        )
        update_session_auth_hash(request, changed)
        kept = request.session.session_key or ""
        actions.end_other_sessions(account=account, kept=kept, actor=actor_of(request), at=at)
        messages.success(request, _("密码已修改，其他设备上的登录已退出"))
        return onward(request)

    return answered(request, change, lambda no: _password_page(request, no))


@never_cache
@read_or_write
def hat(request: HttpRequest) -> HttpResponse:
    """Choose in which place or body one acts from now on."""
    seat, at = seat_of(request), timezone.now()
    if request.method == "POST":
        key = request.POST.get("hat", "")
        if key and rules.worn(seat.grants, key) is None:
            raise Http404
        request.session[http.HAT] = key
        return onward(request)
    names = queries.hat_names(seat.hats)
    hats = [
        {
            "key": one.key,
            "name": names[one.key],
            "roles": role_words({grant.role for grant in seat.grants if one.covers(grant)}),
            "current": one == seat.hat,
        }
        for one in seat.hats
    ]
    context = {"hats": hats, "may_wear_all": not rules.needs_hat(seat.grants), "at": at}
    return page(request, "accounts/hat.html", context)


def _second_factor_page(request: HttpRequest, no: Refusal | None, *, late: bool) -> HttpResponse:
    adapter, secret = get_adapter(), get_totp_secret()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    current = field("current", _("当前密码"), "password", no=no, autocomplete="current-password")
    context = {
        "fields": [*([current] if late else []), code_field(no)],
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        # Drawn by qrcode from our own text: nothing of it comes from outside.
        "qr": mark_safe(picture[picture.index("<svg") :]),  # noqa: S308
        "required": seat_of(request).needs_factor,
    }
    return page(request, "accounts/second_factor.html", context, no)


def _password_page(request: HttpRequest, no: Refusal | None) -> HttpResponse:
    fields = [
        field("current", _("当前密码"), "password", no=no, autocomplete="current-password"),
        *new_password_fields(no),
    ]
    context = {"fields": fields, "must": seat_of(request).needs_password}
    return page(request, "accounts/password.html", context, no)
