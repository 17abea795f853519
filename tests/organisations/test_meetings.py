"""Meetings … are planned, told of, counted and recorded, and resolve things (会议与决议)."""

import inspect
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.kernel.errors import Denied
from quanyu.kernel.keys import uuid7
from quanyu.kernel.notices.models import Notice
from quanyu.organisations.actions import meetings as actions
from quanyu.organisations.actions.meetings import Plan, Resolved, Votes
from quanyu.organisations.actions.telling import tell
from quanyu.organisations.actions.terms import keep_term
from quanyu.organisations.models import Body, Meeting, Resolution
from quanyu.organisations.queries import meetings as queries
from quanyu.organisations.rules import BodyKind
from quanyu.organisations.rules import rhythm as rules
from quanyu.organisations.rules.party import NotLedByYou
from quanyu.organisations.rules.rhythm import Attendance, WrongMeeting, due_by
from quanyu.organisations.rules.voting import WrongBallot
from tests.organisations.party import GRID, done, found, person
from tests.seat import browser_of

CAME = Attendance(expected=21, present=19, observing=2)


@pytest.fixture
def planned(branch: Body, secretary: Actor, at: datetime) -> Meeting:
    """A members' meeting that began an hour ago and was planned a week ago."""
    wanted = Plan("general", at - timedelta(hours=1), title="讨论路灯", place="党群服务中心")
    row: Meeting = done(
        actions.plan,
        body_id=branch.pk,
        wanted=wanted,
        actor=secretary,
        at=at - timedelta(days=7),
    )
    return row


@pytest.fixture
def held(planned: Meeting, secretary: Actor, at: datetime, on: date) -> Meeting:
    """The same meeting, recorded, with one resolution for the branch itself."""
    row: Meeting = done(
        actions.record_meeting,
        meeting_id=planned.pk,
        attendance=CAME,
        minutes="逐户听取意见。",
        resolved=[Resolved("整理楼道", on + timedelta(days=30), votes=Votes(18, 0, 1))],
        actor=secretary,
        at=at,
    )
    return row


@pytest.fixture
def resolved(held: Meeting) -> Resolution:
    return Resolution.objects.get(meeting=held)


def holder(body: Body) -> Actor:
    """Somebody who acts in a body."""
    return Actor(ActorKind.PERSON, uuid7(), frozenset({Grant(Role.HANDLER, body=body.pk)}))


def test_offer_what_a_body_usually_holds_first_and_leave_nothing_out() -> None:
    for kind in BodyKind:
        offered = rules.usual_first(kind)
        usual = [one for one in offered if kind in rules.HELD_BY.get(one, ())]

        assert sorted(offered) == sorted(rules.MeetingKind)
        assert set(usual) <= set(offered[: len(usual) + 1])
    assert rules.usual_first("coordination_body")[:2] == ["joint", "leading_group"]


# ------------------------------------------------------------------ the verbs


def test_count_who_came_and_name_nobody(held: Meeting) -> None:
    assert (held.expected, held.present, held.observing) == (21, 19, 2)
    names = {field.name for field in Meeting._meta.get_fields()}
    assert not {"attendees", "absent", "signed_in", "photo", "photos", "pictures"} & names


def test_ask_for_no_picture() -> None:
    asked = inspect.signature(actions.record_meeting).parameters

    assert set(asked) == {"meeting_id", "attendance", "minutes", "resolved", "actor", "at"}


def test_keep_what_was_decided_as_a_commitment(
    held: Meeting, branch: Body, secretary: Actor, on: date
) -> None:
    set_scope(secretary)

    (one,) = queries.commitments(actor=secretary, state="open")

    assert (one.meeting_id, one.body_id, one.text) == (held.pk, branch.pk, "整理楼道")
    assert one.due_date == on + timedelta(days=30)
    assert queries.commitments(actor=secretary, due_before=on) == []


def test_let_the_body_that_does_it_see_and_settle_it(
    held: Meeting, team: Body, secretary: Actor, at: datetime, on: date
) -> None:
    row = done(
        actions.adopt,
        meeting_id=held.pk,
        resolved=Resolved("修好路灯", on, team.pk),
        actor=secretary,
        at=at,
    )

    done(actions.settle, resolution_id=row.pk, words="已修好", actor=holder(team), at=at)

    row.refresh_from_db()
    assert row.done_at == at


def test_open_no_minutes_to_the_body_that_does_what_they_decided(
    held: Meeting, team: Body, secretary: Actor, at: datetime, on: date
) -> None:
    resolved = Resolved("修好路灯", on, team.pk)
    done(actions.adopt, meeting_id=held.pk, resolved=resolved, actor=secretary, at=at)

    acts = holder(team)
    set_scope(acts)

    assert [one.text for one in queries.commitments(actor=acts)] == ["修好路灯"]
    assert Meeting.objects.count() == 0
    with pytest.raises(Denied):
        queries.meeting(held.pk, actor=acts)


def test_are_settled_from_the_list_by_who_does_not_read_them(
    held: Meeting, team: Body, secretary: Actor, at: datetime, on: date
) -> None:
    resolved = Resolved("修好路灯", on, team.pk)
    row = done(actions.adopt, meeting_id=held.pk, resolved=resolved, actor=secretary, at=at)
    browser = browser_of(holder(team))

    page = browser.get("/desk/meetings").content.decode()
    sent = browser.post(f"/desk/meetings/resolutions/{row.pk}/settle", {"words": "已修好"})

    assert "修好路灯" in page
    assert f"/desk/meetings/{held.pk}" not in page
    assert (sent.status_code, sent["Location"]) == (302, "/desk/meetings")
    set_scope(secretary)
    assert Resolution.objects.get(pk=row.pk).done_at


def test_let_nothing_be_settled_twice(resolved: Resolution, secretary: Actor, at: datetime) -> None:
    done(actions.withdraw, resolution_id=resolved.pk, words="已由街道办理", actor=secretary, at=at)

    with pytest.raises(rules.ResolutionOver):
        done(actions.settle, resolution_id=resolved.pk, words="完成", actor=secretary, at=at)


def test_tell_who_is_expected_once_and_not_who_planned(
    planned: Meeting, team: Body, officer: Actor, at: datetime
) -> None:
    account = Account.objects.create(username="t-leads", name="王芳", created_at=at)
    GrantRow.objects.create(
        account=account, role=Role.GRID_BRANCH_SECRETARY, region_path=GRID, granted_from=at
    )
    worker = system("34/01/", job="tests")
    facts: dict[str, Any] = {"meeting_id": planned.pk, "topic": rules.PLANNED, "since": at}

    told = [done(tell, actor=worker, at=at, **facts) for _time in range(2)]

    notice = Notice.objects.get()
    assert told == [1, 0]
    assert notice.account_id == account.pk
    assert set(notice.words) >= {"kind", "kind_en", "body", "body_en", "start_at", "place"}


def test_may_be_changed_and_called_off_until_recorded(
    planned: Meeting, secretary: Actor, at: datetime
) -> None:
    later = Plan("general", at + timedelta(days=1))
    done(actions.change, meeting_id=planned.pk, wanted=later, actor=secretary, at=at)

    done(actions.call_off, meeting_id=planned.pk, words="下雨", actor=secretary, at=at)

    with pytest.raises(rules.MeetingOver):
        done(actions.change, meeting_id=planned.pk, wanted=later, actor=secretary, at=at)


def test_are_not_recorded_before_they_begin(branch: Body, secretary: Actor, at: datetime) -> None:
    row = done(
        actions.plan,
        body_id=branch.pk,
        wanted=Plan("lecture", at + timedelta(days=1)),
        actor=secretary,
        at=at,
    )

    with pytest.raises(rules.NotYet):
        done(actions.record_meeting, meeting_id=row.pk, attendance=CAME, actor=secretary, at=at)


@pytest.mark.parametrize(
    ("came", "field"),
    [
        (Attendance(0, 0), "expected"),
        (Attendance(5, 6), "present"),
        (Attendance(5, 5, -1), "observing"),
    ],
)
def test_refuse_numbers_that_cannot_be(
    came: Attendance, field: str, planned: Meeting, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(WrongMeeting) as no:
        done(actions.record_meeting, meeting_id=planned.pk, attendance=came, actor=secretary, at=at)

    assert no.value.field == field


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (Resolved("x", date(2026, 4, 1)), WrongMeeting),
        (Resolved("整理楼道", date(2026, 3, 1)), WrongMeeting),
        (Resolved("整理楼道", date(2026, 4, 1), uuid7()), WrongMeeting),
        (Resolved("整理楼道", date(2026, 4, 1), votes=Votes(20)), WrongBallot),
        (Resolved("整理楼道", date(2026, 4, 1), votes=Votes(10, 9, 1)), WrongBallot),
    ],
)
def test_refuse_what_cannot_have_been_resolved(
    one: Resolved, wrong: type[Exception], held: Meeting, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(wrong):
        done(actions.adopt, meeting_id=held.pk, resolved=one, actor=secretary, at=at)


def test_refuse_a_kind_or_a_body_that_is_not_there(
    branch: Body, secretary: Actor, at: datetime
) -> None:
    for wanted in (Plan("party", at), Plan("joint", at, invited=[uuid7()])):
        with pytest.raises(WrongMeeting):
            done(actions.plan, body_id=branch.pk, wanted=wanted, actor=secretary, at=at)


# ------------------------------------------------------------------ who sees and does


def test_are_seen_by_the_circle_and_who_is_called(
    held: Meeting, team: Body, secretary: Actor, far_officer: Actor, grid_worker: Actor
) -> None:
    invited = holder(team)
    Meeting.objects.filter(pk=held.pk).update(invited=[team.pk])
    Resolution.objects.filter(meeting=held).update(invited=[team.pk])

    def seen(actor: Actor) -> tuple[int, int]:
        set_scope(actor)
        assert Meeting.objects.visible_to(actor).count() == Meeting.objects.count()
        return Meeting.objects.count(), Resolution.objects.count()

    assert seen(secretary) == seen(invited) == (1, 1)
    assert seen(far_officer) == seen(grid_worker) == (0, 0)


def test_are_no_strangers(planned: Meeting, branch: Body, far_officer: Actor, at: datetime) -> None:
    wanted = Plan("general", at)
    with pytest.raises(Denied):
        done(actions.plan, body_id=branch.pk, wanted=wanted, actor=far_officer, at=at)
    with pytest.raises(Denied):
        done(actions.change, meeting_id=planned.pk, wanted=wanted, actor=far_officer, at=at)
    with pytest.raises(Denied):
        done(actions.call_off, meeting_id=planned.pk, words="取消", actor=far_officer, at=at)
    with pytest.raises(Denied):
        done(
            actions.record_meeting,
            meeting_id=planned.pk,
            attendance=CAME,
            actor=far_officer,
            at=at,
        )


def test_resolutions_are_no_strangers(
    held: Meeting, resolved: Resolution, far_officer: Actor, at: datetime, on: date
) -> None:
    with pytest.raises(Denied):
        done(
            actions.adopt,
            meeting_id=held.pk,
            resolved=Resolved("整理楼道", on),
            actor=far_officer,
            at=at,
        )
    for verb in (actions.settle, actions.withdraw):
        with pytest.raises(Denied):
            done(verb, resolution_id=resolved.pk, words="完成", actor=far_officer, at=at)


def test_are_recorded_by_who_keeps_them_and_not_by_who_is_called(
    held: Meeting, team: Body, at: datetime
) -> None:
    Meeting.objects.filter(pk=held.pk).update(invited=[team.pk])

    with pytest.raises(Denied):
        done(
            actions.adopt,
            meeting_id=held.pk,
            resolved=Resolved("整理楼道", at.date()),
            actor=holder(team),
            at=at,
        )


def test_are_not_planned_by_a_group_leader(branch: Body, at: datetime) -> None:
    leader = person(Role.PARTY_GROUP_LEADER, GRID)

    with pytest.raises(NotLedByYou):
        done(actions.plan, body_id=branch.pk, wanted=Plan("group", at), actor=leader, at=at)


# ------------------------------------------------------------------ the rhythm


@pytest.mark.parametrize(
    ("months", "last", "due"),
    [
        (1, date(2026, 1, 31), date(2026, 3, 1)),
        (3, date(2026, 1, 1), date(2026, 7, 1)),
        (3, date(2025, 12, 31), date(2026, 4, 1)),
        (12, date(2025, 2, 1), date(2027, 1, 1)),
        (6, date(2026, 3, 2), date(2027, 1, 1)),
    ],
)
def test_is_due_in_the_next_calendar_period(months: int, last: date, due: date) -> None:
    assert due_by(months, last=last, since=date(2020, 1, 1)) == due


@pytest.mark.parametrize(
    ("since", "due"), [(date(2026, 1, 1), date(2026, 4, 1)), (date(2026, 1, 2), date(2026, 7, 1))]
)
def test_begins_with_the_first_whole_period(since: date, due: date) -> None:
    assert due_by(3, last=None, since=since) == due


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(rules.PERIODS))
def test_leaves_between_one_and_two_periods(last: date, months: int) -> None:
    due = due_by(months, last=last, since=date(2000, 1, 1))
    between = (due.year * 12 + due.month) - (last.year * 12 + last.month)

    assert due.day == 1
    assert (due.month - 1) % months == 0
    assert months < between <= 2 * months


def test_that_is_overdue_is_listed_per_body(
    held: Meeting, branch: Body, secretary: Actor, far_officer: Actor, on: date
) -> None:
    set_scope(secretary)
    late = {one.kind.value for one in queries.overdue(actor=secretary, on=on, place=GRID)}

    assert late == {"lecture", "theme_day", "life", "appraisal"}
    assert queries.overdue(actor=far_officer, on=on, place=GRID) == []


def test_of_a_committee_is_kept_only_where_there_is_one(
    branch: Body, secretary: Actor, at: datetime, on: date
) -> None:
    done(
        keep_term,
        body_id=branch.pk,
        form="committee",
        size=3,
        starts=date(2024, 1, 1),
        years=5,
        actor=secretary,
        at=at,
    )

    kinds = {one.kind.value for one in queries.rhythm(actor=secretary, on=on, body=branch.pk)}

    assert "committee" in kinds


def test_of_a_group_is_its_own(committee: Body, officer: Actor, at: datetime, on: date) -> None:
    group = found("party_group", GRID, committee, at=at, code="t-group")

    (one,) = queries.rhythm(actor=officer, on=on, body=group.pk)

    assert (one.kind.value, one.norm.amount, one.norm.is_sample) == ("group", 1, True)
