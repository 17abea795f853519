"""Matters by the words in them (检索).

What a phrase has in it is not leakproof, so row security lets no index answer it. Two functions of
the owner do, and say the same policy themselves: one finds matters by the index of words, the
other tells which of some matters have them. Few are found; of many, those are asked that a list
comes by in its order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value

from quanyu.events.models import Event, EventWords
from quanyu.events.rules import words
from quanyu.kernel.access.reach import found_by, said_in
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.privacy.rules import FADED

FEW = 2_500
"""So many found are taken as they are; each costs a look at its words and at its reach."""


FOUND = f"""
SELECT CASE WHEN count(*) <= %s THEN coalesce(string_agg(key::text, ','), '') END
FROM {found_by(EventWords)}(%s::tsquery, %s::tsquery, %s) AS key
"""  # noqa: S608 (our names)
"""As one word: nobody looks at the keys but the database."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search has found: few matters by their keys, or a question for each (检索结果)."""

    query: str
    keys: tuple[str, ...] | None

    @property
    def number(self) -> tuple[int, bool]:
        """Return how many were found, and whether that is all."""
        return (FEW, False) if self.keys is None else (len(self.keys), True)

    @property
    def condition(self) -> Q:
        """Return the condition that a matter is found."""
        if self.keys is None:
            return Q(Said(F("pk"), Value(self.query)))
        return among(self.keys)


class Said(Func):
    """Whether the words sought are in this one matter."""

    template = f"EXISTS (SELECT FROM {said_in(EventWords)}(ARRAY[%(expressions)s::tsquery))"
    arg_joiner = "], "
    output_field = BooleanField()
    conditional = True


class Among(Func):
    """Whether a key is among many, sent as one word."""

    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
    conditional = True


def among(keys: Sequence[UUID | str], column: str = "pk") -> Q:
    """Return the condition that a matter is one of many: one value, not as many as there are."""
    return Q(Among(F(column), Value("{" + ",".join(map(str, keys)) + "}")))


def find(text: str, *, places: Sequence[str], actor: Actor) -> Sought | None:
    """Return what a search finds within reach; None where nothing is sought.

    :param places: to which of one's places the list is narrowed
    """
    if not text.strip():
        return None
    query = words.query(text)
    if not query:
        return Sought("", ())
    through = _doors(places, actor)
    query, wide = (words.through(one, through) for one in (query, words.wider(text)))
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [FEW, wide, query, FEW + 1])
        keys = cursor.fetchone()[0]
    return Sought(query, None if keys is None else tuple(keys.split(",")) if keys else ())


def _doors(places: Sequence[str], actor: Actor) -> list[str]:
    """Return the doors through which this person sees, none where all of the city is seen."""
    if actor.kind is not ActorKind.PERSON or settings.QUANYU_CITY in places:
        return []
    return [*places, *map(str, actor.bodies), str(actor.id)]


@dataclass(frozen=True, slots=True)
class Text:
    """What a matter says, as far as one may look for it, and through what it is seen."""

    key: UUID
    said: tuple[str, ...]
    doors: tuple[str, ...]

    @property
    def vector(self) -> str:
        """Return what the search keeps of it."""
        return words.vector(*self.said, doors=self.doors)


def texts(keys: Sequence[UUID], *, actor: Actor) -> list[Text]:
    """Return what some matters say: not who reported them, and not how to reach that person."""
    rows = Event.objects.visible_to(actor).filter(among(keys))
    return [
        Text(row.pk, tuple(_once(row)), (*_above(row.region_path), *_others(row)))
        for row in rows.only(
            *("title", "text", "address", "number"),
            *("region_path", "body_id", "shared_with", "account_id"),
        )
    ]


def to_learn(keys: Sequence[UUID], *, actor: Actor) -> list[UUID]:
    """Return which of these matters are not in the search, or are with words that are gone."""
    rows = Event.objects.visible_to(actor).filter(among(keys))
    known = EventWords.objects.visible_to(actor).filter(among(keys, "event_id"))
    here = set(known.values_list("event_id", flat=True))
    faded = known.filter(Q(event__text=FADED) | Q(event__title=FADED))
    gone = _otherwise(dict(faded.values_list("event_id", "words")), actor=actor)
    return [key for key in rows.values_list("pk", flat=True) if key not in here or key in gone]


def _otherwise(kept: Mapping[UUID, str], *, actor: Actor) -> set[UUID]:
    """Return which matters are kept with other words than they have."""
    return {
        row.key
        for row in texts([*kept], actor=actor)
        if set(row.vector.split()) != set(kept[row.key].split())
    }


def _once(row: Event) -> list[str]:
    """Return what is said, the title only where it is not the beginning of the text."""
    title = "" if row.text.startswith(row.title.rstrip("…")) else row.title
    return [title, row.text, row.address, row.number]


def _above(path: str) -> list[str]:
    """Return a place and those above it, below the city."""
    codes = path.split("/")[:-1]
    above = ["/".join(codes[: n + 1]) + "/" for n in range(len(codes))]
    return [place for place in above if len(place) > len(settings.QUANYU_CITY)]


def _others(row: Event) -> list[str]:
    return [str(key) for key in (row.body_id, *row.shared_with, row.account_id) if key]
