"""Tell whom a step concerns, once the step is done (告知)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.events import queries, rules
from quanyu.events.models import Event
from quanyu.events.queries import telling
from quanyu.events.rules import Audience, escalating, fair
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH
from quanyu.kernel.privacy import actions as privacy

TOPICS = [f"event.{verb}" for verb in rules.STEPS if verb not in fair.SETTLES]
CLOCKS = [f"event.{words}" for words in sorted({*escalating.TOPICS, *rules.ADDED})]


@transaction.atomic
def tell(*, event_id: UUID, verb: str, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell whom a step concerns that it was done, and take what it settles off the inboxes.

    :param since: when the step was done; old news is told to nobody
    :returns: how many were told
    """
    event = get(Event, event_id, actor=actor)
    if since < at - FRESH:
        return 0
    subject = label(event)
    ends = fair.SETTLES.get(verb, [] if verb in rules.ADDED else [*TOPICS, *CLOCKS])
    notices.over(subject=subject, topics=ends, actor=actor, at=since)
    whom = rules.audience(verb, state=event.state)
    if whom is None:
        return 0
    news = News(
        topic=f"event.{verb}",
        subject=subject,
        occasion=telling.occasion(since),
        region_path=event.region_path,
        link=f"/desk/matters/{event.number}",
        words=telling.words(event, at=at),
        is_urgent=telling.is_urgent(event),
    )
    if whom is Audience.REPORTER:
        return _tell_reporter(event, news, actor=actor, at=at)
    return len(notices.tell(news, to=telling.recipients(event, whom, at=at), actor=actor, at=at))


def _tell_reporter(event: Event, news: News, *, actor: Actor, at: datetime) -> int:
    """Tell the reporter by the way they agreed to; who reported on a screen of their own sees it.

    The number is opened by the system for this alone, and the look is logged like any other.
    """
    contact = queries.contact_of(event, actor=actor)
    may_call = event.channel in rules.ON_BEHALF
    if contact is None or contact.phone is None or not (contact.may_text or may_call):
        return 0
    opened = privacy.reveal_all(
        contact, ["name", "phone"], by={Role.SYSTEM}, reason="notice", actor=actor, at=at
    )
    told = notices.tell_resident(
        news,
        phone=opened["phone"],
        name=opened["name"],
        may_text=contact.may_text,
        may_call=may_call,
        actor=actor,
        at=at,
    )
    return int(told is not None)
