"""What the list of bodies holds, on the page and in a file (单位列表)."""

from typing import Final

from quanyu.kernel.access.rules import Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.rules import KIND_WORDS
from quanyu.organisations.tables.readers import READERS

BODIES: Final = Table(
    name="bodies",
    title=_("单位"),
    page="desk_bodies",
    columns=(
        Column(
            "code",
            _("单位代码"),
            Kind.CODE,
            is_fixed=True,
            sort="code",
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("小写字母开头，由小写字母、数字和横线组成；按它认出同一个单位"),
            example="shushan-lamps",
            width=22,
        ),
        Column(
            "name",
            _("名称"),
            is_fixed=True,
            sort="name",
            is_taken=True,
            is_required=True,
            longest=80,
            example=_("蜀山区路灯养护所"),
            width=30,
        ),
        Column("name_en", _("英文名称"), is_shown=False, is_taken=True, longest=120, width=30),
        Column(
            "kind",
            _("类型"),
            is_taken=True,
            is_required=True,
            choices={kind.value: words for kind, words in KIND_WORDS.items()},
            width=18,
        ),
        Column(
            "place",
            _("辖区代码"),
            Kind.PLACE,
            is_shown=False,
            sort="place",
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("所在辖区的路径，以斜线结尾"),
            example="34/01/04/",
            width=18,
        ),
        Column("place_name", _("所在辖区"), width=20),
        Column(
            "parent",
            _("上级单位代码"),
            Kind.CODE,
            is_shown=False,
            is_taken=True,
            longest=40,
            help=_("已登记的单位，或同一份文件里的单位"),
            width=22,
        ),
        Column(
            "phone",
            _("办公电话"),
            Kind.CODE,
            is_taken=True,
            longest=24,
            help=_("只登记办公电话，不登记个人号码"),
            example="0551-6000-0000",
            width=18,
        ),
        Column(
            "start",
            _("设立日期"),
            Kind.DATE,
            is_taken=True,
            is_kept=True,
            help=_("不填：新单位从导入当天起，已有的不变"),
            example="2026-03-02",
            width=14,
        ),
        Column(
            "end",
            _("撤销日期"),
            Kind.DATE,
            is_shown=False,
            is_taken=True,
            help=_("不填：仍在"),
            width=14,
        ),
        Column("sample", _("示例"), Kind.YES_NO, is_shown=False, width=8),
    ),
    parameters=("q", "kind", "place", "standing", "sort"),
    opened_by=READERS,
    kept_by=frozenset({Role.DISTRICT_ADMIN, Role.COMMANDER}),
)
