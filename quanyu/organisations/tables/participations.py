"""What the list of members of co-ordination bodies holds, on the page and in a file (成员单位)."""

from typing import Final

from quanyu.kernel.access.rules import Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.tables.readers import READERS

PARTICIPATIONS: Final = Table(
    name="participations",
    title=_("议事协调机构成员单位"),
    page="desk_participations",
    columns=(
        Column(
            "host",
            _("议事协调机构代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("已登记的领导小组、联席会议等"),
            example="district-leading-group",
            width=24,
        ),
        Column("host_name", _("议事协调机构"), width=32),
        Column(
            "member",
            _("成员单位代码"),
            Kind.CODE,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            example="district-management",
            width=24,
        ),
        Column("member_name", _("成员单位"), width=32),
        Column(
            "because",
            _("依据文件或事由"),
            is_taken=True,
            is_kept=True,
            longest=200,
            width=28,
        ),
        Column(
            "start",
            _("起始日期"),
            Kind.DATE,
            is_taken=True,
            is_kept=True,
            help=_("不填：从导入当天起"),
            example="2026-03-02",
            width=14,
        ),
        Column("end", _("结束日期"), Kind.DATE, is_taken=True, help=_("不填：仍在"), width=14),
    ),
    parameters=("q", "host", "place", "standing"),
    opened_by=READERS,
    kept_by=frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER}),
)
