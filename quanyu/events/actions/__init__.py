"""What may be done with a matter: one verb, one transaction."""

from quanyu.events.actions.aside import (
    announce_moved,
    recount_due,
    refresh_figures,
    reveal_contact,
    say,
    tell_overdue,
)
from quanyu.events.actions.closing import check, close, rate, rework
from quanyu.events.actions.common import DESK
from quanyu.events.actions.desk import (
    accept,
    dispatch,
    file,
    insist,
    place,
    refuse,
    request_verification,
    send_out,
    suggest,
    void,
)
from quanyu.events.actions.handling import (
    acknowledge,
    add_photos,
    hand_back,
    handle,
    settle,
    verify,
)
from quanyu.events.actions.reports import (
    KEY_LIVES,
    KeyReused,
    Receipt,
    Report,
    code_indexes,
    forget_keys,
    open_by_code,
    report,
)
from quanyu.events.actions.telling import tell

__all__ = [
    "DESK",
    "KEY_LIVES",
    "KeyReused",
    "Receipt",
    "Report",
    "accept",
    "acknowledge",
    "add_photos",
    "announce_moved",
    "check",
    "close",
    "code_indexes",
    "dispatch",
    "file",
    "forget_keys",
    "hand_back",
    "handle",
    "insist",
    "open_by_code",
    "place",
    "rate",
    "recount_due",
    "refresh_figures",
    "refuse",
    "report",
    "request_verification",
    "reveal_contact",
    "rework",
    "say",
    "send_out",
    "settle",
    "suggest",
    "tell",
    "tell_overdue",
    "verify",
    "void",
]
