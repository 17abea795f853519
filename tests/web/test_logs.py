"""A line of the log … holds nothing of a person, whoever writes it (日志脱敏)."""

import json
import logging
import sys
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from quanyu.web import asked
from quanyu.web.logs import JsonLines, TextLines

PLANTED = ("张三", "13800138000", "340103199001011234", "192.0.2.7", "zhang.san@example.org")
CODE = "1234567890123456"


class Kept:
    """What the log's own formatter wrote while a test ran."""

    def __init__(self) -> None:
        self.stream = StringIO()

    @property
    def text(self) -> str:
        """Return all lines."""
        return self.stream.getvalue()

    def lines(self, logger: str) -> list[dict[str, Any]]:
        """Return the lines of one logger."""
        told = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in told if line["logger"] == logger]


@pytest.fixture
def log() -> Any:
    """Write every line, from DEBUG on, as JSON."""
    kept, root = Kept(), logging.getLogger()
    handler = logging.StreamHandler(kept.stream)
    handler.setFormatter(JsonLines())
    names = ("", "django.request", "quanyu.access")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    yield kept
    root.removeHandler(handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def written(record: logging.LogRecord) -> str:
    """Return a record in both forms."""
    return JsonLines().format(record) + TextLines().format(record)


def made(message: object, *args: Any, name: str = "library", fault: Any = None) -> str:
    """Return what becomes of a message that a library writes."""
    told = (type(fault), fault, fault.__traceback__) if fault else None
    return written(logging.LogRecord(name, logging.WARNING, "x.py", 1, message, args, told))


# ------------------------------------------------------------------ what is planted


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("name", ["library", "quanyu.events", "django.request"])
def test_shows_no_value_of_a_message(planted: str, name: str) -> None:
    assert planted not in made("could not read %s", planted, name=name)
    assert planted not in made("could not read %(it)s", {"it": planted}, name=name)
    assert planted not in made("could not read %r", [planted], name=name)
    assert planted not in made("could not read %s", ValueError(planted), name=name)


@pytest.mark.parametrize("planted", PLANTED[:3] + PLANTED[4:])
def test_strikes_out_what_a_finished_message_holds(planted: str) -> None:
    assert planted not in made(f"could not read {planted} at all")
    assert planted not in made(f"could not read '{planted}'")


@given(name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_shows_no_chinese_name(name: str) -> None:
    assert name not in made("read %s", name)
    assert name not in made(f"read {name}, failed")


@given(number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_shows_no_telephone(number: str) -> None:
    assert number not in made("call %s", number)
    assert number not in made("call %d", int(number))
    assert number not in made(f"call {number}.")
    assert number not in made("call", fault=KeyError(number))


@given(st.text(), st.lists(st.one_of(st.text(), st.integers(), st.none()), max_size=3))
def test_is_one_line_whatever_is_written(message: str, args: list[Any]) -> None:
    line = JsonLines().format(
        logging.LogRecord("x", logging.INFO, "x.py", 1, message, tuple(args), None)
    )

    assert json.loads(line)["logger"] == "x"
    assert len(line.splitlines()) == 1 or "\n" not in line


def test_shows_of_an_exception_class_and_place_alone() -> None:
    try:
        _fail(PLANTED[0])
    except ValueError:
        fault = sys.exc_info()[1]

    told = made("failed", fault=fault)

    assert "ValueError ← KeyError" in told
    assert "test_logs.py" in told
    assert PLANTED[0] not in told


def _fail(words: str) -> None:
    try:
        dict[str, str]()[words]
    except KeyError as fault:
        raise ValueError(words) from fault


@pytest.mark.django_db
def test_shows_of_a_database_error_code_and_constraint_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE once (phone text PRIMARY KEY)")
        with pytest.raises(IntegrityError) as raised:
            cursor.execute("INSERT INTO once VALUES (%s), (%s)", [PLANTED[1], PLANTED[1]])
    assert PLANTED[1] in str(raised.value), "the driver does quote it"
    assert isinstance(raised.value.__cause__, psycopg.errors.UniqueViolation)

    told = made("failed", fault=raised.value)

    assert "23505" in told
    assert "once_pkey" in told
    assert PLANTED[1] not in told


# ------------------------------------------------------------------ what a request leaves


@pytest.mark.django_db
def test_leaves_of_a_request_route_and_status(client: Client, log: Kept) -> None:
    client.post(
        f"/follow/{CODE}?name={PLANTED[0]}&phone={PLANTED[1]}",
        {"text": PLANTED[0], "phone": PLANTED[1]},
        headers={"X-Forwarded-For": PLANTED[3], "User-Agent": PLANTED[4]},
    )

    (line,) = log.lines("quanyu.access")
    assert line["route"] == "follow/<str:code>"
    assert line["method"] == "POST"
    assert line["status"] == 405
    assert line["ms"] > 0
    assert CODE not in log.text
    assert not [planted for planted in PLANTED if planted in log.text]


@pytest.mark.django_db
def test_leaves_no_path_of_a_page_that_is_not_there(client: Client, log: Kept) -> None:
    client.get(f"/{PLANTED[0]}/{PLANTED[1]}")

    assert log.lines("quanyu.access")[0]["route"] == "-"
    assert PLANTED[0] not in log.text
    assert "%E5" not in log.text
    assert PLANTED[1] not in log.text


@pytest.fixture
def broken(client: Client, settings: Any) -> Client:
    """A site with a page that fails with words about a person."""
    settings.ROOT_URLCONF = "tests.web.failing"
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
def test_names_on_the_error_page_the_request_in_the_log(broken: Client, log: Kept) -> None:
    answer = broken.get("/fails")

    assert answer.status_code == 500
    (line,) = log.lines("quanyu.access")
    assert line["level"] == "WARNING"
    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["reference"] == line["request"][-8:].upper()
    assert line["reference"] in answer.content.decode()
    (fault,) = log.lines("django.request")
    assert fault["request"] == line["request"]
    assert fault["fault"]["kind"] == "RuntimeError"
    assert not [planted for planted in PLANTED if planted in log.text]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("0123456789abcdef0123456789abcdef", True),
        ("01890000-0000-7000-8000-000000000000", True),
        ("13800138000", False),
        ("0123456789ABCDEF0123456789ABCDEF", False),
        ("x" * 32, False),
        ("", False),
    ],
)
def test_bears_the_number_that_a_proxy_gave(client: Client, given: str, is_taken: bool) -> None:
    answered = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]

    assert (answered == given) is is_taken
    assert asked.GIVEN.fullmatch(answered)


@pytest.mark.django_db
def test_warns_of_a_slow_request_alone(client: Client, log: Kept, settings: Any) -> None:
    settings.QUANYU_SLOW_REQUEST = 100_000
    client.get("/healthz")
    settings.QUANYU_SLOW_REQUEST = 0.0001
    client.get("/healthz")

    assert [line["level"] for line in log.lines("quanyu.access")] == ["INFO", "WARNING"]


def test_forgets_the_request_after_it(client: Client) -> None:
    client.get("/healthz")

    assert asked.current.get() is None
