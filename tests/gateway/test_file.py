"""Orders come in and answers go out by file … weighed first, whole or not at all (文件往来)."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from quanyu.events import actions as events
from quanyu.events.models import Contact, Event
from quanyu.gateway import actions
from quanyu.gateway.models import Order, Source
from quanyu.gateway.rules import WrongAnswer
from quanyu.gateway.tables import ANSWERS
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import actions as tables
from quanyu.kernel.tables import queries, taking
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import State
from tests.conftest import person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
HEAD = [
    *("source", "number", "contents", "address", "lon", "lat", "coordinates"),
    *("class_said", "name", "phone", "confidential", "said_at", "due_said", "urged"),
    *("withdrawn", "returned"),
]
LAMP = {
    "source": "hotline",
    "number": "HF-001",
    "contents": "小区东门路灯三天不亮",
    "address": "绩溪路东门",
    "lon": "117.23",
    "lat": "31.82",
    "class_said": "010203",
    "name": "张三",
    "phone": "13800138000",
    "said_at": "2026-03-02 08:30",
    "due_said": "2026-03-09 17:30",
}
BIN = {
    "source": "hotline",
    "number": "HF-002",
    "contents": "垃圾桶满了没人收",
    "confidential": "是",
}
Bring = Callable[..., Import]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Let every file lie in a folder of this test."""
    settings.QUANYU_HOME = tmp_path
    return tmp_path


@pytest.fixture
def at() -> datetime:
    """An hour ago: the worker goes by the clock on the wall."""
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def keeper(db: None) -> Actor:
    """受理员 of the street, with an account."""
    actor = person(Role.OPERATOR, name="王芳")
    browser_of(actor)
    return actor


@pytest.fixture
def bring(act: Any, keeper: Actor, at: datetime, source: Source) -> Bring:
    """Bring orders in and let them be weighed; with ``writes`` let them be written, too."""

    def done(*rows: dict[str, str], writes: bool = True) -> Import:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEAD, *[[row.get(key, "") for key in HEAD] for row in rows]])
        upload = SimpleUploadedFile("orders.csv", text.getvalue().encode("utf-8-sig"))
        given = {"table": "orders", "upload": upload, "language": "zh-hans", "hat": ""}
        paper = act(tables.bring, actor=keeper, at=at, **given)
        taking.check(paper.pk, now=timezone.now)
        if writes:
            act(tables.confirm, import_id=paper.pk, actor=keeper, at=at)
            taking.write(paper.pk, now=timezone.now)
        set_scope(keeper)
        found: Import = queries.taken(paper.pk, actor=keeper)
        return found

    return done


def matters() -> list[Event]:
    set_scope(system("34/01/", job="tests"))
    return list(Event.objects.order_by("number"))


def orders() -> list[Order]:
    set_scope(system("34/01/", job="tests"))
    return list(Order.objects.select_related("event").order_by("number"))


def test_a_file_is_weighed_first_and_shows_nobodys_number(bring: Bring) -> None:
    paper = bring(LAMP, BIN, writes=False)

    assert (paper.state, paper.new, paper.changed) == (State.CHECKED, 2, 0)
    assert "13800138000" not in str(paper.preview)
    assert "张三" not in str(paper.preview)
    assert matters() == []


def test_each_row_is_a_matter_like_any_other(bring: Bring, source: Source) -> None:
    assert bring(LAMP, BIN).state == State.DONE

    lamp, tin = orders()
    assert (lamp.event.channel, lamp.event.lon, lamp.by_file) == ("hotline", 117.23, True)
    assert tin.event.region_path == source.region_path
    assert lamp.due_said is not None
    assert timezone.localtime(lamp.due_said).strftime("%m-%d %H:%M") == "03-09 17:30"
    assert Contact.objects.get(event=lamp.event).agreed == "passed"


def test_the_same_file_again_changes_nothing(bring: Bring) -> None:
    bring(LAMP, BIN)
    paper = bring(LAMP, BIN, writes=False)

    assert (paper.new, paper.changed, paper.same) == (0, 0, 2)


def test_what_changed_is_added_to_the_matter(bring: Bring) -> None:
    bring(LAMP, BIN)
    paper = bring(LAMP | {"urged": "2"}, BIN | {"withdrawn": "收走了"})

    lamp, tin = orders()
    assert (paper.new, paper.changed) == (0, 2)
    assert (lamp.event.urged, tin.event.state) == (2, "void")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("source", "nobody"),
        ("number", "a b"),
        ("lon", "east"),
        ("lat", ""),
        ("said_at", "yesterday"),
        ("said_at", "2030-01-01 00:00"),
        ("phone", "12"),
        ("coordinates", "mars"),
        ("confidential", "maybe"),
        ("returned", "不接受"),
    ],
)
def test_one_wrong_row_and_nothing_goes_in(column: str, value: str, bring: Bring) -> None:
    paper = bring(BIN, LAMP | {column: value}, writes=False)

    assert (paper.state, paper.wrong) == (State.WRONG, 1)
    assert [fault[:2] for fault in paper.faults] == [[3, "lat" if column == "lat" else column]]
    assert matters() == []


def test_answers_go_out_in_a_batch_once_and_come_back(
    bring: Bring, keeper: Actor, operator: Actor, act: Any, at: datetime
) -> None:
    bring(LAMP, BIN)
    lamp, _tin = orders()
    given = {"event_id": lamp.event_id, "at": timezone.now()}
    act(events.refuse, reason="out_of_scope", reply="不归街道管", actor=operator, **given)
    act(actions.tell_source, actor=system("34/01/", job="gateway.tell"), **given)

    batch = act(actions.give_answers, source="hotline", actor=keeper, at=at)
    assert (batch.number, batch.count) == (1, 1)
    asked = {"source": "hotline", "batch": "1"}
    rows = act(ANSWERS.narrowed, actor=keeper, at=at, asked=asked)
    assert [(row.order.number, row.kind, row.words) for row in rows] == [
        ("HF-001", "refused", "不归街道管")
    ]
    with pytest.raises(WrongAnswer):
        act(actions.give_answers, source="hotline", actor=keeper, at=at)

    paper = bring(LAMP | {"returned": "属于街道职责"})
    assert paper.state == State.DONE
    event = orders()[0].event
    assert (event.state, event.reopened) == ("reported", 1)
    assert bring(LAMP | {"returned": "属于街道职责"}, writes=False).same == 1


def test_a_stranger_hands_out_nothing(
    bring: Bring, act: Any, operator: Actor, at: datetime
) -> None:
    bring(LAMP)
    given = {"event_id": orders()[0].event_id, "at": timezone.now()}
    act(events.accept, actor=operator, **given)
    act(actions.tell_source, actor=system("34/01/", job="gateway.tell"), **given)
    elsewhere: Sequence[Actor] = (person(Role.OPERATOR, "34/01/02/"), person(Role.CHECKER))

    for actor, no in zip(elsewhere, (WrongAnswer, Denied), strict=True):
        with pytest.raises(no):
            act(actions.give_answers, source="hotline", actor=actor, at=at)


def test_meanings_come_by_file_and_rewrite_no_history(
    act: Any, keeper: Actor, source: Source, at: datetime, bring: Bring
) -> None:
    bring(LAMP)
    head = ["source", "said", "kind", "valid_from", "code"]
    today = timezone.localdate()
    rows = [
        ["hotline", "010203", "class", today.isoformat(), "P0118"],
        ["hotline", "1", "priority", today.isoformat(), "urgent"],
        ["hotline", "01", "body", today.isoformat(), "nobody"],
    ]

    def brought(*given: list[str]) -> Import:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([head, *given])
        upload = SimpleUploadedFile("matches.csv", text.getvalue().encode("utf-8-sig"))
        facts = {"table": "matches", "upload": upload, "language": "zh-hans", "hat": ""}
        paper = act(tables.bring, actor=keeper, at=at, **facts)
        taking.check(paper.pk, now=timezone.now)
        set_scope(keeper)
        found: Import = queries.taken(paper.pk, actor=keeper)
        return found

    wrong = brought(*rows)
    assert (wrong.state, [fault[1] for fault in wrong.faults]) == (State.WRONG, ["code"])
    right = brought(*rows[:2])
    act(tables.confirm, import_id=right.pk, actor=keeper, at=at)
    taking.write(right.pk, now=timezone.now)
    assert brought(*rows[:2]).same == 2
    bring(LAMP | {"number": "HF-009"})
    assert [row.class_code for row in orders()] == ["", "P0118"]
