"""Tell people that they hold a post, or hold it no more (任免告知)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH
from quanyu.organisations.models import Appointment
from quanyu.organisations.queries import posted
from quanyu.organisations.rules import posts as rules
from quanyu.organisations.rules.posts import Decision


@transaction.atomic
def tell_appointment(*, appointment_id: UUID, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell the holder how an appointment stands; old news is told to nobody.

    Returns how many were told.

    :raises Denied: if there is none within reach
    """
    row = get(Appointment, appointment_id, actor=actor)
    if at - since > FRESH or row.decision != Decision.CONFIRMED:
        return 0
    has_left = row.ended_at is not None
    words = posted.words_of(row)
    asked = ("body", "post", "end" if has_left else "start")
    news = News(
        topic=rules.LEFT if has_left else rules.APPOINTED,
        subject=label(row),
        occasion=words[asked[-1]],
        region_path=row.region_path,
        link=f"/desk/posts/{row.post_id}",
        words={name: words[name] for name in asked},
        is_own=True,
    )
    return len(notices.tell(news, to=[row.account_id], actor=actor, at=at))
