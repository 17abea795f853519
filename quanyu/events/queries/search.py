"""Matters by the words in them (检索).

What a phrase has in it is not leakproof, so row security lets no index answer it. Functions of the
owner do, and say the same policy themselves: they find matters by the index of words, among all or
among those that bear a sign, and tell which of some matters have the words. Few are found; of many
the newest, or those that a list comes by in its order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value

from quanyu.events.models import Event, EventWords, Folded
from quanyu.events.queries.columns import OPEN
from quanyu.events.rules import words
from quanyu.events.rules.weeks import Weeks
from quanyu.kernel.access.reach import found_by, found_under, said_in
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.privacy.rules import FADED

FOLD = "events"
"""Under this key is kept up to where all are folded and learnt."""

FEW = 1_500
"""So many found are taken as they are; each costs a look at its words and at its reach."""

RARE = 24
"""Words that so few have in the newest weeks are looked for in all weeks at once."""

FOUND = f"""
SELECT CASE WHEN count(*) <= %s THEN coalesce(string_agg(key::text, ','), '') END
FROM {found_by(EventWords)}(%s::tsquery, %s::tsquery, %s) AS key
"""  # noqa: S608 (our names)
"""As one word: nobody looks at the keys but the database."""

DATED = f"""
SELECT coalesce(string_agg(key::text, ',' ORDER BY moment DESC, key DESC), '')
FROM {found_under(EventWords)}({{signs}}%s::tsquery, %s::tsquery, %s)
"""  # noqa: S608 (our names)
UNDER, ALL = DATED.format(signs="%s::tsquery, "), DATED.format(signs="")

CHANGED = f"""
SELECT coalesce(string_agg(key::text, ','), '') FROM {said_in(EventWords)}(ARRAY(
  SELECT event_touched(since) FROM events_folded WHERE key = %s
), %s::tsquery) AS key
"""  # noqa: S608 (our names)
"""Of what changed since its signs were learnt, what has the words."""

SIGNED = "signs"
"""Under this key is kept that every matter bears its signs."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search has found: few matters by their keys, or a question for each (检索结果)."""

    query: str
    keys: tuple[str, ...] | None
    wide: str = ""
    newest: tuple[str, ...] = ()
    """The newest of them in their order: all of few, of many those of the first weeks."""
    weeks: Weeks | None = None
    """The last weeks that were asked; none where too many of a week have the words, or where not
    every matter bears its signs."""

    def few(self) -> "Sought":
        """Return this search with the keys of those that have the words, unless they are many."""
        keys = _keys(FOUND, [FEW, self.wide, self.query, FEW + 1])
        return replace(self, keys=keys)

    def under(self, signs: str, most: int) -> tuple[str, ...]:
        """Return so many of those that bear one of the signs, the newest of these first."""
        return _keys(UNDER, [signs, self.wide, self.query, most]) or ()

    def open(self) -> tuple[str, ...] | None:
        """Return those of them that are open, and perhaps others; None where these are many."""
        found = self.under(words.signed([words.OPEN]), FEW + 1)
        if len(found) > FEW:
            return None
        changed = _keys(CHANGED, [FOLD, self.query]) or ()
        return (*found, *changed)

    def by_weeks(self, weeks: Weeks) -> "Sought":
        """Return this search with what the newest weeks have: all, or more than few."""
        found = self.under(weeks.signs, FEW + 1)
        if len(found) > FEW:
            return self
        if len(found) > RARE:
            return self._with_weeks_before(found, weeks)
        keys = _keys(ALL, [self.wide, self.query, FEW + 1]) or ()
        if len(keys) > FEW:
            return replace(self, newest=found, weeks=weeks)
        return replace(self, keys=keys, newest=keys, weeks=weeks)

    def _with_weeks_before(self, found: tuple[str, ...], weeks: Weeks) -> "Sought":
        keys = found
        while not weeks.is_last:
            before = weeks.next(goal=FEW + 1 - len(found), found=len(keys))
            keys = self.under(before.signs, FEW + 1 - len(found))
            if len(found) + len(keys) > FEW:
                return replace(self, newest=found, weeks=weeks)
            found, weeks = found + keys, before
        return replace(self, keys=found, newest=found, weeks=weeks)

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


class Bears(Func):
    """Whether what is kept of a matter bears its signs."""

    template = "%(expressions)s::tsquery"
    arg_joiner = " @@ "
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


def find(
    text: str, *, places: Sequence[str], actor: Actor, at: datetime, is_open: bool = False
) -> Sought | None:
    """Return what a search finds within reach; None where nothing is sought.

    :param places: to which of one's places the list is narrowed
    :param is_open: the list holds open matters alone
    """
    if not text.strip():
        return None
    query = words.query(text)
    if not query:
        return Sought("", ())
    through = _doors(places, actor)
    query, wide = (words.through(one, through) for one in (query, words.wider(text)))
    sought = Sought(query, None, wide)
    if not is_signed():
        return sought.few()
    if is_open and (keys := sought.open()) is not None:
        return replace(sought, keys=keys)
    return sought.by_weeks(Weeks.newest(at))


def is_signed() -> bool:
    """Answer whether every matter bears its signs."""
    return Folded.objects.filter(key=SIGNED, whole_at__isnull=False).exists()


def _keys(statement: str, given: Sequence[str | int]) -> tuple[str, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        keys = cursor.fetchone()[0]
    return None if keys is None else tuple(keys.split(",")) if keys else ()


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
    signs: tuple[str, ...]

    @property
    def vector(self) -> str:
        """Return what the search keeps of it."""
        return words.vector(*self.said, doors=self.doors, signs=self.signs)


def texts(keys: Sequence[UUID], *, actor: Actor) -> list[Text]:
    """Return what some matters say: not who reported them, and not how to reach that person."""
    rows = Event.objects.visible_to(actor).filter(among(keys)).order_by("pk")
    return [
        Text(row.pk, tuple(_once(row)), (*_above(row.region_path), *_others(row)), _signs(row))
        for row in rows.only(
            *("title", "text", "address", "number", "reported_at", "state"),
            *("region_path", "body_id", "shared_with", "account_id"),
        )
    ]


def to_learn(keys: Sequence[UUID], *, actor: Actor) -> list[UUID]:
    """Return which of these matters are not in the search, bear no signs, or have gone words."""
    rows = Event.objects.visible_to(actor).filter(among(keys))
    known = EventWords.objects.visible_to(actor).filter(among(keys, "event_id"))
    signed = known.filter(Bears(F("words"), Value(words.ANY_WEEK)))
    here = set(signed.values_list("event_id", flat=True))
    faded = known.filter(Q(event__text=FADED) | Q(event__title=FADED))
    gone = _otherwise(dict(faded.values_list("event_id", "words")), actor=actor)
    return [key for key in rows.values_list("pk", flat=True) if key not in here or key in gone]


def otherwise(keys: Sequence[UUID], *, actor: Actor) -> list[UUID]:
    """Return which of these matters the search has not at all, or with other words or doors."""
    known = EventWords.objects.visible_to(actor).filter(among(keys, "event_id"))
    kept = dict(known.values_list("event_id", "words"))
    changed = _otherwise(kept, actor=actor)
    return [key for key in keys if key not in kept or key in changed]


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


def _signs(row: Event) -> tuple[str, ...]:
    """Return in which week a matter came in, and whether it is open."""
    said = words.week_sign(words.week(row.reported_at))
    return (said, words.OPEN) if row.state in OPEN else (said,)


def _others(row: Event) -> list[str]:
    return [str(key) for key in (row.body_id, *row.shared_with, row.account_id) if key]
