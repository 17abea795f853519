"""word … gives a topic the city's own words from a day on (通知模板)."""

from datetime import date, datetime
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.notices import actions, queries, rules
from tests.kernel.notices.conftest import TOPIC, Hire, Post

pytestmark = pytest.mark.django_db
WORDS = {"matter": "路灯", "place": "三里庵", "due_at": "明天"}


def word(actor: Actor, *, at: datetime, **more: Any) -> Any:
    given: dict[str, Any] = {
        "topic": TOPIC.key,
        "channel": "mail",
        "subject": "请修{matter}",
        "body": "{place}",
        "subject_en": "Mend {matter}",
        "body_en": "{place}",
        "start": at.date(),
    }
    return actions.word(**(given | more), actor=actor, at=at)


def subject(at: datetime, *, language: str = "zh-hans", channel: str = "mail") -> str:
    held = queries.wordings(on=at.date())
    return queries.worded(TOPIC.key, channel, WORDS, language=language, held=held).subject


def test_holds_in_both_languages_on_its_way_alone(keeper: Actor, at: datetime) -> None:
    assert subject(at) == "路灯坏了：路灯"

    word(keeper, at=at)

    assert (subject(at), subject(at, language="en")) == ("请修路灯", "Mend 路灯")
    assert subject(at, channel="inapp") == "路灯坏了：路灯"


def test_holds_from_its_day_on_and_keeps_what_was(keeper: Actor, at: datetime) -> None:
    word(keeper, at=at)
    word(keeper, at=at, subject="换{matter}", start=date(2026, 3, 10))

    assert subject(at) == "请修路灯"
    assert subject(at.replace(day=10)) == "换路灯"
    assert len(queries.history(TOPIC.key, "mail")) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"body": "{phone}"}, "body"),
        ({"body_en": ""}, "body_en"),
        ({"subject": ""}, "subject"),
        ({"subject": "灯" * 121}, "subject"),
        ({"start": date(2026, 3, 1)}, "start"),
    ],
)
def test_refuses_what_does_not_fit(
    wrong: dict[str, Any], field: str, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(Invalid) as no:
        word(keeper, at=at, **wrong)

    assert no.value.field == field


def test_is_for_who_keeps_the_whole_city(li: Actor, hire: Hire, at: datetime) -> None:
    stranger = hire("李三", grants=frozenset({Grant(Role.SYS_ADMIN, "34/01/11/")}))

    for actor in (li, stranger):
        with pytest.raises(Denied):
            word(actor, at=at)


def test_is_tried_out_on_oneself(keeper: Actor, post: Post, at: datetime) -> None:
    facts: dict[str, Any] = {"topic": TOPIC.key, "language": "zh-hans", "words": WORDS, "at": at}

    actions.try_out(channel="mail", actor=keeper, **facts)

    assert post.mails[0]["To"] == "qian@example.org"
    with pytest.raises(rules.NotSent):
        actions.try_out(channel="sms", actor=keeper, **facts)


def test_is_tried_out_by_no_stranger(li: Actor, post: Post, at: datetime) -> None:
    facts: dict[str, Any] = {"topic": TOPIC.key, "language": "zh-hans", "words": WORDS, "at": at}

    with pytest.raises(Denied):
        actions.try_out(channel="mail", actor=li, **facts)
