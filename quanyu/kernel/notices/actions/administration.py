"""Tell of grants, of who stands in for whom, and of reviews (账号与管理的告知)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from django.db import transaction

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.queries import told
from quanyu.kernel.accounts.queries.told import Concern
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.notices.actions.telling import News, over, tell
from quanyu.kernel.notices.rules import FRESH, administration
from quanyu.kernel.notices.rules.administration import HOLDING, SETTLES, WAITING, Parties

KEYED: Mapping[str, Callable[..., Concern]] = MappingProxyType(
    {
        "grants.ends_soon": told.grant,
        "grants.given": told.grant,
        "grants.ended": told.grant,
        "grants.moved": told.grant,
        "grants.place_ended": told.grant,
        "grants.deputy_named": told.deputy,
        "grants.review_opened": told.reviewed,
        "grants.review_late": told.reviewed,
        "grants.review_closed": told.reviewed,
    }
)
"""How the row of a topic is read; of every other topic it is a request."""


@transaction.atomic
def tell_administration(
    *, topic: str, key: UUID, since: datetime, actor: Actor, at: datetime
) -> int:
    """Tell whom a step round a grant concerns, and take what it settles off the inboxes.

    :param since: when the step was done; old news is told to nobody
    :returns: how many were told
    """
    if since < at - FRESH:
        return 0
    concern = KEYED.get(topic, told.request)(key, at=at)
    over(subject=concern.subject, topics=SETTLES.get(topic, ()), actor=actor, at=at)
    if topic == "grants.given":
        for subject in concern.settled:
            over(subject=subject, topics=["grants.ends_soon"], actor=actor, at=at)
    if _is_stale(topic, concern):
        return 0
    return _tell(topic, concern, since=since, actor=actor, at=at)


def _is_stale(topic: str, concern: Concern) -> bool:
    """Answer whether it does not stand so any more, or is told of as part of another step."""
    return (topic in WAITING and not concern.is_open) or (
        topic == "grants.given" and concern.is_part
    )


def _tell(topic: str, concern: Concern, *, since: datetime, actor: Actor, at: datetime) -> int:
    parties = Parties(
        account=concern.account,
        asked_by=concern.asked_by,
        principal=concern.principal,
        over={
            kind: accounts.over([role], path=concern.place, at=at)
            for kind, role in HOLDING.items()
            if kind in administration.AUDIENCES.get(topic, ())
        },
    )
    found = administration.whom(topic, parties)
    count = 0
    for link in sorted(set(found.values())):
        news = News(
            topic=topic,
            subject=concern.subject,
            occasion=local(since).isoformat(timespec="seconds"),
            region_path=concern.place,
            link=link,
            words=concern.words,
            is_own=True,
        )
        to = [who for who, where in found.items() if where == link]
        count += len(tell(news, to=to, actor=actor, at=at))
    return count
