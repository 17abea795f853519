"""How deep a place stands and what it is, and what that is called."""

from collections.abc import Mapping
from enum import StrEnum

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


class Status(StrEnum):
    """Whether a building stands (状态)."""

    ACTIVE = "active"
    DEMOLISHED = "demolished"
    MERGED = "merged"


STATUS_WORDS: Mapping[Status, str] = {
    Status.ACTIVE: _("在用"),
    Status.DEMOLISHED: _("已拆除"),
    Status.MERGED: _("已并入"),
}
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
