"""How a matter moves, from report to close (事件处置流程, domain.md section 3.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from quanyu.events import rules
from quanyu.events.rules import fair, forwarded, side
from quanyu.events.workflow import leaving
from quanyu.events.workflow.joint import JOINT_MOVES
from quanyu.kernel.access.rules import Role
from quanyu.kernel.calendar.rules import days, minutes, working_days, working_hours
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move, Span, Workflow


class State(TextChoices):
    """Where a matter stands (案卷状态)."""

    REPORTED = "reported", lazy("已上报")
    VERIFYING = "verifying", lazy("核实中")
    VERIFIED = "verified", lazy("已核实")
    ACCEPTED = "accepted", lazy("已受理")
    FILED = "filed", lazy("已立案")
    DISPATCHED = "dispatched", lazy("已派遣")
    RETURNED = "returned", lazy("退单待裁")
    HANDLING = "handling", lazy("处置中")
    SUSPENDED = "suspended", lazy("挂账中")
    REVIEWING = "reviewing", lazy("挂账待复核")
    QUERIED = "queried", lazy("等反映人补充")
    WAITING = "waiting", lazy("处置中等补充")
    CONSULTING = "consulting", lazy("会商中")
    HANDLED = "handled", lazy("已处置")
    CHECKING = "checking", lazy("核查中")
    CLOSED = "closed", lazy("已结案")
    RATED = "rated", lazy("已评价")
    SETTLED = "settled", pgettext_lazy("state", "现场办结")
    REFUSED = "refused", pgettext_lazy("state", "不予受理")
    VOID = "void", lazy("已作废")
    MERGED = "merged", lazy("已并案")
    OUTSIDE = "outside", lazy("系统外单位办理中")
    FORCED = "forced", pgettext_lazy("state", "强制结案")
    FORWARDED = "forwarded", pgettext_lazy("state", "已移送")


S, R = State, Role

VERIFIED_FIRST = Guard(
    "verified_first", "规定先核实的类别须先核实", rules.may_skip_verification, rules.VERIFY_FIRST
)
ONCE_PER_BODY = Guard(
    "once_per_body", "同一单位只能退回一次", rules.has_not_handed_back, rules.HANDED_BACK_ONCE
)
NOT_ONES_OWN = Guard(
    "not_ones_own", "核查员不得是派遣人或处置人", rules.is_not_ones_own, rules.OWN_WORK
)
PLACED = Guard("placed", "已落到街道、社区或网格", rules.is_placed, rules.PLACE_FIRST)
UNSOLVED = Guard("may_reopen", "重办次数未满", fair.may_reopen, fair.REOPEN_LATE)
ASKED_ABOUT = Guard("may_answer", "反映人，或正在回访的人", fair.may_answer, fair.NOT_CALLED)

NOTHING_ASKED = Guard("nothing_asked", "没有别的申请在等", side.asks_nothing, side.ASKED_ALREADY)
MORE_TIME_ASKED = Guard("extension_asked", "已申请延期", side.asks_extension, side.NOTHING_ASKED)
STANDING_ASKED = Guard("suspension_asked", "已申请挂账", side.asks_suspension, side.NOTHING_ASKED)
ANOTHER = Guard("another", "决定人不得是申请人", side.is_not_ones_request, side.OWN_REQUEST)
TIMES_LEFT = Guard("may_extend", "延期次数未满", side.may_extend, side.EXTENDED_ENOUGH)
IN_TIME = Guard("in_time", "尚未到期", side.is_in_time, side.TOO_LATE)
FORWARDED = Guard("forwarded", "热线转来的", forwarded.is_forwarded, forwarded.NOT_FORWARDED)
QUESTIONS_LEFT = Guard("may_ask", "询问次数未满", side.may_ask, side.ASKED_ENOUGH)

BEFORE_DISPATCH = [S.REPORTED, S.VERIFYING, S.VERIFIED, S.ACCEPTED, S.FILED]
HANDED_OUT = [S.DISPATCHED, S.RETURNED, S.HANDLING, S.HANDLED, S.CHECKING]
HANDED_OUT += [S.SUSPENDED, S.REVIEWING, S.WAITING]

STANDING = [S.SUSPENDED, S.QUERIED, S.WAITING]
"""Open, but nobody owes anything until a day: both clocks stand still."""

EVENT = Workflow(
    name="event",
    start=S.REPORTED,
    opened_by=[
        *(R.RESIDENT, R.GRID_WORKER, R.COMMUNITY_OFFICER, R.OPERATOR, R.WINDOW_CLERK),
        R.SYSTEM,
    ],
    moves=(
        Move(
            "request_verification",
            _("请网格员核实"),
            [S.REPORTED, S.ACCEPTED],
            S.VERIFYING,
            by=[R.OPERATOR],
        ),
        Move("verify", _("核实"), [S.VERIFYING], S.VERIFIED, by=[R.GRID_WORKER], needs=["finding"]),
        Move(
            "accept",
            _("受理"),
            [S.REPORTED, S.VERIFIED],
            S.ACCEPTED,
            by=[R.OPERATOR],
            guards=[VERIFIED_FIRST],
        ),
        Move(
            "refuse",
            _("不予受理"),
            [S.REPORTED, S.VERIFIED],
            S.REFUSED,
            by=[R.OPERATOR],
            needs=["reason", "reply"],
        ),
        Move(
            "settle",
            _("现场办结"),
            [S.REPORTED, S.VERIFYING],
            S.SETTLED,
            by=[R.GRID_WORKER],
            needs=["outcome"],
        ),
        Move(
            "file",
            _("立案"),
            [S.ACCEPTED],
            S.FILED,
            by=[R.OPERATOR],
            needs=["class_code"],
            guards=[VERIFIED_FIRST],
        ),
        Move(
            "dispatch",
            _("派遣"),
            [S.FILED, S.RETURNED],
            S.DISPATCHED,
            by=[R.DISPATCHER],
            needs=["body"],
            guards=[PLACED],
            burdens=True,
        ),
        Move(
            "insist",
            _("维持派遣"),
            [S.RETURNED],
            S.DISPATCHED,
            by=[R.DISPATCHER],
            needs=["reason"],
        ),
        *JOINT_MOVES,
        Move("acknowledge", _("签收"), [S.DISPATCHED], S.HANDLING, by=[R.HANDLER]),
        Move(
            "hand_back",
            _("退回"),
            [S.DISPATCHED],
            S.RETURNED,
            by=[R.HANDLER],
            needs=["legal_ground", "reason"],
            guards=[ONCE_PER_BODY],
        ),
        Move("handle", _("处置反馈"), [S.HANDLING], S.HANDLED, by=[R.HANDLER], needs=["outcome"]),
        Move(
            "check",
            _("开始核查"),
            [S.HANDLED],
            S.CHECKING,
            by=[R.CHECKER],
            guards=[NOT_ONES_OWN],
        ),
        Move(
            "close",
            _("结案"),
            [S.CHECKING],
            S.CLOSED,
            by=[R.CHECKER],
            needs=["evidence"],
            guards=[NOT_ONES_OWN],
        ),
        Move(
            "rework",
            _("返工"),
            [S.CHECKING],
            S.HANDLING,
            by=[R.CHECKER],
            needs=["reason"],
            guards=[NOT_ONES_OWN, leaving.OURS],
        ),
        Move(
            "ask_extension",
            _("申请延期"),
            [S.HANDLING],
            S.HANDLING,
            by=[R.HANDLER],
            needs=["days", "reason"],
            guards=[NOTHING_ASKED, TIMES_LEFT, IN_TIME],
        ),
        Move(
            "extend",
            _("同意延期"),
            [S.HANDLING],
            S.HANDLING,
            by=[R.DISPATCHER, R.COMMANDER],
            guards=[MORE_TIME_ASKED, ANOTHER, IN_TIME],
        ),
        Move(
            "keep_due",
            _("不同意延期"),
            [S.HANDLING],
            S.HANDLING,
            by=[R.DISPATCHER, R.COMMANDER],
            needs=["reason"],
            guards=[MORE_TIME_ASKED, ANOTHER],
        ),
        Move(
            "ask_suspension",
            _("申请挂账"),
            [S.HANDLING],
            S.HANDLING,
            by=[R.HANDLER, R.DISPATCHER],
            needs=["ground", "review_date", "promise"],
            guards=[NOTHING_ASKED],
        ),
        Move(
            "suspend",
            _("同意挂账"),
            [S.HANDLING],
            S.SUSPENDED,
            by=[R.COMMANDER],
            guards=[STANDING_ASKED, ANOTHER],
        ),
        Move(
            "keep_on",
            _("不同意挂账"),
            [S.HANDLING],
            S.HANDLING,
            by=[R.COMMANDER],
            needs=["reason"],
            guards=[STANDING_ASKED, ANOTHER],
        ),
        Move("review", _("到期复核"), [S.SUSPENDED], S.REVIEWING, by=[R.SYSTEM]),
        Move(
            "suspend_on",
            _("继续挂账"),
            [S.REVIEWING],
            S.SUSPENDED,
            by=[R.COMMANDER],
            needs=["review_date", "promise"],
        ),
        Move(
            "resume",
            _("恢复办理"),
            [S.SUSPENDED, S.REVIEWING],
            S.HANDLING,
            by=[R.COMMANDER],
            needs=["reason"],
        ),
        Move(
            "ask",
            _("补充询问"),
            [S.REPORTED, S.VERIFIED],
            S.QUERIED,
            by=[R.OPERATOR],
            needs=["question"],
            guards=[QUESTIONS_LEFT],
        ),
        Move(
            "ask",
            _("补充询问"),
            [S.HANDLING],
            S.WAITING,
            by=[R.HANDLER],
            needs=["question"],
            guards=[QUESTIONS_LEFT, NOTHING_ASKED],
        ),
        Move(
            "answer",
            _("反映人补充"),
            [S.QUERIED],
            S.REPORTED,
            by=[R.RESIDENT, R.OPERATOR, R.SYSTEM],
            needs=["answer"],
        ),
        Move(
            "answer",
            _("反映人补充"),
            [S.WAITING],
            S.HANDLING,
            by=[R.RESIDENT, R.OPERATOR, R.DISPATCHER, R.SYSTEM],
            needs=["answer"],
        ),
        Move("go_on", _("不再等"), [S.QUERIED], S.REPORTED, by=[R.OPERATOR, R.SYSTEM]),
        Move("go_on", _("不再等"), [S.WAITING], S.HANDLING, by=[R.HANDLER, R.SYSTEM]),
        Move(
            "merge",
            _("并案"),
            BEFORE_DISPATCH,
            S.MERGED,
            by=[R.OPERATOR, R.DISPATCHER],
            needs=["main"],
        ),
        Move(
            "unmerge",
            _("撤销并案"),
            [S.MERGED],
            S.REPORTED,
            by=[R.OPERATOR, R.DISPATCHER, R.SYSTEM],
            needs=["reason"],
        ),
        Move("close_with", _("随主件结案"), [S.MERGED], S.CLOSED, by=[R.SYSTEM]),
        Move("settle_with", _("随主件办结"), [S.MERGED], S.SETTLED, by=[R.SYSTEM]),
        Move(
            "rate",
            _("评价"),
            [S.CLOSED, S.RATED],
            S.RATED,
            by=[R.RESIDENT, R.OPERATOR, R.CHECKER],
            needs=["solved", "treated"],
            guards=[ASKED_ABOUT],
        ),
        Move(
            "rate",
            _("评价"),
            [S.SETTLED],
            S.SETTLED,
            by=[R.RESIDENT, R.OPERATOR, R.CHECKER],
            needs=["solved", "treated"],
            guards=[ASKED_ABOUT],
        ),
        Move(
            "reopen",
            _("没解决，重办"),
            [S.SETTLED],
            S.REPORTED,
            by=[R.RESIDENT, R.OPERATOR, R.CHECKER],
            needs=["reason"],
            guards=[ASKED_ABOUT, UNSOLVED],
        ),
        Move(
            "reopen",
            _("没解决，重办"),
            [S.CLOSED, S.RATED],
            S.HANDLING,
            by=[R.RESIDENT, R.OPERATOR, R.CHECKER],
            needs=["reason"],
            guards=[ASKED_ABOUT, UNSOLVED, leaving.OURS],
        ),
        Move(
            "redo",
            _("来源退回重办"),
            [S.CLOSED, S.RATED],
            S.HANDLING,
            by=[R.OPERATOR, R.SYSTEM],
            needs=["reason"],
            guards=[FORWARDED, UNSOLVED, leaving.OURS],
        ),
        Move(
            "redo",
            _("来源退回重办"),
            [S.REFUSED, S.SETTLED],
            S.REPORTED,
            by=[R.OPERATOR, R.SYSTEM],
            needs=["reason"],
            guards=[FORWARDED, UNSOLVED],
        ),
        Move(
            "withdraw",
            _("来源撤回"),
            BEFORE_DISPATCH,
            S.VOID,
            by=[R.OPERATOR, R.SYSTEM],
            needs=["reason"],
            guards=[FORWARDED],
        ),
        Move("void", _("作废"), BEFORE_DISPATCH, S.VOID, by=[R.OPERATOR], needs=["reason"]),
        *leaving.moves(
            early=BEFORE_DISPATCH,
            handed_out=HANDED_OUT,
            placed=PLACED,
            unsolved=UNSOLVED,
            own=NOT_ONES_OWN,
        ),
    ),
    limits={
        S.REPORTED: minutes(30),
        S.VERIFYING: working_hours(4),
        S.VERIFIED: minutes(30),
        S.ACCEPTED: minutes(30),
        S.FILED: minutes(30),
        S.DISPATCHED: working_hours(4),
        S.RETURNED: working_hours(4),
        S.CONSULTING: working_days(5),
        S.HANDLED: working_hours(4),
        S.CHECKING: working_hours(4),
        S.REVIEWING: working_days(1),
        S.OUTSIDE: days(30),
    },
    rests=[S.CLOSED, S.RATED, S.REFUSED, S.SETTLED, S.FORCED, S.FORWARDED, S.MERGED, *STANDING],
    span=Span(
        "handling",
        _("处置"),
        begins=["dispatch", "hand_outside"],
        runs=[S.DISPATCHED, S.RETURNED, S.HANDLING, S.CONSULTING, S.OUTSIDE],
        limit=working_days(3),
    ),
)
