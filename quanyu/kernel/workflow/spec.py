"""The declaration of how a case moves. Pure data: no Django, no clock."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import Limit
from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _


class NotAllowed(Refusal):
    """Not from this state, not by this person, or not without these facts."""


class Overtaken(NotAllowed):
    """Somebody was faster: the case has left the state this act starts from."""


class Guarded(NotAllowed):
    """A guard of the move forbids it here, or to this person."""


class Missing(NotAllowed):
    """A fact that the move needs was not given."""

    status = 422


Check: TypeAlias = Callable[[Any, Actor], bool]
"""A pure rule of the domain, given the case and the actor."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule that a move also needs, and the sentence when it does not hold (条件)."""

    name: str
    label: str
    check: Check
    sentence: str


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow: a verb that takes a case from some states to one state (动作)."""

    verb: str
    label: str
    source: Collection[str]
    target: str
    by: Collection[str]
    needs: Collection[str] = ()
    guards: Collection[Guard] = ()
    burdens: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A limit that begins with a verb and runs across states (跨环节时限).

    Bouncing does not restart it: it begins at the first of ``begins``, runs in the states of
    ``runs``, stands still in all others and goes on when the case comes back. A state of the
    same name has this clock and none of its own, or signing late would buy time.
    """

    name: str
    label: str
    begins: Collection[str]
    runs: Collection[str]
    limit: Limit


@dataclass(frozen=True)
class Workflow:
    """Every state and every arrow, checked once, when it is declared (流程)."""

    name: str
    start: str
    opened_by: Collection[str]
    moves: Collection[Move]
    limits: Mapping[str, Limit] = field(default_factory=dict)
    span: Span | None = None
    rests: Collection[str] = ()
    """States in which something may still follow, but nobody owes anything."""
    escalates: str = "overdue"
    """The verb announced once when a clock runs out: ``event.overdue``."""

    def __post_init__(self) -> None:
        arrows = [(move.verb, source) for move in self.moves for source in move.source]
        if len(arrows) > len(set(arrows)):
            raise ValueError(f"{self.name}: a verb means two things in one state")
        if orphans := self.states - self._reached():
            raise ValueError(f"{self.name}: no way into {sorted(orphans)}")
        if strays := set(self.limits) - self.owed:
            raise ValueError(f"{self.name}: no limit can run in {sorted(strays)}")
        if unowned := [move.verb for move in self.moves if not move.by]:
            raise ValueError(f"{self.name}: nobody may {unowned}")
        self._check_span()

    @property
    def states(self) -> frozenset[str]:
        """Return every state, in use or final."""
        return frozenset({self.start}).union(*[{*m.source, m.target} for m in self.moves])

    @property
    def final(self) -> frozenset[str]:
        """Return the states nothing leaves."""
        return self.states.difference(*[m.source for m in self.moves])

    @property
    def owed(self) -> frozenset[str]:
        """Return the states in which somebody must act: neither final nor at rest."""
        return self.states - self.final - frozenset(self.rests)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return every verb once, in the order of the declaration."""
        return tuple(dict.fromkeys(move.verb for move in self.moves))

    def label(self, verb: str) -> str:
        """Return the Chinese word of a verb; ``start`` is the opening."""
        return next((move.label for move in self.moves if move.verb == verb), _("上报"))

    def offers(self, case: Any, *, actor: Actor) -> list[Move]:
        """Return the moves to show as buttons: for this state, this person and these guards."""
        roles = actor.roles_on(case)
        return [
            move
            for move in self.moves
            if case.state in move.source
            and set(move.by) & roles
            and all(guard.check(case, actor) for guard in move.guards)
        ]

    def check_opening(self, roles: Collection[str]) -> None:
        """Refuse a case from someone who may not open one.

        :raises NotAllowed: if none of ``roles`` may
        """
        if not set(self.opened_by) & set(roles):
            raise NotAllowed(_("您没有在此处新建的权限"), allowed=sorted(self.opened_by))

    def arrow(self, verb: str, case: Any, *, actor: Actor, given: Collection[str]) -> Move:
        """Return the one move that ``verb`` means here.

        :raises Overtaken: if it does not start from the case's state
        :raises NotAllowed: if it is not for this person
        :raises Guarded: if a guard forbids it
        :raises Missing: if a fact it needs is not given
        """
        move = next((m for m in self.moves if m.verb == verb and case.state in m.source), None)
        if move is None:
            raise Overtaken(_("这件事现在不能做这一步"), value=verb)
        if not set(move.by) & actor.roles_on(case):
            raise NotAllowed(_("这一步不归您办"), value=verb, allowed=sorted(move.by))
        for guard in move.guards:
            if not guard.check(case, actor):
                raise Guarded(guard.sentence, value=verb)
        if missing := sorted(set(move.needs) - set(given)):
            names = ", ".join(missing)
            raise Missing(_("还缺必填的内容：{names}"), field=missing[0], names=names)
        return move

    def table(self) -> str:
        """Return the workflow as a Markdown table, for the docs build."""
        head = [
            "| from | move | by | needs | guards | to |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        rows = [
            f"| {', '.join(m.source)} | {m.verb} {m.label} | {', '.join(m.by)} "
            f"| {', '.join(m.needs)} | {', '.join(g.label for g in m.guards)} | {m.target} |"
            for m in self.moves
        ]
        return "\n".join(head + rows)

    def _reached(self) -> frozenset[str]:
        reached = {self.start}
        for _move in self.moves:
            reached |= {m.target for m in self.moves if reached & set(m.source)}
        return frozenset(reached)

    def _check_span(self) -> None:
        if self.span is None:
            return
        if not set(self.span.begins) <= set(self.verbs):
            raise ValueError(f"{self.name}: the span begins with no verb of the map")
        if self.span.name in self.limits:
            raise ValueError(f"{self.name}: {self.span.name} has the clock of its span already")
        if strays := set(self.span.runs) - (self.states - self.final):
            raise ValueError(f"{self.name}: the span cannot run in {sorted(strays)}")
