"""What the list of covers holds, on the page and in a file (覆盖列表)."""

from typing import Final

from quanyu.kernel.access.rules import Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules.covering import TIE_WORDS
from quanyu.organisations.tables.readers import READERS

COVERS: Final = Table(
    name="covers",
    title=_("网格与楼栋覆盖"),
    page="desk_covers",
    columns=(
        Column(
            "body",
            _("党组织代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("已登记的党支部、联合党支部或党小组"),
            example="sanlian-002-b01",
            width=24,
        ),
        Column("body_name", _("党组织"), width=32),
        Column(
            "tie",
            _("关系"),
            is_taken=True,
            is_required=True,
            choices=dict(TIE_WORDS),
            width=16,
        ),
        Column(
            "at",
            _("网格或楼栋代码"),
            Kind.CODE,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("支部填网格代码，党小组填楼栋代码"),
            example="3401040010021001",
            width=24,
        ),
        Column("at_name", _("网格或楼栋"), width=32),
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
    parameters=("q", "tie", "place", "standing"),
    opened_by=READERS,
    kept_by=frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER, Role.PARTY_OFFICER}),
)
