"""A real OpenID provider on loopback, in a process of its own (统一身份认证服务)."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests


@dataclass(frozen=True, slots=True)
class Provider:
    """Where it listens, and how a person answers its page."""

    url: str

    def approve(self, asked: str, subject: str) -> str:
        """Sign in there as this subject; return where the provider sends the browser back to."""
        return self._answer(asked, {"sub": subject})

    def deny(self, asked: str) -> str:
        """Say no there."""
        return self._answer(asked, {"action": "deny"})

    def _answer(self, asked: str, given: dict[str, str]) -> str:
        said = requests.post(asked, given, allow_redirects=False, timeout=10)
        back = said.headers["Location"]
        return re.sub(r"^https?://[^/]+", "", back)


@contextmanager
def running() -> Iterator[Provider]:
    """Start a provider at a free port, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    child = subprocess.Popen(
        [*command, "--require-nonce", "true"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield Provider(url)
    finally:
        child.terminate()
        child.wait(10)


def _wait(url: str) -> None:
    for _try in range(200):
        try:
            requests.get(f"{url}/.well-known/openid-configuration", timeout=1).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the provider does not answer")
