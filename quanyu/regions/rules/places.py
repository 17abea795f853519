"""The way down to a place: its path, its parts, and what people call it."""

from collections.abc import Iterator
from dataclasses import dataclass

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.codes import WIDTHS
from quanyu.regions.rules.kinds import Level

_LEVELS = tuple(Level)
_COMMITTEES = (
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("社区委员会", "社区"),
)


class WrongPath(Refusal):
    """The path does not name a place."""


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way down to a place."""

    path: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point or a path lies: the path, and the names on the way down to it."""

    path: str
    crumbs: tuple[Crumb, ...]

    @property
    def name(self) -> str:
        """The full Chinese name, as an address begins."""
        return "".join(crumb.name for crumb in self.crumbs)


def check_path(path: str) -> str:
    """Return ``path`` if it can be a place's.

    :raises WrongPath: if it lacks the final slash, or a part has not its level's digits
    """
    parts = path.split("/")
    if parts[-1] or len(parts) < 2 or not all(map(_is_part, parts[:-1], range(len(parts) - 1))):
        raise WrongPath(
            _("地点路径须逐级写代码并以斜杠结尾"),
            field="path",
            value=path,
            allowed=["34/01/04/001/"],
        )
    return path


def _is_part(part: str, depth: int) -> bool:
    if not part.isascii():  # "²" is a digit too, and no number
        return False
    if depth == len(WIDTHS):
        return len(part) == 4 and part[0] in "gsu" and part[1:].isdigit()
    return depth < len(WIDTHS) and len(part) == WIDTHS[depth] and part.isdigit()


def level_of(path: str) -> Level:
    """Return the level of the place at ``path``."""
    return _LEVELS[path.count("/") - 1]


def short_name(name: str) -> str:
    """Return a community's name as people say it: 杏林社区, not 杏林社区居委会."""
    for ending, unit in _COMMITTEES:
        if name.endswith(ending):
            base = name.removesuffix(ending)
            return base if base.endswith((unit, "社区")) else f"{base}{unit}"
    return name


def bare_name(name: str) -> str:
    """Return a community's name without the word for what it is, as addresses have it: 绩溪路."""
    return short_name(name).removesuffix("社区")


def ancestry(path: str) -> tuple[str, ...]:
    """Return every path from the province down to ``path`` itself."""
    return tuple(_prefixes(path))


def parents(path: str) -> tuple[str, ...]:
    """Return every path above ``path``, the province first."""
    return ancestry(path)[:-1]


def parent(path: str) -> str:
    """Return the path right above, or "" above a province."""
    above = parents(path)
    return above[-1] if above else ""


def _prefixes(path: str) -> Iterator[str]:
    end = path.find("/")
    while end != -1:
        yield path[: end + 1]
        end = path.find("/", end + 1)
