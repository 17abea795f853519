"""What a code list holds, on the page and in a file (代码清单)."""

from typing import Final

from quanyu.kernel.access.rules import SIGHTED_ROLES, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _

CODES: Final = Table(
    name="codes",
    title=_("代码清单"),
    page="desk_codes",
    columns=(
        Column(
            "list",
            _("清单"),
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            help=_("清单的标识，与导出的相同"),
            example="event_class",
            width=16,
        ),
        Column(
            "code",
            _("代码"),
            Kind.CODE,
            is_fixed=True,
            is_key=True,
            is_taken=True,
            is_required=True,
            longest=40,
            example="2101",
            width=12,
        ),
        Column(
            "name",
            _("名称"),
            is_fixed=True,
            is_taken=True,
            is_required=True,
            longest=120,
            example=_("共享单车淤积"),
            width=30,
        ),
        Column("name_en", _("英文名称"), is_taken=True, is_kept=True, longest=160, width=30),
        Column(
            "parent",
            _("上级"),
            Kind.CODE,
            is_taken=True,
            is_kept=True,
            longest=40,
            help=_("同一清单里的代码，或同一份文件里的代码"),
            example="21",
            width=12,
        ),
        Column("marks", _("标记"), width=24),
        Column("clause", _("依据"), width=48),
        Column(
            "from",
            _("自"),
            Kind.DATE,
            is_taken=True,
            is_kept=True,
            help=_("不填：从导入当天起；不得早于当天"),
            width=14,
        ),
        Column(
            "to",
            _("至"),
            Kind.DATE,
            is_taken=True,
            is_kept=True,
            help=_("填写即停用，当日起不再有效"),
            width=14,
        ),
        Column("edited", _("本市已改"), Kind.YES_NO, width=10),
    ),
    parameters=("list", "on"),
    opened_by=SIGHTED_ROLES | {Role.HANDLER, Role.SYS_ADMIN},
    kept_by=frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN}),
)
