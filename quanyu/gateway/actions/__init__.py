"""What may be done between two systems: one verb, one transaction."""

from quanyu.gateway.actions.answers import (
    acknowledge_answer,
    give_answers,
    last_word,
    let_rest,
    send_back,
    tell_source,
)
from quanyu.gateway.actions.matching import match
from quanyu.gateway.actions.orders import Taken, take_order
from quanyu.gateway.actions.sources import (
    close_source,
    confirm_token,
    issue_token,
    open_by_token,
    reach_own,
    register_source,
    revoke_token,
)
from quanyu.gateway.actions.taking import take

__all__ = [
    "Taken",
    "acknowledge_answer",
    "close_source",
    "confirm_token",
    "give_answers",
    "issue_token",
    "last_word",
    "let_rest",
    "match",
    "open_by_token",
    "reach_own",
    "register_source",
    "revoke_token",
    "send_back",
    "take",
    "take_order",
    "tell_source",
]
