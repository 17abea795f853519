"""A matter goes from report to close (事件从上报到结案)."""

from typing import Any

import pytest

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import holder
from quanyu.kernel.audit.models import Record

pytestmark = pytest.mark.django_db


def test_ends_rated_after_five_people_acted(closed: Event, act: Any, at: Any) -> None:
    event = act(
        actions.rate, event_id=closed.id, solved=True, treated=3, actor=holder(closed.id), at=at
    )

    assert event.state == State.RATED


def test_leaves_one_audit_record_an_act(closed: Event) -> None:
    topics = Record.objects.filter(subject=f"events.event:{closed.id}").order_by("id")

    assert [record.topic for record in topics] == [
        "event.start",
        "event.accept",
        "event.file",
        "event.dispatch",
        "event.acknowledge",
        "event.handle",
        "event.check",
        "event.close",
    ]


def test_leaves_no_personal_value_in_the_audit(closed: Event) -> None:
    whole = " ".join(str(record.__dict__) for record in Record.objects.all())

    assert "13800138000" not in whole
    assert "张三" not in whole
