"""How a whistle call goes, from the call to its end (吹哨报到, domain.md section 3.3).

A call has one state; what each department does stands in its part. "事不完、人不撤": the street
alone ends it. A called body's posts count on the call as if the call were that body's.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as lazy

from quanyu.events.rules import whistle as rules
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Move, Workflow


class CallState(TextChoices):
    """Where a call stands (吹哨状态)."""

    CALLED = "called", lazy("吹哨中")
    ENDED = "ended", lazy("已收哨")


S, R = CallState, Role
STREET = [R.DISPATCHER, R.COMMANDER]

BOTH = (
    ("assess", _("评价响应"), STREET, ["body", "came", "solved", "manner"]),
    ("reply", _("答复评价"), [R.HANDLER], ["body", "words"]),
    ("judge", _("评判是否必要"), [R.HANDLER, R.DISTRICT_ADMIN], ["is_needed"]),
)
"""What may be done while it lasts and when it is over."""

CALL = Workflow(
    name="whistle",
    start=S.CALLED,
    opened_by=STREET,
    moves=(
        Move("report_in", _("报到"), [S.CALLED], S.CALLED, by=[R.HANDLER], needs=["body"]),
        Move("tell", _("说明进展"), [S.CALLED], S.CALLED, by=[R.HANDLER, *STREET], needs=["words"]),
        Move(
            "finish",
            _("本单位办完"),
            [S.CALLED],
            S.CALLED,
            by=[R.HANDLER],
            needs=["body", "words"],
        ),
        Move(
            "call_back",
            _("请继续办"),
            [S.CALLED],
            S.CALLED,
            by=STREET,
            needs=["body", "words"],
        ),
        Move("end", _("收哨"), [S.CALLED], S.ENDED, by=STREET, needs=["words"]),
        *(
            Move(verb, label, [state], state, by=by, needs=needs)
            for verb, label, by, needs in BOTH
            for state in S
        ),
    ),
    rests=[S.ENDED],
    limits={S.CALLED: rules.FALLBACK[rules.CALLED]},
)
