"""The tree of bodies as it stood on a day; all of it is public (组织树)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import upper
from quanyu.organisations.models import Body, Command, Footing, Succession
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.rules.changing import CHANGE_WORDS
from quanyu.organisations.rules.net import KINDS_OF, Difference, Stood, differences
from quanyu.regions import queries as regions

PAGE = 100
FEW = 50
DEEPEST = 12
"""Steps of the longest way up that is followed; a ring cannot be, and a file may be odd."""


@dataclass(frozen=True, slots=True)
class Node:
    """A body in the tree of one day."""

    id: UUID
    code: str
    kind: str
    kind_name: str
    name: str
    """In the reader's language, as it was called on that day."""
    region_path: str
    parent_id: UUID | None
    below: int = 0
    """How many stand right below it, those it commands counted in."""
    is_commanded: bool = False
    """It stands here because it is commanded from here; its owner is another."""
    is_sample: bool = False
    was: str = ""
    """The former name by which it was found."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """One page of nodes; ``after`` opens the next, "" when this is the last."""

    rows: tuple[Node, ...]
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One period in which a body stood as it did (沿革)."""

    name: str
    kind: str
    kind_name: str
    place: str
    place_name: str
    parent_id: UUID | None
    parent: str
    what: str
    """How it came to stand so; ``change`` says it in words."""
    change: str
    because: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Way:
    """Into which body one went, or of which it was made, on a day."""

    id: UUID
    name: str
    on: date
    because: str


def roots(axis: str, *, on: date, place: str = "", after: str = "") -> Nodes:
    """Return the bodies of one part of the register that had nobody above them on a day.

    :param place: counts alone: who had somebody above outside of it stands at the top in it
    """
    rows = Footing.objects.on(on).filter(kind__in=KINDS_OF.get(axis, ()))
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
        rows = rows.filter(Q(parent=None) | ~Q(parent__in=rows.values("body")))
    else:
        rows = rows.filter(parent=None)
    rows = rows.select_related("body").order_by("region_path", "body__code")
    found = list(_beyond(rows, after)[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    more = f"{last.region_path}~{last.body.code}" if last else ""
    return Nodes(_nodes(found[:PAGE], on), more, rows.count())


def _beyond(rows: QuerySet[Footing], after: str) -> QuerySet[Footing]:
    place, _sign, code = after.partition("~")
    if not code:
        return rows
    return rows.filter(Q(region_path__gt=place) | Q(region_path=place, body__code__gt=code))


def below(body_id: UUID, *, on: date) -> tuple[Node, ...]:
    """Return what hung under a body on a day, and after it the agencies that it commanded."""
    return below_each([body_id], on=on)[body_id]


def below_each(keys: Iterable[UUID], *, on: date) -> dict[UUID, tuple[Node, ...]]:
    """Return the same of several bodies; they take no more statements than one."""
    found: dict[UUID, list[Node]] = {key: [] for key in keys}
    rows = Footing.objects.on(on).select_related("body").order_by("region_path", "body__code")
    commands = Command.objects.on(on).filter(commander__in=found).order_by("agency__code")
    led = list(commands.values_list("commander", "agency"))
    for node in _nodes(rows.filter(parent__in=found), on):
        found[node.parent_id or node.id].append(node)
    agencies = nodes([agency for _commander, agency in led], on=on) if led else {}
    for commander, key in led:
        agency = agencies.get(key)
        if agency is not None and agency.parent_id != commander:
            found[commander].append(replace(agency, is_commanded=True))
    return {key: tuple(held) for key, held in found.items()}


def node(body_id: UUID, *, on: date) -> Node | None:
    """Return a body as it stood on a day, or None if it did not."""
    rows = Footing.objects.on(on).filter(body=body_id).select_related("body")
    return next(iter(_nodes(rows, on)), None)


def nodes(keys: Iterable[UUID], *, on: date) -> dict[UUID, Node]:
    """Return some bodies as they stood on a day, by their keys."""
    rows = Footing.objects.on(on).filter(body__in=list(keys)).select_related("body")
    return {one.id: one for one in _nodes(rows, on)}


def way_up(body_id: UUID, *, on: date) -> tuple[Node, ...]:
    """Return the bodies above one on a day, from the top; not itself."""
    rows, found = Footing.objects.on(on).select_related("body"), list[Footing]()
    here = rows.filter(body=body_id).first()
    while here is not None and here.parent_id and len(found) < DEEPEST:
        here = rows.filter(body=here.parent_id).first()
        found += [here] if here else []
    return _nodes(reversed(found), on)


def _nodes(rows: Iterable[Footing], on: date) -> tuple[Node, ...]:
    held = list(rows)
    keys = [row.body_id for row in held]
    count = _counts(keys, on)
    return tuple(
        Node(
            id=row.body_id,
            code=row.body.code,
            kind=row.kind,
            kind_name=_(KIND_WORDS[BodyKind(row.kind)]),
            name=in_language(row.name, row.name_en),
            region_path=row.region_path,
            parent_id=row.parent_id,
            below=count.get(row.body_id, 0),
            is_sample=row.body.is_sample,
        )
        for row in held
    )


def _counts(keys: Sequence[UUID], on: date) -> Mapping[UUID, int]:
    hung = Footing.objects.on(on).filter(parent__in=keys).values_list("parent")
    led = Command.objects.on(on).filter(commander__in=keys).values_list("commander")
    count = dict(hung.annotate(n=Count("id")))
    for key, number in led.annotate(n=Count("id")):
        count[key] = count.get(key, 0) + number
    return count


# ------------------------------------------------------------------ search


def find(text: str, *, on: date, among: QuerySet[Body] | None = None) -> tuple[Node, ...]:
    """Return the bodies of a day by name, first letters, code or former name, the nearest first.

    :param among: only these are looked for; without it the whole register
    """
    said = text.strip()
    if not said:
        return ()
    named = Q(name__icontains=said) | Q(name_en__icontains=said)
    now = named | Q(initials__contains=said.lower()) | Q(code__startswith=said.lower())
    here = Body.objects.on(on) if among is None else among
    keys = list(here.filter(now).order_by("code").values_list("pk", flat=True)[:FEW])
    former = Footing.objects.filter(named).exclude(body__in=keys).order_by("body", "valid_from")
    if among is not None:
        former = former.filter(body__in=among.order_by().values("pk"))
    was = dict(former.values_list("body", "name")[:FEW])
    found = nodes([*keys, *was], on=on)
    rows = [replace(found[key], was=was.get(key, "")) for key in (*keys, *was) if key in found]
    return tuple(sorted(rows, key=lambda one: _nearness(one, said))[:FEW])


def _nearness(one: Node, said: str) -> tuple[bool, bool, int, str]:
    return bool(one.was), not one.name.startswith(said), len(one.name), one.code


# ------------------------------------------------------------------ in time


def steps(body_id: UUID) -> tuple[Step, ...]:
    """Return how a body stood, the newest first."""
    rows = Footing.objects.filter(body=body_id).select_related("parent").order_by("-valid_from")
    return tuple(
        Step(
            name=in_language(row.name, row.name_en),
            kind=row.kind,
            kind_name=_(KIND_WORDS[BodyKind(row.kind)]),
            place=row.region_path,
            place_name=regions.label(row.region_path),
            parent_id=row.parent_id,
            parent=in_language(row.parent.name, row.parent.name_en) if row.parent else "",
            what=row.change,
            change=_(CHANGE_WORDS[row.change]),
            because=row.because,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows
    )


def went_into(body_id: UUID) -> Way | None:
    """Return into which body one went, or None."""
    row = Succession.objects.filter(origin=body_id).select_related("target").first()
    return _way(row, row.target) if row else None


def made_of(body_id: UUID) -> tuple[Way, ...]:
    """Return the bodies that went into one, the newest first."""
    rows = Succession.objects.filter(target=body_id).select_related("origin").order_by("-on")
    return tuple(_way(row, row.origin) for row in rows)


def _way(row: Succession, body: Body) -> Way:
    return Way(body.pk, in_language(body.name, body.name_en), row.on, row.because)


def commander(body_id: UUID, *, on: date) -> Way | None:
    """Return which body commanded an agency on a day, or None."""
    row = Command.objects.on(on).filter(agency=body_id).select_related("commander").first()
    if row is None:
        return None
    name = in_language(row.commander.name, row.commander.name_en)
    return Way(row.commander_id, name, row.valid_from, row.because)


def difference(one: date, other: date, *, place: str = "") -> tuple[Difference, ...]:
    """Return every body that stood otherwise on two days, in a place on either of them."""
    early, late = sorted((one, other))
    # Who stands by the same row on both days is no other: of ten thousand a few are read.
    before = Footing.objects.on(early).filter(valid_to__lte=late)
    after = Footing.objects.on(late).filter(valid_from__gt=early)
    found = differences(_stood(before), _stood(after))
    if not place:
        return found
    return tuple(
        row
        for row in found
        if any(day.place.startswith(place) for day in (row.before, row.after) if day)
    )


def _stood(rows: QuerySet[Footing]) -> dict[UUID, Stood]:
    fields = ("body", "name", "name_en", "kind", "region_path", "parent")
    found = rows.order_by("region_path", "body").values_list(*fields)
    return {key: Stood(*rest) for key, *rest in found}


def calendar_of(place: str) -> tuple[date, ...]:
    """Return the days on which something changed in a place, the newest first, a few of them."""
    rows = Footing.objects.exclude(change="found")
    if place:
        rows = rows.filter(region_path__gte=place, region_path__lt=upper(place))
    days = rows.order_by("-valid_from").values_list("valid_from", flat=True).distinct()
    return tuple(days[:6])
