"""While the identity provider is waited for (等待统一身份认证时) … no transaction stands open."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.conftest import owner

OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.fixture
def looking() -> Iterator[Any]:
    """A provider that answers nothing of use, and looks into the database while it is asked."""
    name, found = connection.settings_dict["NAME"], []

    class Looking(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with owner(name) as look:
                found.append((look.execute(OPEN, [name]).fetchone() or (None,))[0])
            self.send_error(503)

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Looking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.found = found  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_holds_no_transaction(looking: Any, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = f"http://127.0.0.1:{looking.server_port}"
    settings.QUANYU_OIDC_CLIENT_ID = settings.QUANYU_OIDC_CLIENT_SECRET = "a client of the tests"
    browser = Client()
    # A cookie makes the request's transaction ask for the session, and so begin in earnest.
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32

    answer = browser.get("/desk/sign-in/oidc")

    assert answer.context["refusal"]["sentence"][:6] == "统一身份认证"
    assert looking.found == [0]


def test_asks_a_provider_that_is_away_no_more_than_now_and_then(db: None, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0.5)
        settings.QUANYU_OIDC_ISSUER = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings.QUANYU_OIDC_CLIENT_ID = "quanyu"
        settings.QUANYU_OIDC_CLIENT_SECRET = "a secret of the tests"
        asked: list[bool] = []
        hanging_up = threading.Thread(target=_hang_up, args=[silent, asked])
        hanging_up.start()
        answers = [Client().get("/desk/sign-in/oidc").status_code for _n in range(3)]
        hanging_up.join()

    assert answers == [422, 422, 422]
    assert asked == [True]


def _hang_up(silent: socket.socket, asked: list[bool]) -> None:
    """Close every connection unanswered, until none comes any more."""
    with suppress(TimeoutError):
        while True:
            silent.accept()[0].close()
            asked.append(True)


@pytest.fixture
def pointing() -> Iterator[Any]:
    """A provider that sends whoever asks it to another address."""
    paths: list[str] = []

    class Pointing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pointing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.paths = paths  # type: ignore[attr-defined]
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_goes_nowhere_that_an_answer_points_to(db: None, pointing: Any, settings: Any) -> None:
    settings.QUANYU_OIDC_ISSUER = f"http://127.0.0.1:{pointing.server_port}"
    settings.QUANYU_OIDC_CLIENT_ID = settings.QUANYU_OIDC_CLIENT_SECRET = "a client of the tests"

    answer = Client().get("/desk/sign-in/oidc")

    assert answer.context["refusal"]["sentence"][:14] == "统一身份认证的答复不符合要求"
    assert pointing.paths == ["/.well-known/openid-configuration"]
