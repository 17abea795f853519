"""Files of counts and of meetings … are taken in by the rules of their verbs (导入党员数和会议)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.columns import Table, key_of
from quanyu.kernel.errors import Denied
from quanyu.organisations.actions import meetings, reseat_body
from quanyu.organisations.actions.elections import Plan as Wanted
from quanyu.organisations.actions.elections import prepare
from quanyu.organisations.actions.following import follow_bodies
from quanyu.organisations.actions.meetings import Plan
from quanyu.organisations.actions.members import enter_member
from quanyu.organisations.actions.taking_party import NoSuchBody
from quanyu.organisations.models import Body, Meeting, MemberCount, PartyMember
from quanyu.organisations.queries import meetings as meeting_reads
from quanyu.organisations.queries import party
from quanyu.organisations.queries.hanging_party import of_life
from quanyu.organisations.rules.party import WrongCount
from quanyu.organisations.rules.rhythm import MeetingOver, NotYet, WrongMeeting
from quanyu.organisations.tables.meetings import MEETINGS, MEMBER_COUNTS
from tests.organisations.party import done


def taken(table: Table, *rows: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Take some rows in as a file is: held, checked, written."""
    set_scope(actor)
    keys = [key_of(table, row) for row in rows]
    intake = table.intake(keys=dict.fromkeys(keys, 1), actor=actor, at=at)
    held = intake.held(keys, is_locked=True)
    for key, row in zip(keys, rows, strict=True):
        intake.check(row, held=held.get(key))
    new = [row for key, row in zip(keys, rows, strict=True) if key not in held]
    changed = [row for key, row in zip(keys, rows, strict=True) if key in held]
    intake.write(new, changed)
    assert list(intake.end()) == []


def count(branch: Body, full: int, start: date) -> dict[str, Any]:
    return {"code": branch.code, "full": full, "probationary": 1, "start": start}


def test_of_counts_keep_each_from_its_day(
    branch: Body, officer: Actor, at: datetime, on: date
) -> None:
    rows = [count(branch, 12, on), count(branch, 9, on - timedelta(days=60))]

    taken(MEMBER_COUNTS, *rows, actor=officer, at=at)
    taken(MEMBER_COUNTS, count(branch, 13, on), actor=officer, at=at)

    kept = MemberCount.objects.filter(body=branch).order_by("valid_from")
    assert [row.full for row in kept] == [9, 13]
    assert [row["full"] for row in MEMBER_COUNTS.read(list(kept[1:]), at=at)] == [13]
    assert list(party.counts_on(on=on)) == [kept[1]]


def test_of_counts_refuse_what_the_verb_refuses(
    branch: Body, officer: Actor, far_officer: Actor, at: datetime, on: date
) -> None:
    unknown = count(branch, 3, on) | {"code": "nobody"}
    units = count(branch, 3, on) | {"units": 4}
    with pytest.raises(NoSuchBody):
        taken(MEMBER_COUNTS, unknown, actor=officer, at=at)
    with pytest.raises(WrongCount):
        taken(MEMBER_COUNTS, units, actor=officer, at=at)
    with pytest.raises(Denied):
        taken(MEMBER_COUNTS, count(branch, 3, on), actor=far_officer, at=at)


def test_of_meetings_plan_and_record_them(branch: Body, officer: Actor, at: datetime) -> None:
    planned = {"code": branch.code, "kind": "lecture", "start": at - timedelta(days=1)}

    taken(MEETINGS, planned, actor=officer, at=at)
    came = planned | {"expected": 20, "present": 18, "title": "学习"}
    taken(MEETINGS, came, actor=officer, at=at)

    row = Meeting.objects.get()
    assert (row.title, row.expected, row.present, row.observing) == ("学习", 20, 18, 0)
    found = list(meeting_reads.meetings({}, actor=officer, at=at))
    assert MEETINGS.read(found, at=at)[0]["present"] == 18
    with pytest.raises(MeetingOver):
        taken(MEETINGS, came, actor=officer, at=at)


def test_of_meetings_refuse_a_row_that_could_mean_either_of_two(
    branch: Body, officer: Actor, at: datetime
) -> None:
    starts = at - timedelta(days=1)
    for _time in range(2):
        done(meetings.plan, body_id=branch.pk, wanted=Plan("lecture", starts), actor=officer, at=at)
    row = {"code": branch.code, "kind": "lecture", "start": starts, "title": "学习"}

    with pytest.raises(WrongMeeting) as refused:
        taken(MEETINGS, row, actor=officer, at=at)

    assert (refused.value.field, refused.value.value) == ("start", "2026-03-01 09:00+08:00")


def test_of_meetings_record_none_to_come(branch: Body, officer: Actor, at: datetime) -> None:
    coming = {"code": branch.code, "kind": "lecture", "start": at + timedelta(days=1)}

    with pytest.raises(NotYet):
        taken(MEETINGS, coming | {"expected": 20, "present": 18}, actor=officer, at=at)


# ------------------------------------------------------------------ when a body moves or ends


@pytest.fixture
def lively(branch: Body, officer: Actor, at: datetime, on: date) -> Body:
    """A branch with a meeting, an election and a member."""
    done(meetings.plan, body_id=branch.pk, wanted=Plan("lecture", at), actor=officer, at=at)
    done(prepare, body_id=branch.pk, wanted=Wanted(9, on, members=3), actor=officer, at=at)
    said = {"name": "张三", "standing": "full", "joined": date(2010, 7, 1)}
    done(enter_member, body_id=branch.pk, **said, actor=officer, at=at)
    return branch


def test_everything_stands_where_its_body_has_moved(lively: Body, at: datetime) -> None:
    there = "34/01/04/001/002/"
    Body.objects.filter(pk=lively.pk).update(region_path=there, life_path=there)
    worker = system("34/01/", job="tests")

    moved = [done(follow_bodies, actor=worker, at=at) for _time in range(2)]

    assert moved == [3, 0]
    assert Meeting.objects.get().region_path == there
    assert PartyMember.objects.get().region_path == there


def test_goes_with_its_body_in_the_act_that_moves_it(
    lively: Body, commander: Actor, officer: Actor, at: datetime
) -> None:
    there = "34/01/04/001/002/"
    chief = replace(commander, grants=commander.grants | officer.grants)

    done(reseat_body, body_id=lively.pk, place=there, actor=chief, at=at)

    set_scope(chief)
    assert PartyMember.objects.get().region_path == there
    assert Meeting.objects.get().region_path == there


def test_a_body_with_something_under_way_says_so(
    lively: Body, officer: Actor, far_officer: Actor, at: datetime
) -> None:
    set_scope(officer)
    told = {one.kind: len(one.rows) for one in of_life(lively.pk, officer, at)}
    set_scope(far_officer)

    assert told == {"meetings": 1, "elections": 1, "members": 1}
    assert of_life(lively.pk, far_officer, at) == ()
