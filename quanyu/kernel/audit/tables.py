"""What the log holds, on the page and in a file (审计记录列表)."""

from typing import Final

from quanyu.kernel.access.rules import Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _

RECORDS: Final = Table(
    name="audit",
    title=_("审计记录"),
    page="desk_audit",
    columns=(
        Column("at", _("时间"), Kind.INSTANT, is_fixed=True, width=20),
        Column("who", _("谁"), width=20),
        Column("did", _("做了什么"), width=24),
        Column("topic", _("动作代码"), Kind.CODE, width=24),
        Column("subject", _("对象"), Kind.CODE, width=52),
        Column("place", _("辖区"), Kind.PLACE, width=24),
        Column("changed", _("改了哪些项"), width=32),
        Column("sealed", _("已封存"), Kind.YES_NO, width=10),
        Column("id", _("序号"), Kind.CODE, width=38),
        Column("digest", _("内容摘要"), Kind.CODE, width=66),
        Column("fingerprint", _("指纹"), Kind.CODE, width=66),
    ),
    parameters=("topic", "subject", "who", "place", "since", "until"),
    opened_by=frozenset({Role.AUDIT_ADMIN, Role.AUDITOR}),
    searched="who",
)
"""Names of staff at their work and no words of residents: nobody who is audited need give leave."""
