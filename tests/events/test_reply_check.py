"""A reply check … finds by rules what an answer leaves open, and bars nothing (答复核对)."""

from datetime import datetime
from time import perf_counter
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events import actions
from quanyu.events.models import Event, EventStep
from quanyu.events.rules import replies
from quanyu.events.rules.replies import Said, demands, hints, terms
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Invalid
from tests.conftest import found, person
from tests.seat import browser_of

REPORT = "路口的污水井盖破了，晚上看不见。请问什么时候能换好？另外旁边的路灯也不亮，希望一起修。"
GOOD = "我局养护班组 3 月 2 日上午已更换污水井盖，旁边的路灯由供电公司当天修复亮灯。"
PHRASES = ("已转相关部门", "高度重视")
TEXT = st.text(
    alphabet=st.sampled_from("井盖路灯不亮请问希望什么时候已换修好的了我们，。？！1、2年月日\n"),
    max_size=300,
)


def codes(reply: str, report: str = REPORT, **more: Any) -> list[str]:
    return [one.code for one in hints(reply, Said(report, phrases=PHRASES, **more))]


# ------------------------------------------------------------------ the demands


def test_finds_each_demand() -> None:
    assert demands(REPORT) == ["请问什么时候能换好？", "另外旁边的路灯也不亮，希望一起修"]


def test_takes_numbered_points_one_by_one() -> None:
    said = "1、楼道堆杂物；2、电动车飞线充电 3、垃圾桶没有盖"

    assert len(demands(said)) == 3


def test_takes_the_whole_where_nothing_is_asked() -> None:
    assert demands("井盖坏了。") == ["井盖坏了。"]


def test_knows_an_application_from_a_request() -> None:
    assert demands("我申请过一次。路灯不亮，请修一下。") == ["路灯不亮，请修一下"]


@given(TEXT)
def test_never_finds_more_than_it_was_told(text: str) -> None:
    found_ones = demands(text)

    assert len(found_ones) <= replies.MOST_DEMANDS
    assert all(one in text or one == text.strip() for one in found_ones)


# ------------------------------------------------------------------ the answer


def test_is_silent_on_an_answer_that_answers() -> None:
    assert codes(GOOD) == []


def test_is_silent_while_nothing_is_written() -> None:
    assert codes("  ") == []


def test_names_the_demand_that_was_left_open() -> None:
    left = hints("我局养护班组 3 月 2 日上午已更换污水井盖。", Said(REPORT))

    assert [(one.code, "路灯" in one.words) for one in left] == [("demand", True)]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("我局养护班组已更换污水井盖，路灯已修复。", "when"),
        ("已于 3 月 2 日更换污水井盖，路灯已修复。", "no_who"),
        ("我局 3 月 2 日收到您说的污水井盖和路灯的事。", "no_action"),
        ("我局高度重视，3 月 2 日已更换污水井盖，路灯已修复。", "empty"),
        ("井盖换了", "short"),
        (f"{GOOD}" * 25, "long"),
        (f"{GOOD}隔壁李先生电话 13912345678。", "personal"),
        (f"{GOOD}当事人 34010419900307721X。", "personal"),
    ],
)
def test_says_what_is_missing(reply: str, code: str) -> None:
    assert code in codes(reply)


def test_asks_for_a_reason_where_one_was_asked_for() -> None:
    report = "请问小区为什么停水？"

    assert "why" in codes("供水公司 3 月 2 日已恢复小区供水。", report)
    assert codes("因主管爆裂，供水公司 3 月 2 日已恢复小区供水。", report) == []


def test_shows_no_number_in_the_clear() -> None:
    said = hints(f"{GOOD}电话 13912345678", Said(REPORT))

    assert [one.words for one in said] == ["139…78"]


def test_leaves_the_telephone_of_an_office_alone() -> None:
    assert codes(f"{GOOD}有事请打 0551-62110000。") == []


def test_finds_a_copy_that_differs_in_its_date_alone() -> None:
    assert codes(GOOD, others=[GOOD.replace("3 月 2 日", "2 月 27 日")]) == ["copy"]


def test_finds_an_answer_that_repeats_the_report() -> None:
    assert "echo" in codes(REPORT)


@given(TEXT, TEXT)
def test_gives_known_hints_alone_and_the_same_every_time(reply: str, report: str) -> None:
    said = Said(report, phrases=PHRASES)
    first = hints(reply, said)

    assert first == hints(reply, said)
    assert {one.code for one in first} <= set(replies.SENTENCES)
    assert all(len(one.words) <= replies.MOST_QUOTED or one.code == "empty" for one in first)


@given(TEXT)
def test_takes_an_answer_that_names_every_word_as_addressing_it(report: str) -> None:
    reply = f"{report} 因我局 3 月 2 日已更换"

    assert "demand" not in codes(reply, report) or not terms(report)


def test_takes_less_than_five_milliseconds() -> None:
    said = Said(REPORT * 4, "三里庵路口", [f"{GOOD}{n}" * 3 for n in range(100)], PHRASES)
    began = perf_counter()

    for _turn in range(50):
        hints(GOOD * 3, said)

    assert (perf_counter() - began) / 50 < 0.005


# ------------------------------------------------------------------ at the desk


@pytest.mark.django_db
def test_keeps_the_open_hints_in_the_story(act: Any, handled: Event) -> None:
    step = EventStep.objects.get(case=found(handled.id), verb="handle")

    assert "no_time" in str(step.facts["hints"]).split()


@pytest.mark.django_db
def test_has_the_checker_say_that_they_were_read(
    act: Any, checking: Event, checker: Actor, at: datetime
) -> None:
    close = {"event_id": checking.id, "evidence": "现场看过", "actor": checker, "at": at}
    with pytest.raises(Invalid) as no:
        act(actions.close, shown=True, **close)

    event = act(actions.close, shown=True, seen=True, **close)

    step = EventStep.objects.get(case=event, verb="close")
    assert no.value.field == "seen"
    assert (event.state, step.facts["hints_seen"]) == ("closed", "yes")


@pytest.mark.django_db
def test_bars_nobody_who_was_shown_none(
    act: Any, checking: Event, checker: Actor, at: datetime
) -> None:
    event = act(actions.close, event_id=checking.id, evidence="看过", actor=checker, at=at)

    step = EventStep.objects.get(case=event, verb="close")
    assert (event.state, step.facts["hints_seen"]) == ("closed", "no")


@pytest.mark.django_db
def test_stands_beside_the_form_of_closing(checking: Event, checker: Actor) -> None:
    page = browser_of(checker).get(reverse("desk_matter", args=[checking.number]))

    move = next(one for one in page.context["moves"] if one["verb"] == "close")
    assert "没有写谁办的" in move["hints"]
    assert 'name="seen"' in page.content.decode()


@pytest.mark.django_db
def test_answers_while_the_handler_writes(handling: Event, handler: Actor) -> None:
    url = reverse("desk_hints", args=[handling.number])

    said = browser_of(handler).post(url, {"outcome": "已转相关部门"})

    assert "空话：已转相关部门" in said.content.decode()


@pytest.mark.django_db
def test_answers_no_stranger(handling: Event) -> None:
    far = person(Role.DISPATCHER, "34/01/02/")

    said = browser_of(far).post(reverse("desk_hints", args=[handling.number]), {"outcome": "好"})

    assert said.status_code == 404
