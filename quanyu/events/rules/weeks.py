"""The weeks by which the newest matters that have some words are found (周次)."""

from datetime import datetime
from typing import NamedTuple

from quanyu.events.rules import words

WIDER, WIDEST = 8, 40
"""The next weeks are at most so many times as many as those before them, and at most so many: the
index is asked for each."""


class Weeks(NamedTuple):
    """Some weeks, the last one excluded (若干周)."""

    begin: int
    end: int
    is_to_the_end: bool = False
    """Whether all weeks to come are asked too: a wrong clock may have dated something ahead."""

    @classmethod
    def newest(cls, until: datetime) -> "Weeks":
        """Return the newest weeks: this one, that before, and whatever is dated after them."""
        week = words.week(until)
        return cls(max(week - 1, words.FIRST_WEEK), week + 1, is_to_the_end=True)

    @property
    def signs(self) -> str:
        """Return how the index is asked for these weeks."""
        here = words.signed(words.week_sign(number) for number in range(self.begin, self.end))
        return f"{here} | {words.weeks_from(self.end)}" if self.is_to_the_end else here

    @property
    def is_last(self) -> bool:
        """Answer whether nothing came in before."""
        return self.begin == words.FIRST_WEEK

    def before(self, length: int) -> "Weeks":
        """Return so many weeks before these."""
        return Weeks(max(self.begin - length, words.FIRST_WEEK), self.begin)

    def next(self, *, goal: int, found: int) -> "Weeks":
        """Return the weeks before these that may hold so many, as these hold what was found."""
        length = self.end - self.begin
        widest = min(length * WIDER, WIDEST)
        wanted = goal * length * 5 // (4 * found) if found else widest
        return self.before(max(1, min(wanted, widest)))
