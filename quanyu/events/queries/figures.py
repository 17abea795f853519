"""Which matters each measure counts: the figure and the list behind it ask the same condition.

Four statements give every measure of a period by one dimension, one for each date basis; what
stands in no group stands in the group of that, so that the groups add up to the whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Left, StrIndex

from quanyu.events import figures
from quanyu.events.models import Event, EventStep
from quanyu.events.queries.acts import Counted, by_group
from quanyu.events.queries.timing import Natural, Working
from quanyu.events.rules import Filters
from quanyu.events.rules.fair import RatedBy
from quanyu.events.workflow import EVENT, State
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import moment_of, stretches
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.codes.rules import WEIGHTS
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.figures.rules import Counts, Figure, Metric, Period, Reckoning
from quanyu.kernel.figures.rules import figures as reckoned
from quanyu.kernel.figures.rules import period as period_of

FED_BACK = [State.HANDLED, State.CHECKING, State.CLOSED, State.RATED]
"""The body has said that it is done; where the clock stands still otherwise it has not."""

STANDING = [State.SUSPENDED, State.REVIEWING, State.WAITING, State.OUTSIDE]
"""The clock stands still with time left, and nothing is owed meanwhile."""

CHECKED = [State.CLOSED, State.RATED]
IN_TIME = Q(span_left__gte=0)
"""Of a clock that stands still: ``rules.is_on_time`` for every row at once."""

UNSOLVED = [State.REFUSED, State.VOID, State.FORCED, State.FORWARDED]
"""Ended without being solved: no part of what was done."""

RATING = ("rate", "reopen", "appeal")
"""Who says that it is not solved has it done again: both are ratings."""

OUT_OF_SCOPE: Final = "out_of_scope"
"""What a reviewer decided to leave out; figures are shown with it and without."""

NO_SUCH_ACT = _("现在的办理流程里没有这个动作，没有可数的")


def excluded() -> dict[str, Q]:
    """Return what is left out of every figure, as far as our records know it."""
    return {
        "void": Q(state=State.VOID),
        "merged": Q(state=State.MERGED),
        OUT_OF_SCOPE: Q(excluded_reason__gt=""),
    }


def kept(*, counts_in: str = "") -> Q:
    """Return the condition that a matter is left out by none of them, or by none but one."""
    return reduce(and_, (~said for code, said in excluded().items() if code != counts_in))


# ------------------------------------------------------------------ which rows


@dataclass(frozen=True, slots=True)
class Window:
    """A period in moments, and how far we are in it."""

    since: datetime
    until: datetime
    at: datetime
    counts_in: str = ""

    @property
    def now(self) -> datetime:
        """Return the end of the period, or now while it still runs."""
        return min(self.until, self.at)


def window(period: Period, *, at: datetime) -> Window:
    """Return the moments of a period on the clock of the city."""
    return Window(moment_of(period.since, 0), moment_of(period.until, 0), at)


def within(basis: str, given: Window) -> Q:
    """Return which matters a period holds by one date basis; acts are asked apart."""
    if basis == "reported":
        return Q(reported_at__gte=given.since, reported_at__lt=given.until)
    if basis == "closed":
        ended = Q(closed_at__gte=given.since, closed_at__lt=given.until)
        return ended & ~Q(state__in=UNSOLVED)
    # Three terms, so that each has its index.
    held = (
        Q(due_at__gte=given.since, due_at__lt=given.until)
        | Q(due_at__lt=given.since, closed_at__isnull=True)
        | Q(due_at__lt=given.since, closed_at__gte=given.since)
    )
    return held & ~Q(state__in=STANDING, span_left__gte=0) & ~Q(state=State.FORWARDED)


def late(*, at: datetime) -> Q:
    """Return what is late at an instant: ``rules.is_on_time`` said of every row at once."""
    return Q(span_left__lt=0) | Q(span_left__isnull=True, due_at__lt=at)


def conditions(given: Window) -> dict[str, Q]:
    """Return what else must be true of a matter, by measure."""
    over = Q(closed_at__lt=given.until)
    done = over & ~Q(state=State.FORCED)
    open_ = Q(closed_at__isnull=True) | Q(closed_at__gte=given.until)
    is_late = late(at=given.now)
    in_time = Q(due_at__isnull=True) | IN_TIME | Q(state=State.SETTLED)
    return {
        "reported": Q(),
        "answered": Q(closed_at__isnull=False),
        "heard": Q(rated_by=RatedBy.CALL.value),
        "solved": Q(solved=True),
        "content": Q(treated=3),
        "due": Q(),
        "leftover": Q(due_at__lt=given.since),
        "done": done,
        "on_time": done & IN_TIME,
        "late": done & ~IN_TIME,
        "left": open_ & is_late,
        "pending": open_ & ~is_late,
        "fed_back": IN_TIME & Q(state__in=FED_BACK),
        "reworked": Q(reworked__gt=0),
        "extended": Q(extended__gt=0),
        "suspended": Q(suspended__gt=0),
        "forced": over & Q(state=State.FORCED),
        "outside": Q(outside__gt=0),
        "closed": Q(),
        "closed_in_time": in_time,
        "checked": Q(state__in=CHECKED),
        "passed": Q(state__in=CHECKED, reworked=0),
        "again": Q(reopened__gt=0),
        "rested": Q(reopened=0),
        "working": Q(),
        "natural": Q(),
    }


def verbs_of(code: str) -> tuple[str, ...]:
    """Return the acts that a measure counts, as far as the workflow has them."""
    verb = figures.MEASURES[code].verb
    return RATING if verb == "rate" else (verb,)


def missing() -> dict[str, str]:
    """Return the measures whose act the workflow does not have, and why they are blank."""
    return {
        one.code: NO_SUCH_ACT
        for one in figures.MEASURES.values()
        if one.verb and one.verb not in EVENT.verbs
    }


def counted(code: str, period: Period, *, at: datetime) -> Q:
    """Return the condition of one measure in one period: what the list behind a figure asks.

    :raises Invalid: if there is no such measure
    """
    measure = figures.MEASURES.get(code)
    if measure is None or code in missing():
        raise Invalid(
            _("没有这个计数项"), field="figure", value=code, allowed=sorted(figures.MEASURES)
        )
    given = window(period, at=at)
    said = kept() & conditions(given).get(code, Q())
    if measure.basis != "acted":
        return within(measure.basis, given) & said
    return said & Q(Exists(_acts(verbs_of(code), given).filter(case=OuterRef("pk"))))


def _acts(verbs: Iterable[str], given: Window) -> "QuerySet[EventStep]":
    return EventStep.objects.filter(verb__in=verbs, at__gte=given.since, at__lt=given.until)


def without(what: str, place: str) -> Q:
    """Return the condition that a matter stands in no group: no body, no class, no place below."""
    found = {
        "body": Q(body_id__isnull=True),
        "class": Q(category=""),
        "below": Q(region_path=place),
    }
    if what not in found:
        raise Invalid(_("不能按这一项找空缺的"), field="without", value=what, allowed=sorted(found))
    return found[what]


def behind(filters: Filters, *, at: datetime) -> Q:
    """Return what a list asks for that stands behind a figure."""
    found = without(filters.without, filters.place) if filters.without else Q()
    if filters.figure:
        found &= counted(filters.figure, period_of(filters.period), at=at)
    return found


# ------------------------------------------------------------------ counting


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which matters: those within reach, further narrowed as a list is (范围)."""

    place: str
    body: UUID | None = None
    category: str = ""
    channel: str = ""
    counts_in: str = ""
    """An exclusion that is counted in nevertheless, to show a figure with it and without."""


DIMENSIONS: Final = ("place", "body", "class", "minor", "channel")


@dataclass(slots=True)
class Tally:
    """How much was counted of one group, and how much was left out (计数)."""

    counts: dict[str, int | Decimal | None] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add another group to this one."""
        for code, count in other.counts.items():
            self.counts[code] = (self.counts.get(code) or 0) + (count or 0)
        for basis, held in other.left_out.items():
            mine = self.left_out.setdefault(basis, {})
            for code, count in held.items():
                mine[code] = mine.get(code, 0) + count


Tallies = Mapping[Any, Tally]
"""What was counted, by the key of a group: a path, a body or None, a class or "", a channel."""


def tallies(
    scope: Scope,
    period: Period,
    *,
    by: str,
    actor: Actor,
    at: datetime,
    bases: Iterable[str] = tuple(figures.BASES),
) -> dict[Any, Tally]:
    """Return every measure of a period by one dimension: a statement for each date basis."""
    given = replace(window(period, at=at), counts_in=scope.counts_in)
    found: dict[Any, Tally] = {}
    measured = [m for m in figures.MEASURES.values() if m.code not in missing()]
    for basis in bases:
        codes = [m.code for m in measured if m.basis == basis]
        seen = Event.objects.visible_to(actor).filter(_narrow(scope))
        rows: QuerySet[Any] = seen.annotate(group=_key(by, scope.place))
        counted = _acted if basis == "acted" else _held
        for row in counted(rows, basis, codes, given):
            _put(found.setdefault(_group(row["group"], by, scope.place), Tally()), basis, row)
    return found


def matters(scope: Scope, period: Period, *, actor: Actor, at: datetime) -> "QuerySet[Event]":
    """Return what the figures of a period rest on: reported, due or ended in it."""
    given = window(period, at=at)
    rows = Event.objects.visible_to(actor).filter(_narrow(scope))
    held = within("reported", given) | within("due", given) | within("closed", given)
    return rows.filter(held).order_by("id")


def whole(found: Tallies) -> Tally:
    """Return what the groups add up to; nothing found is nothing counted, not nothing known."""
    total = Tally({m.code: 0 for m in figures.MEASURES.values()})
    for one in found.values():
        total.add(one)
    return total


@dataclass(frozen=True, slots=True)
class Excluded:
    """How many a review left out of a figure, and the figure with them (剔除，含与不含)."""

    count: int
    text: str


def with_excluded(
    metrics: Sequence[Metric],
    scope: Scope,
    period: Period,
    tally: Tally,
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, Excluded]:
    """Return what a review left out, by metric; nothing, and no statement, where it left out none.

    :param tally: the figures without them
    """
    out = {basis: held.get(OUT_OF_SCOPE, 0) for basis, held in tally.left_out.items()}
    if not any(out.values()):
        return {}
    given = replace(scope, counts_in=OUT_OF_SCOPE)
    full = whole(tallies(given, period, by="channel", actor=actor, at=at))
    found = {}
    for one in reckon(metrics, full, on=period.since):
        measure = figures.MEASURES.get(one.metric.numerator)
        count = out.get(measure.basis, 0) if measure else 0
        if count and OUT_OF_SCOPE in one.metric.excluded:
            found[one.metric.code] = Excluded(count, one.text)
    return found


def _narrow(scope: Scope) -> Q:
    found = Q(region_path__gte=scope.place, region_path__lt=upper(scope.place))
    if scope.body:
        found &= Q(body_id=scope.body)
    if scope.category:
        found &= Q(category__startswith=scope.category)
    if scope.channel:
        found &= Q(channel=scope.channel)
    return found


def _held(
    rows: "QuerySet[Any]", basis: str, codes: Iterable[str], given: Window
) -> Iterable[Mapping[str, Any]]:
    """Count what a period holds: each measure without what is left out, and what is left out."""
    inside, whats = kept(counts_in=given.counts_in), conditions(given)
    sums = {code: _summed(code, inside & whats[code], given) for code in codes}
    for code, said in excluded().items():
        sums[f"{OUT}{code}"] = Count("pk", filter=said)
    found = rows.filter(within(basis, given)).values("group").order_by("group").annotate(**sums)
    yield from found


def _acted(
    rows: "QuerySet[Any]", basis: str, codes: Iterable[str], given: Window
) -> Iterable[Mapping[str, Any]]:
    """Count the matters that had an act in a period, in the same way."""
    inside, whats = kept(counts_in=given.counts_in), conditions(given)
    counted = {code: Counted(inside & whats.get(code, Q()), verbs_of(code)) for code in codes}
    verbs = [verb for one in counted.values() for verb in one.verbs]
    left = {f"{OUT}{code}": Counted(said, verbs) for code, said in excluded().items()}
    return by_group(rows, counted | left, since=given.since, until=given.until)


OUT = "out_"


def _summed(code: str, said: Q, given: Window) -> Any:
    if code == "working":
        return Sum(Working("reported_at", "closed_at", edges=edges(given)), filter=said)
    if code == "natural":
        return Sum(Natural("reported_at", "closed_at"), filter=said)
    return Count("pk", filter=said)


def _put(tally: Tally, basis: str, row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        if name.startswith(OUT):
            tally.left_out.setdefault(basis, {})[name.removeprefix(OUT)] = value
        elif name != "group":
            tally.counts[name] = value or 0


def _key(by: str, place: str) -> Any:
    """Return by what rows are grouped: the next step down, a body, a class, a channel."""
    if by == "place":
        step = Value(place.count("/") + 1)
        return Func(
            F("region_path"), Value("/"), step, function="split_part", output_field=TextField()
        )
    if by == "class":
        # A part's code begins with a letter, so its group has three signs.
        return Left(F("category"), Value(2) + StrIndex(Left("category", 1), Value("P")))
    return F({"body": "body_id", "minor": "category", "channel": "channel"}[by])


def _group(key: Any, by: str, place: str) -> Any:
    if by != "place":
        return key
    return f"{place}{key}/" if key else place


def edges(given: Window) -> list[tuple[float, float]]:
    """Return when the city's offices open and shut, each with the working seconds until then."""
    known = calendar.calendar(given.since)
    hours = calendar.hours(on=given.since.date())
    day, last = given.since.date() - LONGEST, given.until.date()
    found: list[tuple[float, float]] = []
    summed = 0.0
    while day <= last:
        for opens, shuts in stretches(day, calendar=known, hours=hours):
            found.append((opens.timestamp(), summed))
            summed += (shuts - opens).total_seconds()
            found.append((shuts.timestamp(), summed))
        day += timedelta(days=1)
    return found


LONGEST = timedelta(days=400)
"""So far before a period working time is counted; an older matter counts from there."""


# ------------------------------------------------------------------ the figures


def weights(*, on: date) -> dict[str, Decimal]:
    """Return what each part of a composite figure weighs on a day: dated data of the city."""
    return {
        entry.code: Decimal(entry.attributes["weight"])
        for entry in codes.codes(WEIGHTS, on=on)
        if "weight" in entry.attributes
    }


def reckon(metrics: Iterable[Metric], tally: Tally, *, on: date) -> list[Figure]:
    """Return the figures of some metrics from what was counted."""
    whole_day = calendar.hours(on=on).windows
    given = Reckoning(
        weights=weights(on=on),
        day_seconds=60 * sum(one.end - one.start for one in whole_day),
        missing=missing(),
        exclusions={
            basis: tuple((code, held.get(code, 0)) for code in figures.EXCLUSIONS)
            for basis, held in tally.left_out.items()
        },
    )
    counts: Counts = tally.counts
    return reckoned(metrics, counts, registry=figures.EVENTS, given=given)
