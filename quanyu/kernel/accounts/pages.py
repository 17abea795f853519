"""Signing in, the second factor, the hat; people and their grants."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import BODY_ROLES, Role
from quanyu.kernel.accounts import actions, http, queries, rules
from quanyu.kernel.accounts.http import seat_of
from quanyu.kernel.errors import Denied, Invalid, Refusal, TooMany

View = Callable[..., HttpResponse]
read_or_write = require_http_methods(["GET", "HEAD", "POST"])


# ------------------------------------------------------------------ the way in and out
@sensitive_post_parameters("password")
@never_cache
@read_or_write
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; in the demo offer its people with one click."""
    at, given = timezone.now(), request.POST
    target = given.get("next", request.GET.get("next", ""))
    if request.method != "POST":
        if seat_of(request).account is not None:
            return HttpResponseRedirect(http.safe(request, target))
        return _sign_in_page(request, target, at=at)
    try:
        return http.sign_in(
            request,
            username=given.get("username", "")[:60],
            password=given.get("password", "")[:200],
            target=target,
            at=at,
        )
    except Refusal as no:
        return _sign_in_page(request, target, at=at, no=no)


@never_cache
@require_POST
def enter_as(request: HttpRequest, username: str) -> HttpResponse:
    """Enter as one of the demo's people; outside the demo there is no such page."""
    at = timezone.now()
    account = queries.by_username(username) if settings.QUANYU_DEMO else None
    if account is None or not queries.may_enter_by_click(account, at=at):
        raise Http404
    http.enter(request, account)
    return HttpResponseRedirect(http.safe(request, request.POST.get("next", "")))


@never_cache
@read_or_write
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the second factor: in the middle of a sign-in, or after it."""
    stage, account = get_pending_stage(request), seat_of(request).account
    asked = stage.login.user if stage is not None else account
    if asked is None:
        return redirect("sign_in")
    if request.method != "POST":
        return _code_page(request)
    try:
        http.check_code(request, asked, request.POST.get("code", "")[:12], at=timezone.now())
    except Refusal as no:
        return _code_page(request, no=no)
    if stage is not None:
        done: HttpResponse = stage.exit()
        return done
    return HttpResponseRedirect(http.safe(request, request.POST.get("next", "")))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Close the session."""
    http.sign_out(request, at=timezone.now())
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)


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
    late = at - http.began(request) > rules.PROOF
    if request.method != "POST":
        get_totp_secret(regenerate=True)
        return _second_factor_page(request, late=late)
    try:
        if late:
            http.check_password(request, account, request.POST.get("current", "")[:200], at=at)
        http.enrol(request, account, request.POST.get("code", "")[:12], at=at)
    except Refusal as no:
        return _second_factor_page(request, late=late, no=no)
    return HttpResponseRedirect(http.safe(request, request.POST.get("next", "")))


@sensitive_post_parameters("current", "new", "again")
@never_cache
@read_or_write
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    at, account, given = timezone.now(), seat_of(request).account, request.POST
    if account is None:
        return redirect("sign_in")
    if request.method != "POST":
        return _password_page(request)
    try:
        http.check_password(request, account, given.get("current", "")[:200], at=at)
        if given.get("new") != given.get("again"):
            raise Invalid(_("两次输入的新密码不一致"), field="again")
        changed = actions.set_password(
            account=account, password=given.get("new", "")[:200], actor=actor_of(request), at=at
        )
    except Refusal as no:
        return _password_page(request, no=no)
    update_session_auth_hash(request, changed)
    messages.success(request, _("密码已修改，其他设备上的登录已退出"))
    return HttpResponseRedirect(http.safe(request, given.get("next", "")))


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
        return HttpResponseRedirect(http.safe(request, request.POST.get("next", "")))
    names = queries.hat_names(seat.hats)
    hats = [
        {
            "key": one.key,
            "name": names[one.key],
            "roles": _roles({grant.role for grant in seat.grants if one.covers(grant)}),
            "current": one == seat.hat,
        }
        for one in seat.hats
    ]
    context = {"hats": hats, "may_wear_all": not rules.needs_hat(seat.grants), "at": at}
    return TemplateResponse(request, "accounts/hat.html", context | _next(request))


# ------------------------------------------------------------------ people and grants
def _for_administrators(view: View) -> View:
    """Open the page to the three administrators; who is out of their reach is not there."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.is_administrator(actor_of(request).roles):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            raise Http404 from denied

    return opened


@require_GET
@_for_administrators
def people(request: HttpRequest) -> HttpResponse:
    """List people and what they hold."""
    return _people_page(request)


@require_GET
@_for_administrators
def person(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Show one person, every grant of theirs, and what I may do about it."""
    return _people_page(request, account_id=account_id)


@sensitive_post_parameters("password")
@read_or_write
@_for_administrators
def person_new(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    if request.method != "POST":
        return _people_page(request, new=True)
    given = request.POST
    try:
        made = actions.create_account(
            username=given.get("username", ""),
            name=given.get("name", "")[:40],
            password=given.get("password", "")[:200] or None,
            actor=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as no:
        return _people_page(request, new=True, no=no)
    messages.success(request, _("账号已建立"))
    return redirect("desk_person", made.pk)


@require_POST
@_for_administrators
def give(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Give a role."""
    at, given, actor = timezone.now(), request.POST, actor_of(request)
    account = queries.account(account_id, actor=actor)
    try:
        actions.grant(
            account=account,
            role=given.get("role", ""),
            region_path=queries.place_called(given.get("region_path", "").strip()),
            body=_key(given.get("body", "")),
            granted_from=_day(given.get("granted_from", ""), field="granted_from", at=at),
            granted_to=_day_after(given.get("granted_to", ""), at=at),
            reason=given.get("reason", "")[:200],
            actor=actor,
            at=at,
        )
    except Refusal as no:
        return _people_page(request, account_id=account_id, no=no)
    messages.success(request, _("授权已生效"))
    return redirect("desk_person", account_id)


@require_POST
@_for_administrators
def take(request: HttpRequest, account_id: UUID, grant_id: UUID) -> HttpResponse:
    """Take a role away."""
    reason = request.POST.get("reason", "")[:200]
    return _done(
        request,
        account_id,
        lambda: actions.end_grant(
            grant_id=grant_id, reason=reason, actor=actor_of(request), at=timezone.now()
        ),
        _("授权已终止，下一次请求起失效"),
    )


@require_POST
@_for_administrators
def end(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Close an account."""
    account = queries.account(account_id, actor=actor_of(request))
    reason = request.POST.get("reason", "")[:200]
    return _done(
        request,
        account_id,
        lambda: actions.end_account(
            account=account, reason=reason, actor=actor_of(request), at=timezone.now()
        ),
        _("账号已停用，全部授权已终止"),
    )


@sensitive_post_parameters("password")
@require_POST
@_for_administrators
def new_password(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Give somebody a password for one sign-in."""
    account = queries.account(account_id, actor=actor_of(request))
    text = request.POST.get("password", "")[:200]
    return _done(
        request,
        account_id,
        lambda: actions.set_password(
            account=account, password=text, actor=actor_of(request), at=timezone.now()
        ),
        _("密码已重设，本人下次登录须修改"),
    )


@require_POST
@_for_administrators
def no_second_factor(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Take away the second factor of somebody whose device is lost."""
    account = queries.account(account_id, actor=actor_of(request))
    return _done(
        request,
        account_id,
        lambda: actions.reset_totp(account=account, actor=actor_of(request), at=timezone.now()),
        _("动态验证码已解绑，下次登录须重新绑定"),
    )


def _done(
    request: HttpRequest, account_id: UUID, act: Callable[[], object], sentence: str
) -> HttpResponse:
    try:
        act()
    except Refusal as no:
        return _people_page(request, account_id=account_id, no=no)
    messages.success(request, sentence)
    return redirect("desk_person", account_id)


# ------------------------------------------------------------------ what the templates are given
def said(no: Refusal) -> str:
    """Return a refusal's sentence in the reader's language."""
    return _(no.sentence).format(**no.parts) if no.parts else _(no.sentence)


def _answer(
    request: HttpRequest, template: str, context: Mapping[str, object], no: Refusal | None
) -> HttpResponse:
    whole = {**context, **_next(request), "refusal": None}
    if no is None:
        return TemplateResponse(request, template, whole)
    whole["refusal"] = {"sentence": said(no), "field": no.field}
    response = TemplateResponse(request, template, whole, status=no.status)
    if isinstance(no, TooMany):
        response["Retry-After"] = str(no.retry_after)
    return response


def _next(request: HttpRequest) -> dict[str, str]:
    return {"next": request.POST.get("next", request.GET.get("next", ""))}


def _field(
    name: str, label: str, kind: str, *, no: Refusal | None = None, **more: object
) -> dict[str, object]:
    error = said(no) if no is not None and no.field == name else ""
    return {"name": name, "label": label, "kind": kind, "required": True, "error": error, **more}


def _sign_in_page(
    request: HttpRequest, target: str, *, at: datetime, no: Refusal | None = None
) -> HttpResponse:
    fields = [
        _field(
            "username",
            _("账号"),
            "text",
            value=request.POST.get("username", ""),
            placeholder=_("工号或用户名"),
            autocomplete="username",
        ),
        _field("password", _("密码"), "password", autocomplete="current-password"),
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
    }
    return _answer(request, "accounts/sign_in.html", context, no)


def _demo_people(*, at: datetime) -> list[dict[str, str]]:
    return [
        {
            "url": reverse("sign_in_as", args=[account.username]),
            "role": _(held.role_name),
            "name": rules.mask_name(account.name),
            "where": held.where,
        }
        for account, held in queries.demo_people(at=at)
    ]


def _code_field(no: Refusal | None) -> dict[str, object]:
    return _field(
        "code", _("动态验证码"), "text", no=no, autocomplete="one-time-code", inputmode="numeric"
    )


def _code_page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    return _answer(request, "accounts/code.html", {"fields": [_code_field(no)]}, no)


def _second_factor_page(
    request: HttpRequest, *, late: bool, no: Refusal | None = None
) -> HttpResponse:
    adapter, secret = get_adapter(), get_totp_secret()
    picture = adapter.build_totp_svg(adapter.build_totp_url(request.user, secret))
    current = _field("current", _("当前密码"), "password", no=no, autocomplete="current-password")
    context = {
        "fields": [*([current] if late else []), _code_field(no)],
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        # Drawn by qrcode from our own text: nothing of it comes from outside.
        "qr": mark_safe(picture[picture.index("<svg") :]),  # noqa: S308
        "required": seat_of(request).needs_factor,
    }
    return _answer(request, "accounts/second_factor.html", context, no)


def _password_page(request: HttpRequest, *, no: Refusal | None = None) -> HttpResponse:
    fields = [
        _field("current", _("当前密码"), "password", no=no, autocomplete="current-password"),
        _field(
            "password",
            _("新密码"),
            "password",
            no=no,
            autocomplete="new-password",
            help=_("至少 10 位，包含大写字母、小写字母、数字、符号中的三种，不与用户名相近"),
        )
        | {"name": "new"},
        _field("again", _("再输一次新密码"), "password", no=no, autocomplete="new-password"),
    ]
    account = seat_of(request).account
    context = {
        "fields": fields,
        "must": account is not None and account.must_change_password,
    }
    return _answer(request, "accounts/password.html", context, no)


def _people_page(
    request: HttpRequest,
    *,
    account_id: UUID | None = None,
    new: bool = False,
    no: Refusal | None = None,
) -> HttpResponse:
    at, actor, given = timezone.now(), actor_of(request), request.GET
    text, role, after = given.get("q", ""), given.get("role", ""), given.get("after", "")
    found = queries.people(actor=actor, at=at, text=text, role=role, after=after)
    rows = [_row(account, held, current=account_id) for account, held in found[: queries.PAGE]]
    context: dict[str, object] = {
        "section": "people",
        "filters": _filters(text, role),
        "rows": rows,
        "pages": _pages(request, found),
        "total": queries.count(actor=actor, at=at, text=text, role=role),
        "clear_url": reverse("desk_people") if text or role else "",
        "person": None,
        "form": _new_form(request, no) if new else None,
        "add_url": reverse("desk_person_new") if Role.SYS_ADMIN in actor.roles else "",
    }
    if account_id is not None:
        context["person"] = _person(request, account_id, no, at=at)
    return _answer(request, "accounts/people.html", context, no)


def _pages(
    request: HttpRequest, found: list[tuple[Any, list[queries.Explained]]]
) -> dict[str, str] | None:
    """Return the way to the next page, if there is one."""
    if len(found) <= queries.PAGE:
        return None
    query = request.GET.copy()
    query["after"] = found[queries.PAGE - 1][0].username
    return {"next_url": f"{reverse('desk_people')}?{query.urlencode()}"}


def _filters(text: str, role: str) -> list[dict[str, object]]:
    return [
        _field(
            "q", _("姓名或用户名"), "text", value=text, required=False, on=bool(text), word=text
        ),
        _field(
            "role",
            _("角色"),
            "select",
            value=role,
            options=_role_options(),
            empty=_("全部角色"),
            required=False,
            on=bool(role),
            word=_(rules.ROLE_NAMES[role]) if role in rules.ROLE_NAMES else "",
        ),
    ]


def _row(account: Any, held: list[queries.Explained], *, current: UUID | None) -> dict[str, object]:
    return {
        "name": account.name,
        "username": account.username,
        "role_words": _roles({one.role for one in held}),
        "place": pgettext("between items", "、").join(dict.fromkeys(one.where for one in held)),
        "url": reverse("desk_person", args=[account.pk]),
        "state": "active" if account.is_active else "ended",
        "current": account.pk == current,
    }


def _person(
    request: HttpRequest, account_id: UUID, no: Refusal | None, *, at: datetime
) -> dict[str, object]:
    actor = actor_of(request)
    account = queries.account(account_id, actor=actor)
    other, live = account.pk != actor.id, account.is_active
    gives = other and live and Role.SEC_ADMIN in actor.roles
    grants = [
        {
            "id": one.id,
            "role": _(one.role_name),
            "place": one.where,
            "from": one.granted_from,
            "to": one.granted_to,
            "by": one.granted_by or _("系统"),
            "reason": one.reason,
            "ended": one.state == "ended",
            "future": one.state == "future",
            "end_reason": one.end_reason,
            "ended_by": one.ended_by,
            "end_url": reverse("desk_grant_end", args=[account.pk, one.id])
            if gives and one.state != "ended"
            else "",
            "end_fields": [_field("reason", _("终止事由"), "text")],
        }
        for one in queries.history(account, at=at)
    ]
    return {
        "name": account.name,
        "username": account.username,
        "since": account.created_at,
        "state": "active" if live else "ended",
        "signs_in": account.has_usable_password(),
        "second_factor": queries.has_second_factor(account.pk),
        "mine": not other,
        "grants": grants,
        "form": _grant_form(request, account_id, no) if gives else None,
        "acts": _acts(account_id, no) if other and live and Role.SYS_ADMIN in actor.roles else [],
    }


def _grant_form(request: HttpRequest, account_id: UUID, no: Refusal | None) -> dict[str, object]:
    given = request.POST
    standing = queries.bodies(on=timezone.localdate())
    bodies = [{"value": str(key), "label": name} for key, name in standing.items()]
    fields = [
        _field(
            "role",
            _("角色"),
            "select",
            no=no,
            value=given.get("role", ""),
            options=_role_options(),
        ),
        _field(
            "region_path",
            _("辖区"),
            "text",
            no=no,
            value=given.get("region_path", ""),
            required=False,
            help=_("辖区名称或路径，如三里庵街道；处置人不填，改选机构"),
        ),
        _field(
            "body",
            _("机构"),
            "select",
            no=no,
            value=given.get("body", ""),
            options=bodies,
            empty=_("不在机构内"),
            required=False,
        ),
        _field(
            "granted_from",
            pgettext("first day", "起"),
            "date",
            no=no,
            value=given.get("granted_from", ""),
            required=False,
            help=_("不填为立即生效"),
        ),
        _field(
            "granted_to",
            pgettext("last day", "止"),
            "date",
            no=no,
            value=given.get("granted_to", ""),
            required=False,
            help=_("当日终了失效；不填为长期"),
        ),
        _field("reason", _("事由"), "text", no=no, value=given.get("reason", "")),
    ]
    return {"url": reverse("desk_grant", args=[account_id]), "button": _("授权"), "fields": fields}


def _acts(account_id: UUID, no: Refusal | None) -> list[dict[str, object]]:
    """Return what a system administrator may do with somebody's account."""
    key = [account_id]
    return [
        {
            "key": "password",
            "label": _("重设密码"),
            "url": reverse("desk_person_password", args=key),
            "fields": [
                _field("password", _("临时密码"), "text", no=no, value=rules.fresh_password())
            ],
            "note": _("本人下次登录须修改"),
        },
        {
            "key": "factor",
            "label": _("解绑动态验证码"),
            "url": reverse("desk_person_factor", args=key),
            "fields": [],
            "note": _("仅在设备遗失时使用；下次登录须重新绑定"),
        },
        {
            "key": "end",
            "label": _("停用账号"),
            "url": reverse("desk_person_end", args=key),
            "fields": [_field("reason", _("停用事由"), "text", no=no)],
            "note": _("全部授权同时终止，不可恢复"),
            "danger": True,
        },
    ]


def _new_form(request: HttpRequest, no: Refusal | None) -> dict[str, object]:
    given = request.POST
    fields = [
        _field("username", _("用户名"), "text", no=no, value=given.get("username", "")),
        _field("name", _("姓名"), "text", no=no, value=given.get("name", "")),
        _field(
            "password",
            _("临时密码"),
            "text",
            no=no,
            value=given.get("password", "") or rules.fresh_password(),
            required=False,
            help=_("本人首次登录须修改；留空则该账号只任职、不登录"),
        ),
    ]
    return {
        "url": reverse("desk_person_new"),
        "title": _("新建账号"),
        "button": _("建立"),
        "cancel_url": reverse("desk_people"),
        "fields": fields,
    }


def _role_options() -> list[dict[str, object]]:
    return [
        {"value": role, "label": _(name), "note": _("机构内") if role in BODY_ROLES else ""}
        for role, name in rules.ROLE_NAMES.items()
    ]


def _roles(roles: set[str]) -> str:
    return pgettext("between items", "、").join(
        _(rules.ROLE_NAMES[role]) for role in rules.roles_in_order(roles)
    )


def _key(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as fault:
        raise rules.WrongGrant(_("没有这个机构"), field="body", value=text) from fault


def _day(text: str, *, field: str, at: datetime) -> datetime | None:
    """Return the beginning of a day; today means now."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as fault:
        raise rules.WrongGrant(_("日期有误"), field=field, value=text) from fault
    if day == timezone.localdate(at):
        return at
    return timezone.make_aware(datetime.combine(day, time()))


def _day_after(text: str, *, at: datetime) -> datetime | None:
    """Return the end of a day: it counts to its last moment."""
    if not text:
        return None
    begins = _day(text, field="granted_to", at=at)
    day = timezone.localdate(begins) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time()))
