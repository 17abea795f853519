"""The rules of party organisations as warnings with their clause; none of them blocks (提醒)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.kinds import BRANCHES, COMMUNITY_PARTY, PARTY, BodyKind
from quanyu.organisations.rules.norms import Norm, NormKey, Norms, norm
from quanyu.organisations.rules.terms import Due, Form, Span, due

ELECTING: Final = BRANCHES | COMMUNITY_PARTY
"""Those that are led for a term; a working committee is sent out by its superior."""

COUNTED: Final = PARTY - {BodyKind.PARTY_GROUP}
"""Those whose members add up; the members of a group are its branch's."""

GROWING: Final = BRANCHES | {BodyKind.GENERAL_BRANCH}
"""Those that with more members become another kind."""

AT_COMMUNITY: Final = "@community"
MOST_MEMBERS: Final = 100_000


class WarningKey(StrEnum):
    """Which rule it is about (提醒事项)."""

    BRANCH_FEW = "branch_few"
    JOINT_WIDE = "joint_wide"
    GENERAL_DUE = "general_due"
    PARTY_COMMITTEE_DUE = "party_committee_due"
    GENERAL_FEW = "general_few"
    COMMITTEE_MISSING = "committee_missing"
    COMMITTEE_EARLY = "committee_early"
    COMMITTEE_SMALL = "committee_small"
    COMMITTEE_LARGE = "committee_large"
    COMMITTEE_OVER = "committee_over"
    TERM_MISSING = "term_missing"
    TERM_OTHER = "term_other"
    ELECTION_SOON = "election_soon"
    ELECTION_OVERDUE = "election_overdue"


WARNING_WORDS: Final[Mapping[WarningKey, str]] = {
    WarningKey.BRANCH_FEW: _("正式党员 {have} 人，不足 {norm} 人，一般与相邻单位成立联合党支部"),
    WarningKey.JOINT_WIDE: _("联合党支部覆盖 {have} 个单位，一般不超过 {norm} 个"),
    WarningKey.GENERAL_DUE: _("党员 {have} 人，超过 {norm} 人，一般设党总支"),
    WarningKey.PARTY_COMMITTEE_DUE: _("党员 {have} 人，超过 {norm} 人，一般设基层党委"),
    WarningKey.GENERAL_FEW: _("党员 {have} 人，没有超过 {norm} 人，设党总支须有上级批准"),
    WarningKey.COMMITTEE_MISSING: _("正式党员 {have} 人，达到 {norm} 人，应设支部委员会"),
    WarningKey.COMMITTEE_EARLY: _("正式党员 {have} 人，不足 {norm} 人，一般只设书记"),
    WarningKey.COMMITTEE_SMALL: _("委员会 {have} 人，至少 {norm} 人"),
    WarningKey.COMMITTEE_LARGE: _("委员会 {have} 人，一般不超过 {norm} 人"),
    WarningKey.COMMITTEE_OVER: _("委员会 {have} 人，最多 {norm} 人"),
    WarningKey.TERM_MISSING: _("没有登记本届任期，任期为 {norm} 年"),
    WarningKey.TERM_OTHER: _("本届任期登记为 {have} 年，应为 {norm} 年"),
    WarningKey.ELECTION_SOON: _("应于 {day} 前换届，已进入 {norm} 个月提醒期"),
    WarningKey.ELECTION_OVERDUE: _("应于 {day} 前换届，已逾期；延期须上级批准"),
}
TITLES: Final[Mapping[WarningKey, str]] = {
    WarningKey.BRANCH_FEW: _("党员太少"),
    WarningKey.JOINT_WIDE: _("联合单位太多"),
    WarningKey.GENERAL_DUE: _("应设党总支"),
    WarningKey.PARTY_COMMITTEE_DUE: _("应设党委"),
    WarningKey.GENERAL_FEW: _("党总支人数不足"),
    WarningKey.COMMITTEE_MISSING: _("缺支部委员会"),
    WarningKey.COMMITTEE_EARLY: _("委员会设早了"),
    WarningKey.COMMITTEE_SMALL: _("委员太少"),
    WarningKey.COMMITTEE_LARGE: _("委员偏多"),
    WarningKey.COMMITTEE_OVER: _("委员超员"),
    WarningKey.TERM_MISSING: _("没有任期"),
    WarningKey.TERM_OTHER: _("任期年数不符"),
    WarningKey.ELECTION_SOON: _("快到换届"),
    WarningKey.ELECTION_OVERDUE: _("逾期未换届"),
}


class WrongCount(Invalid):
    """A count of members that cannot be kept as it was given."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many members an organisation counts (党员数)."""

    full: int
    probationary: int
    units: int | None = None
    """Of a joint branch: of how many units."""

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.full + self.probationary


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one party organisation on a day (党组织情况)."""

    id: UUID
    kind: str
    is_of_community: bool = False
    """Whether it stands in a community, below one or is one's own."""
    head: Head | None = None
    """Its own members; of one above branches, with those of all below it."""
    form: str = ""
    size: int = 0
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning about one organisation, with the number it rests on (提醒)."""

    body: UUID
    key: WarningKey
    norm: Norm
    parts: Mapping[str, object] = field(default_factory=dict)


Rule = Callable[[Facts, Norms, date], Iterator[Warned]]


def warnings(facts: Facts, norms: Norms, *, today: date) -> list[Warned]:
    """Return what the rules say against how an organisation stands; nothing is ever blocked."""
    if facts.kind not in PARTY:
        return []
    return [one for rule in RULES for one in rule(facts, norms, today)]


def subjects(facts: Facts) -> tuple[str, ...]:
    """Return under which names the numbers of this organisation stand, the nearest first."""
    own = facts.kind
    return (f"{own}{AT_COMMUNITY}", own) if facts.is_of_community else (own,)


def term_norm(facts: Facts, norms: Norms) -> Norm | None:
    """Return how long a term of this organisation is; None where it has none."""
    return norm(norms, NormKey.TERM, *subjects(facts)) if facts.kind in ELECTING else None


def check_count(*, full: int, probationary: int, units: int | None, kind: str) -> None:
    """Refuse numbers that cannot be, or units of what joins none.

    :raises WrongCount: naming the field
    """
    if kind not in PARTY:
        raise WrongCount(_("只有党组织登记党员数"), field="body", value=kind)
    for name, value in (("full", full), ("probationary", probationary), ("units", units or 0)):
        if not 0 <= value <= MOST_MEMBERS:
            raise WrongCount(
                _("应为 0 至 {most} 的整数"),
                field=name,
                value=value,
                allowed=[f"0…{MOST_MEMBERS}"],
                most=MOST_MEMBERS,
            )
    if units is not None and kind != BodyKind.JOINT_BRANCH:
        raise WrongCount(_("只有联合党支部登记覆盖单位数"), field="units", value=units)


def adding_up(
    kinds: Mapping[UUID, str], above: Mapping[UUID, UUID | None], own: Mapping[UUID, Head]
) -> dict[UUID, Head]:
    """Return the members of each organisation; of one above branches, with all below it.

    Groups are not added: their members are counted by their branch.
    """
    found = {key: [head.full, head.probationary] for key, head in own.items()}
    ways: dict[UUID | None, list[UUID]] = {None: []}
    for key, head in own.items():
        if kinds.get(key) not in COUNTED:
            continue
        first = above.get(key)
        if first not in ways:  # thousands of branches hang under some hundred bodies
            ways[first] = _from(first, above)
        for here in ways[first]:
            held = found.setdefault(here, [0, 0])
            held[0] += head.full
            held[1] += head.probationary
    return {
        key: Head(full, probationary, own[key].units if key in own else None)
        for key, (full, probationary) in found.items()
    }


def _from(first: UUID | None, above: Mapping[UUID, UUID | None]) -> list[UUID]:
    """Return an organisation and every one above it, the nearest first."""
    found: list[UUID] = []
    here = first
    while here is not None and here not in found:
        found.append(here)
        here = above.get(here)
    return found


# ------------------------------------------------------------------ rule by rule


def _branch_few(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.kind != BodyKind.BRANCH or not facts.head:
        return
    least = norm(norms, NormKey.BRANCH_LEAST, facts.kind)
    if least and facts.head.full < least.amount:
        yield _warned(facts, WarningKey.BRANCH_FEW, least, facts.head.full)


def _joint_wide(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.kind != BodyKind.JOINT_BRANCH or not facts.head:
        return
    most, units = norm(norms, NormKey.JOINT_UNITS_MOST, facts.kind), facts.head.units
    if most and units and units > most.amount:
        yield _warned(facts, WarningKey.JOINT_WIDE, most, units)


def _too_many(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    """Warn of more members than this kind holds: of two steps too many only of the higher."""
    if facts.head is None or facts.kind not in GROWING:
        return
    total = facts.head.total
    higher = norm(norms, NormKey.PARTY_COMMITTEE_ABOVE, facts.kind)
    lower = norm(norms, NormKey.GENERAL_ABOVE, facts.kind)
    if higher and total > higher.amount:
        yield _warned(facts, WarningKey.PARTY_COMMITTEE_DUE, higher, total)
    elif facts.kind in BRANCHES and lower and total > lower.amount:
        yield _warned(facts, WarningKey.GENERAL_DUE, lower, total)


def _general_few(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.kind != BodyKind.GENERAL_BRANCH or not facts.head:
        return
    above = norm(norms, NormKey.GENERAL_ABOVE, facts.kind)
    if above and facts.head.total <= above.amount:
        yield _warned(facts, WarningKey.GENERAL_FEW, above, facts.head.total)


def _form(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.kind not in BRANCHES or not facts.head or not facts.form:
        return
    start = norm(norms, NormKey.COMMITTEE_FROM, facts.kind)
    if not start:
        return
    is_committee, full = facts.form == Form.COMMITTEE, facts.head.full
    if full >= start.amount and not is_committee:
        yield _warned(facts, WarningKey.COMMITTEE_MISSING, start, full)
    if full < start.amount and is_committee:
        yield _warned(facts, WarningKey.COMMITTEE_EARLY, start, full)


def _size(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.kind not in BRANCHES or facts.form != Form.COMMITTEE:
        return
    least = norm(norms, NormKey.COMMITTEE_LEAST, facts.kind)
    most = norm(norms, NormKey.COMMITTEE_MOST, facts.kind)
    usual = norm(norms, NormKey.COMMITTEE_USUAL, facts.kind)
    if least and facts.size < least.amount:
        yield _warned(facts, WarningKey.COMMITTEE_SMALL, least, facts.size)
    if most and facts.size > most.amount:
        yield _warned(facts, WarningKey.COMMITTEE_OVER, most, facts.size)
    elif usual and facts.size > usual.amount:
        yield _warned(facts, WarningKey.COMMITTEE_LARGE, usual, facts.size)


def _term(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    years = term_norm(facts, norms)
    if years is None:
        return
    if facts.span is None:
        yield _warned(facts, WarningKey.TERM_MISSING, years, 0)
    elif facts.span.years != years.amount:
        yield _warned(facts, WarningKey.TERM_OTHER, years, facts.span.years)


def _election(facts: Facts, norms: Norms, today: date) -> Iterator[Warned]:
    if facts.span is None or facts.kind not in ELECTING:
        return
    months = norm(norms, NormKey.ELECTION_MONTHS)
    if months is None:
        return
    stands = due(facts.span, months=months.amount, today=today)
    day = facts.span.due
    if stands is Due.SOON:
        yield _warned(facts, WarningKey.ELECTION_SOON, months, 0, day=day)
    if stands is not Due.OVERDUE:
        return
    moved = norm(norms, NormKey.MOVED_BY_SUPERIOR)
    if moved is not None:
        yield _warned(facts, WarningKey.ELECTION_OVERDUE, moved, 0, day=day)


RULES: Final[Sequence[Rule]] = (
    _branch_few,
    _joint_wide,
    _too_many,
    _general_few,
    _form,
    _size,
    _term,
    _election,
)


def _warned(facts: Facts, key: WarningKey, rests_on: Norm, have: int, **parts: object) -> Warned:
    return Warned(facts.id, key, rests_on, {"have": have, "norm": rests_on.amount, **parts})


# ------------------------------------------------------------------ who keeps it

LIFE_KEEPERS: Final = frozenset(
    {
        Role.PARTY_OFFICER,
        Role.COMMUNITY_SECRETARY,
        Role.GRID_BRANCH_SECRETARY,
        Role.COMMANDER,
        Role.DISTRICT_ADMIN,
        Role.SYSTEM,
    }
)
"""Who keeps the counts, terms and meetings of an organisation: where it stands, or above."""

DECIDERS: Final = LIFE_KEEPERS - {Role.GRID_BRANCH_SECRETARY, Role.SYSTEM}
"""Who decides for the superior, where the superior stands."""


class NotLedByYou(Refusal):
    """This role does not keep the affairs of this organisation."""
