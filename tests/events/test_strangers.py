"""Somebody from another district meets a matter of ours: missing and forbidden look alike."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from quanyu.events import actions, queries, schemas
from quanyu.events.models import Contact, Event, EventStep
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import REPORTER, Actor, holder
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from tests.conftest import GRID

pytestmark = pytest.mark.django_db

MEETS = datetime(2099, 3, 3, tzinfo=UTC)

FACTS: dict[str, dict[str, Any]] = {
    "request_verification": {},
    "verify": {"finding": "属实"},
    "accept": {},
    "refuse": {"reason": "out_of_scope", "reply": "不归本街道"},
    "settle": {"outcome": "当场扶正"},
    "file": {"class_code": "P0102"},
    "dispatch": {"body": uuid4()},
    "send_out": {"class_code": "P0102", "body": uuid4()},
    "insist": {"reason": "职责清楚"},
    "join": {"body": uuid4(), "task": "配合清淤"},
    "move_lead": {"body": uuid4(), "reason": "主要归它"},
    "convene": {
        "question": "由谁牵头",
        "meets_at": MEETS,
        "where": "街道",
        "invited": [uuid4(), uuid4()],
    },
    "reconvene": {"meets_at": MEETS, "where": "街道"},
    "conclude": {
        "attended": [uuid4()],
        "people": 3,
        "decision": "由它牵头",
        "body": uuid4(),
        "reason": "依据清单",
    },
    "call_off": {"reason": "不开了"},
    "go_on_parts": {},
    "acknowledge": {},
    "hand_back": {"legal_ground": "not_ours", "reason": "不归我们"},
    "handle": {"outcome": "换好了"},
    "merge": {"main": "260302-00000000"},
    "unmerge": {"reason": "不是一件事"},
    "follow_main": {},
    "go_on_with_main": {},
    "ask": {"question": "在几号楼？"},
    "answer": {"answer": "三号楼"},
    "go_on": {},
    "ask_extension": {"days": 2, "reason": "等料"},
    "extend": {},
    "keep_due": {"reason": "来得及"},
    "ask_suspension": {
        "ground": "needs_project",
        "review_date": date(2026, 3, 30),
        "promise": "四月看",
    },
    "suspend": {},
    "keep_on": {"reason": "现在能办"},
    "suspend_on": {"review_date": date(2026, 3, 30), "promise": "四月看"},
    "resume": {"reason": "料到了"},
    "wake": {},
    "force_close": {"ground": "cannot_be_met", "reason": "谈不成", "reply": "办不了"},
    "appeal": {"reason": "还漏"},
    "overrule": {"reason": "没看过"},
    "hand_outside": {
        "body": uuid4(),
        "ground": "power",
        "letter": "请办理",
        "promised_on": date(2026, 3, 20),
    },
    "take_answer": {"answered_by": "李工", "answered_on": date(2026, 3, 2), "answer": "修好了"},
    "take_back": {"reason": "对方不办"},
    "send_back": {"reason": "没修好"},
    "forward": {"body": uuid4(), "reason": "在外市", "reply": "请找外市"},
    "come_back": {"reason": "对方不收"},
    "hand_over": {"to_place": "34/01/02/", "reason": "在那边"},
    "arrive": {},
    "check": {},
    "close": {"evidence": "看过"},
    "rework": {"reason": "没换好"},
    "rate": {"solved": True, "treated": 3},
    "queue_call": {},
    "take_call": {},
    "leave_call": {},
    "miss_call": {"outcome": "not_reached"},
    "hear": {"solved": True, "treated": 3},
    "end_call": {},
    "ask_exclusion": {"ground": "beyond_law", "words": "要求的补偿没有依据"},
    "exclude": {"words": "确实没有依据"},
    "keep_counted": {"words": "应当办理"},
    "count_again": {"words": "查到了依据"},
    "void": {"reason": "test"},
    "place": {"region_path": GRID},
    "add_photos": {"photos": []},
    "say": {"words": "看一下"},
    "withdraw": {"reason": "反映人不办了"},
    "redo": {"reason": "没有答到点子上"},
    "supplement": {"words": "在三号楼后面"},
    "urge": {"times": 1},
    "hide_reporter": {},
    "reveal_contact": {"reason": "contact"},
    "suggest": {},
    "tell_overdue": {"clock": "stage"},
}


def test_every_verb_of_the_api_stands_in_the_list() -> None:
    assert set(schemas.VERBS) <= set(FACTS)


@pytest.mark.parametrize("verb", sorted(FACTS))
def test_a_stranger_is_told_there_is_no_such_matter(
    verb: str, reported: Event, stranger: Actor, act: Any, at: Any
) -> None:
    with pytest.raises(Denied):
        act(
            getattr(actions, verb),
            event_id=reported.id,
            actor=stranger,
            at=at,
            **FACTS[verb],
        )


@pytest.mark.parametrize("verb", sorted(FACTS))
def test_a_missing_matter_is_answered_alike(verb: str, operator: Actor, act: Any, at: Any) -> None:
    with pytest.raises(Denied):
        act(getattr(actions, verb), event_id=uuid4(), actor=operator, at=at, **FACTS[verb])


def test_the_list_of_a_stranger_is_empty(reported: Event, stranger: Actor, at: Any) -> None:
    set_scope(stranger)

    page = queries.page(Filters(), actor=stranger, at=at)

    assert (page.rows, page.count) == ([], 0)


def test_the_database_itself_hides_the_row(reported: Event, stranger: Actor) -> None:
    set_scope(stranger)

    assert not Event.objects.filter(pk=reported.pk).exists()
    assert not EventStep.objects.filter(case_id=reported.pk).exists()
    assert not Contact.objects.filter(event_id=reported.pk).exists()


def test_a_reporter_reads_nothing(reported: Event) -> None:
    set_scope(REPORTER)

    assert Event.objects.count() == 0


def test_the_holder_of_a_code_sees_that_row_alone(reported: Event, act: Any, at: Any) -> None:
    other = act(
        actions.report,
        said=actions.Report(text="路灯不亮了", address="三里庵"),
        actor=REPORTER,
        at=at,
    )
    one = holder(reported.id)
    set_scope(one)

    assert list(Event.objects.visible_to(one).values_list("id", flat=True)) == [reported.id]
    assert not Event.objects.filter(pk=other.id).exists()


def test_the_query_and_the_policy_agree(reported: Event, operator: Actor, stranger: Actor) -> None:
    for actor in (operator, stranger, holder(reported.id), REPORTER):
        set_scope(actor)
        by_query = set(Event.objects.visible_to(actor).values_list("id", flat=True))

        assert by_query == set(Event.objects.values_list("id", flat=True))
