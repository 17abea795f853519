"""The two clocks of a case: of its state, and of its span (两只表)."""

from datetime import datetime

from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar import rules
from quanyu.kernel.calendar.rules import Hours, Limit, Unit
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.workflow import rungs
from quanyu.kernel.workflow.models import Case


def enter(case: Case, *, verb: str, at: datetime) -> None:
    """Set both clocks for the state the case now stands in; ``verb`` brought it there."""
    _stage(case, at=at)
    _span(case, verb=verb, at=at)
    _look_ahead(case)


def agree(case: Case, limit: Limit, *, at: datetime) -> None:
    """Let the clock of this state run by what was agreed with somebody, not by the codes (约定)."""
    case.stage_amount, case.stage_unit = limit.amount, limit.unit.value
    case.stage_due_at = _due(case, limit, since=at)
    _look_ahead(case)


def meet(case: Case) -> None:
    """Let the clock of this state be over: what it runs for was done, though the state stays."""
    case.stage_amount, case.stage_unit, case.stage_due_at = None, "", None
    _look_ahead(case)


def extend(case: Case, working_days: int) -> None:
    """Let the running span end so many working days later, and be told of anew (延期)."""
    if case.due_at is None:
        raise ValueError("only a span that has begun is extended")
    case.due_at = _longer(case, case.due_at, working_days)
    case.span_extended += working_days
    case.due_told_at, case.span_rung = None, 0
    _look_ahead(case)


def _longer(case: Case, end: datetime, working_days: int) -> datetime:
    limit = Limit(working_days, Unit.WORKING_DAYS)
    return _due(case, limit, since=end) if working_days else end


def recount(case: Case) -> bool:
    """Reckon the running clocks anew by the calendar as it is now; answer whether one moved.

    What a clock rests on was kept when it began or went on, so that repeating it changes nothing.
    A clock that stands still keeps the seconds it has left.
    """
    before = (case.stage_due_at, case.due_at)
    if case.stage_amount is not None and case.stage_due_at is not None:
        limit = Limit(case.stage_amount, Unit(case.stage_unit))
        case.stage_due_at = _due(case, limit, since=case.state_since)
    if case.due_at is not None and case.span_left is None:
        case.due_at = _later_of_one(case, case.due_at, _span_due(case))
    moved = [was != now for was, now in zip(before, (case.stage_due_at, case.due_at), strict=True)]
    # A clock that had run out and was told of may now have time left, and run out again.
    case.stage_told_at = None if moved[0] else case.stage_told_at
    case.due_told_at = None if moved[1] else case.due_told_at
    _look_ahead(case)
    return any(moved)


def _later_of_one(case: Case, held: datetime, found: datetime) -> datetime:
    """Return ``found``, or ``held`` while both are one working moment: closing and next opening."""
    known = calendar.calendar(held)
    if not Unit(case.span_unit).is_working or not known.is_working(rules.local(held).date()):
        return found
    between = rules.working_seconds(found, held, calendar=known, hours=_hours(case, at=held))
    return held if found < held and between == 0 else found


def _span_due(case: Case) -> datetime:
    """Return when the running span ends: by its limit, and by what was granted since."""
    return _longer(case, _span_end(case), case.span_extended)


def _span_end(case: Case) -> datetime:
    if case.span_resumed_at is not None and case.span_resumed_left is not None:
        return _resumed(case, case.span_resumed_left, at=case.span_resumed_at)
    if case.span_since is None or case.span_amount is None or case.due_at is None:
        raise ValueError("a span that runs knows since when, and how long")
    return _due(case, Limit(case.span_amount, Unit(case.span_unit)), since=case.span_since)


def _look_ahead(case: Case) -> None:
    case.next_due_at = _next(case)
    case.next_rung_at = rungs.next_at(case)


def _next(case: Case) -> datetime | None:
    """Return whichever running clock runs out first."""
    runs = case.workflow.span is not None and case.state in case.workflow.span.runs
    running = runs and case.span_left is None
    clocks = (case.stage_due_at, case.due_at if running else None)
    return min((clock for clock in clocks if clock is not None), default=None)


def _span(case: Case, *, verb: str, at: datetime) -> None:
    span = case.workflow.span
    if span is None:
        return
    is_running = case.state in span.runs and not case.stands_still()
    if verb in span.begins and case.span_since is None:
        _begin(case, at=at)
    elif is_running:
        _go_on(case, at=at)
    if not is_running:
        _stop(case, at=at)


def limit_of(case: Case, stage: str, *, at: datetime) -> tuple[Limit | None, object]:
    """Return the limit that holds for a state or span here and now, and the clause it rests on.

    The city's dated table first; the number in the declaration is only the fallback.
    """
    row = codes.limit(
        workflow=case.workflow.name,
        stage=stage,
        class_code=case.class_code(),
        place=case.region_path,
        on=rules.local(at).date(),
    )
    if row is not None:
        return Limit(row.amount, Unit(row.unit)), row.clause_id
    span = case.workflow.span
    if span is not None and stage == span.name:
        return span.limit, None
    return case.workflow.limits.get(stage), None


def _stage(case: Case, *, at: datetime) -> None:
    span = case.workflow.span
    is_span = span is not None and case.state == span.name
    limit, _ = (None, None) if is_span else limit_of(case, case.state, at=at)
    case.stage_told_at, case.stage_rung = None, 0
    if limit is None:
        case.stage_amount, case.stage_unit, case.stage_due_at = None, "", None
        return
    case.stage_amount, case.stage_unit = limit.amount, limit.unit.value
    case.stage_due_at = _due(case, limit, since=at)


def _begin(case: Case, *, at: datetime) -> None:
    span = case.workflow.span
    limit, clause = limit_of(case, span.name, at=at) if span else (None, None)
    if limit is None:
        return
    case.span_since, case.span_left, case.span_rung = at, None, 0
    case.span_amount, case.span_unit = limit.amount, limit.unit.value
    case.span_clause_id = clause  # type: ignore[assignment]
    case.due_at = _due(case, limit, since=at)


def _stop(case: Case, *, at: datetime) -> None:
    if case.due_at is None or case.span_left is not None:
        return
    case.span_left = rules.remaining(
        case.due_at,
        at=at,
        unit=Unit(case.span_unit),
        calendar=calendar.calendar(at),
        hours=_hours(case, at=at),
    )


def _go_on(case: Case, *, at: datetime) -> None:
    """Let the stopped clock run again; one that had run out stays late from when it did.

    Standing still never brings the end nearer: closing time and the next opening are one working
    moment, and of the two the later holds.
    """
    if case.span_left is None:
        return
    if case.span_left > 0 and case.due_at is not None:
        case.span_resumed_at, case.span_resumed_left = at, case.span_left
        case.span_extended = 0  # what is left holds it already
        case.due_at = max(case.due_at, _resumed(case, case.span_left, at=at))
    case.span_left = None


def _resumed(case: Case, left: int, *, at: datetime) -> datetime:
    return rules.resumed(
        left,
        at=at,
        unit=Unit(case.span_unit),
        calendar=calendar.calendar(at),
        hours=_hours(case, at=at),
    )


def _due(case: Case, limit: Limit, *, since: datetime) -> datetime:
    return rules.due(
        limit,
        since=since,
        calendar=calendar.calendar(since),
        hours=_hours(case, at=since),
    )


def _hours(case: Case, *, at: datetime) -> Hours:
    """Return when work is done on it: the hours of the body that has it, else of the place."""
    day = rules.local(at).date()
    return calendar.hours(place=case.region_path, body=case.body_id, on=day)
