"""Who was asked first, who handed back, who decided: reckoned from the story (承办沿革)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quanyu.events.queries import joint_words, words
from quanyu.events.queries.sentences import run_on

VERBS = (
    *("dispatch", "hand_back", "insist", "move_lead", "join", "convene", "reconvene"),
    *("conclude", "call_off", "hand_back_part", "insist_part", "withdraw_part"),
)
"""The acts that say whose job it is; all else is work."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn in who answers for a matter (沿革)."""

    at: datetime
    verb: str
    said: str
    why: str
    by: str


def lines(steps: Sequence[Any], *, bodies: Mapping[UUID, str], at: datetime) -> list[Line]:
    """Return how a matter came to the bodies that have it, the first first.

    :param steps: the story, the newest first, as it is read
    """
    found, lead = [], ""
    for step in reversed(steps):
        if step.verb not in VERBS:
            continue
        named = _name(step.facts.get("body"), bodies)
        said = _said(step, named, lead, bodies)
        why = _why(step, at=at)
        found.append(Line(step.at, step.verb, said, why, words.by_words(step, at=at)))
        lead = named if step.verb in {"dispatch", "move_lead"} else lead
    return found


def _said(step: Any, body: str, lead: str, bodies: Mapping[UUID, str]) -> str:
    invited = joint_words.named(step.facts.get("invited", []), bodies)
    sentences = {
        "dispatch": _sent(body, lead),
        "hand_back": _("{body}退回"),
        "insist": _("维持派给{lead}"),
        "move_lead": _("牵头单位由{lead}换为{body}"),
        "join": _("请{body}协办"),
        "convene": _("请{invited}会商"),
        "reconvene": _("会商改期"),
        "conclude": _("会商定案，由{body}牵头"),
        "call_off": _("取消会商"),
        "hand_back_part": _("{body}退回协办"),
        "insist_part": _("维持请{body}协办"),
        "withdraw_part": _("不再请{body}协办"),
    }
    return sentences[step.verb].format(body=body, lead=lead, invited=invited)


def _sent(body: str, lead: str) -> str:
    if not lead:
        return _("首先派给{body}")
    return _("仍派给{body}") if body == lead else _("改派给{body}")


def _why(step: Any, *, at: datetime) -> str:
    facts = step.facts
    ground = facts.get("legal_ground", "")
    listed = words.reason_words("reason_hand_back", ground, at=at) if ground else ""
    said = [listed, *(str(facts.get(name, "")) for name in ("question", "decision", "reason"))]
    return run_on(said)


def _name(key: str | None, bodies: Mapping[UUID, str]) -> str:
    return bodies.get(UUID(key), "") if key else ""
