"""The talk with the identity provider: authorization code, PKCE, state, nonce (统一身份认证).

It happens before the request's transaction begins, in a middleware of its own, so that a slow
provider holds neither a transaction nor a connection of the pool. What the browser needs to find
its way back lies in a signed cookie for ten minutes; no session is opened for who only looks.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse

BACK = "/desk/sign-in/oidc/back"
START = "/desk/sign-in/oidc"
COOKIE, SALT, LIVES = "quanyu_oidc", "quanyu.oidc", 600
PROVIDER = "city"
SCOPE = ("openid",)
"""Who it is, and nothing else about them."""

LINK, SIGN_IN = "link", "sign_in"
KNOWN_FOR = 600
"""Seconds for which the provider's own description of itself is good."""

AWAY_FOR = 10
"""Seconds for which a provider that did not answer is not asked again: each question holds a
thread of the server, and anybody may ask."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
"""Signed with a key that only the provider has; a secret shared with us would prove nothing."""

LEEWAY = 60
"""Seconds by which the provider's clock may differ from ours."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
FAULTS = (OAuth2Error, jwt.PyJWTError, requests.RequestException, KeyError, TypeError, ValueError)
"""What a provider that does not keep to the standard makes the library raise."""

log = logging.getLogger(__name__)
_known: dict[str, tuple[float, dict[str, Any]]] = {}
_away: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Journey:
    """One browser's way to the provider and back, as the cookie keeps it."""

    state: str
    nonce: str
    verifier: str
    goal: str = SIGN_IN
    account: str = ""
    target: str = ""

    def bound(self, **more: str) -> "Journey":
        """Return the same journey, with what it is for."""
        return replace(self, **more)


NOWHERE = Journey("", "", "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the talk came to: where to go, or who came back, or why not."""

    url: str = ""
    journey: Journey = NOWHERE
    subject: str = ""
    failure: str = ""
    """denied, expired, unreachable or faulty"""


class AskFirst:
    """Talk with the provider where one of the two addresses is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep the outcome with the request."""
        talk = {START: _begun, BACK: _ended}.get(request.path_info)
        if talk is not None and is_on() and request.method == "GET":
            request.oidc = talk(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def is_on() -> bool:
    """Answer whether the city has named its identity provider."""
    return bool(
        settings.QUANYU_OIDC_ISSUER
        and settings.QUANYU_OIDC_CLIENT_ID
        and settings.QUANYU_OIDC_CLIENT_SECRET
    )


def is_only() -> bool:
    """Answer whether staff sign in there and no longer by password."""
    return bool(is_on() and settings.QUANYU_OIDC_ONLY)


def issuer() -> str:
    """Return the provider's name, as the standard compares it."""
    return str(settings.QUANYU_OIDC_ISSUER).rstrip("/")


def outcome(request: HttpRequest) -> Outcome | None:
    """Return what the talk came to; None where sign-in by a provider is switched off."""
    found: Outcome | None = getattr(request, "oidc", None)
    return found


def remember(response: HttpResponse, journey: Journey) -> None:
    """Give the browser its way back."""
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(journey), salt=SALT),
        max_age=LIVES,
        path=START,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    """Take the way back out of the browser: it is good for once."""
    response.delete_cookie(COOKIE, path=START, samesite="Lax")


class City(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The provider that the settings name."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, PROVIDER)

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return how the provider describes itself; asked for once in ten minutes."""
        until, told = _known.get(issuer(), (0.0, {}))
        if time.monotonic() >= until:
            _check_safe(issuer())
            told = self._asked()
            _check_itself(told)
            _known[issuer()] = (time.monotonic() + KNOWN_FOR, told)
        return told

    def _asked(self) -> dict[str, Any]:
        if time.monotonic() < _away.get(issuer(), 0.0):
            raise requests.ConnectionError("asked a moment ago")
        try:
            told: dict[str, Any] = super().openid_config
        except (requests.ConnectionError, requests.Timeout):
            _away[issuer()] = time.monotonic() + AWAY_FOR
            raise
        return told

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return the one address to which the provider may send people back."""
        return request.build_absolute_uri(BACK)


def _begun(request: HttpRequest) -> Outcome:
    proof = generate_code_challenge()
    journey = Journey(token_urlsafe(24), token_urlsafe(24), proof.pop("code_verifier"))
    try:
        city = City(request)
        client = city.get_client(request, city.get_provider().app)
        more = {"state": journey.state, "nonce": journey.nonce, **proof}
        return Outcome(client.get_redirect_url(city.authorize_url, SCOPE, more), journey)
    except FAULTS as fault:
        return _failed(fault, journey)


def _ended(request: HttpRequest) -> Outcome:
    journey, given = _journey(request), request.GET
    if journey is None:
        return Outcome(failure="expired")
    if "code" not in given:
        # A no lets nobody in: it is told even where the provider forgot to send the state along.
        denied = given.get("error", "") in {"access_denied", "login_required"}
        return Outcome(journey=journey, failure="denied" if denied else "faulty")
    is_answer = compare_digest(journey.state.encode(), given.get("state", "").encode())
    if not is_answer or not _is_first_use(journey.state):
        return Outcome(journey=journey, failure="expired")
    try:
        return Outcome(journey=journey, subject=_subject(request, given["code"], journey))
    except FAULTS as fault:
        return _failed(fault, journey)


def _subject(request: HttpRequest, code: str, journey: Journey) -> str:
    """Exchange the code for the proof of who came, and check every part of it.

    Nothing of the answer is kept but the subject.
    """
    city = City(request)
    app = city.get_provider().app
    client = city.get_client(request, app)
    token = client.get_access_token(code, pkce_code_verifier=journey.verifier)["id_token"]
    told = jwt.decode(
        token,
        _key(token, city.openid_config["jwks_uri"]),
        algorithms=ALGORITHMS,
        issuer=city.openid_config["issuer"],
        audience=app.client_id,
        leeway=LEEWAY,
        options={"require": ["iss", "aud", "exp", "iat", "sub", "nonce"]},
    )
    is_ours = told.get("azp", app.client_id) == app.client_id
    if not is_ours or not compare_digest(str(told["nonce"]).encode(), journey.nonce.encode()):
        raise OAuth2Error("not the answer to this question")
    if not 1 <= len(told["sub"]) <= 255:
        raise OAuth2Error("a subject has 1 to 255 signs")
    return str(told["sub"])


def _key(token: str, address: str) -> jwt.PyJWK:
    """Return the provider's key that signed a token; one that has but one key need not name it."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(address)
        answer.raise_for_status()
    kid = jwt.get_unverified_header(token).get("kid")
    fit = [key for key in answer.json()["keys"] if kid in {None, key.get("kid")}]
    if len(fit) != 1:
        raise OAuth2Error("signed with a key that the provider does not show")
    return jwt.PyJWK.from_dict(fit[0], algorithm=jwt.get_unverified_header(token)["alg"])


def _journey(request: HttpRequest) -> Journey | None:
    try:
        return Journey(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIVES))
    except signing.BadSignature:
        return None


def _is_first_use(state: str) -> bool:
    fresh: bool = cache.add(f"oidc-{state}", 1, LIVES)
    if not connection.in_atomic_block:
        connection.close()  # back to the pool, before the provider is waited for
    return fresh


def _failed(fault: Exception, journey: Journey) -> Outcome:
    away = isinstance(fault, requests.ConnectionError | requests.Timeout)
    # The kind alone: a message may hold what the provider said of a person.
    log.warning("sign-in by the identity provider failed: %s", type(fault).__name__)
    return Outcome(journey=journey, failure="unreachable" if away else "faulty")


def _check_itself(told: dict[str, Any]) -> None:
    """Refuse a description that is another provider's, or leads over an open line."""
    if str(told["issuer"]).rstrip("/") != issuer():
        raise OAuth2Error("another issuer than the settings name")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check_safe(told[name])


def _check_safe(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise OAuth2Error("only https, except on loopback")
