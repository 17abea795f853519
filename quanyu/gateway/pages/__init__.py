"""The pages of other systems: what they send, what they mean, what they are told."""

from quanyu.gateway.pages.answers import answers, give
from quanyu.gateway.pages.matches import match, matches
from quanyu.gateway.pages.orders import orders
from quanyu.gateway.pages.sources import source_act, sources, token_act

__all__ = [
    "answers",
    "give",
    "match",
    "matches",
    "orders",
    "source_act",
    "sources",
    "token_act",
]
