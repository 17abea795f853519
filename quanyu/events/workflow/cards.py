"""How a supervision card goes, from raising to its end (督办单, domain.md section 3.3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from quanyu.events.rules import cards as rules
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.workflow.spec import Guard, Move, Workflow


class CardState(TextChoices):
    """Where a card stands (督办单状态)."""

    RAISED = "raised", lazy("待答复")
    ANSWERED = "answered", lazy("已答复待认可")
    ACCEPTED = "accepted", pgettext_lazy("card", "已认可")
    ESCALATED = "escalated", lazy("已升级")
    WITHDRAWN = "withdrawn", pgettext_lazy("card", "已撤回")


S, R = CardState, Role
RAISERS = [R.COMMANDER, R.DISTRICT_ADMIN]
OPEN = [S.RAISED, S.ANSWERED]

ANOTHER = Guard("another", "认可人不得是答复人", rules.is_anothers_answer, rules.OWN_ANSWER)

CARD = Workflow(
    name="card",
    start=S.RAISED,
    opened_by=RAISERS,
    moves=(
        Move("answer", _("答复督办"), [S.RAISED], S.ANSWERED, by=[R.HANDLER], needs=["words"]),
        Move(
            "accept",
            _("认可答复"),
            [S.ANSWERED],
            S.ACCEPTED,
            by=RAISERS,
            guards=[ANOTHER],
        ),
        Move(
            "send_back",
            _("退回重答"),
            [S.ANSWERED],
            S.RAISED,
            by=RAISERS,
            needs=["words"],
            guards=[ANOTHER],
        ),
        Move("escalate", _("升级督办"), OPEN, S.ESCALATED, by=RAISERS, needs=["words"]),
        Move("withdraw", _("撤回督办"), OPEN, S.WITHDRAWN, by=RAISERS, needs=["words"]),
    ),
    limits={S.RAISED: rules.FALLBACK[rules.RAISED]},
)
