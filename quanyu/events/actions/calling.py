"""Tell whom a step of a whistle call or of a card concerns (吹哨与督办的告知)."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models, transaction

from quanyu.events.queries import calling as queries
from quanyu.events.queries import cards as card_queries
from quanyu.events.queries import owed, telling
from quanyu.events.queries import whistle as call_queries
from quanyu.events.rules.calling import CALL_STEPS, CARD_STEPS, RUNGS
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH

STEPS: Final[Mapping[str, Collection[str]]] = {"whistle": CALL_STEPS, "card": CARD_STEPS}
CARD_NEWS: Final = tuple(f"card.{verb}" for verb in (*CARD_STEPS, *RUNGS))
SETTLES: Final[Mapping[str, tuple[str, ...]]] = {
    "whistle.end": tuple(f"whistle.{verb}" for verb in (*CALL_STEPS, *RUNGS)),
    "card.answer": tuple(f"card.{verb}" for verb in ("start", "send_back", *RUNGS)),
    "card.accept": CARD_NEWS,
    "card.send_back": ("card.answer",),
    "card.escalate": CARD_NEWS,
    "card.withdraw": CARD_NEWS,
}
"""What is no news any more once a step was done."""


@transaction.atomic
def tell_call(*, key: UUID, verb: str, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell whom a step of a call concerns; old news is told to nobody.

    :returns: how many were told
    """
    call = call_queries.one(key, actor=actor)
    step = call_queries.step_at(call, verb, at=since, actor=actor)
    body = step.facts.get("body") if step else None
    whom = queries.told_of_call(call, CALL_STEPS[verb], about=UUID(body) if body else None, at=at)
    if verb == "report_in" and owed.all_came(call, actor=actor):
        due = [f"whistle.{words}" for words in RUNGS]
        notices.over(subject=label(call), topics=due, actor=actor, at=since)
    news = News(
        topic=f"whistle.{verb}",
        subject=label(call),
        occasion=telling.occasion(since),
        region_path=call.region_path,
        link=f"/desk/whistle/{call.number}",
        words=queries.call_words(call),
        is_urgent=queries.is_emergency(call),
    )
    return _tell(news, call, whom, since=since, actor=actor, at=at)


@transaction.atomic
def tell_card(*, key: UUID, verb: str, since: datetime, actor: Actor, at: datetime) -> int:
    """Tell whom a step of a card concerns; old news is told to nobody.

    :returns: how many were told
    """
    card = card_queries.one(key, actor=actor)
    news = News(
        topic=f"card.{verb}",
        subject=label(card),
        occasion=telling.occasion(since),
        region_path=card.region_path,
        link=f"/desk/cards/{card.number}",
        words=queries.card_words(card),
    )
    whom = queries.told_of_card(card, CARD_STEPS[verb], at=at)
    return _tell(news, card, whom, since=since, actor=actor, at=at)


def _tell(
    news: News,
    subject: models.Model,
    whom: list[UUID],
    *,
    since: datetime,
    actor: Actor,
    at: datetime,
) -> int:
    if since < at - FRESH:
        return 0
    ends = SETTLES.get(news.topic, ())
    notices.over(subject=label(subject), topics=ends, actor=actor, at=since)
    return len(notices.tell(news, to=whom, actor=actor, at=at))


TELLERS: Final[Mapping[str, Callable[..., int]]] = {"whistle": tell_call, "card": tell_card}
