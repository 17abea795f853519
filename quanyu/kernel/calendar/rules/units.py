"""What a limit is counted in, and how much of it there is."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a limit is counted in (时限单位)."""

    MINUTES = "minutes"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    HOURS = "hours"
    DAYS = "days"

    @property
    def is_working(self) -> bool:
        """Test whether the clock of this unit rests when offices rest."""
        return self.value.startswith("working_")


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit (时限)."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError(f"a limit does not run backwards: {self.amount}")


def minutes(amount: int) -> Limit:
    """Return a limit in natural minutes (分钟)."""
    return Limit(amount, Unit.MINUTES)


def working_minutes(amount: int) -> Limit:
    """Return a limit in minutes of working time (工作分钟)."""
    return Limit(amount, Unit.WORKING_MINUTES)


def working_hours(amount: int) -> Limit:
    """Return a limit in hours of working time (工作时)."""
    return Limit(amount, Unit.WORKING_HOURS)


def working_days(amount: int) -> Limit:
    """Return a limit in working days, the first day not counted (工作日)."""
    return Limit(amount, Unit.WORKING_DAYS)


def hours(amount: int) -> Limit:
    """Return a limit in natural hours (小时)."""
    return Limit(amount, Unit.HOURS)


def days(amount: int) -> Limit:
    """Return a limit in natural days (天)."""
    return Limit(amount, Unit.DAYS)
