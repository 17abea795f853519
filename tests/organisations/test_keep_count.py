"""keep_count … keeps how many members an organisation has, from day to day (登记党员数)."""

from datetime import date, datetime, timedelta

import pytest

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.organisations import rules
from quanyu.organisations.actions.party import keep_count
from quanyu.organisations.models import Body, MemberCount
from quanyu.organisations.queries import party as queries
from quanyu.organisations.rules.party import Head, NotLedByYou, WarningKey, WrongCount
from tests.organisations.party import done, found


def test_ends_the_count_before(branch: Body, secretary: Actor, at: datetime, on: date) -> None:
    first = on - timedelta(days=30)
    done(
        keep_count, body_id=branch.pk, full=12, probationary=1, start=first, actor=secretary, at=at
    )

    done(keep_count, body_id=branch.pk, full=13, source="年度统计", actor=secretary, at=at)

    rows = list(MemberCount.objects.filter(body=branch).order_by("valid_from"))
    assert [(row.full, row.valid_from, row.valid_to) for row in rows] == [
        (12, first, on),
        (13, on, None),
    ]
    assert rows[1].kept_by == secretary.id
    assert queries.count_on(branch.pk, on=on - timedelta(days=1)) == rows[0]


def test_puts_right_what_began_the_same_day(
    branch: Body, secretary: Actor, at: datetime, on: date
) -> None:
    done(keep_count, body_id=branch.pk, full=12, actor=secretary, at=at)

    done(keep_count, body_id=branch.pk, full=21, actor=secretary, at=at)

    assert MemberCount.objects.get(body=branch).full == 21
    assert Record.objects.filter(topic="member_count.keep").count() == 2


def test_adds_up_for_the_one_above(
    committee: Body, branch: Body, officer: Actor, at: datetime, on: date
) -> None:
    joint = found("joint_party_branch", branch.region_path, committee, at=at, code="t-joint")
    for body, full in ((committee, 4), (branch, 30), (joint, 17)):
        done(keep_count, body_id=body.pk, full=full, probationary=1, actor=officer, at=at)

    facts = queries.facts_of(committee, on=on)

    assert facts.head == Head(51, 3)
    assert queries.known(on=on, place=committee.region_path).facts[committee.pk].head == Head(51, 3)


def test_warns_on_the_page_and_in_the_list_alike(
    branch: Body, secretary: Actor, at: datetime, on: date
) -> None:
    done(keep_count, body_id=branch.pk, full=2, actor=secretary, at=at)

    listed = [one.key for body, one in queries.warned(on=on, place=branch.region_path)]

    assert listed == [one.key for one in queries.warned_of(branch, on=on)]
    assert listed == [WarningKey.BRANCH_FEW, WarningKey.TERM_MISSING]


def test_refuses_a_day_before_the_last_count(
    branch: Body, secretary: Actor, at: datetime, on: date
) -> None:
    done(keep_count, body_id=branch.pk, full=12, actor=secretary, at=at)

    with pytest.raises(rules.WrongDay):
        done(
            keep_count,
            body_id=branch.pk,
            full=12,
            start=on - timedelta(days=1),
            actor=secretary,
            at=at,
        )


def test_refuses_units_of_a_branch_that_joins_none(
    branch: Body, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(WrongCount) as no:
        done(keep_count, body_id=branch.pk, full=3, units=2, actor=secretary, at=at)

    assert no.value.field == "units"


def test_refuses_what_is_no_party_organisation(team: Body, commander: Actor, at: datetime) -> None:
    with pytest.raises(WrongCount):
        done(keep_count, body_id=team.pk, full=3, actor=commander, at=at)


def test_refuses_another_role(branch: Body, grid_worker: Actor, at: datetime) -> None:
    with pytest.raises(NotLedByYou):
        done(keep_count, body_id=branch.pk, full=3, actor=grid_worker, at=at)


def test_denies_a_stranger(branch: Body, far_officer: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        done(keep_count, body_id=branch.pk, full=3, actor=far_officer, at=at)
