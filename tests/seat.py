"""Give a person of the cast an account and a browser that is signed in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows import login
from django.test import Client

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.models import Account, GrantRow

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def browser_of(actor: Actor) -> Client:
    """Return a browser in which this person is signed in, with exactly these grants."""
    assert actor.id is not None, "a person has a key"
    account = Account.objects.create(
        pk=actor.id, username=f"u{actor.id.hex[-12:]}", name=actor.name, created_at=BEFORE
    )
    for grant in actor.grants:
        GrantRow.objects.create(
            account=account,
            role=grant.role,
            region_path=grant.path,
            body_id=grant.body,
            granted_from=BEFORE,
        )
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def send(browser: Client, address: str, body: Mapping[str, Any]) -> Any:
    """Send a JSON body to the API."""
    return browser.post(address, dict(body), content_type="application/json")


def administrator(actor: Actor) -> Client:
    """Return a browser in which an administrator is signed in, with the second factor."""
    browser = browser_of(actor)
    session = browser.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp"}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(actor.id)
    session.save()
    return browser
