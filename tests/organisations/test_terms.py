"""A term … begins, comes to its end, and is moved by the superior alone (届期)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied
from quanyu.organisations.actions.terms import ask_change, decide_change, keep_term
from quanyu.organisations.models import Body, CommitteeTerm, TermChange
from quanyu.organisations.queries import party as queries
from quanyu.organisations.rules import terms as rules
from quanyu.organisations.rules.party import NotLedByYou
from quanyu.organisations.rules.terms import Due, Span, add_months, due
from tests.organisations.party import COMMUNITY, GRID, done, person


@pytest.fixture
def term(branch: Body, secretary: Actor, at: datetime) -> CommitteeTerm:
    """A term of five years that ends on 1 June 2026."""
    row: CommitteeTerm = done(
        keep_term,
        body_id=branch.pk,
        form="committee",
        size=3,
        starts=date(2021, 6, 1),
        years=5,
        actor=secretary,
        at=at,
    )
    return row


@pytest.fixture
def asked(term: CommitteeTerm, secretary: Actor, at: datetime) -> object:
    return done(
        ask_change,
        term_id=term.pk,
        kind="postpone",
        to=date(2026, 12, 1),
        reason="辖区正在调整",
        actor=secretary,
        at=at,
    )


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        (date(2025, 11, 30), Due.LATER),
        (date(2025, 12, 1), Due.SOON),
        (date(2026, 5, 31), Due.SOON),
        (date(2026, 6, 1), Due.OVERDUE),
    ],
)
def test_is_due_within_six_months(today: date, stands: Due) -> None:
    assert due(Span(date(2021, 6, 1), 5), months=6, today=today) is stands


def test_of_a_leap_day_ends_on_the_last_of_february() -> None:
    assert Span(date(2024, 2, 29), 3).ends == date(2027, 2, 28)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_months_go_on_by_the_calendar(day: date, months: int) -> None:
    found = add_months(day, months)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day


def test_ends_when_the_next_begins(
    term: CommitteeTerm, branch: Body, officer: Actor, at: datetime
) -> None:
    done(
        keep_term,
        body_id=branch.pk,
        form="secretary",
        size=1,
        starts=date(2026, 3, 1),
        years=5,
        actor=officer,
        at=at,
    )

    term.refresh_from_db()
    assert term.ended == date(2026, 3, 1)
    assert queries.current_term(branch.pk) != term


def test_does_not_begin_before_the_one_before(
    term: CommitteeTerm, branch: Body, officer: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongTerm):
        done(
            keep_term,
            body_id=branch.pk,
            form="secretary",
            size=1,
            starts=date(2021, 5, 31),
            years=5,
            actor=officer,
            at=at,
        )


def test_is_not_rewritten_by_who_it_binds(
    term: CommitteeTerm, branch: Body, secretary: Actor, at: datetime
) -> None:
    said = {"form": "committee", "size": 3, "starts": date(2021, 6, 1), "years": 9}

    with pytest.raises(NotLedByYou):
        done(keep_term, body_id=branch.pk, **said, actor=secretary, at=at)

    term.refresh_from_db()
    assert term.years == 5


def test_that_has_ended_is_moved_no_more(
    asked: TermChange, term: CommitteeTerm, branch: Body, officer: Actor, at: datetime
) -> None:
    said = {"form": "secretary", "size": 1, "starts": date(2026, 3, 1), "years": 5}
    done(keep_term, body_id=branch.pk, **said, actor=officer, at=at)

    with pytest.raises(rules.ChangeDecided):
        done(decide_change, change_id=asked.pk, is_approved=True, actor=officer, at=at)


def test_is_not_kept_of_a_working_committee(
    work_committee: Body, officer: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongTerm):
        done(
            keep_term,
            body_id=work_committee.pk,
            form="committee",
            size=5,
            starts=date(2024, 1, 1),
            years=5,
            actor=officer,
            at=at,
        )


def test_is_listed_when_due(term: CommitteeTerm, on: date) -> None:
    assert [one.term for one in queries.due_elections(on=on, place=GRID)] == [term]
    assert queries.due_elections(on=on, place="34/01/03/") == []


def test_is_moved_when_the_superior_approves(
    asked: object, term: CommitteeTerm, officer: Actor, at: datetime, on: date
) -> None:
    done(decide_change, change_id=asked.pk, is_approved=True, actor=officer, at=at)  # type: ignore[attr-defined]

    term.refresh_from_db()
    assert (term.moved_to, term.due_date) == (date(2026, 12, 1), date(2026, 12, 1))
    assert queries.due_elections(on=on, place=GRID) == []


def test_stays_when_the_superior_refuses(
    asked: object, term: CommitteeTerm, officer: Actor, at: datetime
) -> None:
    done(
        decide_change,
        change_id=asked.pk,  # type: ignore[attr-defined]
        is_approved=False,
        words="按期换届",
        actor=officer,
        at=at,
    )

    term.refresh_from_db()
    assert term.moved_to is None


def test_is_not_moved_by_who_leads_the_branch_alone(asked: object, at: datetime) -> None:
    other = person(Role.GRID_BRANCH_SECRETARY, GRID)

    with pytest.raises(NotLedByYou):
        done(decide_change, change_id=asked.pk, is_approved=True, actor=other, at=at)  # type: ignore[attr-defined]


def test_is_not_moved_by_who_asked(term: CommitteeTerm, at: datetime) -> None:
    above = person(Role.COMMUNITY_SECRETARY, COMMUNITY)
    row = done(
        ask_change,
        term_id=term.pk,
        kind="advance",
        to=date(2026, 4, 1),
        reason="书记调离",
        actor=above,
        at=at,
    )

    with pytest.raises(rules.NotAnother):
        done(decide_change, change_id=row.pk, is_approved=True, actor=above, at=at)


def test_is_decided_once(asked: object, officer: Actor, at: datetime) -> None:
    done(decide_change, change_id=asked.pk, is_approved=True, actor=officer, at=at)  # type: ignore[attr-defined]

    with pytest.raises(rules.ChangeDecided):
        done(decide_change, change_id=asked.pk, is_approved=True, actor=officer, at=at)  # type: ignore[attr-defined]


def test_waits_for_one_decision_at_a_time(
    asked: object, term: CommitteeTerm, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(rules.ChangeWaits):
        done(
            ask_change,
            term_id=term.pk,
            kind="postpone",
            to=date(2027, 1, 1),
            reason="再等等",
            actor=secretary,
            at=at,
        )


@pytest.mark.parametrize(
    ("kind", "to"),
    [
        ("postpone", date(2026, 6, 1)),
        ("advance", date(2026, 6, 1)),
        ("advance", date(2026, 3, 1)),
        ("later", date(2026, 9, 1)),
    ],
)
def test_is_not_moved_to_a_day_that_is_no_such_change(
    kind: str, to: date, term: CommitteeTerm, secretary: Actor, at: datetime
) -> None:
    with pytest.raises(rules.WrongChange):
        done(ask_change, term_id=term.pk, kind=kind, to=to, reason="理由", actor=secretary, at=at)


def test_is_no_strangers(
    asked: object, term: CommitteeTerm, branch: Body, far_officer: Actor, at: datetime
) -> None:
    later = at.date() + timedelta(days=400)
    with pytest.raises(Denied):
        done(decide_change, change_id=asked.pk, is_approved=True, actor=far_officer, at=at)  # type: ignore[attr-defined]
    with pytest.raises(Denied):
        done(
            ask_change,
            term_id=term.pk,
            kind="postpone",
            to=later,
            reason="理由",
            actor=far_officer,
            at=at,
        )
    with pytest.raises(Denied):
        done(
            keep_term,
            body_id=branch.pk,
            form="secretary",
            size=1,
            starts=at.date(),
            years=5,
            actor=far_officer,
            at=at,
        )
