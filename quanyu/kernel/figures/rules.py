"""A metric is declared, never programmed: what is divided by what, by which day, without what.

No framework and no table. A package declares its measures and metrics in ``figures.py``; its
``queries`` say which rows each measure counts, for the figure and for the list behind it alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

YEARS = range(1900, 2200)
CENT = Decimal("0.01")
ROUNDING = _("四舍五入，保留两位小数")
BLANK = "—"
"""What stands where there is nothing to divide by, or nothing is measured; never 0 or 100 %."""


class Unit(StrEnum):
    """In what a figure is told (单位)."""

    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    SCORE = "score"


class Grain(StrEnum):
    """How long a period is (周期)."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class WrongPeriod(Invalid):
    """This is no day, month, quarter or year."""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open run of days, as an address writes it (周期)."""

    grain: Grain
    since: date
    until: date

    @property
    def text(self) -> str:
        """Return how an address writes it: ``2026-08-03``, ``2026-08``, ``2026-Q3``, ``2026``."""
        day = self.since.isoformat()
        return {
            Grain.DAY: day,
            Grain.MONTH: day[:7],
            Grain.QUARTER: f"{day[:4]}-Q{(self.since.month + 2) // 3}",
            Grain.YEAR: day[:4],
        }[self.grain]

    def before(self) -> "Period":
        """Return the period of the same kind right before it."""
        return holding(self.since - timedelta(days=1), self.grain)

    def after(self) -> "Period":
        """Return the period of the same kind right after it."""
        return holding(self.until, self.grain)


MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def holding(day: date, grain: Grain) -> Period:
    """Return the period of a kind in which a day lies."""
    if grain is Grain.DAY:
        return Period(grain, day, day + timedelta(days=1))
    months = MONTHS[grain]
    since = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(grain, since, _months_on(since, months))


def _months_on(day: date, months: int) -> date:
    whole = day.year * 12 + day.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def period(text: str) -> Period:
    """Return the period that an address writes.

    :raises WrongPeriod: if it is none
    """
    try:
        found = _read(text.strip().upper())
        found.after()
    except (ValueError, OverflowError):
        found = None
    # Reckoning looks some years back and ahead: of the first and last ones there are none.
    is_known = found is not None and found.since.year in YEARS
    if found is None or not is_known or found.text != text.strip().upper():
        raise WrongPeriod(
            _("周期写作一天、一月、一季或一年，在 1900 年至 2199 年之间"),
            field="period",
            value=text,
            allowed=["2026-08-03", "2026-08", "2026-Q3", "2026"],
        )
    return found


def _read(text: str) -> Period:
    year, _dash, rest = text.partition("-")
    if not rest:
        return holding(date(int(year), 1, 1), Grain.YEAR)
    if rest.startswith("Q"):
        return holding(date(int(year), int(rest[1:]) * 3 - 2, 1), Grain.QUARTER)
    if "-" in rest:
        return holding(date.fromisoformat(text), Grain.DAY)
    return holding(date(int(year), int(rest), 1), Grain.MONTH)


# ------------------------------------------------------------------ what is declared


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, and by which day (计数项)."""

    code: str
    name: str
    """A Chinese source sentence."""
    definition: str
    basis: str
    """The code of a :class:`Basis`: which day decides."""
    verb: str = ""
    """The act it needs, where it counts acts; without that act nothing is measured."""
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True)
class Basis:
    """Which day puts a row into a period (日期口径)."""

    code: str
    name: str
    rule: str
    """A Chinese source sentence: what the period holds by this day."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is not counted, and why; how many there are is told with the figure (剔除)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, as it holds from a day on (指标)."""

    code: str
    name: str
    numerator: str = ""
    """The code of a measure."""
    denominator: str = ""
    """The code of a measure; empty for a plain count or mean."""
    unit: Unit = Unit.PERCENT
    parts: tuple[str, ...] = ()
    """The metrics a score is made of; their weights are dated data of the city."""
    excluded: tuple[str, ...] = ()
    """The codes of exclusions."""
    version: int = 1
    since: date = date(2026, 1, 1)
    note: str = ""
    """A Chinese source sentence: how it is to be read, what others do otherwise."""
    absent: str = ""
    """A Chinese source sentence: why it cannot be reckoned from our records; then it is blank."""

    def __post_init__(self) -> None:
        if not self.absent and not self.numerator and not self.parts:
            raise ValueError(f"{self.code} counts nothing and does not say why")

    @property
    def measures(self) -> tuple[str, ...]:
        """Return the measures it is made of."""
        return tuple(code for code in (self.numerator, self.denominator) if code)


@dataclass(eq=False)
class Registry:
    """What one domain declares: measures, metrics with their versions, and sets of them (口径)."""

    name: str
    bases: Mapping[str, Basis]
    measures: Mapping[str, Measure]
    exclusions: Mapping[str, Exclusion]
    metrics: tuple[Metric, ...]
    sets: Mapping[str, "Set"]

    def __post_init__(self) -> None:
        for one in self.measures.values():
            if one.basis not in self.bases:
                raise ValueError(f"{one.code} is counted by no day that is declared")
        for metric in self.metrics:
            self._check(metric)
        for chosen in self.sets.values():
            for code in chosen.metrics:
                self.versions(code)

    def _check(self, metric: Metric) -> None:
        unknown = [code for code in metric.measures if code not in self.measures]
        unknown += [code for code in metric.excluded if code not in self.exclusions]
        if unknown:
            raise ValueError(f"{metric.code} names what is not declared: {unknown}")

    def versions(self, code: str) -> tuple[Metric, ...]:
        """Return every version of a metric, the oldest first.

        :raises LookupError: if there is none
        """
        found = sorted((m for m in self.metrics if m.code == code), key=lambda m: m.since)
        if not found:
            raise LookupError(f"no metric is called {code}")
        return tuple(found)

    def metric(self, code: str, *, on: date) -> Metric:
        """Return the version of a metric that holds on a day; before the first, the first."""
        versions = self.versions(code)
        begun = [one for one in versions if one.since <= on]
        return begun[-1] if begun else versions[0]

    def chosen(self, name: str, *, on: date) -> tuple[Metric, ...]:
        """Return the metrics of a set as they hold on a day."""
        return tuple(self.metric(code, on=on) for code in self.sets[name].metrics)


@dataclass(frozen=True, slots=True)
class Set:
    """Some metrics under one name: a city chooses which it reports by (指标体系)."""

    code: str
    name: str
    metrics: tuple[str, ...]
    note: str = ""


# ------------------------------------------------------------------ what comes out


def share(numerator: int | Decimal | None, denominator: int | None) -> Decimal | None:
    """Return a share in per cent to two places, half up; None where there is nothing to divide.

    >>> share(14_577 - 2_159, 14_577)
    Decimal('85.19')
    """
    if numerator is None or not denominator:
        return None
    return (Decimal(100) * Decimal(numerator) / Decimal(denominator)).quantize(
        CENT, rounding=ROUND_HALF_UP
    )


def score(shares: Mapping[str, Decimal | None], weights: Mapping[str, Decimal]) -> Decimal | None:
    """Return the weighted mean of some shares; None where one is missing or no weight is set."""
    whole = sum(weights.values(), Decimal(0))
    if not whole or any(shares.get(code) is None for code in weights):
        return None
    summed = sum((weights[c] * (shares[c] or Decimal(0)) for c in weights), Decimal(0))
    return (summed / whole).quantize(CENT, rounding=ROUND_HALF_UP)


def mean(whole: Decimal | float | None, count: int | None, *, scale: int = 1) -> Decimal | None:
    """Return a mean to two places, half up; None of nothing."""
    if whole is None or not count:
        return None
    exact = Decimal(whole) / Decimal(count) / Decimal(scale)
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def difference(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """Return by how much a figure differs from the period before; None where one is missing."""
    return None if now is None or before is None else Decimal(now) - Decimal(before)


DAY = 86_400
"""Seconds of a natural day; working time is told in days of the city's own hours."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out, with everything it was made of (数字)."""

    metric: Metric
    value: Decimal | None
    numerator: int | None = None
    denominator: int | None = None
    excluded: tuple[tuple[str, int], ...] = ()
    weights: tuple[tuple[str, Decimal], ...] = ()
    absent: str = ""

    @property
    def text(self) -> str:
        """Return how it is written."""
        if self.value is None:
            return BLANK
        return f"{self.value:,.0f}" if self.metric.unit is Unit.COUNT else f"{self.value:,.2f}"


Counts = Mapping[str, int | Decimal | None]
"""How much was counted, by the codes of measures; None where nothing is measured."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What figures are reckoned with besides counts."""

    weights: Mapping[str, Decimal] = field(default_factory=dict)
    day_seconds: int = DAY
    missing: Mapping[str, str] = field(default_factory=dict)
    """Why a measure is not there, by its code."""
    exclusions: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    """How many rows were left out of each basis, by the codes of exclusions."""


def figures(
    metrics: Iterable[Metric], counts: Counts, *, registry: Registry, given: Reckoning
) -> list[Figure]:
    """Return the figures of some metrics from what was counted."""
    chosen = list(metrics)
    parts = {part for metric in chosen for part in metric.parts}
    known = {m.code: m for m in chosen} | {
        code: registry.versions(code)[-1] for code in parts if code not in {m.code for m in chosen}
    }
    shares = {
        code: _figure(m, counts, registry=registry, given=given).value
        for code, m in known.items()
        if not m.parts
    }
    return [
        _score(metric, shares, given=given)
        if metric.parts
        else _figure(metric, counts, registry=registry, given=given)
        for metric in chosen
    ]


def _score(metric: Metric, shares: Mapping[str, Decimal | None], *, given: Reckoning) -> Figure:
    weights = {code: given.weights[code] for code in metric.parts if code in given.weights}
    is_whole = set(weights) == set(metric.parts)
    value = score(shares, weights) if is_whole else None
    absent = "" if value is not None else PARTS_MISSING
    return Figure(metric, value, weights=tuple(weights.items()), absent=absent)


PARTS_MISSING = _("其中一项没有数字，不能合成")


def _figure(metric: Metric, counts: Counts, *, registry: Registry, given: Reckoning) -> Figure:
    reasons = [given.missing[code] for code in metric.measures if code in given.missing]
    absent = metric.absent or (reasons[0] if reasons else "")
    if absent:
        return Figure(metric, None, absent=absent)
    top, base = counts.get(metric.numerator), counts.get(metric.denominator)
    by_day = registry.measures[metric.numerator].basis
    left_out = tuple(
        (code, count) for code, count in given.exclusions.get(by_day, ()) if code in metric.excluded
    )
    return Figure(
        metric,
        _value(metric, top, base, day_seconds=given.day_seconds),
        numerator=None if top is None else int(top),
        denominator=None if base is None else int(base),
        excluded=left_out,
    )


def _value(
    metric: Metric, top: int | Decimal | None, base: int | Decimal | None, *, day_seconds: int
) -> Decimal | None:
    if metric.unit is Unit.COUNT:
        return None if top is None else Decimal(top)
    count = None if base is None else int(base)
    if metric.unit is Unit.DAYS:
        return mean(Decimal(top) if top is not None else None, count, scale=day_seconds)
    return share(top, count)
