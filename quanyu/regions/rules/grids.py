"""How a grid is coded and how large it may be, by a profile that the city dates (网格规范)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quanyu.kernel.errors import Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.kinds import Kind

GRID_KINDS: Final = (Kind.BASE_GRID, Kind.DEDICATED_GRID, Kind.MICRO_GRID)
COVERING: Final = frozenset({Kind.BASE_GRID, Kind.DEDICATED_GRID})
"""Kinds that cover the ground between them; a micro-grid lies within another grid."""

LETTERS: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.BASE_GRID: "g", Kind.DEDICATED_GRID: "s", Kind.MICRO_GRID: "u"}
)
"""With what the last part of a grid's path begins: the path says the kind, whatever the code.

g of grid, s of set apart, u for µ. In this order a base grid comes first, in lists and where a
point lies in several.
"""

COMMUNITY_DIGITS: Final = 12
MOST_DIGITS: Final = 20


class WrongProfile(Invalid):
    """A profile by which no grid can be coded."""


class NoNumberLeft(Refusal):
    """Every number of this kind has been given in this community (编号已用完)."""


class WrongGrid(Invalid):
    """A grid that cannot be founded or drawn as it was given."""


class NotGridKeeper(Refusal):
    """This role does not keep the grids."""


class StillHeld(Refusal):
    """What still stands in the grid keeps it from ending."""


class WrongGridDay(Refusal):
    """A day that does not fit the grid's own time."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a base grid may be, by households or by residents (网格规模)."""

    households_low: int = 300
    households_high: int = 500
    residents_low: int = 600
    residents_high: int = 1_000


@dataclass(frozen=True, slots=True)
class Profile:
    """How grids are coded, how exactly they are drawn, how large they are (网格规范)."""

    digits: Mapping[Kind, str] = field(
        default_factory=lambda: {
            Kind.BASE_GRID: "1",
            Kind.DEDICATED_GRID: "2",
            Kind.MICRO_GRID: "3",
        }
    )
    """The digits of type after the community's twelve; all "" where the code has none."""
    width: int = 3
    """Digits of the sequence."""
    tolerance_m2: int = 20
    """Overlaps and gaps up to this count as rounding of coordinates."""
    sizes: Sizes = field(default_factory=Sizes)

    @property
    def has_types(self) -> bool:
        """Answer whether the code tells the kind."""
        return any(self.digits.values())

    @property
    def length(self) -> int:
        """Return how many digits a code has."""
        return COMMUNITY_DIGITS + len(self.digits[Kind.BASE_GRID]) + self.width

    @property
    def most(self) -> int:
        """Return the last number that can be given."""
        return int("9" * self.width)


def check_profile(profile: Profile) -> None:
    """Refuse a profile whose codes could not be told apart, or whose sizes make no sense.

    :raises WrongProfile: if so
    """
    _check_digits(profile)
    if profile.width not in {2, 3}:
        raise WrongProfile(
            _("顺序号须为2位或3位"), field="width", value=profile.width, allowed=["2", "3"]
        )
    if profile.tolerance_m2 < 0:
        raise WrongProfile(_("容差不能为负"), field="tolerance_m2", value=profile.tolerance_m2)
    sizes = profile.sizes
    if not 0 < sizes.households_low < sizes.households_high:
        raise WrongProfile(
            _("户数下限须小于上限"), field="households_low", value=sizes.households_low
        )
    if not 0 < sizes.residents_low < sizes.residents_high:
        raise WrongProfile(
            _("人口下限须小于上限"), field="residents_low", value=sizes.residents_low
        )


def _check_digits(profile: Profile) -> None:
    said = [profile.digits.get(kind, "") for kind in GRID_KINDS]
    if len({len(one) for one in said}) != 1 or not all(
        one == "" or (one.isascii() and one.isdigit() and len(one) <= 2) for one in said
    ):
        raise WrongProfile(
            _("三类网格的类型码须都为空，或都为1至2位数字"),
            field="digits",
            value=" ".join(said),
            allowed=["1 2 3"],
        )
    if said[0] and len(set(said)) != len(said):
        raise WrongProfile(
            _("三类网格的类型码不能相同"), field="digits", value=" ".join(said), allowed=["1 2 3"]
        )


def code_of(profile: Profile, community: str, kind: Kind, number: int) -> str:
    """Return the code of a community's grid by its kind and number."""
    return f"{community}{profile.digits[kind]}{number:0{profile.width}d}"


def part_of(kind: Kind, number: int) -> str:
    """Return the last part of a grid's path: ``g012/``."""
    return f"{LETTERS[kind]}{number:03d}/"


def free_number(
    profile: Profile, community: str, kind: Kind, *, paths: Collection[str], codes: Collection[str]
) -> int:
    """Return the lowest number that no grid of this community bears or ever bore.

    :param paths: the last parts of all grids that ever were here, of any kind
    :param codes: their codes, under whatever profile they were given
    :raises NoNumberLeft: if there is none
    """
    taken_parts, taken_codes = set(paths), set(codes)
    for number in range(1, profile.most + 1):
        is_free = part_of(kind, number) not in taken_parts
        if is_free and code_of(profile, community, kind, number) not in taken_codes:
            return number
    raise NoNumberLeft(
        _("这个社区的编号已用完，最多 {most} 个"),
        field="kind",
        value=kind.value,
        most=profile.most,
    )


def number_of(profile: Profile, code: str, kind: Kind) -> int:
    """Return the number of a grid by its code, as the profile has it.

    :raises WrongGrid: if the profile gives no such code to this kind
    """
    digits = profile.digits[kind]
    rest = code[COMMUNITY_DIGITS:]
    number = rest.removeprefix(digits)
    is_one = code.isascii() and code.isdigit() and len(code) == profile.length
    if not is_one or not rest.startswith(digits) or int(number) == 0:
        raise WrongGrid(
            _("网格代码须为社区12位代码加“{digits}”和{width}位顺序号"),
            field="code",
            value=code,
            digits=digits,
            width=profile.width,
        )
    return int(number)


def kind_of_part(part: str) -> Kind | None:
    """Return what kind of grid the last part of a path names, or None when it names none."""
    return next((kind for kind, letter in LETTERS.items() if part.startswith(letter)), None)


# ------------------------------------------------------------------ how large a grid is


class Size(StrEnum):
    """Whether a base grid is of the size that the profile wants (规模)."""

    FIT = "fit"
    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"


def size_of(households: int | None, residents: int | None, sizes: Sizes) -> Size:
    """Return whether a grid is too large or too small.

    Households or residents: one of the two within its range is enough. Where nobody has counted
    the residents, the households decide alone; without households nothing is said.
    """
    if households is None:
        return Size.FIT
    above = residents is None or residents > sizes.residents_high
    below = residents is None or residents < sizes.residents_low
    if households > sizes.households_high and above:
        return Size.TOO_LARGE
    if households < sizes.households_low and below:
        return Size.TOO_SMALL
    return Size.FIT


# ------------------------------------------------------------------ days


def check_ends(start: date, end: date) -> None:
    """Refuse an end that is not after the beginning.

    :raises WrongGridDay: if so
    """
    if end <= start:
        raise WrongGridDay(
            _("撤销日期须晚于设立日期{start}"),
            field="end",
            value=end.isoformat(),
            start=start.isoformat(),
        )


def check_begins(start: date, *, community_from: date) -> None:
    """Refuse a grid that would begin before its community.

    :raises WrongGridDay: if so
    """
    if start < community_from:
        raise WrongGridDay(
            _("社区自{start}起才有，网格不能更早"),
            field="start",
            value=start.isoformat(),
            start=community_from.isoformat(),
        )
