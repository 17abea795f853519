"""What the pages of whistle calls and of supervision cards share: words, stories, small forms."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events.queries import calling, clock, words
from quanyu.events.queries import cards as card_queries
from quanyu.events.queries import whistle as call_queries
from quanyu.events.queries.columns import OPEN
from quanyu.events.queries.values import place_words
from quanyu.events.rules import whistle as rules
from quanyu.events.workflow.cards import CARD, CardState
from quanyu.events.workflow.whistle import CALL, CallState
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.queries import limit_words
from quanyu.kernel.calendar.rules import Limit, Unit
from quanyu.kernel.errors import Refusal
from quanyu.kernel.workflow.spec import Workflow
from quanyu.organisations import queries as organisations

LONGEST = rules.LONGEST


def state(found: CallState | CardState) -> dict[str, str]:
    """Return a state by code and word."""
    return {"code": str(found.value), "label": str(found.label)}


def limit(amount: int, unit: str) -> str:
    """Return how long a limit is, in words."""
    return limit_words(Limit(amount, Unit(unit)))


def kind_words(call: Any) -> str:
    """Return what kind of whistle it is."""
    return calling.code_words(rules.KINDS, call.kind)


def listed(names: Iterable[str]) -> str:
    """Return some names in a sentence."""
    return pgettext("between items", "、").join(names)


def names(keys: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """Return what some bodies are called."""
    return organisations.body_names(sorted({key for key in keys if key}))


def story(
    steps: Sequence[Any], workflow: Workflow, start: str, *, at: datetime
) -> list[dict[str, Any]]:
    """Return what was done, the newest first."""
    bodies = names(UUID(s.facts["body"]) for s in steps if s.facts.get("body"))
    return [
        {
            "at": step.at,
            "title": _title(step.verb, workflow, start),
            "by": words.by_words(step, at=at),
            "body": bodies.get(UUID(step.facts["body"]), "") if step.facts.get("body") else "",
            "text": _moved(step) if step.verb == "recount" else step.facts.get("words", ""),
        }
        for step in steps
    ]


def _title(verb: str, workflow: Workflow, start: str) -> str:
    known = {"start": start, "recount": _("按日历重新计算期限")}
    return known.get(verb) or _(workflow.label(verb))


def _moved(step: Any) -> str:
    """Return what its time was and is, since the calendar changed."""
    was, now = (datetime.fromisoformat(step.facts[f"stage_{name}"]) for name in ("was", "now"))
    said = _("原为 {was}，现为 {now}")
    return said.format(was=clock.moment_words(was), now=clock.moment_words(now))


def form(
    url: str, fields: Sequence[Mapping[str, Any]], button: str, *, is_open: bool = False
) -> dict[str, Any]:
    """Return a small form of one act."""
    return {"url": url, "fields": fields, "button": button, "open": is_open}


def typed(given: Mapping[str, str], no: Refusal | None, verb: str, tried: str) -> Mapping[str, str]:
    """Return what was typed for the act that was refused; for the others nothing."""
    return given if no is not None and verb == tried else {}


# ------------------------------------------------------------------ on other pages


def facts(event: Any, acts: Collection[str], *, actor: Actor, at: datetime) -> list[dict[str, str]]:
    """Return the calls and cards about a matter, as its page shows facts.

    :param acts: what its story tells of; each call and card is told of there
    """
    calls = call_queries.of_matter(event, actor=actor) if "whistle" in acts else []
    cards = card_queries.of_matter(event, actor=actor) if "card" in acts else []
    told = names([card.body_id for card in cards])
    found = [
        {
            "label": _("吹哨"),
            "value": kind_words(call),
            "url": reverse("desk_call", args=[call.number]),
            "note": str(CallState(call.state).label),
        }
        for call in calls
    ]
    return found + [
        {
            "label": _("督办"),
            "value": calling.code_words("card_level", card.level),
            "url": reverse("desk_card", args=[card.number]),
            "note": listed([told[card.body_id], str(CardState(card.state).label)]),
        }
        for card in cards
        if card.body_id is not None and card.body_id in told
    ]


def ways(event: Any, *, actor: Actor) -> list[dict[str, str]]:
    """Return the ways from a matter to a whistle and to a card, for who may take them."""
    roles, found = actor.roles_on(event), []
    # A whistle is blown for what is still to be done; the act refuses any other.
    if call_queries.STREET & roles and event.state in OPEN:
        url = f"{reverse('desk_call_new')}?matter={event.number}"
        found.append({"url": url, "label": _("为这件事吹哨"), "icon": "speakerphone"})
    if card_queries.RAISED_BY & roles and event.body_id:
        url = f"{reverse('desk_card_new')}?matter={event.number}"
        found.append({"url": url, "label": _("督办"), "icon": "alert-octagon"})
    return found


def work(*, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return the calls and cards that wait for an act of this person, as my work lists them."""
    found = [
        _task(kind_words(call), CALL, verb, call, "desk_call", call.answer_due_at, at=at)
        for call, verb in call_queries.waiting(actor=actor, at=at)
    ]
    return found + [
        _task(
            calling.code_words("card_level", card.level),
            CARD,
            verb,
            card,
            "desk_card",
            card.answer_due_at if verb == "answer" else None,
            at=at,
        )
        for card, verb in card_queries.waiting(actor=actor)
    ]


def _task(
    title: str,
    workflow: Workflow,
    verb: str,
    row: Any,
    page: str,
    due: datetime | None,
    *,
    at: datetime,
) -> dict[str, Any]:
    return {
        "title": f"{title} {place_words(row.region_path)}",
        "words": row.words if workflow is CALL else row.demand,
        "act": _(workflow.label(verb)),
        "url": reverse(page, args=[row.number]),
        "due": timezone.localtime(due) if due else None,
        "is_late": due is not None and due < at,
    }
