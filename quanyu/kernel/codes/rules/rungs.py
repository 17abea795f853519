"""Who is told when, as a clock runs down and after: which rung holds. No database (逐级提醒)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from quanyu.kernel.codes.rules import (
    CODE,
    LONGEST,
    TIMES,
    ClauseEntry,
    WrongStart,
    holds,
)
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

BEFORE: Final = "before"
AFTER: Final = "after"
SIDES: Final = (BEFORE, AFTER)
SHARE: Final = "percent"
RUNG_UNITS: Final = (SHARE, *TIMES)
"""What the distance to the end is counted in: a share of the limit, or as limits are."""

ANY_STAGE: Final = ""
MOST_RUNGS: Final = 9


class WrongRung(Invalid):
    """A rung that stands on no ladder (步骤有误)."""


@dataclass(frozen=True, slots=True)
class RungEntry:
    """Whom to tell, so long before or after a clock runs out (提醒步骤)."""

    workflow: str
    stage: str
    number: int
    side: str
    amount: int
    unit: str
    whom: str
    words: str
    valid_from: date
    class_prefix: str = ""
    valid_to: date | None = None
    clause: ClauseEntry | None = None
    clause_id: UUID | None = None
    is_edited: bool = False


def ladder(
    rows: Iterable[RungEntry], *, stage: str, class_code: str, on: date
) -> tuple[RungEntry, ...]:
    """Return the rungs that hold for a stage and class on a day, in their order.

    The narrowest ladder holds as a whole: of this stage before that of any stage, and of those
    the one of the longest class. A class with a ladder of its own has no rung of another.
    """
    fitting = [
        row
        for row in rows
        if holds(row, on)
        and row.stage in {stage, ANY_STAGE}
        and class_code.startswith(row.class_prefix)
    ]
    nearest = max(((row.stage != ANY_STAGE, row.class_prefix) for row in fitting), default=None)
    chosen = [row for row in fitting if (row.stage != ANY_STAGE, row.class_prefix) == nearest]
    return tuple(sorted(chosen, key=lambda row: row.number))


def check_rung(
    *, stage: str, class_prefix: str, number: int, whom: str, words: str, known: "Known"
) -> None:
    """Refuse a rung of no stage, no class, no place on the ladder, or for nobody.

    :raises WrongRung: if so
    """
    _check_among("stage", stage, {ANY_STAGE, *known.stages}, _("没有这个环节"))
    _check_among("whom", whom, known.people, _("没有这样的告知对象"))
    _check_among("words", words, known.words, _("没有这样的通知"))
    if class_prefix and not CODE.fullmatch(class_prefix):
        raise WrongRung(
            _("类别代码只能由字母、数字、点、横线和下划线组成，最多 40 位"),
            field="class_prefix",
            value=class_prefix[:40],
        )
    if not 1 <= number <= MOST_RUNGS:
        raise WrongRung(
            _("第几步须在 1 至 {most} 之间"), field="number", value=number, most=MOST_RUNGS
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the workflow's domain knows: its stages, whom it tells, and with which words."""

    stages: Collection[str]
    people: Collection[str]
    words: Collection[str]


def check_distance(side: str, amount: int, unit: str) -> None:
    """Refuse a distance to the end that is none.

    :raises WrongRung: if so
    """
    _check_among("side", side, SIDES, _("请选到期前还是到期后"))
    _check_among("unit", unit, RUNG_UNITS, _("没有这种时限单位"))
    if unit == SHARE and side == AFTER:
        raise WrongRung(
            _("时限的百分比只用于到期前；到期后请用小时或工作日"), field="unit", value=unit
        )
    least, most = int(side == BEFORE), 99 if unit == SHARE else LONGEST[unit]
    if not least <= amount <= most:
        raise WrongRung(
            _("数量须在 {least} 至 {most} 之间"),
            field="amount",
            value=amount,
            least=least,
            most=most,
        )


def check_begins(start: date, *, today: date, last: date | None = None) -> None:
    """Refuse a change that would bear on a clock that runs already, or comes before the last one.

    :raises WrongStart: if so
    """
    first = max(today, last) if last is not None else today
    if start <= first:
        raise WrongStart(
            _("最早从 {first} 起：在那以前开始计时的事项照原来的步骤走"),
            field="start",
            value=start.isoformat(),
            first=(first + timedelta(days=1)).isoformat(),
        )


def _check_among(name: str, value: str, allowed: Collection[str], sentence: str) -> None:
    if value not in allowed:
        raise WrongRung(sentence, field=name, value=value[:40], allowed=sorted(allowed))
