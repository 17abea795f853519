"""Matters by the words in them (检索).

What a phrase has in it is not leakproof, so row security lets no index answer it. Two functions of
the owner do, and say the same policy themselves: one finds matters by the index of words, the
other tells of one matter whether it has them. Which is cheaper depends on how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL

from quanyu.events.models import Event, EventWords
from quanyu.events.rules import words
from quanyu.kernel.access.reach import found_by, said_in
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.privacy.rules import FADED

FEW = 10_000
"""So many found are taken as they are; of more, those that a list walks by are asked one by one."""

NUMBER_ALONE = 4
"""The words of a number alone; of a matter whose text is gone no more may be kept."""


def saying(text: str) -> Q:
    """Return the condition that all the words sought are in a matter."""
    if not text.strip():
        return Q()
    query = words.query(text)
    if not query:
        return Q(pk__in=[])
    if _count(query) <= FEW:
        found = f"SELECT {found_by(EventWords)}(%s::tsquery, %s)"
        return Q(pk__in=RawSQL(found, (query, FEW + 1)))  # noqa: S611 (our names)
    return Q(Said(F("pk"), Value(query)))


class Said(Func):
    """Whether the words sought are in this matter."""

    function = said_in(EventWords)
    template = "%(function)s(%(expressions)s::tsquery)"
    output_field = BooleanField()
    conditional = True


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {found_by(EventWords)}(%s::tsquery, %s)",  # noqa: S608 (ours)
            [query, FEW + 1],
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Text:
    """What a matter says, as far as one may look for it."""

    key: UUID
    said: tuple[str, ...]


def texts(keys: Sequence[UUID], *, actor: Actor) -> list[Text]:
    """Return what some matters say: not who reported them, and not how to reach that person."""
    rows = Event.objects.visible_to(actor).filter(pk__in=list(keys))
    found = rows.values_list("pk", "title", "text", "address", "number")
    return [
        Text(key, tuple(_once(title, text, address, number)))
        for key, title, text, address, number in found
    ]


def to_learn(keys: Sequence[UUID], *, actor: Actor) -> list[UUID]:
    """Return which of these matters are not in the search, or are with words that are gone."""
    rows = Event.objects.visible_to(actor).filter(pk__in=list(keys))
    known = EventWords.objects.visible_to(actor).filter(event_id__in=list(keys))
    faded = Q(event__text=FADED) & Q(RawSQL("length(words) > %s", (NUMBER_ALONE,), BooleanField()))
    gone = set(known.filter(faded).values_list("event_id", flat=True))
    here = set(known.values_list("event_id", flat=True))
    return [key for key in rows.values_list("pk", flat=True) if key not in here or key in gone]


def _once(title: str, *others: str) -> list[str]:
    """Return what is said, the title only where it is not the beginning of the text."""
    begun = title.rstrip("…")
    return [*([] if others[0].startswith(begun) else [title]), *others]
