"""Terms of office that run out by themselves (任期届满)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.audit.actions import record
from quanyu.kernel.jobs.actions import announce
from quanyu.organisations.actions.appointing import moment
from quanyu.organisations.models import Appointment
from quanyu.organisations.rules.proposals import LEAVE_KEPT

BATCH = 500


@transaction.atomic
def lapse(*, actor: Actor, at: datetime) -> int:
    """Note of some appointments that they have run out; return of how many.

    What they carried ended with its own dates. From the day noted here their texts are kept as
    long as those of an appointment that somebody ended. Bears repetition.

    :raises Denied: if the actor is not the system
    """
    accounts.check_system(actor)
    today = timezone.localdate(at)
    rows = Appointment.objects.visible_to(actor).confirmed()
    over = rows.filter(ended_at=None, valid_to__lte=today).order_by("valid_to", "pk")
    found = list(over.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for row in found:
        end = row.valid_to or today
        row.ended_at = moment(end)
        row.save(update_fields=["ended_at"])
        facts = {"end": end.isoformat()}
        record("appointment.lapse", row, actor=actor, at=at, changed=["ended_at"], facts=facts)
        if row.leave_asked_at is not None:
            announce(LEAVE_KEPT, row, at=at)
    return len(found)
