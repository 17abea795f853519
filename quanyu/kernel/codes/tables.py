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
        Column("list", _("清单"), width=16),
        Column("code", _("代码"), Kind.CODE, is_fixed=True, width=12),
        Column("name", _("名称"), is_fixed=True, width=30),
        Column("name_en", _("英文名称"), width=30),
        Column("parent", _("上级"), Kind.CODE, width=12),
        Column("marks", _("标记"), width=24),
        Column("clause", _("依据"), width=48),
        Column("from", _("自"), Kind.DATE, width=14),
        Column("to", _("至"), Kind.DATE, width=14),
        Column("edited", _("本市已改"), Kind.YES_NO, width=10),
    ),
    parameters=("list", "on"),
    opened_by=SIGHTED_ROLES | {Role.HANDLER, Role.SYS_ADMIN},
)
