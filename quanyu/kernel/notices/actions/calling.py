"""Call those whom nothing else reaches (电话名单)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.notices import queries, rules
from quanyu.kernel.notices.models import Delivery
from quanyu.kernel.notices.rules import Outcome, State
from quanyu.kernel.privacy import actions as privacy


@transaction.atomic
def reveal_number(*, delivery_id: UUID, reason: str, actor: Actor, at: datetime) -> dict[str, str]:
    """Return name and number of one to be called, for a listed reason, and log the look.

    :raises Denied: if it is another place's
    :raises ReasonMissing: if no listed reason is given
    """
    row = queries.call(delivery_id, actor=actor)
    return privacy.reveal_all(
        row.notice, ["name", "phone"], by=rules.CALLERS, reason=reason, actor=actor, at=at
    )


@transaction.atomic
def called(*, delivery_id: UUID, outcome: str, actor: Actor, at: datetime) -> Delivery:
    """Write down what came of a call; whoever was told, or would not be, is let be.

    The number goes with it: it was kept for this call alone.

    :raises Denied: if it is another place's
    :raises NotSent: if somebody has called meanwhile
    :raises WrongChoice: if the outcome is none of the list
    """
    row = queries.call(delivery_id, actor=actor, lock=True)
    if row.state != State.WAITING:
        raise rules.NotSent(_("已有人打过这个电话，请刷新页面"), field="state", value=row.state)
    if outcome not in {str(one) for one in Outcome}:
        raise rules.WrongChoice(_("请选一项通话结果"), field="outcome", allowed=[*Outcome])
    row.tries += 1
    row.changed_at, row.fault = at, "" if outcome == Outcome.REACHED else outcome
    _stand(row, Outcome(outcome), at=at)
    row.save()
    if row.state != State.WAITING:
        notice = row.notice
        notice.phone = notice.name = None
        notice.save(update_fields=["phone", "name"])
    record("notices.call", row.notice, actor=actor, at=at, changed=["state"])
    return row


def _stand(row: Delivery, outcome: Outcome, *, at: datetime) -> None:
    if outcome is Outcome.REACHED:
        row.state, row.next_at = State.DELIVERED, None
    elif outcome is Outcome.REFUSED or row.tries >= rules.MOST_CALLS:
        row.state, row.next_at = State.DEAD, None
    else:
        row.next_at = at + rules.CALL_AGAIN
