"""From a session to an actor: one request, one account, one transaction (会话)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_password_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, authenticate
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from quanyu.kernel.access.http import actor_of
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions, queries, rules
from quanyu.kernel.accounts.adapters import BEGAN, SEEN, Accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _

if TYPE_CHECKING:
    from quanyu.kernel.accounts.models import Account, Invitation

HAT = "hat"
TOUCH = timedelta(minutes=1)
CODE_LIVES = 90
"""Seconds in which a code of the second factor could be typed again."""

WITHOUT = ("/healthz", "/readyz", "/metrics")
"""Answered without a transaction: the first says that the process lives, database or not."""

DESK = "/desk/"
DOORS = ("/desk/sign-in", "/desk/sign-out", "/desk/welcome/")
"""Open to everybody: the ways in and out."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at the other end of a request, and in what capacity."""

    actor: Actor = REPORTER
    account: "Account | None" = None
    grants: frozenset[Grant] = frozenset()
    """Every live grant, whatever hat is worn."""

    hat: rules.Hat | None = None
    needs_factor: bool = False
    """An administrator whose session has no second factor yet."""

    ended: str = ""
    """Why the session that came with the request counts no more: idle, long or gone."""

    @property
    def needs_hat(self) -> bool:
        """Answer whether a place must be chosen before anything is seen."""
        return self.hat is None and rules.needs_hat(self.grants)

    @property
    def hats(self) -> tuple[rules.Hat, ...]:
        """Return what may be chosen."""
        return rules.hats(self.grants)


NOBODY = Seat()


def seat_of(request: HttpRequest) -> Seat:
    """Return who sits at the other end, as the middleware found it."""
    found: Seat = getattr(request, "seat", NOBODY)
    return found


def address_of(request: HttpRequest) -> str:
    """Return from where the request comes, through trusted proxies only."""
    header = "HTTP_" + settings.QUANYU_PROXY_HEADER.upper().replace("-", "_")
    return rules.address(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get(header, ""),
        trusted=settings.QUANYU_TRUSTED_PROXY,
    )


class OneTransaction:
    """One request is one transaction that begins with the reach of who asks.

    An answer below 500 commits, refusals included: the act itself was rolled back to its
    savepoint, and the record of the refused try stays. A fault rolls all of it back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the transaction."""
        if request.path_info in WITHOUT or request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        is_outermost = not connection.in_atomic_block
        with transaction.atomic():
            seat = _seated(request, at=timezone.now())
            request.seat = seat  # type: ignore[attr-defined]
            if not (is_outermost and seat.actor == REPORTER):  # what a connection is anyway
                set_scope(seat.actor)
            response = _turned_away(request, seat) or self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif connection.needs_rollback:
                raise transaction.TransactionManagementError("answered over a broken transaction")
        return response


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
    login = Login(user=account, redirect_url=safe(request, target))
    response: HttpResponse = perform_password_login(request, {"username": name}, login)
    return response


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


def check_code(request: HttpRequest, account: "Account", code: str, *, at: datetime) -> None:
    """Take a code of the second factor; the session bears it from now on.

    :raises Locked: if too many codes were wrong
    :raises WrongCode: if this one is
    """
    actions.begin_try(kind="code", value=str(account.pk), at=at)
    form = AuthenticateForm(user=account, data={"code": code})
    if not form.is_valid():
        actor = Actor(ActorKind.PERSON, id=account.pk)
        record("accounts.code_failed", account, actor=actor, at=at)
        until = actions.count_failure(kind="code", value=str(account.pk), actor=actor, at=at)
        raise _failed(until, rules.WrongCode(_("动态验证码不正确，或已用过"), field="code"), at=at)
    actions.forget_failures(kind="code", value=str(account.pk))
    # allauth remembers a code for one period; with the tolerance it is good for three.
    used = form.authenticator.wrap()._get_used_cache_key(code)
    cache.set(used, "y", timeout=CODE_LIVES)
    form.save()


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


def began(request: HttpRequest) -> datetime:
    """Return when this session was opened."""
    return datetime.fromtimestamp(request.session.get(BEGAN, 0), tz=timezone.get_current_timezone())


def safe(request: HttpRequest, target: str) -> str:
    """Return where to go after the sign-in: only a page of ours."""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=False):
        return target
    return settings.LOGIN_REDIRECT_URL


def has_factor(request: HttpRequest, account: "Account") -> bool:
    """Answer whether this session was opened with the second factor."""
    records = get_authentication_records(request, account)
    return any(one.get("method") == "mfa" for one in records)


def _seated(request: HttpRequest, *, at: datetime) -> Seat:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return NOBODY
    key, hashed = request.session.get(SESSION_KEY), request.session.get(HASH_SESSION_KEY, "")
    if key is None:
        return NOBODY
    found = queries.standing(UUID(key), at=at)
    ended = _over(request, at=at)
    if found is None or not compare_digest(hashed, found.account.get_session_auth_hash()):
        ended = "gone"
    if found is None or ended:
        return _emptied(request, ended)
    _touch(request, at=at)
    request._cached_user = found.account  # type: ignore[attr-defined]
    return _in_hat(request, found)


def _over(request: HttpRequest, *, at: datetime) -> str:
    """Return why the session has run out, if it has; one without stamps begins now."""
    now = int(at.timestamp())
    if now - request.session.setdefault(BEGAN, now) >= rules.LONGEST_SESSION.total_seconds():
        return "long"
    idle = now - request.session.setdefault(SEEN, now)
    return "idle" if idle >= settings.QUANYU_IDLE_MINUTES * 60 else ""


def _touch(request: HttpRequest, *, at: datetime) -> None:
    """Keep when the person was last seen, inside this transaction and at most once a minute."""
    session, now = request.session, int(at.timestamp())
    if now - session[SEEN] < TOUCH.total_seconds():
        return
    session[SEEN] = now
    try:
        session.save()
    except UpdateError as fault:
        raise SessionInterrupted("signed out in another window meanwhile") from fault
    session.modified = False


def _emptied(request: HttpRequest, ended: str) -> Seat:
    request.session.flush()
    request._cached_user = AnonymousUser()  # type: ignore[attr-defined]
    return Seat(ended=ended)


def _in_hat(request: HttpRequest, found: queries.Standing) -> Seat:
    account, grants = found.account, found.grants
    roles = {grant.role for grant in grants}
    needs_factor = rules.is_administrator(roles) and not has_factor(request, account)
    is_waiting = needs_factor or account.must_change_password
    hat = rules.worn(grants, request.session.get(HAT, ""))
    counting = frozenset() if is_waiting else rules.under(grants, hat)
    return Seat(
        actor=Actor(ActorKind.PERSON, id=account.pk, grants=counting, name=account.name),
        account=account,
        grants=grants,
        hat=hat,
        needs_factor=needs_factor,
    )


def _turned_away(request: HttpRequest, seat: Seat) -> HttpResponse | None:
    """Return the way to the page that must be passed first; nobody enters the desk unknown."""
    path = request.path_info
    if not path.startswith(DESK) or path.startswith(DOORS):
        return None
    goal = _first(seat)
    if not goal or path == reverse(goal):
        return None
    query = {"next": request.get_full_path()} if request.method == "GET" else {}
    query |= {"ended": seat.ended} if seat.ended else {}
    return _sent(request, f"{reverse(goal)}?{urlencode(query)}" if query else reverse(goal))


def _first(seat: Seat) -> str:
    """Return the page to be passed before any other, if there is one."""
    if seat.account is None:
        return "sign_in"
    if seat.needs_factor:
        return "second_factor" if not queries.has_second_factor(seat.account.pk) else "sign_in_code"
    if seat.account.must_change_password:
        return "password"
    return "hat" if seat.needs_hat else ""


def _sent(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


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
