"""Tell who is expected at a meeting (会议通知)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override

from quanyu.kernel.access.rules import CIRCLES, Actor, Role
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH
from quanyu.organisations.models import Body, Meeting
from quanyu.organisations.queries import meetings as queries
from quanyu.organisations.rules import rhythm as rules
from quanyu.organisations.rules.rhythm import MEETING_WORDS, MeetingKind

LANGUAGES = (("", settings.LANGUAGE_CODE), ("_en", "en"))


@transaction.atomic
def tell(*, meeting_id: UUID, topic: str, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell who is expected that a meeting is planned, changed or called off; return how many.

    Those are who leads where a body stands, and who acts in a body that is called.
    """
    row = queries.meeting(meeting_id, actor=actor)
    if at - since > FRESH or (row.over_at is not None and topic != rules.CALLED_OFF):
        return 0
    words = _words(row)
    kept = _kept(topic)
    news = News(
        topic=topic,
        subject=label(row),
        occasion=since.isoformat(),
        region_path=row.region_path,
        link=f"/desk/meetings/{row.pk}",
        words={name: value for name, value in words.items() if name.removesuffix("_en") in kept},
    )
    to = [key for key in expected(row, at=at) if key != row.planned_by]
    return len(notices.tell(news, to=to, actor=actor, at=at))


def expected(row: Meeting, *, at: datetime) -> list[UUID]:
    """Return who is told of a meeting, each once."""
    found: set[UUID] = set()
    for body in Body.objects.filter(pk__in=[row.body_id, *row.invited]):
        found |= set(accounts.holders(Role.HANDLER, at=at, body=body.pk))
        found |= set(accounts.holders_at(CIRCLES["life"], path=body.life_path, at=at))
    return sorted(found)


def _kept(topic: str) -> frozenset[str]:
    """Return which words a notice of this topic may hold."""
    return frozenset(rules.TOLD) - ({"place"} if topic == rules.CALLED_OFF else set())


def _words(row: Meeting) -> dict[str, str]:
    """Return the words of a notice in both languages."""
    found = {"start_at": row.starts_at.isoformat()}
    for mark, language in LANGUAGES:
        english = bool(mark)
        with override(language):
            found[f"kind{mark}"] = gettext(MEETING_WORDS[MeetingKind(row.kind)])
            found[f"place{mark}"] = row.place or gettext("另行通知")
            found[f"body{mark}"] = (english and row.body.name_en) or row.body.name
    return found
