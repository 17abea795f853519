"""What moves nothing: notes, looks, alarms, figures (旁记)."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries, rules
from quanyu.events.models import Contact, Event, Published
from quanyu.events.queries import closing, standing, telling
from quanyu.events.rules import fair
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.actions import announce
from quanyu.kernel.privacy import actions as privacy
from quanyu.kernel.workflow import rungs
from quanyu.kernel.workflow.actions import note, overdue, recount


@transaction.atomic
def say(*, event_id: UUID, words: str, actor: Actor, at: datetime) -> Event:
    """Write a line into the story that the reporter does not see (内部说明)."""
    event = get(Event, event_id, actor=actor, lock=True)
    said = rules.check_text(words)
    roles = sorted(actor.roles_on(event) - {Role.RESIDENT})
    if not roles:
        raise Invalid(_("只有工作人员可以写内部说明"), field="words")
    note(event, "say", actor=actor, at=at, role=roles[0], words=said)
    return event


@transaction.atomic
def reveal_contact(*, event_id: UUID, reason: str, actor: Actor, at: datetime) -> dict[str, str]:
    """Return the reporter's name and telephone, for a listed reason, and log the look.

    :raises Denied: if there is no such matter within reach, or no contact was given
    :raises NotNow: if it is to call back in quiet hours; an emergency breaks through
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if reason == fair.CALLING_BACK and not telling.is_urgent(event):
        closing.check_hours(event, at=at)
    contact = get(Contact, queries.contact_key(event), actor=actor)
    shown = privacy.reveal_all(
        contact, ["name", "phone"], by=queries.opens(contact), reason=reason, actor=actor, at=at
    )
    role = min(queries.opens(contact) & actor.roles_on(event))
    note(event, "look", actor=actor, at=at, role=role, reason=reason)
    return shown


@transaction.atomic
def tell_overdue(*, event_id: UUID, clock: str, actor: Actor, at: datetime) -> None:
    """Announce once that a clock of this matter has run out (逾期).

    Somebody may have acted since it was found late: under the lock it is looked at again.
    """
    event = get(Event, event_id, actor=actor, lock=True)
    running = {one.name: one for one in rungs.ticking(event)}
    one = running.get(clock)
    if one is not None and one.due < at and one.told_at is None:
        overdue(event, clock=clock, actor=actor, at=at)


@transaction.atomic
def announce_moved(*, since: date, actor: Actor, at: datetime) -> int:
    """Announce each matter whose end is another by the calendar as it is now; return how many.

    :param since: the first date that has changed
    """
    moved = {event.pk: event for event in queries.moved(since=since, actor=actor)}
    moved |= {event.pk: event for event in standing.moved(since=since, actor=actor)}
    for event in moved.values():
        announce("event.moved_by_calendar", event, at=at)
    return len(moved)


@transaction.atomic
def recount_due(*, event_id: UUID, actor: Actor, at: datetime) -> bool:
    """Reckon a matter's clocks by the calendar as it is now (重新计算期限).

    Repeating it changes nothing.

    :raises Denied: if there is no such matter within reach
    """
    event = get(Event, event_id, actor=actor, lock=True)
    has_stood = _stand_until(event, actor=actor, at=at)
    return recount(event, actor=actor, at=at) or has_stood


def _stand_until(event: Event, *, actor: Actor, at: datetime) -> bool:
    """Let what stands still do so until the moment that the calendar says now."""
    was = event.stands_until
    now = standing.until(event, actor=actor) if was is not None else None
    if now == was:
        return False
    event.stands_until = now
    event.save(update_fields=["stands_until"])
    facts = {"until_was": was, "until_now": now}
    note(event, "recount", actor=actor, at=at, role=Role.SYSTEM, **facts)
    return True


@transaction.atomic
def refresh_figures(*, actor: Actor, at: datetime) -> Published | None:
    """Put the figures of the last full month where everybody may read them (公布数字).

    They are counts of the whole city without any person in them; unchanged ones are left alone.
    """
    last = queries.last_month(at)
    found = asdict(queries.month(of=last, actor=actor, at=at))
    value = {"month": last.since.isoformat(), **found}
    if Published.objects.filter(key=queries.MONTH, value=value).exists():
        return None
    row, _made = Published.objects.update_or_create(
        key=queries.MONTH, defaults={"value": value, "at": at}
    )
    record("event.publish", row, actor=actor, at=at, facts=value)
    return row
