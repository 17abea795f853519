"""What a division code says: level, kind, scheme, and the path of its place."""

from dataclasses import dataclass

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.kinds import Kind, Level, Scheme

_LENGTHS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.AREA, 9: Level.STREET, 12: Level.COMMUNITY}
_STAT_LENGTH = 12
_GRID_LENGTH = 16
WIDTHS = (2, 2, 2, 3, 3)

# (first, last, kind) of digits 5-6 (GB/T 2260), 7-9 and 10-12 (statistical code), domain.md 1.1.
_AREAS = (
    (1, 1, Kind.HEADING),
    (2, 18, Kind.DISTRICT),
    (21, 80, Kind.COUNTY),
    (81, 99, Kind.COUNTY_CITY),
)
_STREETS = (
    (1, 99, Kind.STREET),
    (100, 199, Kind.TOWN),
    (200, 399, Kind.TOWNSHIP),
    (400, 599, Kind.TOWNSHIP_LIKE),
)
_COMMUNITIES = (
    (498, 498, Kind.VIRTUAL_COMMUNITY),
    (598, 598, Kind.VIRTUAL_LIVING_AREA),
    (1, 199, Kind.RESIDENTS_COMMITTEE),
    (200, 399, Kind.VILLAGERS_COMMITTEE),
    (400, 499, Kind.RESIDENTS_LIKE),
    (500, 599, Kind.VILLAGERS_LIKE),
)

# The statistical system lists development zones as if they were counties, between 71 and 80,
# where GB/T 2260 has none: 340176-340178 in the edition of 2023.
_ZONES = range(71, 81)
_COUNTY_ENDINGS = ("县", "旗", "林区", "特区")
_MEGA_ENDINGS = ("社区", "社区服务中心")
_NOT_MEGA_ENDING = "生活社区"  # a prison's or a farm's living quarters, no street-level community


class WrongCode(Refusal):
    """The code does not name a place."""


@dataclass(frozen=True, slots=True)
class Division:
    """What a division code says about its place (区划)."""

    code: str
    level: Level
    kind: Kind
    scheme: Scheme

    @property
    def path(self) -> str:
        return path_of(self.code)


def read_code(code: str, name: str = "") -> Division:
    """Return what ``code`` says: level, kind and scheme; ``name`` decides what digits cannot.

    :raises WrongCode: if no place can bear such a code
    """
    short = shorten(code)
    level = Level.GRID if len(short) == _GRID_LENGTH else _LENGTHS[len(short)]
    kind = _KIND_OF[level](short, name)
    if kind is None:
        raise WrongCode(_("代码不在任何一类区划的号段内"), field="code", value=code)
    return Division(short, level, kind, _scheme_of(level, kind))


def shorten(code: str) -> str:
    """Return a code without the zeros that pad a higher place to twelve digits.

    :raises WrongCode: if it is not made of 2, 4, 6, 9, 12 or 16 digits
    """
    if not (code.isascii() and code.isdigit() and len(code) in {*_LENGTHS, _GRID_LENGTH}):
        raise WrongCode(
            _("区划代码须为2、4、6、9、12或16位数字"),
            field="code",
            value=code,
            allowed=[str(length) for length in (*_LENGTHS, _GRID_LENGTH)],
        )
    short = code
    while len(short) <= _STAT_LENGTH and len(short) > 2 and _ends_empty(short):
        short = short[: _next_shorter(len(short))]
    return short


def _next_shorter(length: int) -> int:
    return max(known for known in _LENGTHS if known < length)


def _ends_empty(code: str) -> bool:
    return set(code[_next_shorter(len(code)) :]) == {"0"}


def _scheme_of(level: Level, kind: Kind) -> Scheme:
    if level is Level.GRID:
        return Scheme.LOCAL
    below = level in {Level.STREET, Level.COMMUNITY}
    return Scheme.STAT if below or kind is Kind.ZONE else Scheme.GBT2260


def _among(ranges: tuple[tuple[int, int, Kind], ...], digits: str) -> Kind | None:
    number = int(digits)
    return next((kind for first, last, kind in ranges if first <= number <= last), None)


def _province_kind(code: str, name: str) -> Kind | None:
    return Kind.PROVINCE


def _city_kind(code: str, name: str) -> Kind | None:
    return Kind.CITY


def _area_kind(code: str, name: str) -> Kind | None:
    kind = _among(_AREAS, code[4:6])
    if kind is Kind.COUNTY and int(code[4:6]) in _ZONES and not name.endswith(_COUNTY_ENDINGS):
        return Kind.ZONE
    return kind


def _street_kind(code: str, name: str) -> Kind | None:
    kind = _among(_STREETS, code[6:9])
    is_mega = name.endswith(_MEGA_ENDINGS) and not name.endswith(_NOT_MEGA_ENDING)
    return Kind.MEGA_COMMUNITY if kind is Kind.TOWNSHIP_LIKE and is_mega else kind


def _community_kind(code: str, name: str) -> Kind | None:
    return _among(_COMMUNITIES, code[9:12])


def _grid_kind(code: str, name: str) -> Kind | None:
    # Grid code = 12 statistical digits + 1 digit of kind + 3 of sequence (domain.md 1.3).
    kinds = {"1": Kind.BASE_GRID, "2": Kind.DEDICATED_GRID, "3": Kind.MICRO_GRID}
    return kinds.get(code[12])


_KIND_OF = {
    Level.PROVINCE: _province_kind,
    Level.CITY: _city_kind,
    Level.AREA: _area_kind,
    Level.STREET: _street_kind,
    Level.COMMUNITY: _community_kind,
    Level.GRID: _grid_kind,
}


_LETTERS = {"1": "g", "2": "s", "3": "u"}
"""With what the last part of a grid's path begins, by its digit of kind."""


def path_of(code: str) -> str:
    """Return the path of the place that bears ``code``: ``340104001`` is at ``34/01/04/001/``."""
    parts: list[str] = []
    rest = shorten(code)
    for width in WIDTHS:
        if not rest:
            break
        parts.append(rest[:width])
        rest = rest[width:]
    grid = [f"{_LETTERS.get(rest[0], 'g')}{rest[1:]}"] if rest else []
    return "/".join([*parts, *grid, ""])
