"""What the fields of estates, buildings and dwellings may hold (数据标准, domain.md 1.2)."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import shapely

from quanyu.kernel.errors import Refusal
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules.coordinates import SYSTEMS, Point, on_earth
from quanyu.regions.rules.kinds import Status

NONE: Final = "无"
"""What is not there is said so, and never left to guess."""

MOST_HOUSEHOLDS: Final = 3_000
"""In one building: more is a slip of the keyboard, or a whole estate."""

MOST_FLOORS: Final = 150
LOWEST_FLOOR: Final = -9
CHINA: Final = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north: a point outside is swapped, or in metres of a projection."""

BUILDING_SAID: Final = r"(\d{1,4}(?:-\d{1,4})?[A-Za-z]?)幢"
UNIT_SAID: Final = r"(\d{1,3}[A-Za-z]?)单元"
FLOOR_SAID: Final = r"(-?\d{1,3})层"
ROOM_SAID: Final = r"[0-9A-Za-z][0-9A-Za-z-]{0,11}"
_PLATE: Final = re.compile(r"(\D[^、]*?)(\d{1,5}(?:-\d{1,4})?)号")
_NAME_SIGNS: Final = re.compile(r"[^\w·]")
_BETWEEN: Final = re.compile(r"[、,，;；]")
CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,23}")

BUILDING_ALLOWED: Final = ("3幢", "1-10幢", NONE)
UNIT_ALLOWED: Final = ("2单元", NONE)
FLOOR_ALLOWED: Final = ("5层", "-1层")
ROOM_ALLOWED: Final = ("501", "12A")


class WrongField(Refusal):
    """A field does not hold what the standard asks for."""

    status = 422


def building_number(said: str) -> str:
    """Return the bare number of a building: 3 of 3幢; "" of 无.

    :raises WrongField: if it is written otherwise, such as 3栋 or 3号楼
    """
    return _bare(BUILDING_SAID, said, "number", _("楼写成数字加“幢”，没有写“无”"), BUILDING_ALLOWED)


def unit_number(said: str) -> str:
    """Return the bare number of a staircase: 2 of 2单元; "" of 无.

    :raises WrongField: if it is written otherwise
    """
    return _bare(UNIT_SAID, said, "unit", _("单元写成数字加“单元”，没有写“无”"), UNIT_ALLOWED)


def _bare(form: str, said: str, field: str, sentence: str, allowed: tuple[str, ...]) -> str:
    if said.strip() == NONE:
        return ""
    found = re.fullmatch(form, said.strip())
    if found is None:
        raise WrongField(sentence, field=field, value=said, allowed=allowed)
    return found[1].upper()


def check_code(code: str, *, field: str = "code") -> str:
    """Return a code of an estate or a building.

    :raises WrongField: if it is none
    """
    if not CODE.fullmatch(code):
        raise WrongField(
            _("代码由字母、数字、点和横线组成，最多 24 位"),
            field=field,
            value=code,
            allowed=["340104001001E001"],
        )
    return code


def check_name(name: str, *, field: str = "name") -> str:
    """Return a name without signs in it.

    :raises WrongField: if there are any
    """
    found = _NAME_SIGNS.search(name)
    if found or not name:
        raise WrongField(_("名称里不用标点和空格"), field=field, value=name, allowed=["翠竹小区"])
    return name


def check_households(count: int | None) -> int:
    """Return how many households a building has.

    :raises WrongField: if there are less than none, or more than one building holds
    """
    if count is None or not 0 <= count <= MOST_HOUSEHOLDS:
        raise WrongField(
            _("户数从 0 到 {most}"),
            field="households",
            value=count,
            allowed=[f"0..{MOST_HOUSEHOLDS}"],
            most=MOST_HOUSEHOLDS,
        )
    return count


def check_floors(count: int | None) -> int | None:
    """Return how many floors a building has, or None when nobody said.

    :raises WrongField: if there are none, or more than stand anywhere
    """
    if count is not None and not 1 <= count <= MOST_FLOORS:
        raise WrongField(
            _("地上层数从 1 到 {most}"),
            field="floors",
            value=count,
            allowed=[f"1..{MOST_FLOORS}"],
            most=MOST_FLOORS,
        )
    return count


def check_system(system: str, *, of_file: str) -> str:
    """Return the system of coordinates of a row: that of the whole file.

    :raises WrongField: if it is another one than the rows before it have
    """
    if system not in SYSTEMS or (of_file and system != of_file):
        raise WrongField(
            _("同一份文件只用一种坐标系，前面的行是 {system}"),
            field="crs",
            value=system,
            allowed=[of_file] if of_file else list(SYSTEMS),
            system=of_file,
        )
    return system


def point_of(lon: str, lat: str, *, system: str, field: str = "lon") -> Point:
    """Return a point in WGS-84.

    :raises WrongField: if it is none, or lies outside of China
    """
    x, y = _degrees(lon, field), _degrees(lat, field.replace("lon", "lat"))
    west, south, east, north = CHINA
    if not (west < x < east and south < y < north):
        raise WrongField(
            _("经纬度不在中国境内：经度在前，单位是度，不是米"),
            field=field,
            value=f"{lon}, {lat}",
            allowed=["73..136", "3..54"],
        )
    return on_earth(x, y, system=system)


def _degrees(said: str, field: str) -> float:
    try:
        found = Decimal(said.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise WrongField(
            _("经纬度写成小数，如 117.23"), field=field, value=said, allowed=["117.23"]
        )
    return float(found)


def outline_of(said: str, *, system: str) -> bytes | None:
    """Return an outline in WGS-84 as it is kept, or None where there is none.

    :raises WrongField: if it is no polygon, or crosses itself
    """
    if not said or said == NONE:
        return None
    try:
        shape: Any = shapely.from_wkt(said)
    except shapely.GEOSException as fault:
        raise _wrong_outline(_("轮廓写成 WKT 的 POLYGON"), said) from fault
    if shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise _wrong_outline(_("轮廓写成 WKT 的 POLYGON"), said)
    if not shape.is_valid:
        raise _wrong_outline(
            _("多边形自相交或不闭合：{why}"), said, why=shapely.is_valid_reason(shape)
        )
    if system not in {"wgs84", "cgcs2000"}:
        shape = shapely.transform(
            shape, lambda points: [on_earth(x, y, system=system) for x, y in points]
        )
    return bytes(shapely.to_wkb(shape))


def _wrong_outline(sentence: str, said: str, **parts: object) -> WrongField:
    return WrongField(
        sentence,
        field="outline",
        value=said[:120],
        allowed=["POLYGON((117.1 31.8, 117.2 31.8, 117.2 31.9, 117.1 31.8))"],
        **parts,
    )


def plates_of(said: str) -> tuple[tuple[str, str], ...]:
    """Return the door plates of a cell, as road and number: 天鹅湖路88号、怀宁路12号.

    :raises WrongField: if one is not a road and a number
    """
    found = []
    for part in parted(said):
        plate = _PLATE.fullmatch(part)
        if plate is None:
            raise WrongField(
                _("门牌写成道路加号，几个之间用顿号"),
                field="plates",
                value=part,
                allowed=["天鹅湖路88号", "怀宁路12-1号"],
            )
        found.append((plate[1], plate[2]))
    return tuple(found)


def parted(said: str) -> tuple[str, ...]:
    """Return the parts of a cell that holds several; none of 无."""
    parts = (part.strip() for part in _BETWEEN.split(said))
    return tuple(dict.fromkeys(part for part in parts if part and part != NONE))


def check_ends(start: date | None, end: date | None, *, status: str) -> None:
    """Refuse a building that is gone without a day, stands with one, or ends before it began.

    :raises WrongField: if so
    """
    if (status == Status.ACTIVE) is not (end is None):
        raise WrongField(
            _("在用的不填失效日期，已拆除或已并入的要填"),
            field="end",
            value=end.isoformat() if end else "",
            allowed=["2026-03-02"],
        )
    if start and end and end <= start:
        raise WrongField(
            _("失效日期须晚于生效日期"), field="end", value=end.isoformat(), allowed=[f"> {start}"]
        )
