"""The steps of a sign-in, and of a change of what one signs in with (登录的步骤)."""

from datetime import datetime
from typing import TYPE_CHECKING

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import (
    perform_login,
    perform_password_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import actions, means, oidc, queries, rules, sessions
from quanyu.kernel.accounts.adapters import Accounts
from quanyu.kernel.accounts.http import address_of, seat_of
from quanyu.kernel.accounts.sessions import BEGAN
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

if TYPE_CHECKING:
    from quanyu.kernel.accounts.models import Account, Invitation

FAILURES = {
    "denied": _("您取消了登录，或统一身份认证没有准许"),
    "expired": _("这次登录已超过十分钟，或已用过，请重新开始"),
    "unreachable": _("统一身份认证暂时连接不上，请稍后再试"),
    "faulty": _("统一身份认证的答复不符合要求，请告诉系统管理员"),
}
COUNTED = frozenset({"denied", "faulty"})
"""What somebody can bring about at will, with a way back of their own."""

CODE_LIVES = 90
"""Seconds in which a code of the second factor could be typed again."""


def sign_in(
    request: HttpRequest, *, username: str, password: str, target: str, at: datetime
) -> HttpResponse:
    """Open a session by name and password, or ask for the second factor next.

    :raises Locked: if this name or address failed too often
    :raises Invalid: if name and password do not fit
    """
    name, where = username.strip().lower(), address_of(request)
    actions.begin_try(kind="name", value=name, at=at)
    rules.check_open(queries.locks([actions.key_of("address", where)]), at=at)
    account = authenticate(request, username=name, password=password)
    AuthenticationBackend.unstash_authenticated_user()
    if account is None:
        _count(request, name, "sign_in_failed", at=at)
        raise Invalid(_("用户名或密码不正确"))
    actions.forget_failures(kind="name", value=name)
    if oidc.is_only() and not _is_administrator(account, at=at):
        record("accounts.sign_in_failed", account, actor=actor_of(request), at=at)
        raise rules.NotVouched(_("密码登录已关闭，请用统一身份认证登录"))
    login = Login(user=account, redirect_url=safe(request, target))
    response: HttpResponse = perform_password_login(request, {"username": name}, login)
    return response


def sign_in_vouched(
    request: HttpRequest, *, subject: str, target: str, at: datetime
) -> HttpResponse:
    """Open a session for whom the identity provider vouches, or ask for the second factor next.

    Who is signed in here already leaves first: the provider's word is about somebody else, or new.

    :raises NotVouched: if the subject is linked to no open account; with a code if to none at all
    """
    account = means.vouched(issuer=oidc.issuer(), subject=subject)
    if account is None:
        raise _unknown(request, subject, at=at)
    if seat_of(request).account is not None:
        sign_out(request, at=at)
    record("accounts.vouched", account, actor=Actor(ActorKind.PERSON, id=account.pk), at=at)
    record_authentication(request, account, "socialaccount", provider=oidc.PROVIDER)
    login = Login(user=account, redirect_url=safe(request, target))
    response: HttpResponse = perform_login(request, login)
    return response


def check_talk(request: HttpRequest, failure: str, *, at: datetime) -> None:
    """Refuse to go on where the talk with the identity provider failed, or fails too often.

    A door of its own: who mistypes passwords behind the same address does not close it, nor does
    a provider that is down.

    :raises Locked: if too many talks from this address failed
    :raises NotVouched: if this one did
    """
    where, actor = address_of(request), actor_of(request)
    rules.check_open(queries.locks([actions.key_of("vouching", where)]), at=at)
    if failure in COUNTED:
        record(f"accounts.vouching_{failure}", "accounts.identity", actor=actor, at=at)
        until = actions.count_failure(kind="vouching", value=where, actor=actor, at=at)
        rules.check_open([until], at=at)
    if failure:
        raise rules.NotVouched(FAILURES[failure])


def enter(request: HttpRequest, account: "Account") -> None:
    """Open a session without a password, as the demo's buttons do."""
    Accounts(request).login(request, account)


def link_of(request: HttpRequest, token: str, *, at: datetime) -> "Invitation":
    """Return the open link of this token; who tries many is locked out by address.

    :raises Locked: if this address failed too often
    :raises WrongLink: if there is none
    """
    where = address_of(request)
    rules.check_open(queries.locks([actions.key_of("address", where)]), at=at)
    try:
        return queries.invitation(token, at=at)
    except rules.WrongLink as no:
        actor = actor_of(request)
        until = actions.count_failure(kind="address", value=where, actor=actor, at=at)
        raise _failed(until, no, at=at) from no


def take_up(request: HttpRequest, token: str, password: str, *, at: datetime) -> HttpResponse:
    """Set the password that somebody has chosen behind a link, and open their session.

    An account that has a second factor is asked for it: the link stands for the password alone.

    :raises WrongLink: if the link was used meanwhile
    :raises Unconfirmed: if a second administrator has still to confirm it
    :raises Invalid: if the password breaks a rule
    """
    account = actions.take_up(token=token, password=password, at=at)
    if seat_of(request).account is not None:
        sign_out(request, at=at)
    login = Login(user=account, redirect_url=settings.LOGIN_REDIRECT_URL)
    response: HttpResponse = perform_password_login(request, {"username": account.username}, login)
    return response


def check_password(
    request: HttpRequest, account: "Account", password: str, *, at: datetime
) -> None:
    """Ask who is signed in for the password again, under the same count of failures.

    :raises Locked: if this name failed too often
    :raises Invalid: if it is wrong
    """
    actions.begin_try(kind="name", value=account.username, at=at)
    if not account.check_password(password):
        _count(request, account.username, "password_failed", at=at)
        raise Invalid(_("当前密码不正确"), field="current")


def check_code(request: HttpRequest, account: "Account", code: str, *, at: datetime) -> str:
    """Take a code of the second factor, or a recovery code; the session bears it from now on.

    Returns which of the two it was: ``totp`` or ``recovery_codes``.

    :raises Locked: if too many codes were wrong
    :raises WrongCode: if this one is
    """
    actions.begin_try(kind="code", value=str(account.pk), at=at)
    actor = Actor(ActorKind.PERSON, id=account.pk)
    form = AuthenticateForm(user=account, data={"code": rules.code_meant(code)})
    if not form.is_valid():
        record("accounts.code_failed", account, actor=actor, at=at)
        until = actions.count_failure(kind="code", value=str(account.pk), actor=actor, at=at)
        raise _failed(until, rules.WrongCode(_("动态验证码不正确，或已用过"), field="code"), at=at)
    actions.forget_failures(kind="code", value=str(account.pk))
    kind = str(form.authenticator.type)
    if kind == Authenticator.Type.TOTP:
        # allauth remembers a code for one period; with the tolerance it is good for three.
        used = form.authenticator.wrap()._get_used_cache_key(rules.code_meant(code))
        cache.set(used, "y", timeout=CODE_LIVES)
    else:
        record("accounts.use_recovery_code", account, actor=actor, at=at)
    form.save()
    return kind


def enrol(request: HttpRequest, account: "Account", code: str, *, at: datetime) -> None:
    """Set up the second factor with the secret of this session, proved by its first code.

    :raises Locked: if too many codes were wrong
    :raises WrongCode: if this one is
    """
    actions.begin_try(kind="code", value=str(account.pk), at=at)
    secret, actor = totp.get_totp_secret(), Actor(ActorKind.PERSON, id=account.pk)
    if not totp.validate_totp_code(secret, code):
        until = actions.count_failure(kind="code", value=str(account.pk), actor=actor, at=at)
        raise _failed(until, rules.WrongCode(_("动态验证码不正确，或已用过"), field="code"), at=at)
    actions.enrol_totp(account=account, secret=secret, actor=actor, at=at)
    totp.clear_totp_secret(request)
    record_authentication(request, account, "mfa", type="totp")


def sign_out(request: HttpRequest, *, at: datetime) -> None:
    """Close the session and write it down."""
    seat = seat_of(request)
    if seat.account is not None:
        record("accounts.sign_out", seat.account, actor=seat.actor, at=at)
    Accounts(request).logout(request)


def is_late(request: HttpRequest, *, at: datetime) -> bool:
    """Answer whether the sign-in lies too far back to change what one signs in with."""
    return at - began(request) > rules.PROOF


def confirm(request: HttpRequest, account: "Account", password: str, *, at: datetime) -> None:
    """Let a change of what one signs in with pass: soon after the sign-in, or with the password.

    :raises Locked: if this name failed too often
    :raises Invalid: if the password is wrong
    :raises NotVouched: if there is no password to ask for
    """
    if not is_late(request, at=at):
        return
    if not account.has_usable_password():
        raise rules.NotVouched(_("请退出后重新登录，十分钟内再办理"))
    check_password(request, account, password, at=at)


def began(request: HttpRequest) -> datetime:
    """Return when this session was opened."""
    return sessions.instant(request.session.get(BEGAN, 0))


def safe(request: HttpRequest, target: str) -> str:
    """Return where to go after the sign-in: only a page of ours."""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=False):
        return target
    return settings.LOGIN_REDIRECT_URL


def _is_administrator(account: "Account", *, at: datetime) -> bool:
    return rules.is_administrator(grant.role for grant in queries.grants_of(account, at=at))


def _unknown(request: HttpRequest, subject: str, *, at: datetime) -> rules.NotVouched:
    """Return the refusal of a subject without an open account; with a code, if it has none."""
    met = actions.meet(issuer=oidc.issuer(), subject=subject, actor=actor_of(request), at=at)
    if met.waits:
        record("accounts.vouching_waits", met, actor=actor_of(request), at=at)
        return rules.NotVouched(_("您的统一身份要等安全管理员当面核对本人后才能使用"))
    if not met.code:
        record("accounts.vouching_ended", met, actor=actor_of(request), at=at)
        return rules.NotVouched(_("您的账号已停用，不能登录"))
    return rules.NotVouched(
        _("您的统一身份还没有绑定本系统的账号"), code=f"{met.code[:4]}-{met.code[4:]}"
    )


def _count(request: HttpRequest, name: str, topic: str, *, at: datetime) -> None:
    """Write a failure down and count it under the name and the address.

    :raises Locked: if it was one too many
    """
    key = actions.key_of("name", name)
    account = queries.by_username(name)
    record(
        f"accounts.{topic}",
        account if account is not None else f"accounts.attempts:{key}",
        actor=actor_of(request),
        at=at,
    )
    untils = [
        actions.count_failure(kind=kind, value=value, actor=actor_of(request), at=at)
        for kind, value in (("name", name), ("address", address_of(request)))
    ]
    rules.check_open(untils, at=at)


def _failed(until: datetime | None, otherwise: Refusal, *, at: datetime) -> Refusal:
    return rules.locked(until, at=at) if until else otherwise
