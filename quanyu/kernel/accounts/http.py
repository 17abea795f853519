"""From a session to an actor: one request, one account, one transaction (会话)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from allauth.account.internal.flows.login import (
    get_authentication_records,
)
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import queries, rules, seen, sessions
from quanyu.kernel.accounts.sessions import BEGAN, MEANS, SEEN
from quanyu.kernel.audit.actions import record

if TYPE_CHECKING:
    from quanyu.kernel.accounts.models import Account

HAT = "hat"
TOUCH = timedelta(minutes=1)
WITHOUT = ("/healthz", "/readyz", "/metrics")
"""Answered without a transaction: the first says that the process lives, database or not."""

BARRED = "X-Quanyu-Barred"
"""Marks, on its way through the middleware, an answer whose act the database refused."""

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

    needs_password: bool = False
    """Came in by a password that an administrator knows."""

    seen_as: "Account | None" = None
    """Whose view this is: the actor has that person's reach and may change nothing."""

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
            response = _turned_away(request, seat) or _not_acting(request, seat)
            response = response or self.get_response(request)
            is_barred = bool(response.headers.pop(BARRED, ""))
            if response.status_code >= 500 or is_barred:
                transaction.set_rollback(True)
            elif connection.needs_rollback:
                raise transaction.TransactionManagementError("answered over a broken transaction")
        return _barred(request) if is_barred else response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer like any other act what the database refused to who sees as a colleague does."""
        if seat_of(request).seen_as is None or not seen.is_refused(fault):
            return None
        return HttpResponse(status=403, headers={BARRED: "1"})


def has_factor(request: HttpRequest, account: "Account") -> bool:
    """Answer whether this session was opened with the second factor."""
    records = get_authentication_records(request, account)
    return any(one.get("method") == "mfa" for one in records)


def _seated(request: HttpRequest, *, at: datetime) -> Seat:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return NOBODY
    key, hashed = request.session.get(SESSION_KEY), request.session.get(HASH_SESSION_KEY, "")
    if key is None:
        # The cookie names a session that is there no more: ended elsewhere, or run out.
        return NOBODY if request.session.session_key else Seat(ended="gone")
    found = queries.standing(UUID(key), at=at)
    ended = _over(request, at=at)
    if found is None or not compare_digest(hashed, found.account.get_session_auth_hash()):
        ended = "gone"
    if found is None or ended:
        return _emptied(request, ended)
    _touch(request, at=at)
    request._cached_user = found.account  # type: ignore[attr-defined]
    return _seen(request, _in_hat(request, found), at=at)


def _over(request: HttpRequest, *, at: datetime) -> str:
    """Return why the session has run out, if it has; one without stamps begins now."""
    session, now = request.session, int(at.timestamp())
    since = [sessions.instant(session.setdefault(name, now)) for name in (BEGAN, SEEN)]
    return sessions.over(*since, at=at)


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
    needs_password = account.must_change_password and not request.session.get(MEANS)
    is_waiting = needs_factor or needs_password
    hat = rules.worn(grants, request.session.get(HAT, ""))
    counting = frozenset() if is_waiting else rules.under(grants, hat)
    return Seat(
        actor=Actor(ActorKind.PERSON, id=account.pk, grants=counting, name=account.name),
        account=account,
        grants=grants,
        hat=hat,
        needs_factor=needs_factor,
        needs_password=needs_password,
    )


def _seen(request: HttpRequest, seat: Seat, *, at: datetime) -> Seat:
    """Return the seat with a colleague's reach, while one sees as they do."""
    found = seen.as_colleague(request, seat.actor, at=at)
    return seat if found is None else replace(seat, actor=found[0], seen_as=found[1])


def _not_acting(request: HttpRequest, seat: Seat) -> HttpResponse | None:
    """Refuse every act of who sees as somebody else does; the database refuses it as well."""
    if seat.seen_as is None or request.path_info in (*DOORS, reverse("desk_see_as_oneself")):
        return None
    if request.method not in seen.SAFE:
        return _refused_to_act(request)
    seen.only_read()
    return None


def _refused_to_act(request: HttpRequest) -> HttpResponse:
    seat = seat_of(request)
    if seat.seen_as is not None:
        record("accounts.see_as.refused", seat.seen_as, actor=seat.actor, at=timezone.now())
    return render(request, "accounts/read_only.html", status=403)


def _barred(request: HttpRequest) -> HttpResponse:
    """Say in a transaction of its own that a look would have written, and was rolled back."""
    with transaction.atomic():
        set_scope(seat_of(request).actor)
        return _refused_to_act(request)


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
    if seat.needs_password:
        return "password"
    return "hat" if seat.needs_hat else ""


def _sent(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
