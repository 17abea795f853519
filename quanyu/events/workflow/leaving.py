"""How a matter leaves our hands, and comes back: forced, outside, forwarded, moved (转出)."""

from collections.abc import Sequence

from quanyu.events import rules
from quanyu.events.rules import fair, leaving
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move

FORCED, OUTSIDE, FORWARDED = "forced", "outside", "forwarded"
"""The states of ``State``, which stands above this module."""

R = Role


OTHERS_WORK = Guard(
    "others_work", "指挥长没有派遣或处置过它", rules.is_not_ones_own, leaving.FORCING_OWN
)
OURS = Guard("is_ours", "由本系统单位办", leaving.is_ours, leaving.DONE_OUTSIDE)
THEIRS = Guard("is_theirs", "由系统外单位办", leaving.is_theirs, leaving.DONE_INSIDE)
MAY_APPEAL = Guard(
    "may_appeal", "反映人、正在回访的人，或热线", leaving.may_appeal, fair.NOT_CALLED
)
MOVES_LEFT = Guard("may_move", "转辖区次数未满", leaving.may_move, leaving.MOVED_ENOUGH)
SETTLED_HERE = Guard(
    "settled_here", "不在转往别的辖区", leaving.is_settled_here, leaving.MOVING_NOW
)


def moves(
    *, early: Sequence[str], handed_out: Sequence[str], placed: Guard, unsolved: Guard, own: Guard
) -> tuple[Move, ...]:
    """Return the arrows.

    :param early: the states before a matter is handed out
    :param handed_out: those in which a body of ours has it
    """
    to_body = ["filed", "returned"]
    to_authority = ["reported", "verified", "accepted", *to_body]
    desk, dispatcher = [R.OPERATOR, R.DISPATCHER], [R.DISPATCHER]
    asking = [R.RESIDENT, R.OPERATOR, R.CHECKER, R.SYSTEM]
    letter = ["body", "ground", "promised_on"]
    answer = ["answered_by", "answered_on", "answer"]
    ends = ["ground", "reason", "reply"]
    return (
        Move(
            "force_close",
            _("强制结案"),
            [*handed_out, OUTSIDE],
            FORCED,
            by=[R.COMMANDER],
            needs=ends,
            guards=[OTHERS_WORK],
        ),
        Move(
            "overrule",
            _("撤销强制结案"),
            [FORCED],
            "filed",
            by=[*leaving.REVIEWERS],
            needs=["reason"],
        ),
        Move("force_with", _("随主件强制结案"), ["merged"], FORCED, by=[R.SYSTEM]),
        Move(
            "overrule_with",
            _("随主件撤销强制结案"),
            [FORCED],
            "merged",
            by=[R.SYSTEM],
            needs=["main"],
        ),
        Move(
            "appeal",
            _("要求重办"),
            [FORCED],
            "filed",
            by=asking,
            needs=["reason"],
            guards=[MAY_APPEAL, unsolved],
        ),
        Move(
            "appeal",
            _("要求重办"),
            ["closed", "rated"],
            "filed",
            by=asking,
            needs=["reason"],
            guards=[MAY_APPEAL, unsolved, THEIRS],
        ),
        Move(
            "hand_outside",
            _("转系统外单位"),
            to_body,
            OUTSIDE,
            by=dispatcher,
            needs=letter,
            guards=[placed],
        ),
        Move("take_answer", _("外单位办结"), [OUTSIDE], "handled", by=dispatcher, needs=answer),
        Move("take_back", _("收回重派"), [OUTSIDE], "filed", by=dispatcher, needs=["reason"]),
        Move(
            "send_back",
            _("退回重派"),
            ["checking"],
            "filed",
            by=[R.CHECKER],
            needs=["reason"],
            guards=[own, THEIRS],
        ),
        Move(
            "forward",
            _("移送其他辖区"),
            to_authority,
            FORWARDED,
            by=desk,
            needs=["body", "reason", "reply"],
        ),
        Move("forward_with", _("随主件移送"), ["merged"], FORWARDED, by=[R.SYSTEM]),
        Move("come_back", _("移送被退回"), [FORWARDED], "reported", by=desk, needs=["reason"]),
        Move(
            "hand_over",
            _("转本市其他辖区"),
            early,
            "reported",
            by=desk,
            needs=["target", "reason"],
            guards=[SETTLED_HERE, MOVES_LEFT],
        ),
    )
