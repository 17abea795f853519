"""What the list of matters holds, on the page and in a file (事项列表)."""

from typing import Final

from quanyu.events.rules import READS_FIGURES
from quanyu.events.rules.hot import READ_BY
from quanyu.events.rules.leaving import LETTERS
from quanyu.kernel.access.rules import SIGHTED_ROLES, Role
from quanyu.kernel.columns import Column, Kind, Table
from quanyu.kernel.errors import gettext_noop as _

MATTERS: Final = Table(
    name="matters",
    title=_("事项"),
    page="desk_matters",
    columns=(
        Column("number", _("编号"), Kind.CODE, is_fixed=True, width=16),
        Column("title", _("标题"), is_fixed=True, is_personal=True, width=40),
        Column("place", _("辖区"), Kind.PLACE, width=24),
        Column("address", _("地点"), is_shown=False, is_personal=True, width=32),
        Column("class", _("类别"), Kind.CODE, width=24),
        Column("state", _("状态"), width=12),
        Column("body", _("处置单位"), width=24),
        Column("due", _("到期"), Kind.INSTANT, sort="due", width=18),
        Column("channel", _("来源"), width=12),
        Column("urgent", _("有安全风险"), Kind.YES_NO, is_shown=False, width=12),
        Column(
            "reported",
            _("上报时间"),
            Kind.INSTANT,
            is_shown=False,
            sort="new",
            is_falling=True,
            width=18,
        ),
        Column("closed", _("结案时间"), Kind.INSTANT, is_shown=False, width=18),
        Column("reworked", _("返工次数"), Kind.NUMBER, is_shown=False, width=10),
        Column("reopened", _("重办次数"), Kind.NUMBER, is_shown=False, width=10),
        Column("text", _("情况"), is_shown=False, is_personal=True, width=60),
        Column("outcome", _("处置结果"), is_shown=False, is_personal=True, width=40),
    ),
    parameters=(
        *("q", "state", "due", "class", "place", "body", "unit", "channel"),
        *("urgent", "since", "until", "figure", "period", "without", "sort"),
    ),
    opened_by=SIGHTED_ROLES | {Role.HANDLER},
)

MINUTES: Final = Table(
    name="minutes",
    title=_("会商纪要"),
    page="desk_matters",
    columns=(),
    parameters=("consultation",),
    opened_by=SIGHTED_ROLES | {Role.HANDLER},
    formats=("pdf", "xlsx"),
)
"""The minutes of one consultation: bodies and counts, no person."""
LETTER: Final = Table(
    name="letter",
    title=_("函件"),
    page="desk_letters",
    columns=(),
    parameters=("letter",),
    opened_by=LETTERS,
    formats=("pdf",),
)
"""One letter to a body outside, to be printed."""

BULLETIN: Final = Table(
    name="bulletin",
    title=_("指标通报"),
    page="desk_figures",
    columns=(),
    parameters=("period", "place", "set"),
    opened_by=READS_FIGURES,
    formats=("pdf", "xlsx"),
)
"""The bulletin of a period: a document made of matters, with no words of anybody in it."""

HOT_ISSUES: Final = Table(
    name="hot",
    title=_("热点"),
    page="desk_hot",
    columns=(
        Column("place", _("辖区"), is_fixed=True, width=24),
        Column("class", _("类别"), Kind.CODE, is_fixed=True, width=24),
        Column("count", _("近八周件数"), Kind.NUMBER, width=12),
        Column("usual", _("往常件数"), Kind.NUMBER, width=12),
        Column("repeats", _("其中疑似重复"), Kind.NUMBER, width=12),
        Column("since", _("从"), Kind.DATE, width=14),
        Column("until", _("到"), Kind.DATE, width=14),
        Column("days_before", _("往常所依据的天数"), Kind.NUMBER, is_shown=False, width=16),
        Column("found", _("发现时间"), Kind.INSTANT, is_shown=False, width=18),
        Column("aside", _("搁置理由"), width=24),
        Column("aside_at", _("搁置时间"), Kind.INSTANT, is_shown=False, width=18),
    ),
    parameters=("show",),
    opened_by=READ_BY,
)

CAMPAIGNS: Final = Table(
    name="campaigns",
    title=_("专项"),
    page="desk_hot",
    columns=(
        Column("title", _("名称"), is_fixed=True, width=30),
        Column("place", _("辖区"), width=24),
        Column("class", _("类别"), Kind.CODE, width=24),
        Column("goal", _("目标"), width=40),
        Column("body", _("牵头单位"), width=24),
        Column("starts", _("开始日期"), Kind.DATE, width=14),
        Column("ends", _("结束日期"), Kind.DATE, width=14),
        Column("attached", _("纳入件数"), Kind.NUMBER, width=12),
        Column("ended", _("已了结件数"), Kind.NUMBER, width=12),
        Column("reopened", _("重办过件数"), Kind.NUMBER, width=12),
        Column("opened", _("开立时间"), Kind.INSTANT, is_shown=False, width=18),
        Column("closed", _("办结时间"), Kind.INSTANT, width=18),
        Column("result", _("结果"), width=40),
    ),
    parameters=(),
    opened_by=READ_BY,
)
"""A matter out of the reader's reach is in none of the numbers."""

CARD: Final = Table(
    name="card",
    title=_("督办单"),
    page="desk_cards",
    columns=(),
    parameters=("card",),
    opened_by=frozenset({Role.COMMANDER, Role.DISTRICT_ADMIN, Role.DISPATCHER, Role.HANDLER}),
    formats=("pdf",),
)
"""One supervision card as a document, by its number."""
