"""Open matters … follow the places they stand in, and what is over stays (事项随区划调整)."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from quanyu.events import actions, queries
from quanyu.events.actions import relocating
from quanyu.events.models import Counted, Event, EventStep
from quanyu.kernel.access.rules import Actor, Role, holder, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.regions.actions import reorganising
from quanyu.regions.actions.reorganising import Step, Wanted
from quanyu.regions.models import Stage
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.changes import Change, Named, Operation
from quanyu.regions.workflow import ReorganisationState as S
from tests.conftest import found, person

WORKER = system(settings.QUANYU_CITY, job="tests")
"""The system, over the whole city."""


@pytest.fixture
def gone(reported: Event) -> str:
    """The grid of the reported matter, about to be merged into another."""
    return reported.region_path


@pytest.fixture
def kept(gone: str) -> str:
    """Another grid of the same community."""
    community = gone[:-5]
    number = 2 if gone.endswith("g001/") else 1
    return f"{community}g{number:03}/"


@pytest.fixture
def merged(act: Any, gone: str, kept: str, at: datetime) -> Any:
    """A merge of the two, approved, on its day; nothing has followed yet."""
    wanted = Wanted("合并两个网格", "户数偏少", "街道网格优化方案（示例）", at.date())
    step = Step(Operation(Change.MERGE, (kept, gone), (Named(kept, "荷塘网格"),)))
    maker, other = person(Role.COMMANDER), person(Role.DISTRICT_ADMIN, "34/01/04/")
    row = act(reorganising.propose, wanted=wanted, steps=[step], actor=maker, at=at)
    act(reorganising.submit, reorganisation_id=row.pk, actor=maker, at=at)
    act(reorganising.approve, reorganisation_id=row.pk, actor=other, at=at)
    act(reorganising.begin, reorganisation_id=row.pk, actor=WORKER, at=at)
    while act(reorganising.proceed, reorganisation_id=row.pk, actor=WORKER, at=at):
        pass
    return row


def follow(act: Any, row: Any, at: datetime) -> None:
    """Do what the listener does."""
    while act(relocating.relocate_next, reorganisation_id=row.pk, actor=WORKER, at=at):
        pass


def test_move_with_their_grid_and_say_so(
    act: Any, merged: Any, reported: Event, gone: str, kept: str, at: datetime
) -> None:
    follow(act, merged, at)

    event = found(reported.pk)
    last = EventStep.objects.filter(case=event).latest("number")
    assert event.region_path == kept
    assert (last.verb, last.facts["origin"], last.facts["target"]) == ("relocate", gone, kept)
    assert Record.objects.filter(topic="event.relocate", region_path=kept).count() == 1
    assert event.version == last.number


def test_end_the_re_organisation_once_all_have_followed(
    act: Any, merged: Any, at: datetime
) -> None:
    follow(act, merged, at)

    stages = Stage.objects.filter(name="matters")
    assert [stage.changed for stage in stages] == [1]
    assert reads.one(merged.pk, actor=WORKER).state in {S.DONE, S.TAKING}


def test_stay_where_they_were_when_they_are_over(
    act: Any, closed: Event, gone: str, merged: Any, at: datetime
) -> None:
    follow(act, merged, at)

    assert found(closed.pk).region_path == gone


def test_are_moved_once(act: Any, merged: Any, reported: Event, at: datetime) -> None:
    follow(act, merged, at)
    lines = EventStep.objects.filter(case=reported).count()

    follow(act, merged, at)

    assert EventStep.objects.filter(case=reported).count() == lines


def test_are_counted_where_they_are_now(
    act: Any, reported: Event, gone: str, kept: str, merged: Any, at: datetime
) -> None:
    keys = [reported.pk]
    set_scope(WORKER)
    actions.fold(keys=keys, actor=WORKER, at=at)

    follow(act, merged, at)
    actions.fold(keys=keys, actor=WORKER, at=at)

    assert Counted.objects.get(event=reported).region_path == kept


def test_are_seen_by_who_serves_the_new_grid(
    act: Any, merged: Any, reported: Event, kept: str, at: datetime
) -> None:
    follow(act, merged, at)
    worker = person(Role.GRID_WORKER, kept)
    set_scope(worker)

    assert queries.one(event_id=reported.pk, actor=worker).pk == reported.pk


def test_follow_late_when_they_are_opened_anew(
    act: Any, closed: Event, kept: str, merged: Any, at: datetime
) -> None:
    follow(act, merged, at)
    said = {"solved": False, "treated": 1, "comment": "又碎了"}
    act(actions.rate, event_id=closed.pk, actor=holder(closed.pk), at=at, **said)

    moved = act(relocating.relocate, event_id=closed.pk, actor=WORKER, at=at)

    assert moved
    assert found(closed.pk).region_path == kept


def test_do_not_follow_late_when_they_have_ended_meanwhile(
    act: Any, closed: Event, gone: str, merged: Any, at: datetime
) -> None:
    follow(act, merged, at)

    moved = act(relocating.relocate, event_id=closed.pk, actor=WORKER, at=at)

    assert not moved
    assert found(closed.pk).region_path == gone


@pytest.mark.parametrize("verb", ["relocate_next", "relocate"])
def test_are_moved_by_the_system_alone(
    act: Any, merged: Any, reported: Event, stranger: Actor, verb: str, at: datetime
) -> None:
    subject = {"reorganisation_id": merged.pk} if verb == "relocate_next" else {}
    subject |= {} if subject else {"event_id": reported.pk}

    with pytest.raises(Denied):
        act(getattr(relocating, verb), actor=stranger, at=at, **subject)
