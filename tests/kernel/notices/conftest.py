"""People with accounts, a mail server and a text gateway on loopback (通知测试的帮手)."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as configured

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.notices import actions
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import Group, Topic, topics
from tests.conftest import STREET
from tests.seat import BEFORE

WORKER = system(configured.QUANYU_CITY, job="tests")
TOPIC = Topic(
    "tests.lamp",
    Group.ASSIGNED,
    "路灯",
    "路灯坏了：{matter}",
    "{place}，{due_at}",
    ("matter", "place", "due_at"),
)
LATE = Topic("tests.late", Group.DUE, "逾期", "已逾期：{matter}", "{place}", ("matter", "place"))


@pytest.fixture(autouse=True)
def told_topics() -> Iterator[None]:
    """Two topics of a domain that stands for any."""
    topics[TOPIC.key], topics[LATE.key] = TOPIC, LATE
    yield
    del topics[TOPIC.key], topics[LATE.key]


@pytest.fixture
def worker(db: None) -> Actor:
    """The system in a job, which alone writes into inboxes."""
    set_scope(WORKER)
    return WORKER


Hire = Callable[..., Actor]


@pytest.fixture
def hire(db: None) -> Hire:
    """Give a person an account."""

    def hired(name: str, *, email: str = "", grants: frozenset[Grant] = frozenset()) -> Actor:
        account = Account.objects.create(
            username=f"u{Account.objects.count()}", name=name, email=email, created_at=BEFORE
        )
        for one in grants:
            GrantRow.objects.create(
                account=account,
                role=one.role,
                region_path=one.path,
                body_id=one.body,
                granted_from=BEFORE,
            )
        return Actor(ActorKind.PERSON, account.pk, grants, name=name)

    return hired


@pytest.fixture
def li(hire: Hire) -> Actor:
    return hire("李军", email="li@example.org")


@pytest.fixture
def officer(hire: Hire) -> Actor:
    """A community worker of the demo street, who calls."""
    return hire("孙燕", grants=frozenset({Grant(Role.COMMUNITY_OFFICER, STREET)}))


@pytest.fixture
def keeper(hire: Hire) -> Actor:
    """The system administrator of the whole city."""
    grants = frozenset({Grant(Role.SYS_ADMIN, configured.QUANYU_CITY)})
    return hire("钱一", email="qian@example.org", grants=grants)


def news(topic: str = TOPIC.key, *, occasion: str = "1", **more: Any) -> News:
    """Return something to tell."""
    words = {
        "matter": "路灯",
        "matter_en": "street lamp",
        "place": "三里庵",
        "due_at": "2026-03-04T10:00:00+08:00",
    }
    return News(
        topic=topic,
        subject="tests.lamp:1",
        occasion=occasion,
        region_path=STREET,
        link="/desk/matters/1",
        words=words,
        **more,
    )


def tell(*people: Actor, at: datetime, given: News | None = None) -> list[Any]:
    """Tell some people as the worker does."""
    set_scope(WORKER)
    keys = [person.id for person in people if person.id is not None]
    return actions.tell(given or news(), to=keys, actor=WORKER, at=at)


# ------------------------------------------------------------------ the outside world


@dataclass
class Post:
    """A mail server that answers as it is told to."""

    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or say the next prepared no."""
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 taken"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A real SMTP server on loopback, set as the city's own."""
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.QUANYU_MAIL_HOST = "127.0.0.1"
    settings.QUANYU_MAIL_PORT = port
    settings.QUANYU_MAIL_TLS = "none"
    settings.QUANYU_MAIL_FROM = "全域 <quanyu@example.org>"
    yield handler
    controller.stop()


@dataclass
class Provider:
    """A text gateway that keeps what it was sent and answers as it is told to."""

    answers: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A real HTTP server on loopback, set as the city's text gateway."""
    held = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.asked.append(json.loads(body) | {"key": self.headers["X-Key"]})
            status, said = (
                held.answers.pop(0) if held.answers else (200, {"Code": "OK", "Id": "m-1"})
            )
            if status == 0:  # the line breaks after the message was taken
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def do_GET(self) -> None:
            held.asked.append({"followed": self.path})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"Code": "OK", "Id": "m-2"}')

        def log_message(self, *_given: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.QUANYU_SMS = json.dumps(
        {
            "url": f"http://127.0.0.1:{server.server_port}/send",
            "headers": {"X-Key": "secret"},
            "body": {"to": "{phone}", "text": "【{sign}】{text}", "ref": "{reference}"},
            "sign": "三里庵",
            "ok": "Code",
            "id": "Id",
            "never": ["BAD_NUMBER"],
            "receipt_id": "id",
            "receipt_ok": "state",
            "receipt_ok_is": "DELIVRD",
        }
    )
    yield held
    server.shutdown()
    server.server_close()
    thread.join()
