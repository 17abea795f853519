"""What the site sends … keeps browsers on the safe side (安全加固)."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client
from django.utils import timezone

from quanyu.project.build import ROOT

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
TYPES = {
    "quanyu/desk.css": "text/css",
    "quanyu/desk.js": "text/javascript",
    "quanyu/ground.svg": "image/svg+xml",
    "vendor/tabler-icons/fonts/tabler-icons.woff2": "font/woff2",
    "vendor/maplibre-gl/maplibre-gl.js": "text/javascript",
}
PRINTED = """
import json
from quanyu.project import settings as s
names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
         "LANGUAGE_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "CSRF_COOKIE_NAME"]
print(json.dumps({name: getattr(s, name, None) for name in names}))
"""


def told(**environment: str) -> dict[str, Any]:
    """Return what the settings are with these words in the environment."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PRINTED],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# ------------------------------------------------------------------ static files


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.django_db
def test_a_static_file_bears_its_hash_and_its_type_for_good(name: str, client: Client) -> None:
    address = static(name)

    answer = client.get(address)
    answer.close()

    assert HASHED.search(address), "run python -m quanyu.project.build"
    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] == TYPES[name]
    assert "immutable" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_module_imports_others_by_their_hashed_names(client: Client) -> None:
    answer = client.get(static("quanyu/desk.js"))
    module = b"".join(answer)
    answer.close()

    (page,) = set(re.findall(rb"[\"\']\./(page[^\"\']*)[\"\']", module))

    assert HASHED.search(page.decode())
    assert static("quanyu/page.js").endswith(page.decode())


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize("address", ["/", "/report", "/desk/sign-in", "/nothing", "/healthz"])
@pytest.mark.django_db
def test_a_page_allows_nothing_inline_and_nothing_from_afar(address: str, client: Client) -> None:
    answer = client.get(address)

    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_a_cookie_is_kept_from_scripts_and_other_sites(client: Client) -> None:
    client.get("/desk/sign-in")
    client.post("/print", {"print": "large"})

    assert {name: one["samesite"] for name, one in client.cookies.items()} == dict.fromkeys(
        client.cookies, "Lax"
    )
    assert all(one["httponly"] for one in client.cookies.values())
    assert "csrftoken" in client.cookies


def test_without_tls_no_browser_is_told_to_insist_on_it() -> None:
    assert told(QUANYU_HTTPS="", QUANYU_HSTS_SECONDS="60")["SECURE_HSTS_SECONDS"] == 0


def test_with_tls_cookies_travel_over_it_alone_and_from_this_host_alone() -> None:
    assert told(QUANYU_HTTPS="1", QUANYU_HSTS_SECONDS="31536000") == {
        "SESSION_COOKIE_NAME": "__Host-quanyu",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31536000,
    }


# ------------------------------------------------------------------ notes for machines


@pytest.mark.django_db
def test_search_engines_are_asked_to_leave_the_desk_and_the_followed_alone(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /desk/", "Disallow: /follow", "Disallow: /photo/"} < set(lines)


@pytest.mark.django_db
def test_there_is_no_security_txt_without_a_contact(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.django_db
def test_security_txt_names_whom_to_tell_and_until_when_that_holds(
    client: Client, settings: Any
) -> None:
    settings.QUANYU_SECURITY_CONTACT = "mailto:a@example.org, https://example.org/report"

    answer = client.get("/.well-known/security.txt")

    lines = [line.partition(": ")[::2] for line in answer.content.decode().splitlines()]
    (expires,) = [datetime.fromisoformat(value) for name, value in lines if name == "Expires"]
    contacts = [value for name, value in lines if name == "Contact"]
    assert contacts == ["mailto:a@example.org", "https://example.org/report"]
    assert timedelta(0) < expires - timezone.now() < timedelta(days=365)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
