"""How a part moves that another body was asked for, and a matter with it (协办、会商流程)."""

from django.utils.translation import gettext_lazy as lazy

from quanyu.events import rules as matters
from quanyu.events.rules import joint as rules
from quanyu.events.rules import leaving
from quanyu.events.rules.joint import PartState as P
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move, Workflow

STATE_WORDS = {
    P.ASKED: lazy("待签收"),
    P.DOING: lazy("协办中"),
    P.RETURNED: lazy("退回待裁"),
    P.ANSWERED: lazy("已答复"),
    P.WITHDRAWN: lazy("已撤回"),
}

ONCE = Guard(
    "once_per_part", "同一项只能退回一次", rules.has_not_handed_back_part, rules.HANDED_BACK
)
BODY, DESK = [Role.HANDLER], [Role.DISPATCHER]

PART = Workflow(
    name="part",
    start=P.ASKED,
    opened_by=DESK,
    moves=(
        Move("acknowledge", _("签收协办"), [P.ASKED], P.DOING, by=BODY),
        Move("answer", _("答复协办"), [P.DOING], P.ANSWERED, by=BODY, needs=["outcome"]),
        Move(
            "hand_back",
            _("退回协办"),
            [P.ASKED],
            P.RETURNED,
            by=BODY,
            needs=["legal_ground", "reason"],
            guards=[ONCE],
        ),
        Move("insist", _("维持协办"), [P.RETURNED], P.ASKED, by=DESK, needs=["reason"]),
        *(
            Move("extend", _("延长协办"), [s], s, by=DESK, needs=["days", "reason"])
            for s in (P.ASKED, P.DOING)
        ),
        Move("withdraw", _("撤回协办"), rules.LIVE, P.WITHDRAWN, by=DESK, needs=["reason"]),
    ),
)

# ------------------------------------------------------------------ of the matter itself

FILED, DISPATCHED, RETURNED, HANDLING = "filed", "dispatched", "returned", "handling"
SUSPENDED, REVIEWING, CONSULTING = "suspended", "reviewing", "consulting"
"""The states by their codes: they are declared where these moves are put among the others."""

PLACED = Guard("placed", "已落到街道、社区或网格", matters.is_placed, matters.PLACE_FIRST)
CONCLUDED = Guard("concluded", "会商已定案", rules.is_concluded, rules.STANDS_IN_CONSULTATION)
WAS_OUT = Guard("was_out", "已派出过", rules.was_out, rules.OUT_BEFORE)
NEVER_OUT = Guard("never_out", "还没有派出过", rules.was_never_out, rules.NOT_OUT_YET)

STAYED = Guard("stayed", "由本系统单位办", leaving.is_ours, leaving.DONE_OUTSIDE)

CONVENERS = [Role.DISPATCHER, Role.COMMANDER]
WAITING, HANDLED, CHECKING = "waiting", "handled", "checking"
CONVENED_FROM = [FILED, DISPATCHED, RETURNED, HANDLING, WAITING, SUSPENDED, REVIEWING]
"""Where a hard matter goes to a meeting; what the reporter was asked lapses with it."""

JOINT_MOVES = (
    *(
        Move(
            "join",
            _("请单位协办"),
            [state],
            state,
            by=DESK,
            needs=["body", "task"],
            burdens=True,
        )
        for state in (DISPATCHED, HANDLING)
    ),
    Move(
        "move_lead",
        _("换牵头单位"),
        [DISPATCHED, HANDLING],
        DISPATCHED,
        by=DESK,
        needs=["body", "reason"],
        burdens=True,
    ),
    Move(
        "convene",
        _("召集会商"),
        CONVENED_FROM,
        CONSULTING,
        by=CONVENERS,
        needs=["question", "meets_at", "where", "invited"],
        guards=[PLACED],
    ),
    Move(
        "convene",
        _("召集会商"),
        [HANDLED, CHECKING],
        CONSULTING,
        by=CONVENERS,
        needs=["question", "meets_at", "where", "invited"],
        guards=[PLACED, STAYED],
    ),
    Move(
        "conclude",
        _("会商定案"),
        [CONSULTING],
        CONSULTING,
        by=CONVENERS,
        needs=["attended", "people", "decision", "body", "reason"],
    ),
    Move(
        "reconvene",
        _("会商改期"),
        [CONSULTING],
        CONSULTING,
        by=CONVENERS,
        needs=["meets_at", "where"],
    ),
    Move(
        "dispatch",
        _("派遣"),
        [CONSULTING],
        DISPATCHED,
        by=CONVENERS,
        needs=["body"],
        guards=[CONCLUDED],
        burdens=True,
    ),
    Move(
        "insist",
        _("维持派遣"),
        [CONSULTING],
        DISPATCHED,
        by=CONVENERS,
        needs=["reason"],
        guards=[WAS_OUT],
    ),
    Move(
        "call_off",
        _("取消会商"),
        [CONSULTING],
        FILED,
        by=CONVENERS,
        needs=["reason"],
        guards=[NEVER_OUT],
    ),
)
