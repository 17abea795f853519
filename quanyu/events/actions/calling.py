"""Tell whom a step of a whistle call or of a card concerns (吹哨与督办的告知)."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models, transaction

from quanyu.events.actions import cards, whistle
from quanyu.events.queries import calling as queries
from quanyu.events.queries import cards as card_queries
from quanyu.events.queries import telling
from quanyu.events.queries import whistle as call_queries
from quanyu.events.rules.calling import CALL_STEPS, CARD_STEPS
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.actions import label
from quanyu.kernel.notices import actions as notices
from quanyu.kernel.notices.actions import News
from quanyu.kernel.notices.rules import FRESH

STEPS: Final[Mapping[str, Collection[str]]] = {"whistle": CALL_STEPS, "card": CARD_STEPS}
SETTLES: Final[Mapping[str, tuple[str, ...]]] = {
    "whistle.end": tuple(f"whistle.{verb}" for verb in CALL_STEPS),
    "card.answer": ("card.start", "card.send_back", "card.overdue"),
    "card.accept": tuple(f"card.{verb}" for verb in CARD_STEPS),
    "card.send_back": ("card.answer",),
    "card.escalate": tuple(f"card.{verb}" for verb in CARD_STEPS),
    "card.withdraw": tuple(f"card.{verb}" for verb in CARD_STEPS),
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
    whom = queries.told_of_call(
        call, CALL_STEPS[verb], about=UUID(body) if body else None, actor=actor, at=at
    )
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


@transaction.atomic
def tell_late(*, actor: Actor, at: datetime) -> int:
    """Announce every call and card whose time is over, once each; return how many."""
    calls = call_queries.late(actor=actor, at=at)
    found = [whistle.tell_late(call_id=key, actor=actor, at=at) for key in calls]
    late = card_queries.late(actor=actor, at=at)
    found += [cards.tell_late(card_id=key, actor=actor, at=at) for key in late]
    return sum(found)


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
