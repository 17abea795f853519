"""An election … goes from its preparation to the new committee's term (换届选举)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.actions import grant as give
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.spec import Guarded, Overtaken
from quanyu.organisations.actions import elections as actions
from quanyu.organisations.actions.elections import ElectionRuns, Plan, WrongElection
from quanyu.organisations.actions.terms import keep_term
from quanyu.organisations.models import Body, CommitteeTerm, Election
from quanyu.organisations.queries import elected, party
from quanyu.organisations.queries import elections as queries
from quanyu.organisations.rules.terms import WrongChange, WrongTerm
from quanyu.organisations.rules.voting import NotQuorate, Sheet, WrongBallot
from quanyu.organisations.workflow.elections import ElectionState
from tests.organisations.party import done
from tests.organisations.posts import CITY, account

WANTED = Plan(entitled=20, meeting_date=date(2026, 3, 2), secretaries=1, members=2)
FULL = Sheet(20, 18, 18, 18)
NAMES = (("王芳", "secretary"), ("李军", "member"), ("陈静", "member"), ("孙远", "member"))

Do = Callable[..., Any]


@pytest.fixture
def do(secretary: Actor, at: datetime) -> Do:
    """Do something about elections as the branch's secretary."""

    def act(verb: Any, **facts: Any) -> Any:
        return done(verb, actor=secretary, at=at, **facts)

    return act


@pytest.fixture
def prepared(branch: Body, do: Do) -> Election:
    row: Election = do(actions.prepare, body_id=branch.pk, wanted=WANTED)
    return row


@pytest.fixture
def ready(prepared: Election, do: Do) -> Election:
    for name, seat in NAMES:
        do(actions.nominate, election_id=prepared.pk, name=name, seat=seat)
    row: Election = do(actions.close_list, election_id=prepared.pk)
    return row


@pytest.fixture
def cast(ready: Election, do: Do, secretary: Actor, on: date) -> Do:
    """Count a ballot; the votes are given in the order of the candidates who stand."""

    def counted(*votes: int, sheet: Sheet = FULL) -> Election:
        set_scope(secretary)
        standing = queries.standing(ready, actor=secretary)
        told = {who.pk: count for who, count in zip(standing, votes, strict=True)}
        row: Election = do(actions.count, election_id=ready.pk, held_on=on, sheet=sheet, votes=told)
        return row

    return counted


def test_puts_the_new_committee_in_the_place_of_the_old(
    branch: Body, do: Do, cast: Do, secretary: Actor, on: date
) -> None:
    old = do(
        keep_term, body_id=branch.pk, form="committee", size=3, starts=date(2021, 3, 1), years=5
    )
    row = cast(18, 15, 14, 3)

    done_row = do(actions.conclude, election_id=row.pk)

    old.refresh_from_db()
    term = party.current_term(branch.pk)
    assert term == done_row.next_term
    assert term is not None
    assert (old.ended, term.starts, term.years, term.size, term.form) == (on, on, 5, 3, "committee")
    assert done_row.state == ElectionState.CONCLUDED


def test_begins_no_term_before_the_vote(cast: Do, do: Do, on: date) -> None:
    row = cast(18, 15, 14, 3)

    with pytest.raises(WrongTerm) as refused:
        do(actions.conclude, election_id=row.pk, starts=on - timedelta(days=1))

    assert refused.value.field == "starts"
    assert do(actions.conclude, election_id=row.pk, starts=on).next_term.starts == on


def test_says_who_was_elected_once_it_is_concluded(
    cast: Do, do: Do, secretary: Actor, at: datetime
) -> None:
    row = cast(18, 15, 14, 3)
    before = elected.chosen(row, actor=secretary, at=at)

    row = do(actions.conclude, election_id=row.pk)

    told = elected.chosen(row, actor=secretary, at=at)
    assert before == []
    assert [(who.name, who.seat) for who in told] == list(NAMES[:3])


def test_fills_the_seats_left_by_another_ballot(cast: Do, do: Do, secretary: Actor) -> None:
    row = cast(18, 14, 11, 11)
    assert row.seats_left() == {"member": 1}

    do(actions.again, election_id=row.pk)
    row = cast(12, 6)

    assert row.seats_left() == {}
    assert len(queries.ballots(row, actor=secretary)) == 2


def test_marks_who_had_as_many_votes_for_the_last_seat(cast: Do, secretary: Actor) -> None:
    row = cast(18, 14, 11, 11)

    (told,) = queries.ballots(row, actor=secretary)

    assert [vote.is_tied for vote in told.votes] == [False, False, True, True]
    assert told.present.clause == "《党支部设置、任期和表决规定摘要（条号待补）》五"


def test_counts_nothing_where_too_few_were_there(cast: Do, ready: Election) -> None:
    with pytest.raises(NotQuorate):
        cast(15, 15, 15, 0, sheet=Sheet(20, 15, 15, 15))

    ready.refresh_from_db()
    assert ready.state == ElectionState.READY


def test_is_put_off_where_too_few_were_there(ready: Election, do: Do, on: date) -> None:
    row = do(actions.adjourn, election_id=ready.pk, held_on=on, entitled=20, present=15)

    assert row.state == ElectionState.READY
    assert [ballot.is_quorate for ballot in row.ballots.all()] == [False]


def test_is_not_put_off_where_enough_were_there(ready: Election, do: Do, on: date) -> None:
    with pytest.raises(WrongElection):
        do(actions.adjourn, election_id=ready.pk, held_on=on, entitled=20, present=16)


def test_needs_the_votes_of_each_candidate(ready: Election, do: Do, on: date) -> None:
    with pytest.raises(WrongElection):
        do(actions.count, election_id=ready.pk, held_on=on, sheet=FULL, votes={})


def test_refuses_more_votes_than_papers(cast: Do) -> None:
    with pytest.raises(WrongBallot):
        cast(19, 15, 14, 3)


def test_is_not_counted_of_a_day_to_come(ready: Election, do: Do) -> None:
    told = {who.pk: 1 for who in ready.candidates.all()}

    with pytest.raises(WrongElection):
        do(
            actions.count,
            election_id=ready.pk,
            held_on=date(2026, 3, 3),
            sheet=FULL,
            votes=told,
        )


def test_is_not_settled_with_fewer_candidates_than_seats(prepared: Election, do: Do) -> None:
    do(actions.nominate, election_id=prepared.pk, name="王芳", seat="secretary")

    with pytest.raises(Guarded):
        do(actions.close_list, election_id=prepared.pk)


def test_is_not_concluded_without_anybody_elected(cast: Do, do: Do) -> None:
    row = cast(10, 10, 10, 0)

    with pytest.raises(Guarded):
        do(actions.conclude, election_id=row.pk)


def test_is_not_repeated_when_all_seats_are_filled(cast: Do, do: Do) -> None:
    row = cast(18, 15, 14, 3)

    with pytest.raises(Guarded):
        do(actions.again, election_id=row.pk)


@pytest.mark.parametrize(
    ("name", "seat", "field"),
    [("", "member", "name"), ("王芳", "deputy", "seat"), ("王芳", "secretary", "name")],
)
def test_refuses_a_candidate_who_cannot_stand(
    name: str, seat: str, field: str, prepared: Election, do: Do
) -> None:
    do(actions.nominate, election_id=prepared.pk, name="王芳", seat="secretary")

    with pytest.raises(WrongElection) as no:
        do(actions.nominate, election_id=prepared.pk, name=name, seat=seat)

    assert no.value.field == field


def test_strikes_a_candidate_until_the_list_is_settled(ready: Election, do: Do) -> None:
    who = ready.candidates.get(number=4)
    with pytest.raises(Overtaken):
        do(actions.strike, election_id=ready.pk, candidate_id=who.pk)

    do(actions.reopen, election_id=ready.pk, words="有人退出")
    do(actions.strike, election_id=ready.pk, candidate_id=who.pk)

    assert ready.candidates.count() == 3


def test_names_no_candidates_anew_after_a_ballot(cast: Do, do: Do) -> None:
    row = cast(18, 14, 11, 11)
    do(actions.again, election_id=row.pk)

    with pytest.raises(WrongElection):
        do(actions.reopen, election_id=row.pk, words="有人退出")


def test_is_one_at_a_time(prepared: Election, branch: Body, do: Do) -> None:
    with pytest.raises(ElectionRuns):
        do(actions.prepare, body_id=branch.pk, wanted=WANTED)


def test_gives_way_to_another_when_given_up(prepared: Election, branch: Body, do: Do) -> None:
    do(actions.withdraw, election_id=prepared.pk, words="推迟")

    assert do(actions.prepare, body_id=branch.pk, wanted=WANTED).state == ElectionState.PREPARING


def test_is_given_up_with_a_reason(prepared: Election, do: Do) -> None:
    with pytest.raises(WrongChange):
        do(actions.withdraw, election_id=prepared.pk, words="")


@pytest.mark.parametrize(
    "wanted",
    [
        Plan(20, date(2026, 3, 2)),
        Plan(0, date(2026, 3, 2), members=3),
        Plan(20, date(2026, 3, 2), members=31),
    ],
)
def test_refuses_a_plan_that_cannot_be(wanted: Plan, branch: Body, do: Do) -> None:
    with pytest.raises((WrongElection, WrongBallot)):
        do(actions.prepare, body_id=branch.pk, wanted=wanted)


def test_is_not_of_what_has_no_term(work_committee: Body, officer: Actor, at: datetime) -> None:
    with pytest.raises(WrongElection):
        done(actions.prepare, body_id=work_committee.pk, wanted=WANTED, actor=officer, at=at)


def test_makes_a_term_that_nobody_writes_over(
    cast: Do, do: Do, branch: Body, officer: Actor, at: datetime, on: date
) -> None:
    do(actions.conclude, election_id=cast(18, 15, 14, 3).pk)
    said = {"form": "committee", "size": 9, "starts": on, "years": 5}

    with pytest.raises(WrongTerm):
        done(keep_term, body_id=branch.pk, **said, actor=officer, at=at)
    assert CommitteeTerm.objects.get(body=branch).size == 3


def test_changes_while_it_is_prepared(prepared: Election, do: Do) -> None:
    row = do(
        actions.amend,
        election_id=prepared.pk,
        wanted=Plan(entitled=21, meeting_date=date(2026, 4, 1), members=3, way="差额选举"),
    )

    assert (row.entitled, row.seats) == (21, {"member": 3})


def test_is_no_strangers(
    ready: Election, branch: Body, far_officer: Actor, at: datetime, on: date
) -> None:
    who = ready.candidates.get(number=4)
    one = {"election_id": ready.pk}
    tries: list[tuple[Any, dict[str, Any]]] = [
        (actions.prepare, {"body_id": branch.pk, "wanted": WANTED}),
        (actions.amend, one | {"wanted": WANTED}),
        (actions.nominate, one | {"name": "周明", "seat": "member"}),
        (actions.strike, one | {"candidate_id": who.pk}),
        (actions.close_list, one),
        (actions.reopen, one | {"words": "重新"}),
        (actions.adjourn, one | {"held_on": on, "entitled": 20, "present": 3}),
        (actions.count, one | {"held_on": on, "sheet": FULL, "votes": {}}),
        (actions.again, one),
        (actions.conclude, one),
        (actions.withdraw, one | {"words": "不选了"}),
    ]

    for verb, facts in tries:
        with pytest.raises(Denied):
            done(verb, actor=far_officer, at=at, **facts)


def test_is_seen_by_the_circle_alone(ready: Election, secretary: Actor, grid_worker: Actor) -> None:
    def seen(actor: Actor) -> int:
        set_scope(actor)
        assert Election.objects.visible_to(actor).count() == Election.objects.count()
        return Election.objects.count()

    assert (seen(secretary), seen(grid_worker)) == (1, 0)


def test_links_no_account_that_the_actor_may_not_name(
    prepared: Election, do: Do, at: datetime
) -> None:
    far = account("far.one", at=at)
    told: dict[str, Any] = {
        "reason": "工作需要",
        "region_path": "34/01/03/",
        "actor": CITY,
        "at": at,
    }
    give(account=far, role=Role.OPERATOR, **told)
    near = account("near.one", at=at)
    facts = {"election_id": prepared.pk, "seat": "secretary"}

    with pytest.raises(WrongElection):
        do(actions.nominate, name="王芳", account_id=far.pk, **facts)
    assert do(actions.nominate, name="王芳", account_id=near.pk, **facts).account_id == near.pk
