"""A browser, a server with a real database, and the cast at their desks (浏览器测试)."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from PIL import Image, ImageDraw
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import ADMINISTRATORS, REPORTER, Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.jobs import app as queue
from quanyu.kernel.operations.doctor import CHROMIUMS
from tests.conftest import owner
from tests.seat import administrator, browser_of

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
CODE = re.compile(r"^\s*\d{4} \d{4} \d{4} \d{4}\s*$")
EXPECTED = re.compile(r"Failed to load resource.*status of (403|404|409|413|422|429)|WebGL|GPU")
"""What a browser writes into its console of an answer that a test asked for."""

SHOTS = os.environ.get("QUANYU_SHOTS")
NO_MAPS = """
const drawn = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith('webgl') ? null : drawn.call(this, kind, ...more);
};
"""
"""A browser without WebGL: every page works in it, and a map drawn by the processor is dear."""

Sit = Callable[..., Page]

PATIENCE = 30_000
"""Milliseconds: a busy machine draws a map in many seconds, and nobody waits for what is there."""

expect.set_options(timeout=PATIENCE)


def pytest_configure() -> None:
    """Let the tests ask the database while the browser's own loop runs in the same thread."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of this folder."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """The site as it is served: its static files come through the site's own door, hashed.

    It is stopped before its database is dropped.
    """
    server = LiveServer("localhost", start=False)
    server.thread.static_handler = lambda handler: handler  # type: ignore[assignment]
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sit(chromium: Browser, live_server: Any) -> Iterator[Sit]:
    """Seat a person, or nobody known, at a browser of their own.

    At the end no page may have failed in its scripts or broken the content policy.
    """
    opened: list[Any] = []
    said: list[str] = []

    def seated(
        actor: Actor | None = None, *, size: Any = WIDE, maps: bool = bool(SHOTS), **more: Any
    ) -> Page:
        more.setdefault("locale", "zh-CN")
        context = chromium.new_context(
            base_url=live_server.url, viewport=size, reduced_motion="reduce", **more
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        if not maps:
            context.add_init_script(NO_MAPS)
        if actor is not None:
            context.add_cookies([_session(actor, live_server.url)])
        page = context.new_page()
        page.on("console", lambda message: said.extend(_faults(message)))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        return page

    yield seated

    for context in opened:
        context.close()
    _settle()
    assert said == []


def _faults(message: ConsoleMessage) -> list[str]:
    """Return what a page says has gone wrong, unless a test asked for it."""
    is_fault = message.type == "error" and not EXPECTED.search(message.text)
    return [message.text] if is_fault else []


def _session(actor: Actor, url: str) -> SetCookieParam:
    """Return the cookie of somebody who has signed in."""
    name = settings.SESSION_COOKIE_NAME
    signed = administrator if ADMINISTRATORS & actor.roles else browser_of
    return {"name": name, "value": signed(actor).cookies[name].value, "url": url}


def _settle() -> None:
    """Wait until the server has nothing under way: emptying the tables waits for nobody."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        " AND state <> 'idle'"
    )
    with owner(connection.settings_dict["NAME"]) as look:
        for _try in range(100):
            (left,) = look.execute(busy, [connection.settings_dict["NAME"]]).fetchone() or (0,)
            if not left:
                return
            time.sleep(0.05)


def work() -> None:
    """Let a worker do all that waits; in a thread, for the browser's loop holds this one."""

    def worked() -> None:
        try:
            app = queue.make()
            app.run_worker(queues=[queue.QUEUE], wait=False, install_signal_handlers=False)
        finally:
            connections.close_all()

    thread = threading.Thread(target=worked)
    thread.start()
    thread.join()


def look(page: Page, name: str) -> None:
    """Keep a picture of the page for the eye, when a folder for it is named."""
    if SHOTS:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(700)  # the ground of a map is drawn after it came
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def photo(colour: str = "grey", name: str = "photo.jpg") -> FilePayload:
    """Return a photo as a telephone takes it: a dark hole in a road."""
    drawn = Image.new("RGB", (800, 600), colour)
    ImageDraw.Draw(drawn).ellipse((240, 180, 560, 420), fill="black")
    whole = BytesIO()
    drawn.save(whole, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": whole.getvalue()}


# ------------------------------------------------------------------ the cast, with real commits


@pytest.fixture
def at() -> datetime:
    """Two hours ago: browsers live by the clock on the wall."""
    return timezone.now() - timedelta(hours=2)


@pytest.fixture
def act(live_server: Any) -> Any:
    """Do something as somebody, and commit it."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


@pytest.fixture
def reported(act: Any, said: actions.Report, at: datetime) -> Event:
    """A matter just reported by a resident, and what the worker does about it."""
    return report(act, said, at=at)


@pytest.fixture
def followed(
    act: Any,
    said: actions.Report,
    operator: Actor,
    at: datetime,
) -> str:
    """The code of a matter that was taken on."""
    receipt = act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.accept, event_id=receipt.id, actor=operator, at=at)
    return receipt.code.replace(" ", "")


@pytest.fixture
def words_only(said: actions.Report) -> actions.Report:
    """The same report without a point."""
    return replace(said, lon=None, lat=None)


def report(act: Any, said: actions.Report, *, at: datetime) -> Event:
    """Report a matter and let the worker suggest its class."""
    key = act(actions.report, said=said, actor=REPORTER, at=at).id
    with acting(system(settings.QUANYU_CITY, job="tests")) as worker:
        return actions.suggest(event_id=key, actor=worker, at=at)


def now(event: Event) -> Event:
    """Return a matter as it stands now."""
    with acting(system(settings.QUANYU_CITY, job="tests")):
        return Event.objects.get(pk=event.pk)


def unfold(page: Page, act: str) -> Locator:
    """Open the form of one act of a matter, wherever it lies folded, and return it."""
    form = page.get_by_role("form", name=act, exact=True)
    word = page.get_by_role("group", name="其他做法").get_by_text(act, exact=True)
    if form.is_visible():
        return form
    if not word.count():
        page.locator("summary", has_text="其他去向").click()
        word = page.get_by_role("group", name="其他去向").get_by_text(act, exact=True)
    word.first.click()
    return form


def choose(form: Locator, field: str, name: str) -> None:
    """Tick one of many choices of a field, unfolding those that lie further down."""
    group = form.get_by_role("group", name=field)
    one = group.get_by_label(name)
    if not one.is_visible():
        group.locator("details").filter(has=form.page.get_by_label(name)).locator("summary").click()
    one.check()
