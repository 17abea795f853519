"""What may be done with a matter: one verb, one transaction."""

from quanyu.events.actions.aside import (
    announce_moved,
    recount_due,
    refresh_figures,
    reveal_contact,
    say,
    tell_overdue,
)
from quanyu.events.actions.asking import answer, ask, go_on
from quanyu.events.actions.campaigns import (
    attach,
    close_campaign,
    detach,
    note_campaign,
    open_campaign,
)
from quanyu.events.actions.classing import KEEPERS, Trained, keep_model, release, suggest, use_model
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
    void,
)
from quanyu.events.actions.escalating import escalate, escalate_due
from quanyu.events.actions.extending import ask_extension, extend, keep_due
from quanyu.events.actions.forwarded import redo, supplement, urge, withdraw
from quanyu.events.actions.handling import (
    acknowledge,
    add_photos,
    hand_back,
    handle,
    settle,
    verify,
)
from quanyu.events.actions.hot import keep_hot, set_aside
from quanyu.events.actions.merging import follow_main, merge, unmerge
from quanyu.events.actions.precedents import register_precedent, revoke_precedent
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
from quanyu.events.actions.suspending import (
    ask_suspension,
    keep_on,
    resume,
    suspend,
    suspend_on,
    wake,
)
from quanyu.events.actions.telling import tell

__all__ = [
    "DESK",
    "KEEPERS",
    "KEY_LIVES",
    "KeyReused",
    "Receipt",
    "Report",
    "Trained",
    "accept",
    "acknowledge",
    "add_photos",
    "announce_moved",
    "answer",
    "ask",
    "ask_extension",
    "ask_suspension",
    "attach",
    "check",
    "close",
    "close_campaign",
    "code_indexes",
    "detach",
    "dispatch",
    "escalate",
    "escalate_due",
    "extend",
    "file",
    "follow_main",
    "forget_keys",
    "go_on",
    "hand_back",
    "handle",
    "insist",
    "keep_due",
    "keep_hot",
    "keep_model",
    "keep_on",
    "merge",
    "note_campaign",
    "open_by_code",
    "open_campaign",
    "place",
    "rate",
    "recount_due",
    "redo",
    "refresh_figures",
    "refuse",
    "register_precedent",
    "release",
    "report",
    "request_verification",
    "resume",
    "reveal_contact",
    "revoke_precedent",
    "rework",
    "say",
    "send_out",
    "set_aside",
    "settle",
    "suggest",
    "supplement",
    "suspend",
    "suspend_on",
    "tell",
    "tell_overdue",
    "unmerge",
    "urge",
    "use_model",
    "verify",
    "void",
    "wake",
    "withdraw",
]
