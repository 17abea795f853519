"""Ask the reporter for what is missing, and wait for so many days (补充询问)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from quanyu.events import rules
from quanyu.events.models import Event
from quanyu.events.rules import side
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar import queries as calendar
from quanyu.kernel.calendar.rules import due
from quanyu.kernel.quotas.actions import knock
from quanyu.kernel.quotas.rules import Quota
from quanyu.kernel.workflow import clocks
from quanyu.kernel.workflow.actions import move

MINUTE, DAY = 60, 86_400


@transaction.atomic
def ask(*, event_id: UUID, question: str, actor: Actor, at: datetime) -> Event:
    """Ask the reporter; the clock stands still until the answer, or for so long (补充询问)."""
    event = get(Event, event_id, actor=actor, lock=True)
    said = rules.check_text(question)
    found, _clause = clocks.limit_of(event, side.ANSWER, at=at)
    limit = found or side.FALLBACK[side.ANSWER]
    event.question, event.question_by = said, actor.id
    event.stands_until = due(limit, since=at, calendar=calendar.calendar(at))
    move(event, "ask", actor=actor, at=at, question=said)
    event.questions += 1
    event.save(update_fields=["questions"])
    return event


def answer(*, event_id: UUID, answer: str, actor: Actor, at: datetime, address: str = "") -> Event:
    """Take what the reporter adds, by code or, written down by the desk, by telephone (反映人补充).

    :param address: the network address of who answers by code, counted against the limits
    :raises BadText: if too little or too much was said
    :raises TooMany: if this address sends too often
    """
    if address:
        quotas = [
            Quota(settings.QUANYU_REPORTS_A_MINUTE, MINUTE),
            Quota(settings.QUANYU_REPORTS_A_DAY, DAY),
        ]
        knock("answer", who=[address], quotas=quotas, at=at)
    # Counted outside: a refusal undoes the act, and the try still counts.
    with transaction.atomic():
        event = get(Event, event_id, actor=actor, lock=True)
        event.question, event.stands_until = "", None
        move(event, "answer", actor=actor, at=at, answer=rules.check_text(answer))
    return event


@transaction.atomic
def go_on(*, event_id: UUID, actor: Actor, at: datetime) -> Event:
    """Wait no longer; the clock goes on with what was left (不再等).

    The timer does it once the days are over; the desk or the handler may do it before.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    event.question, event.stands_until = "", None
    move(event, "go_on", actor=actor, at=at)
    return event
