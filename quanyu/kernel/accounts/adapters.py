"""How allauth behaves in this house: nobody signs up, nothing is mailed, secrets are sealed."""

import base64
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.accounts import devices
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.models.keeping import SECOND_FACTOR
from quanyu.kernel.accounts.oidc import PROVIDER
from quanyu.kernel.accounts.sessions import BEGAN, DEVICE, MEANS, SEEN
from quanyu.kernel.audit.actions import record
from quanyu.kernel.privacy.fields import ring

if TYPE_CHECKING:
    import requests


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator; a session bears its beginning."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no."""
        return False

    def login(self, request: HttpRequest, user: Account) -> None:
        """Open the session, stamp it and write it down: every way in passes here."""
        super().login(request, user)
        at = timezone.now()
        request.session[BEGAN] = request.session[SEEN] = int(at.timestamp())
        request.session[DEVICE] = devices.named(request.headers.get("User-Agent", ""))
        request.session[MEANS] = _means(request, user)
        actor = Actor(ActorKind.PERSON, id=user.pk, name=user.name)
        record("accounts.sign_in", user, actor=actor, at=at)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages speak for themselves."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing."""


def _means(request: HttpRequest, user: Account) -> str:
    """Return ``oidc`` if the identity provider vouched in this sign-in: the last try counts."""
    records = get_authentication_records(request, user)
    first = [one["method"] for one in records if one.get("method") in {"password", "socialaccount"}]
    return "oidc" if first[-1:] == ["socialaccount"] else ""


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors lie sealed in the database."""

    error_messages = MappingProxyType(
        {**DefaultMFAAdapter.error_messages, "incorrect_code": _("动态验证码不正确，或已用过")}
    )

    def get_totp_issuer(self) -> str:
        """Return the name that the phone shows beside the code."""
        return gettext("全域")

    def get_totp_label(self, user: Account) -> str:
        """Return the account's name as the phone shows it."""
        return user.username

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return base64.b64encode(ring().seal(text, place=SECOND_FACTOR)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return ring().open(base64.b64decode(encrypted_text), place=SECOND_FACTOR)


class Provider(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The city's identity provider stands in the settings; nobody signs up through it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Answer no."""
        return False

    def get_requests_session(self) -> "requests.Session":
        """Return a client that goes where it was told to go, and nowhere that an answer points to.

        The secret, the code and the question for the keys are for the addresses that were checked.
        """
        session: requests.Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> Any:
        """Return the one provider, without asking the database."""
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name=PROVIDER,
                client_id=settings.QUANYU_OIDC_CLIENT_ID,
                secret=settings.QUANYU_OIDC_CLIENT_SECRET,
                settings={"server_url": settings.QUANYU_OIDC_ISSUER.rstrip("/")},
            )
        ]
