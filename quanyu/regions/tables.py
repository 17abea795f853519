"""What the lists of contacts, estates and buildings hold (网格联系人、小区、楼栋列表)."""

from dataclasses import replace
from typing import Any, Final

from quanyu.kernel.access.rules import SIGHTED_ROLES, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.regions.rules import KEEPERS, KIND_WORDS, STATUS_WORDS
from quanyu.regions.rules.contacts import LONGEST_NAME, POST_WORDS
from quanyu.regions.rules.coordinates import SYSTEM_WORDS
from quanyu.regions.rules.grids import GRID_KINDS

LONGEST_SHAPE: Final = 1_000_000
"""Signs of a border: some tens of thousands of corners."""

CONTACTS: Final = Table(
    name="grid-contacts",
    title=_("网格联系人"),
    page="desk_grid_contacts",
    columns=(
        Column(
            "grid",
            _("网格代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=20,
            example="3401040010011001",
            width=20,
        ),
        Column("grid_name", _("网格"), width=22),
        Column(
            "post",
            _("岗位"),
            is_key=True,
            is_taken=True,
            is_required=True,
            choices={post.value: words for post, words in POST_WORDS.items()},
            width=14,
        ),
        Column(
            "name",
            _("姓名"),
            is_key=True,
            is_taken=True,
            is_required=True,
            is_personal=True,
            longest=LONGEST_NAME,
            help=_("只填姓名，不填号码"),
            width=14,
        ),
        Column(
            "account",
            _("用户名"),
            Kind.CODE,
            is_shown=False,
            is_taken=True,
            longest=60,
            help=_("有账号的填用户名"),
            width=16,
        ),
        Column(
            "start",
            _("任职日期"),
            Kind.DATE,
            is_key=True,
            is_taken=True,
            is_required=True,
            example="2026-03-02",
            width=14,
        ),
        Column("end", _("卸任日期"), Kind.DATE, is_taken=True, help=_("不填：仍在任"), width=14),
    ),
    parameters=("place", "post", "standing", "q"),
    opened_by=SIGHTED_ROLES | {Role.HANDLER},
    kept_by=frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.COMMUNITY_SECRETARY}),
)

REORGANISATIONS: Final = Table(
    name="reorganisations",
    title=_("区划调整"),
    page="desk_reorganisations",
    columns=(
        Column("title", _("标题"), is_fixed=True, width=30),
        Column("place", _("辖区"), Kind.PLACE, width=20),
        Column("state", _("状态"), width=14),
        Column("effective", _("生效日期"), Kind.DATE, width=14),
        Column("steps", _("各步调整"), width=50),
        Column("reason", _("理由"), is_shown=False, width=40),
        Column("ground", _("依据"), width=40),
        Column("document", _("批文"), is_shown=False, width=24),
    ),
    parameters=("state", "place"),
    opened_by=SIGHTED_ROLES,
)

REHEARSAL: Final = Table(
    name="reorganisation-rehearsal",
    title=_("区划调整预演"),
    page="desk_reorganisations",
    columns=(),
    parameters=("reorganisation",),
    opened_by=frozenset({Role.COMMUNITY_SECRETARY, Role.COMMANDER, Role.DISTRICT_ADMIN}),
    formats=("xlsx", "pdf"),
)
"""What a re-organisation would move: a table a kind, each as long as its figure says."""
READERS: Final = SIGHTED_ROLES | {Role.HANDLER, Role.SYS_ADMIN}

_POINT_HELP: Final = _("小数的度；坐标系写在“坐标系”一列，存成 WGS-84")


def _taken(key: str, label: str, kind: Kind = Kind.TEXT, **more: Any) -> Column:
    """Return a column that an import may set."""
    return Column(key, label, kind, is_taken=True, **more)


_COMMUNITY: Final = _taken(
    "community",
    _("社区代码"),
    Kind.CODE,
    is_required=True,
    is_shown=False,
    longest=16,
    help=_("12 位统计用区划代码，或民政代码"),
    example="340104001001",
    width=16,
)
_CRS: Final = _taken(
    "crs",
    _("坐标系"),
    is_shown=False,
    is_kept=True,
    choices=SYSTEM_WORDS,
    help=_("一份文件只用一种"),
    width=14,
)
_OUTLINE: Final = _taken(
    "outline",
    _("轮廓"),
    Kind.SHAPE,
    is_shown=False,
    is_kept=True,
    longest=LONGEST_SHAPE,
    help=_("WKT 的 POLYGON，没有就不填"),
)
_START: Final = _taken("start", _("生效日期"), Kind.DATE, is_shown=False, is_kept=True, width=14)
_END: Final = _taken("end", _("失效日期"), Kind.DATE, is_shown=False, width=14)
_LON: Final = _taken("lon", _("经度"), is_shown=False, longest=24, help=_POINT_HELP, width=14)
_LAT: Final = _taken("lat", _("纬度"), is_shown=False, longest=24, help=_POINT_HELP, width=14)

ESTATES: Final = Table(
    name="estates",
    title=_("小区"),
    page="desk_estates",
    columns=(
        _taken(
            "code",
            _("小区代码"),
            Kind.CODE,
            is_fixed=True,
            sort="code",
            is_key=True,
            is_required=True,
            longest=24,
            help=_("由字母、数字、点和横线组成；按它认出同一个小区"),
            example="340104001001E001",
            width=22,
        ),
        _taken(
            "name",
            _("名称"),
            is_fixed=True,
            sort="name",
            is_required=True,
            longest=80,
            help=_("不用标点和空格"),
            example="翠竹小区",
            width=22,
        ),
        _taken("name_en", _("英文名称"), is_shown=False, longest=120, width=24),
        _COMMUNITY,
        Column("place", _("社区"), sort="place", width=20),
        _taken(
            "plates",
            _("门牌"),
            longest=400,
            help=_("各个门的道路和号，用顿号隔开"),
            example="天鹅湖路88号、怀宁路12号",
            width=26,
        ),
        _taken("aliases", _("俗称"), longest=400, help=_("用顿号隔开"), width=20),
        Column("buildings", _("楼栋"), Kind.NUMBER, width=8),
        Column("households", _("户数"), Kind.NUMBER, width=8),
        _LON,
        _LAT,
        _CRS,
        _OUTLINE,
        _START,
        _END,
        Column("sample", _("示例"), Kind.YES_NO, is_shown=False, width=8),
    ),
    parameters=("q", "place", "standing", "sort"),
    opened_by=READERS,
    kept_by=frozenset(role.value for role in KEEPERS),
    formats=("xlsx", "csv", "gpkg", "geojson"),
)

BUILDINGS: Final = Table(
    name="buildings",
    title=_("楼栋"),
    page="desk_buildings",
    columns=(
        _taken(
            "code",
            _("楼栋代码"),
            Kind.CODE,
            is_fixed=True,
            sort="code",
            is_key=True,
            is_required=True,
            longest=24,
            help=_("由字母、数字、点和横线组成；按它认出同一栋楼"),
            example="340104001001E001003",
            width=24,
        ),
        Column("address", _("地址"), is_fixed=True, width=44),
        _taken(
            "estate",
            _("小区代码"),
            Kind.CODE,
            is_shown=False,
            longest=24,
            help=_("已登记的小区；不在小区里的写“无”"),
            example="340104001001E001",
            width=22,
        ),
        Column("estate_name", _("小区"), sort="estate", width=18),
        _taken(
            "number",
            _("幢号"),
            is_required=True,
            longest=16,
            help=_("数字加“幢”；没有写“无”"),
            example="3幢",
            width=10,
        ),
        _taken(
            "name",
            _("名称"),
            is_shown=False,
            longest=80,
            help=_("不在小区里的楼栋填写"),
            width=22,
        ),
        _COMMUNITY,
        _taken(
            "grid",
            _("网格代码"),
            Kind.CODE,
            is_shown=False,
            is_kept=True,
            longest=20,
            help=_("不填：按坐标落到社区的网格"),
            example="3401040010011001",
            width=20,
        ),
        Column("place", _("网格"), sort="place", width=22),
        _taken(
            "plates", _("门牌"), is_shown=False, longest=200, help=_("楼栋自己的门牌"), width=22
        ),
        replace(_LON, is_required=True),
        replace(_LAT, is_required=True),
        replace(_LON, key="door_lon", label=_("主出入口经度"), help=""),
        replace(_LAT, key="door_lat", label=_("主出入口纬度"), help=""),
        _CRS,
        _taken("floors", _("地上层数"), Kind.NUMBER, width=10),
        _taken("households", _("户数"), Kind.NUMBER, is_required=True, example="24", width=8),
        Column("dwellings", _("房"), Kind.NUMBER, width=8),
        _taken(
            "status",
            _("状态"),
            is_kept=True,
            choices={status.value: words for status, words in STATUS_WORDS.items()},
            width=10,
        ),
        _taken(
            "merged_into",
            _("并入"),
            Kind.CODE,
            is_shown=False,
            longest=24,
            help=_("已并入的，写并入哪一栋的代码"),
            width=22,
        ),
        _OUTLINE,
        _START,
        _END,
        Column("sample", _("示例"), Kind.YES_NO, is_shown=False, width=8),
    ),
    parameters=("q", "place", "estate", "standing", "sort"),
    opened_by=READERS,
    kept_by=frozenset(role.value for role in KEEPERS),
    formats=("xlsx", "csv", "gpkg", "geojson"),
)

DWELLINGS: Final = Table(
    name="dwellings",
    title=_("房"),
    page="desk_dwellings",
    columns=(
        _taken(
            "building",
            _("楼栋代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_required=True,
            longest=24,
            help=_("已登记、在用的楼栋"),
            example="340104001001E001003",
            width=24,
        ),
        Column("address", _("地址"), is_fixed=True, width=44),
        _taken(
            "unit",
            _("单元"),
            is_key=True,
            is_required=True,
            longest=8,
            help=_("数字加“单元”；没有写“无”"),
            example="2单元",
            width=10,
        ),
        _taken(
            "floor",
            _("楼层"),
            is_required=True,
            longest=8,
            help=_("数字加“层”，从 -9 层到 150 层，没有 0 层"),
            example="5层",
            width=10,
        ),
        _taken(
            "room",
            _("房号"),
            Kind.CODE,
            is_key=True,
            is_required=True,
            longest=12,
            help=_("由数字和字母组成"),
            example="501",
            width=10,
        ),
        Column("place", _("网格"), width=22),
    ),
    parameters=("q", "place", "estate", "standing"),
    opened_by=READERS,
    kept_by=frozenset(role.value for role in KEEPERS),
)

GRIDS: Final = Table(
    name="grids",
    title=_("网格列表"),
    page="desk_grid_list",
    columns=(
        Column(
            "code",
            _("网格代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=20,
            help=_("社区的12位代码，加网格规范规定的类型码和顺序号；用过的代码不再使用"),
            example="3401040010011001",
            width=20,
        ),
        Column(
            "name",
            _("网格名称"),
            is_fixed=True,
            is_taken=True,
            is_required=True,
            longest=80,
            example=_("第一网格"),
            width=18,
        ),
        Column("name_en", _("英文名称"), is_shown=False, is_taken=True, longest=120, width=18),
        Column("community", _("社区"), width=20),
        Column(
            "kind",
            _("类型"),
            is_taken=True,
            is_required=True,
            choices={kind.value: KIND_WORDS[kind] for kind in GRID_KINDS},
            width=12,
        ),
        Column("households", _("户数"), Kind.NUMBER, width=8),
        Column(
            "residents",
            _("人口"),
            Kind.NUMBER,
            is_taken=True,
            is_kept=True,
            help=_("不填：不变"),
            width=8,
        ),
        Column("start", _("生效日期"), Kind.DATE, width=12),
        Column(
            "shape",
            _("边界"),
            Kind.SHAPE,
            is_shown=False,
            is_taken=True,
            is_required=True,
            longest=LONGEST_SHAPE,
            help=_("一个闭合的面，WGS-84 或 CGCS2000 经纬度；表格里写 WKT"),
            example="POLYGON ((117.22 31.82, 117.23 31.82, 117.23 31.83, 117.22 31.82))",
            width=30,
        ),
    ),
    parameters=("place", "kind", "q"),
    opened_by=READERS,
    kept_by=KEEPERS,
    formats=("gpkg", "geojson", "xlsx", "csv"),
)
"""The grids that stand today, for a map's program and back."""

FINDINGS: Final = Table(
    name="grid-findings",
    title=_("网格检查"),
    page="desk_grids",
    columns=(
        Column("number", _("序号"), Kind.NUMBER, is_fixed=True, width=8),
        Column("fault", _("问题"), is_fixed=True, width=26),
        Column("place", _("网格或社区"), width=26),
        Column("other", _("另一网格"), width=26),
        Column("building", _("楼栋"), width=24),
        Column("area", _("面积（平方米）"), Kind.NUMBER, width=12),
        Column("checked", _("检查时间"), Kind.INSTANT, width=18),
        Column("shape", _("范围"), Kind.SHAPE, is_shown=False, width=30),
    ),
    parameters=("place", "fault"),
    opened_by=READERS,
    formats=("xlsx", "csv", "gpkg", "geojson"),
)
