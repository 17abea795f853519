"""What a re-organisation would move, and who would be left without a place (区划调整预演).

Nothing is written. Every figure is the length of the list behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import shapely
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.regions import rules
from quanyu.regions.models import GridContact, Region, Reorganisation
from quanyu.regions.queries import following, staying, tree
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.queries.bound import Bound, Tied
from quanyu.regions.queries.following import Ways
from quanyu.regions.queries.locator import Locator, from_wkb
from quanyu.regions.queries.outlines import After, Drawing
from quanyu.regions.rules import outlines
from quanyu.regions.rules.changes import Born, Ground, Outcome
from quanyu.regions.rules.contacts import POST_WORDS, Post
from quanyu.regions.rules.reorganising import settle

HOUSES, POSTS, GRANTS = "buildings", "posts", "grants"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would move, stay or be left: from where, to where."""

    name: str
    detail: str
    origin: str
    target: str
    """"" where it would have no place."""
    url: str = ""
    households: int = 0
    kind: str = ""
    """That it is a grant: who holds one is told to who leads there alone."""


@dataclass(frozen=True, slots=True)
class Lot:
    """All of one kind that would move (一类)."""

    kind: str
    label: str
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        """Return how many there are: the list's own length."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place before and after."""

    path: str
    name: str
    name_after: str
    before: int | None
    after: int | None
    is_gone: bool
    is_new: bool
    pieces: int = 1
    """Of how many areas that do not touch it would be made, where that is more than before."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a re-organisation would do, on the ground as it stands (预演)."""

    outcome: Outcome
    places: tuple[PlaceLine, ...]
    moves: tuple[Lot, ...]
    left: tuple[Line, ...]
    """Who would be without a post or a right, and which new places without anybody."""
    stays: tuple[Lot, ...]
    """What hangs on places that end and moves with none: for people to settle."""
    drawn: Mapping[str, Drawing]

    @property
    def households(self) -> int:
        """Return how many households would have another grid."""
        return sum(line.households for lot in self.moves for line in lot.lines)


class Trial:
    """A rehearsal under way: what the operations come to, and the places drawn so far."""

    def __init__(self, row: Reorganisation, *, actor: Actor) -> None:
        """Settle the operations.

        :raises WrongOperation: if they do not hold together
        """
        drawn = reads.operations(row, actor=actor)
        told = [one.operation for one in drawn]
        self._row, self._ground = row, reads.ground(told, row.effective_date)
        self.outcome = settle(told, self._ground)
        self._after = After(self.outcome, drawn, self._ground)
        self.shapes: dict[str, Drawing] = {}

    def draw(self, born: Sequence[Born]) -> None:
        """Draw and count some of the places that begin."""
        self.shapes |= {one.path: self._after.of(one.path) for one in born}

    def found(self, *, actor: Actor, at: datetime) -> Rehearsal:
        """Return what would move, and who would be left, in the reader's language."""
        row, outcome = self._row, self.outcome
        guess = _Guess(outcome, self.shapes)
        lots = [_houses(outcome, self._ground)]
        hangs = staying.told(guess.ways.origins, actor=actor, at=at)
        lots += [_lot(one, guess) for one in hangs if not one.stays]
        stays = staying.staying(outcome.gone, hangs, actor=actor, at=at)
        posts, left = _posts(row, outcome, actor=actor, at=at)
        grants, lost = _grants(row, outcome, actor=actor, at=at)
        new = _unserved(outcome, [*posts.lines, *grants.lines])
        return Rehearsal(
            outcome,
            tuple(_places(outcome, self.shapes)),
            (*lots, posts, grants),
            (*left, *lost, *new),
            tuple(_lot(one, guess) for one in stays),
            self.shapes,
        )


def rehearse(row: Reorganisation, *, actor: Actor, at: datetime) -> Rehearsal:
    """Return what would move, and who would be left, at once: for a file, not for a page.

    :raises WrongOperation: if the operations do not hold together
    """
    trial = Trial(row, actor=actor)
    trial.draw(trial.outcome.born)
    return trial.found(actor=actor, at=at)


def behind(reorganisation_id: UUID, *, actor: Actor, at: datetime) -> list[Lot]:
    """Return what is left at the places that one has ended, until people have settled it."""
    heirs = following.heirs(reorganisation_id)
    gone = sorted(heirs)
    hangs = staying.told(gone, actor=actor, at=at)
    return [
        Lot(
            one.kind,
            one.label,
            tuple(Line(t.name, t.detail, t.path, heirs[t.path], t.url) for t in one.rows),
        )
        for one in staying.staying(gone, hangs, actor=actor, at=at)
    ]


class _Guess:
    """Where a thing would stand: by its point in the new shapes, else with the heir."""

    def __init__(self, outcome: Outcome, shapes: Mapping[str, Drawing]) -> None:
        targets: dict[str, list[str]] = {}
        heirs = {}
        for way in outcome.ways:
            targets.setdefault(way.origin, []).append(way.target)
            if way.is_heir:
                heirs[way.origin] = way.target
        self.ways = Ways({path: tuple(found) for path, found in targets.items()}, heirs)
        grids = [(path, one.shape) for path, one in shapes.items() if one.shape is not None]
        self._locator: Locator = from_wkb([(path, shape) for path, shape in grids if shape])
        self._homes = outcome.homes

    def place_for(self, tied: Tied) -> str:
        """Return where it would stand."""
        targets = self.ways.targets.get(tied.path, ())
        is_sure = len(targets) == 1 and tied.path in self.ways.heirs
        if not is_sure and tied.lon is not None and tied.lat is not None:
            found = self._locator.locate_point(tied.lon, tied.lat)
            if found in targets:
                return found
        return self.ways.heirs.get(tied.path, tied.path)


def _houses(outcome: Outcome, ground: Ground) -> Lot:
    inside = {
        key: (grid, house) for grid, own in ground.houses.items() for key, house in own.items()
    }
    moved = [(key, path) for key, path in outcome.homes.items() if inside[key][0] != path]
    lines = [
        Line(
            inside[key][1].name,
            "",
            inside[key][0],
            path,
            households=inside[key][1].households,
        )
        for key, path in moved
    ]
    lines.sort(key=lambda line: (line.origin, line.target, line.name))
    return Lot(HOUSES, pgettext("what moves", "楼栋"), tuple(lines))


def _lot(found: Bound, guess: _Guess) -> Lot:
    lines = []
    for tied in found.rows:
        there = guess.place_for(tied)
        if there != tied.path:
            lines.append(Line(tied.name, tied.detail, tied.path, there, tied.url))
    return Lot(found.kind, found.label, tuple(lines))


def _heirs(outcome: Outcome) -> dict[str, str]:
    return {
        way.origin: way.target for way in outcome.ways if way.is_heir and way.origin != way.target
    }


def _posts(
    row: Reorganisation, outcome: Outcome, *, actor: Actor, at: datetime
) -> tuple[Lot, list[Line]]:
    """Return the services that would go on in another grid, and those that would end."""
    heirs = _heirs(outcome)
    lasting = Q(valid_to=None) | Q(valid_to__gt=row.effective_date)
    rows = GridContact.objects.visible_to(actor).filter(lasting)
    serving = list(rows.filter(region_path__in=heirs).order_by("region_path", "valid_from", "pk"))
    led = set(
        rows.filter(region_path__in=set(heirs.values()), post=Post.LEADER).values_list(
            "region_path", flat=True
        )
    )
    moved: list[Line] = []
    left: list[Line] = []
    for one in serving:
        there = heirs[one.region_path]
        is_filled = one.post == Post.LEADER and there in led
        led |= {there} if one.post == Post.LEADER else set()
        goes = row.moves_grants and not is_filled
        line = Line(one.name, _(POST_WORDS[Post(one.post)]), one.region_path, there if goes else "")
        (moved if goes else left).append(line)
    return Lot(POSTS, _("网格联系人"), tuple(moved)), left


def _grants(
    row: Reorganisation, outcome: Outcome, *, actor: Actor, at: datetime
) -> tuple[Lot, list[Line]]:
    heirs = _heirs(outcome)
    lines = [
        Line(
            one.name,
            _("{role}（代理）").format(role=_(ROLE_NAMES[one.role]))
            if one.is_deputy
            else _(ROLE_NAMES[one.role]),
            one.region_path,
            heirs[one.region_path] if row.moves_grants else "",
            kind=GRANTS,
        )
        for one in accounts.held_at(sorted(heirs), actor=actor, at=at)
    ]
    moved = tuple(lines) if row.moves_grants else ()
    return Lot(GRANTS, pgettext("what moves", "授权"), moved), [] if row.moves_grants else lines


def _unserved(outcome: Outcome, coming: Sequence[Line]) -> list[Line]:
    """Return the new grids to which nobody comes."""
    served = {line.target for line in coming}
    ended = set(outcome.ended)
    return [
        Line(tree.in_language(one.name, one.name_en), _("新网格还没有人"), one.made_of[0], one.path)
        for one in outcome.born
        if rules.level_of(one.path) is rules.Level.GRID
        and one.path not in ended
        and one.path not in served
    ]


def _places(outcome: Outcome, shapes: Mapping[str, Drawing]) -> list[PlaceLine]:
    split = _in_pieces(outcome, shapes)
    before = {one.path: one for one in Region.objects.standing().filter(path__in=outcome.touched)}
    born = {one.path: one for one in outcome.born}
    lines = []
    for path in sorted({*before, *born}):
        old, new = before.get(path), born.get(path)
        lines.append(
            PlaceLine(
                path,
                tree.place_names([path])[path] if old else path,
                tree.in_language(new.name, new.name_en) if new else "",
                old.households if old else None,
                shapes[path].households if new else None,
                is_gone=new is None,
                is_new=old is None,
                pieces=split.get(path, 1),
            )
        )
    return lines


def _in_pieces(outcome: Outcome, shapes: Mapping[str, Drawing]) -> dict[str, int]:
    """Return the places that would fall into more areas than what they are made of."""
    made_of = {path for one in outcome.born for path in one.made_of}
    rows = Region.objects.standing().filter(path__in=made_of).exclude(shape=None)
    stood = {path: _pieces(shape) for path, shape in rows.values_list("path", "shape")}
    found = {}
    for one in outcome.born:
        count = _pieces(shapes[one.path].shape)
        if count > max([1, *(stood.get(path, 1) for path in one.made_of)]):
            found[one.path] = count
    return found


def _pieces(shape: bytes | memoryview | None) -> int:
    return outlines.pieces(None if shape is None else shapely.from_wkb(bytes(shape)))
