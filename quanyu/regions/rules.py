"""What a division code says, how a place's path is built, what an import may hold (区划代码)."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _


class Scheme(StrEnum):
    """Who gives the code (代码体系)."""

    GBT2260 = "gbt2260"
    STAT = "stat"
    LOCAL = "local"


class Level(StrEnum):
    """How deep a place stands in the tree (层级)."""

    PROVINCE = "province"
    CITY = "city"
    AREA = "area"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


class Kind(StrEnum):
    """What a place is, apart from its level: a 社区 may stand at a street's level (类型)."""

    PROVINCE = "province"
    CITY = "city"
    HEADING = "heading"
    DISTRICT = "district"
    COUNTY = "county"
    COUNTY_CITY = "county_city"
    ZONE = "zone"
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    TOWNSHIP_LIKE = "township_like"
    MEGA_COMMUNITY = "mega_community"
    RESIDENTS_COMMITTEE = "residents_committee"
    VILLAGERS_COMMITTEE = "villagers_committee"
    RESIDENTS_LIKE = "residents_like"
    VILLAGERS_LIKE = "villagers_like"
    VIRTUAL_COMMUNITY = "virtual_community"
    VIRTUAL_LIVING_AREA = "virtual_living_area"
    BASE_GRID = "base_grid"
    DEDICATED_GRID = "dedicated_grid"
    MICRO_GRID = "micro_grid"


LEVEL_WORDS: Mapping[Level, str] = {
    Level.PROVINCE: _("省"),
    Level.CITY: _("市"),
    Level.AREA: _("县(区)"),
    Level.STREET: _("街道(乡镇)"),
    Level.COMMUNITY: _("社区(村)"),
    Level.GRID: _("网格"),
}
KIND_WORDS: Mapping[Kind, str] = {
    Kind.PROVINCE: _("省"),
    Kind.CITY: _("地级市"),
    Kind.HEADING: _("汇总码"),
    Kind.DISTRICT: _("市辖区"),
    Kind.COUNTY: _("县"),
    Kind.COUNTY_CITY: _("县级市"),
    Kind.ZONE: _("统计用功能区"),
    Kind.STREET: _("街道"),
    Kind.TOWN: _("镇"),
    Kind.TOWNSHIP: _("乡"),
    Kind.TOWNSHIP_LIKE: _("类似乡级单位"),
    Kind.MEGA_COMMUNITY: _("街道级大社区"),
    Kind.RESIDENTS_COMMITTEE: _("居民委员会"),
    Kind.VILLAGERS_COMMITTEE: _("村民委员会"),
    Kind.RESIDENTS_LIKE: _("类似居委会"),
    Kind.VILLAGERS_LIKE: _("类似村委会"),
    Kind.VIRTUAL_COMMUNITY: _("虚拟社区"),
    Kind.VIRTUAL_LIVING_AREA: _("虚拟生活区"),
    Kind.BASE_GRID: _("基础网格"),
    Kind.DEDICATED_GRID: _("专属网格"),
    Kind.MICRO_GRID: _("微网格"),
}

# 国统字〔2009〕91号: 城乡属性 (first digit: 1 town, 2 country) and 城乡分类.
URBAN_RURAL: Mapping[str, str] = {
    "111": _("主城区"),
    "112": _("城乡结合区"),
    "121": _("镇中心区"),
    "122": _("镇乡结合区"),
    "123": _("特殊区域"),
    "210": _("乡中心区"),
    "220": _("村庄"),
}

MOST_FAULTS = 20
"""Rows that a refused import names in words; all of them stand in ``faults``."""

_LENGTHS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.AREA, 9: Level.STREET, 12: Level.COMMUNITY}
_STAT_LENGTH = 12
_GRID_LENGTH = 16
_WIDTHS = (2, 2, 2, 3, 3)
_LEVELS = tuple(Level)

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


_COMMITTEES = (
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("社区委员会", "社区"),
)


class WrongCode(Refusal):
    """The code does not name a place."""


class WrongPath(Refusal):
    """The path does not name a place."""


class WrongRow(Refusal):
    """A row of an imported table is not as it must be."""


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


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row of an imported table (导入行)."""

    division: Division
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of an import was refused, and where it stands."""

    file: str
    line: int
    field: str
    value: str
    sentence: str
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}={self.value!r} {self.sentence}"


class UnreadableTable(WrongRow):
    """A table of an import is missing, or no text in UTF-8."""

    def __init__(self, file: str) -> None:
        super().__init__(_("缺少表或编码不是UTF-8: {file}"), field="file", value=file, file=file)


class ImportRefused(Refusal):
    """A table was refused as a whole; ``faults`` names each row and what is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            _("导入被拒绝: 共{count}行有误, 首个在{file}第{line}行"),
            field=first.field,
            value=first.value,
            allowed=first.allowed,
            count=len(faults),
            file=first.file,
            line=first.line,
        )
        self.faults = list(faults)

    def __str__(self) -> str:
        """Return the sentence, and below it the first rows with what is wrong in each."""
        rows = [str(fault) for fault in self.faults[:MOST_FAULTS]]
        return "\n".join([super().__str__(), *rows])


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


def path_of(code: str) -> str:
    """Return the path of the place that bears ``code``: ``340104001`` is at ``34/01/04/001/``."""
    parts: list[str] = []
    rest = shorten(code)
    for width in _WIDTHS:
        if not rest:
            break
        parts.append(rest[:width])
        rest = rest[width:]
    grid = [f"g{rest[1:]}"] if rest else []
    return "/".join([*parts, *grid, ""])


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
    if depth == len(_WIDTHS):
        return len(part) == 4 and part[0] == "g" and part[1:].isdigit()
    return depth < len(_WIDTHS) and len(part) == _WIDTHS[depth] and part.isdigit()


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


def check_table(
    file: str, lines: Sequence[Mapping[str, str]], *, level: Level, known: Mapping[str, Row]
) -> tuple[dict[str, Row], list[Fault]]:
    """Return the rows of one table by path, and a fault for every row that is not as it must be.

    ``known`` holds what the tables of the higher levels named.
    """
    rows: dict[str, Row] = {}
    faults: list[Fault] = []
    for line, raw in enumerate(lines, start=2):  # line 1 is the heading
        try:
            row = check_row(raw, level=level, known=known)
            check_new(row, rows)
        except Refusal as no:
            faults.append(_fault(file, line, no))
        else:
            rows[row.division.path] = row
    return rows, faults


def _fault(file: str, line: int, no: Refusal) -> Fault:
    return Fault(file, line, no.field, str(no.value), no.sentence, tuple(no.allowed))


def check_new(row: Row, rows: Mapping[str, Row]) -> None:
    """Refuse a code that stood in the same table before.

    :raises WrongRow: if so
    """
    if row.division.path in rows:
        raise WrongRow(_("代码重复"), field="code", value=row.division.code)


def check_row(raw: Mapping[str, str], *, level: Level, known: Container[str]) -> Row:
    """Return an imported row, read and checked.

    :raises WrongCode: if the code is none, or not of this table's level
    :raises WrongRow: if the name is missing or the place above is not known
    """
    code, name = (raw.get("code") or "").strip(), (raw.get("name") or "").strip()
    division = read_code(code, name)
    if division.level is not level:
        raise WrongCode(_("代码的层级与本表不符"), field="code", value=code, allowed=[level.value])
    if not name:
        raise WrongRow(_("名称不能为空"), field="name", value=name)
    above = parent(division.path)
    if above and above not in known:
        raise WrongRow(_("上级区划不在导入的表中"), field="code", value=code, allowed=[above])
    return Row(division, name, (raw.get("name_en") or "").strip())


@dataclass(frozen=True, slots=True)
class Standing:
    """What the table holds today at one path."""

    kind: str
    name: str
    name_en: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Changes:
    """What an import does to the tree, as paths (差异)."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    closed: tuple[str, ...]
    same: int


def compare(rows: Mapping[str, Row], standing: Mapping[str, Standing]) -> Changes:
    """Tell which places are new, which say something else now, and which are gone."""
    both = [path for path in rows if path in standing]
    changed = tuple(path for path in both if _differs(rows[path], standing[path]))
    return Changes(
        added=tuple(path for path in rows if path not in standing),
        changed=changed,
        closed=tuple(path for path in standing if path not in rows),
        same=len(both) - len(changed),
    )


def _differs(row: Row, standing: Standing) -> bool:
    # An edition without English names does not take the ones we have away.
    english = row.name_en or standing.name_en
    now = (row.division.kind.value, row.name, english)
    return now != (standing.kind, standing.name, standing.name_en)


def check_not_emptied(changes: Changes) -> None:
    """Refuse an import that would abolish more places than it keeps.

    :raises WrongRow: if so; a table cut short in a transfer looks like this
    """
    if len(changes.closed) > changes.same + len(changes.changed):
        raise WrongRow(
            _("导入的表会撤销一半以上现有区划, 请核对文件是否完整"),
            field="closed",
            value=len(changes.closed),
        )
