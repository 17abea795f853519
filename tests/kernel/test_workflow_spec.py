"""The declaration refuses a wrong map, and no walk leaves a right one (流程声明)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.rules import leaving, side
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role
from quanyu.kernel.calendar.rules import minutes
from quanyu.kernel.workflow.spec import Move, NotAllowed, Span, Workflow

PLACE = "34/01/04/001/001/"
BODY = uuid4()


@dataclass
class Paper:
    """A case on paper: what the declaration looks at, and nothing else."""

    state: str
    region_path: str = PLACE
    body_id: UUID | None = BODY
    channel: str = "web"
    must_verify: bool = False
    is_verified: bool = False
    handed_back_by: list[UUID] = field(default_factory=list)
    dispatched_by: list[UUID] = field(default_factory=list)
    handled_by: list[UUID] = field(default_factory=list)
    checked_by: list[UUID] = field(default_factory=list)
    called_by: UUID | None = None
    most_reopens: int | None = None
    reopened: int = 0
    asking: str = ""
    asked_by: UUID | None = None
    extended: int = 0
    questions: int = 0
    due_told_at: datetime | None = None
    consulting: UUID | None = None
    is_outside: bool = False
    moved: int = 0
    moving_to: str = ""
    id: UUID = field(default_factory=uuid4)
    account_id: UUID | None = None

    def most(self, stage: str) -> int:
        """Return what the samples say."""
        return (side.MOST | leaving.MOST)[stage]


def actor_as(role: Role, paper: Paper) -> Actor:
    if role is Role.RESIDENT:
        return Actor(ActorKind.HOLDER, row=paper.id)
    grant = Grant(role, body=BODY) if role is Role.HANDLER else Grant(role, PLACE)
    return Actor(ActorKind.PERSON, uuid4(), frozenset({grant}))


ALL_FACTS = sorted({need for move in EVENT.moves for need in move.needs})
ROLES = sorted({Role(role) for move in EVENT.moves for role in move.by})


def test_a_state_nobody_can_reach_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no way into"):
        Workflow("lost", start="a", opened_by=["x"], moves=[Move("go", "去", ["b"], "c", by=["x"])])


def test_a_verb_with_two_meanings_is_a_mistake() -> None:
    twice = [Move("go", "去", ["a"], "b", by=["x"]), Move("go", "去", ["a"], "c", by=["x"])]

    with pytest.raises(ValueError, match="two things"):
        Workflow("twice", start="a", opened_by=["x"], moves=twice)


def test_a_final_state_cannot_fall_due() -> None:
    end = [Move("end", "完", ["a"], "z", by=["x"])]

    with pytest.raises(ValueError, match="no limit can run"):
        Workflow("late", "a", ["x"], end, limits={"z": minutes(1)})


def test_a_move_for_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nobody may"):
        Workflow("empty", "a", ["x"], [Move("end", "完", ["a"], "z", by=[])])


def test_a_span_that_begins_with_no_verb_is_a_mistake() -> None:
    end = [Move("end", "完", ["a"], "z", by=["x"])]

    with pytest.raises(ValueError, match="begins with no verb"):
        Workflow("odd", "a", ["x"], end, span=Span("s", "办", ["go"], ["a"], minutes(1)))


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("role", ROLES)
def test_offers_and_arrow_agree(state: State, role: Role) -> None:
    paper = Paper(state)
    actor = actor_as(role, paper)

    offered = {move.verb for move in EVENT.offers(paper, actor=actor)}

    assert offered == {verb for verb in EVENT.verbs if _allowed(verb, paper, actor)}


def _allowed(verb: str, paper: Any, actor: Actor) -> bool:
    try:
        EVENT.arrow(verb, paper, actor=actor, given=ALL_FACTS)
    except NotAllowed:
        return False
    return True


@given(st.lists(st.tuples(st.sampled_from(EVENT.verbs), st.sampled_from(ROLES)), max_size=40))
def test_no_walk_leaves_the_map(steps: list[tuple[str, Role]]) -> None:
    paper = Paper(EVENT.start)
    for verb, role in steps:
        actor = actor_as(role, paper)
        if _allowed(verb, paper, actor):
            paper.state = EVENT.arrow(verb, paper, actor=actor, given=ALL_FACTS).target

    assert paper.state in set(State)


def test_every_state_has_a_label_and_every_open_one_a_limit() -> None:
    assert set(State) == EVENT.states
    assert EVENT.span is not None
    assert {*EVENT.limits, EVENT.span.name} == EVENT.owed


def test_every_open_state_has_somebody_who_can_go_on() -> None:
    for state in EVENT.states - EVENT.final:
        assert [move for move in EVENT.moves if state in move.source], state


def test_a_checker_is_neither_handler_nor_dispatcher_of_the_case() -> None:
    paper = Paper(State.CHECKING)
    actor = actor_as(Role.CHECKER, paper)
    paper.handled_by = [actor.id]  # type: ignore[list-item]

    assert "close" not in {move.verb for move in EVENT.offers(paper, actor=actor)}


def test_a_body_hands_back_once() -> None:
    paper = Paper(State.DISPATCHED, handed_back_by=[BODY])
    actor = actor_as(Role.HANDLER, paper)

    assert "hand_back" not in {move.verb for move in EVENT.offers(paper, actor=actor)}
