"""Parts and meetings … keep to their rules, whatever is asked (协办、会商规则)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.rules import joint as rules
from quanyu.events.rules.joint import LIVE, NotJoined, PartState
from quanyu.events.workflow.joint import PART
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.errors import Invalid, Refusal
from tests.conftest import SHANGHAI

NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
AROUND = st.integers(-1_000, 1_000).map(lambda hours: NOW + timedelta(hours=hours))
BODIES = st.lists(st.uuids(), unique=True, max_size=12)


class Paper:
    """A part, as far as its map asks."""

    def __init__(self, state: str, *, body: UUID, handed_back: int = 0) -> None:
        self.state, self.body_id, self.handed_back = state, body, handed_back
        self.region_path = "34/01/04/001/"


@given(wanted=AROUND, whole=st.none() | AROUND, is_chosen=st.booleans())
def test_no_part_outlasts_a_whole_that_has_time_left(
    wanted: datetime, whole: datetime | None, is_chosen: bool
) -> None:
    try:
        due = rules.part_due(wanted, whole=whole, at=NOW, is_chosen=is_chosen)
    except Invalid:
        assert is_chosen
        assert whole is not None
        assert NOW < whole < wanted
    else:
        assert due in {wanted, whole}
        assert whole is None or whole <= NOW or due <= whole


@given(here=BODIES, live=BODIES, body=st.uuids(), lead=st.none() | st.uuids())
def test_a_body_is_asked_when_it_is_from_here_owes_nothing_and_does_not_lead(
    here: list[UUID], live: list[UUID], body: UUID, lead: UUID | None
) -> None:
    for known in (body, *here[:1], *live[:1]):
        may = known in here and known not in live and known != lead and len(live) < 8
        try:
            rules.check_asked(known, lead=lead, here=here, live=live, most=8)
        except NotJoined:
            assert not may
        else:
            assert may


@given(names=st.lists(st.text(min_size=1), max_size=3), why=st.text(max_size=30))
def test_a_whole_is_answered_with_a_reason_exactly_where_parts_are_open(
    names: list[str], why: str
) -> None:
    try:
        said = rules.check_whole(names, unneeded=why)
    except Invalid:
        assert not names or not len(why.strip()) >= 4 or rules.PERSONAL.search(why)
    else:
        assert bool(said) == bool(names)


@given(digits=st.integers(10**6, 10**17), cut=st.integers(1, 5))
def test_no_long_number_passes_however_it_is_spaced(digits: int, cut: int) -> None:
    whole = str(digits)

    with pytest.raises(Invalid):
        rules.check_words(f"找 {whole[:cut]} {whole[cut:]} 的人", field="task", most=400)


@pytest.mark.parametrize("state", list(PartState))
@pytest.mark.parametrize("role", [Role.HANDLER, Role.DISPATCHER, Role.CHECKER, Role.OPERATOR])
def test_offers_and_arrow_agree_on_parts(state: PartState, role: Role) -> None:
    body = uuid4()
    paper = Paper(state, body=body)
    at_place = role is not Role.HANDLER
    grant = Grant(role, paper.region_path) if at_place else Grant(role, body=body)
    actor = Actor(ActorKind.PERSON, uuid4(), frozenset({grant}))
    facts = {need for move in PART.moves for need in move.needs}

    offered = {move.verb for move in PART.offers(paper, actor=actor)}
    taken = set()
    for verb in PART.verbs:
        try:
            PART.arrow(verb, paper, actor=actor, given=facts)
        except Refusal:
            continue
        taken.add(verb)

    assert offered == taken


def test_every_live_part_can_be_ended_by_the_desk() -> None:
    ends = {
        source
        for move in PART.moves
        if move.target == PartState.WITHDRAWN and Role.DISPATCHER in move.by
        for source in move.source
    }

    assert ends == set(LIVE)


def test_every_state_is_in_the_map() -> None:
    assert PART.states == set(PartState)


@given(attended=BODIES, invited=BODIES, people=st.integers(0, 20))
def test_minutes_count_those_who_were_invited_and_no_fewer_people_than_bodies(
    attended: list[UUID], invited: list[UUID], people: int
) -> None:
    came = [*invited[: len(attended) // 2], *attended[:1]]
    try:
        rules.check_attended(came, people, invited=invited)
    except Invalid:
        assert not came or not set(came) <= set(invited) or people < len(set(came))
    else:
        assert came
        assert set(came) <= set(invited)
        assert people >= len(set(came))
