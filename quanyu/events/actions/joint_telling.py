"""Tell whom an act on a part or a consultation concerns (协办、会商告知)."""

from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from quanyu.events.models import Consultation, JointPart
from quanyu.events.queries import joint_telling as telling
from quanyu.events.queries.telling import occasion
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH

KINDS: dict[str, type[models.Model]] = {"part": JointPart, "consultation": Consultation}


@transaction.atomic
def tell_joint(*, topic: str, key: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell whom this act concerns, and take off the inboxes what it settles.

    :returns: how many were told; old news is told to nobody
    """
    row = get(KINDS[topic.partition(".")[0]], key, actor=actor)
    if since < at - FRESH:
        return 0
    subject = label(row)
    notices.over(subject=subject, topics=telling.settled(topic), actor=actor, at=since)
    to = telling.recipients(topic, row, at=at)
    event = row.event  # type: ignore[attr-defined]
    news = News(
        topic=topic,
        subject=subject,
        occasion=occasion(since),
        region_path=event.region_path,
        link=telling.link(topic, event),
        words=telling.words(row, at=at),
    )
    return len(notices.tell(news, to=to, actor=actor, at=at)) if to else 0
