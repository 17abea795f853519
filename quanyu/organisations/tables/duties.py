"""What the list of duties holds, on the page and in a file (权责列表)."""

from typing import Final

from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _
from quanyu.organisations.tables.readers import READERS

DUTIES: Final = Table(
    name="duties",
    title=_("权责清单"),
    page="desk_duties",
    columns=(
        Column("class", _("类别"), Kind.CODE, is_fixed=True, width=26),
        Column("body", _("负责单位"), is_fixed=True, width=28),
        Column("kind", _("类型"), is_shown=False, width=18),
        Column("place", _("地方"), Kind.PLACE, width=20),
        Column("basis", _("责任来源"), is_shown=False, width=12),
        Column("clause", _("依据"), width=40),
        Column("from", _("生效日期"), Kind.DATE, width=14),
        Column("to", _("失效日期"), Kind.DATE, width=14),
        Column("note", _("说明"), is_shown=False, width=30),
    ),
    parameters=("q", "class", "place", "body"),
    opened_by=READERS,
)
