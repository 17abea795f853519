"""The names of places and their tree, kept in the process by edition (区划树)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import get_language, gettext

from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.editions import Kept
from quanyu.regions import rules
from quanyu.regions.models import Edition, Region
from quanyu.regions.rules import Crumb, Place

EDITION = "regions"
COMMUNITY_PARTS = 5
"""Province, city, area, street, community: ``34/01/04/001/001/``."""


def community_of(path: str) -> str:
    """Return the community in which a place within one lies."""
    return "/".join(path.split("/")[:COMMUNITY_PARTS]) + "/"


@dataclass(frozen=True, slots=True)
class Child:
    """One place right below another, as a list shows it."""

    path: str
    name: str
    name_en: str
    code: str
    level: str
    kind: str
    households: int | None
    is_sample: bool


def _crumbs() -> dict[str, Crumb]:
    rows = Region.objects.standing().values_list("path", "name", "name_en")
    return {path: Crumb(path, rules.short_name(name), english) for path, name, english in rows}


def _past_crumbs() -> dict[str, Crumb]:
    """Return the last names of the places that are gone: stories and old matters tell of them."""
    standing = Region.objects.standing().values("path")
    rows = Region.objects.exclude(path__in=standing).order_by("path", "valid_from")
    fields = ("path", "name", "name_en")
    return {
        path: Crumb(path, rules.short_name(name), english)
        for path, name, english in rows.values_list(*fields)
    }


def _edition() -> UUID | None:
    return Edition.objects.filter(name=EDITION).values_list("mark", flat=True).first()


_names: Kept[dict[str, Crumb]] = Kept(_crumbs, edition=_edition)
_past: Kept[dict[str, Crumb]] = Kept(_past_crumbs, edition=_edition)


def edition() -> UUID | None:
    """Return the mark of the tree as it stands; another one means that it was re-drawn."""
    return _edition()


def forget() -> None:
    """Read the names anew at the next question: this process has just changed them."""
    _names.forget()
    _past.forget()


def crumbs() -> dict[str, Crumb]:
    """Return every place that stands, by its path, from the process."""
    return _names.get()


def breadcrumb(path: str) -> tuple[Crumb, ...]:
    """Return the way down to ``path`` from the city: its parts that the tree knows."""
    way = rules.ancestry(path)
    known = [crumb for crumb in map(_crumb, way) if crumb is not None]
    return tuple(known[1:] if len(way) > 1 else known)


def place(path: str) -> Place:
    """Return ``path`` with the names on the way down to it."""
    return Place(path, breadcrumb(path))


def places(paths: Iterable[str]) -> dict[str, Place]:
    """Return the names of many paths at once, for a list; no query for each."""
    return {path: place(path) for path in set(paths)}


@audit.place_names.answered_by
@codes.place_names.answered_by
@accounts.place_names.answered_by
def place_names(paths: Sequence[str]) -> dict[str, str]:
    """Return what these places are called, in the reader's language; a grid with its community."""
    return {path: _apart(path) for path in paths}


@audit.topic_names.answered_by
def topic_names() -> dict[str, str]:
    """Return what the acts on places are called in the log."""
    return {
        "region.import": gettext("载入区划"),
        "region.found": gettext("新设区划"),
        "region.draw": gettext("划定边界"),
        "building.place": gettext("调整楼栋归属"),
        "building.found": gettext("登记楼栋"),
        "building.change": gettext("修改楼栋"),
        "estate.found": gettext("登记小区"),
        "estate.change": gettext("修改小区"),
        "dwelling.import": gettext("导入房"),
        "grid.found": gettext("设立网格"),
        "grid.draw": gettext("划定网格边界"),
        "grid.end": gettext("撤销网格"),
        "grid_check.ask": gettext("要求检查网格"),
        "grid_check.done": gettext("检查了网格"),
        "grid_contact.appoint": gettext("任命网格联系人"),
        "grid_contact.change": gettext("修改网格联系人"),
        "grid_contact.end": gettext("网格联系人卸任"),
        "grid_profile.set": gettext("制定网格规范"),
        "region.reorganise": gettext("区划调整落地"),
        "reorganisation": gettext("区划调整"),
        "reorganisation.rehearse": gettext("预演区划调整"),
        "reorganisation.keep_rehearsal": gettext("算出区划调整的预演"),
        "plan.make": gettext("新建网格方案"),
        "plan.redraw": gettext("重新计算方案"),
        "plan.draw": gettext("算出网格方案"),
        "plan.fail": gettext("网格方案有社区没有算出"),
        "plan.retry": gettext("再算没有算出的社区"),
        "plan.paint": gettext("手工调整方案"),
        "plan.undo": gettext("撤回方案一步"),
        "plan.copy": gettext("另存方案"),
        "plan.ask_proposal": gettext("要求把方案转为区划调整"),
        "plan.fail_proposal": gettext("方案没有转成区划调整"),
        "plan.propose": gettext("方案转为区划调整"),
        "plan.withdraw": gettext("撤销方案"),
    }


def label(path: str) -> str:
    """Return the name of a place in the reader's language; of an unknown one its path."""
    crumb = _crumb(path)
    if crumb is None:
        return path
    return in_language(crumb.name, crumb.name_en)


def in_language(name: str, english: str) -> str:
    """Return a place's name in the reader's language, as far as it has one there."""
    return english if english and (get_language() or "").startswith("en") else name


def _crumb(path: str) -> Crumb | None:
    """Return a place by its name of today, or one that is gone by its last."""
    return _names.get().get(path) or _past.get().get(path)


def _apart(path: str) -> str:
    """Return a name that tells a place from others: every community has a first grid."""
    if _crumb(path) is None or rules.level_of(path) is not rules.Level.GRID:
        return label(path)
    return " ".join(label(crumb.path) for crumb in breadcrumb(path)[-2:])


def below(path: str) -> list[Crumb]:
    """Return the places right below a path, from the process, in the order of their codes."""
    depth = path.count("/") + 1
    crumbs = _names.get()
    found = (p for p in crumbs if p.startswith(path) and p.count("/") == depth)
    return [crumbs[p] for p in sorted(found)]


@audit.places_below.answered_by
@accounts.places_below.answered_by
def places_below(paths: Sequence[str]) -> dict[str, str]:
    """Return what these places are called, and those just below each."""
    found = [*paths, *(crumb.path for path in paths for crumb in below(path))]
    return {path: label(path) for path in found}


def places_to_pick(own: Sequence[str], asked: str = "") -> Mapping[str, str]:
    """Return by which places a list is narrowed: one's own, the way to the one asked for, and
    those just below each of them: so a filter leads down step by step.
    """
    way = [path for path in rules.ancestry(asked) if path.startswith(tuple(own))] if asked else []
    return places_below([*own, *way, *([asked] if asked else [])])


def codes_of(paths: Iterable[str]) -> dict[str, str]:
    """Return the codes that these places bear today, by path."""
    rows = Region.objects.standing().filter(path__in=set(paths))
    return dict(rows.values_list("path", "code"))


def is_known(path: str) -> bool:
    """Tell whether the tree holds ``path`` today."""
    return path in _names.get()


def grids_in(path: str) -> dict[str, str]:
    """Return the grids that stand in a place, by path, named apart, in the order of paths."""
    rows = Region.objects.standing().within(path).filter(level=rules.Level.GRID).order_by("path")
    return dict(place_names(list(rows.values_list("path", flat=True))))


def households_in(path: str, *, kind: rules.Kind = rules.Kind.BASE_GRID) -> dict[str, int]:
    """Return the households of every place of one kind that stands in another, by path."""
    rows = Region.objects.standing().within(path).filter(kind=kind).order_by("path")
    return {place: count or 0 for place, count in rows.values_list("path", "households")}


def children(path: str) -> list[Child]:
    """Return the places right below ``path``, in the order of their codes."""
    rows = Region.objects.standing().filter(parent_path=path).order_by("path")
    fields = ("path", "name", "name_en", "code", "level", "kind", "households", "is_sample")
    return [
        Child(path, rules.short_name(name), *rest)
        for path, name, *rest in rows.values_list(*fields)
    ]


def history(path: str) -> list[tuple[str, date, date | None]]:
    """Return the names a place has borne, with their days, the newest first."""
    rows = Region.objects.filter(path=path).order_by("-valid_from")
    return list(rows.values_list("name", "valid_from", "valid_to"))


def name_on(path: str, day: date) -> str:
    """Return what a place was called on ``day``, or "" when it did not exist."""
    rows = Region.objects.on(day).filter(path=path)
    return rows.values_list("name", flat=True).first() or ""


def count(path: str) -> dict[str, int]:
    """Return how many places of each level stand within ``path``."""
    levels = Region.objects.standing().within(path).values_list("level", flat=True)
    tally = dict.fromkeys([level.value for level in rules.Level], 0)
    for level in levels:
        tally[level] += 1
    return tally


def named_in(text: str) -> str:
    """Return the community whose name stands in an address, the longest first; else nothing."""
    names = {
        path: rules.bare_name(crumb.name)
        for path, crumb in _names.get().items()
        if path.count("/") == COMMUNITY_PARTS
    }
    found = [path for path, name in names.items() if len(name) > 1 and name in text]
    return max(found, key=lambda path: (len(names[path]), path), default="")
