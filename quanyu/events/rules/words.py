"""How words are cut for the search, and how a search asks for them (检索用字).

Chinese has no spaces, and cutting it into words misses: "路灯不亮" is cut 路/灯不亮. So each run of
Chinese is kept as its overlapping pairs of characters, in order, and what is sought is a phrase of
such pairs: whatever stands in the text side by side is found, and nothing else. The last character
of a run stands alone too, so that a single character is found by what begins with it.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from quanyu.kernel.privacy.rules import FADED

LONGEST = 60
"""Characters of one search."""

SHORTEST_BEGINNING = 3
"""Letters or digits of which the last word sought may be a beginning: 2603 finds 260301-…"""

LAST_PLACE = 16_000
"""Places in a text that the database can tell apart."""

LONGEST_WORD = 200
"""Letters of one word that are compared: the database takes no word of 2,047 bytes, and a sign may
unfold to several letters. No search is longer."""

DOOR, SIGN = "@", "#"
"""Before the name of a door, and before a sign; no word of a text begins with either."""

OPEN = "open"
"""The sign of what was open when it was learnt."""

ANY_WEEK = f"'{SIGN}w':*"
"""What asks whether any signs were learnt: each matter bears that of its week."""

WEEK = timedelta(days=7)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_WEEK, LAST_WEEK = 1566, 9999
"""The first week of the year 2000, and one of 2161: what came in before or after bears their sign,
so that the number of each has four digits."""

RUN = re.compile(r"(?P<word>[a-z0-9]+)|(?P<signs>[^\W_a-z0-9]+)")
"""A word of Latin letters and digits, or signs of any other script, in folded text."""


def folded(text: str) -> str:
    """Return a text as it is compared: full width as half width, capital as small."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def week(moment: datetime) -> int:
    """Return the number of the week in which something was reported."""
    return min(max((moment - EPOCH) // WEEK, FIRST_WEEK), LAST_WEEK)


def weeks_from(number: int) -> str:
    """Return what asks for matters of a week or of any after it: by how their numbers begin."""
    digits = str(number)
    begun = [
        f"{digits[:place]}{digit}"
        for place in range(len(digits))
        for digit in range(int(digits[place]) + (place + 1 < len(digits)), 10)
    ]
    return " | ".join(f"'{SIGN}{week_sign(begin)}':*" for begin in begun)


def week_sign(number: int | str) -> str:
    """Return the sign of a week."""
    return f"w{number}"


def vector(*texts: str, doors: Iterable[str] = (), signs: Iterable[str] = ()) -> str:
    """Return what the index keeps of some texts, as PostgreSQL reads a tsvector.

    :param doors: through which places, bodies and owner the matter is seen: with them the index
        finds in one street as fast as in the whole city
    :param signs: its week, and whether it is open: with them the index finds the newest first
    """
    places: dict[str, str] = {}
    for place, pair in _placed(folded(" ".join("" if text == FADED else text for text in texts))):
        places[pair] = f"{places[pair]},{place}" if pair in places else str(place)
    told = [f"'{pair}':{at}" for pair, at in places.items()]
    named = [*(f"{DOOR}{door}" for door in doors), *(f"{SIGN}{sign}" for sign in signs)]
    return " ".join([*told, *(f"'{one}'" for one in named)])


def wider(text: str) -> str:
    """Return a search that the index answers fast, and that finds no less.

    A single sign at the end is what very many words begin with, and the index would go through all
    of them: it is left to the matters that the rest has found.
    """
    parts = [_phrase(part, is_wide=True) for part in folded(text[:LONGEST]).split()]
    return " & ".join(dict.fromkeys(part for part in parts if part))


def through(query: str, doors: Iterable[str]) -> str:
    """Return the same search for what is seen through one of these doors alone."""
    named = " | ".join(f"'{DOOR}{door}'" for door in doors)
    return f"({query}) & ({named})" if named else query


def signed(signs: Iterable[str]) -> str:
    """Return what asks for matters that bear one of these signs."""
    return " | ".join(f"'{SIGN}{sign}'" for sign in signs)


def query(text: str) -> str:
    """Return what is sought, as PostgreSQL reads a tsquery; "" where nothing is.

    Parts with a space between them are sought each by itself: a matter has all of them.
    """
    parts = [_phrase(part) for part in folded(text[:LONGEST]).split()]
    return " & ".join(dict.fromkeys(part for part in parts if part))


def sought(text: str) -> tuple[str, ...]:
    """Return the words that a search asks for, as a page says them."""
    parts = folded(text[:LONGEST]).split()
    return tuple(dict.fromkeys(part for part in parts if _phrase(part)))


def _placed(text: str) -> list[tuple[int, str]]:
    """Return each pair, and each word, with its place; what stands apart has a gap between."""
    found: list[tuple[int, str]] = []
    place = last_end = 0
    for run in RUN.finditer(text):
        begin, end = run.span()
        place += begin != last_end
        last_end = end
        for sign in _pairs(run):
            place += 1
            found.append((place, sign))
        if place > LAST_PLACE:
            break
    return [one for one in found if one[0] <= LAST_PLACE] if place > LAST_PLACE else found


def _pairs(run: "re.Match[str]") -> list[str]:
    signs = run.group()
    return [signs[:LONGEST_WORD]] if run["word"] else [signs[n : n + 2] for n in range(len(signs))]


def _phrase(part: str, *, is_wide: bool = False) -> str:
    """Return what one part seeks: its pairs at their distances from each other.

    The last sign of a run stands alone in the text too, and adds nothing to the pair before it.
    """
    runs = [*RUN.finditer(part)]
    told = [len(_pairs(run)) for run in runs]
    ends = {sum(told[: n + 1]) - 1 for n, run in enumerate(runs) if _ends_in_a_pair(run)}
    found, before = "", 0
    placed = _placed(part)
    for number, (place, sign) in enumerate(placed):
        begins = number == len(placed) - 1 and _may_begin(runs[-1])
        if number in ends or (is_wide and found and begins and len(sign) == 1):
            continue
        found += f" <{place - before}> " if found else ""
        found += f"'{sign}':*" if begins else f"'{sign}'"
        before = place
    return found


def _ends_in_a_pair(run: "re.Match[str]") -> bool:
    return not run["word"] and len(run.group()) > 1


def _may_begin(run: "re.Match[str]") -> bool:
    return not run["word"] or len(run.group()) >= SHORTEST_BEGINNING
