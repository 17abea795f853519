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
from quanyu.events.actions.callbacks import (
    end_call,
    hear,
    leave_call,
    miss_call,
    queue_call,
    take_call,
)
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
from quanyu.events.actions.consulting import Asked, call_off, conclude, convene, reconvene
from quanyu.events.actions.counting import ask_count as ask_count
from quanyu.events.actions.counting import keep_count as keep_count
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
from quanyu.events.actions.excluding import ask_exclusion, count_again, exclude, keep_counted
from quanyu.events.actions.extending import ask_extension, extend, keep_due
from quanyu.events.actions.forcing import appeal, draw, force_close, overrule, review_closing
from quanyu.events.actions.forwarded import hide_reporter, redo, supplement, urge, withdraw
from quanyu.events.actions.handling import (
    acknowledge,
    add_photos,
    hand_back,
    handle,
    settle,
    verify,
)
from quanyu.events.actions.hot import keep_hot, set_aside
from quanyu.events.actions.joint import (
    acknowledge_part,
    answer_part,
    extend_part,
    go_on_parts,
    hand_back_part,
    insist_part,
    join,
    move_lead,
    withdraw_part,
)
from quanyu.events.actions.joint_telling import tell_joint
from quanyu.events.actions.listing import begin_sweep as begin_sweep
from quanyu.events.actions.listing import fold as fold
from quanyu.events.actions.listing import follow as follow
from quanyu.events.actions.listing import learn_words as learn_words
from quanyu.events.actions.listing import mark_followed as mark_followed
from quanyu.events.actions.listing import mark_whole as mark_whole
from quanyu.events.actions.listing import sweep as sweep
from quanyu.events.actions.merging import follow_main, go_on_with_main, merge, unmerge
from quanyu.events.actions.moving import arrive, hand_over
from quanyu.events.actions.outside import (
    come_back,
    forward,
    hand_outside,
    send_back,
    take_answer,
    take_back,
)
from quanyu.events.actions.precedents import register_precedent, revoke_precedent
from quanyu.events.actions.reports import (
    KEY_LIVES,
    KeyReused,
    Receipt,
    Report,
    code_indexes,
    forget_keys,
    matter_again,
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
    "Asked",
    "KeyReused",
    "Receipt",
    "Report",
    "Trained",
    "accept",
    "acknowledge",
    "acknowledge_part",
    "add_photos",
    "announce_moved",
    "answer",
    "answer_part",
    "appeal",
    "arrive",
    "ask",
    "ask_exclusion",
    "ask_extension",
    "ask_suspension",
    "attach",
    "call_off",
    "check",
    "close",
    "close_campaign",
    "code_indexes",
    "come_back",
    "conclude",
    "convene",
    "count_again",
    "detach",
    "dispatch",
    "draw",
    "end_call",
    "escalate",
    "escalate_due",
    "exclude",
    "extend",
    "extend_part",
    "file",
    "follow_main",
    "force_close",
    "forget_keys",
    "forward",
    "go_on",
    "go_on_parts",
    "go_on_with_main",
    "hand_back",
    "hand_back_part",
    "hand_outside",
    "hand_over",
    "handle",
    "hear",
    "hide_reporter",
    "insist",
    "insist_part",
    "join",
    "keep_counted",
    "keep_due",
    "keep_hot",
    "keep_model",
    "keep_on",
    "leave_call",
    "matter_again",
    "merge",
    "miss_call",
    "move_lead",
    "note_campaign",
    "open_by_code",
    "open_campaign",
    "overrule",
    "place",
    "queue_call",
    "rate",
    "reconvene",
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
    "review_closing",
    "revoke_precedent",
    "rework",
    "say",
    "send_back",
    "send_out",
    "set_aside",
    "settle",
    "suggest",
    "supplement",
    "suspend",
    "suspend_on",
    "take_answer",
    "take_back",
    "take_call",
    "tell",
    "tell_joint",
    "tell_overdue",
    "unmerge",
    "urge",
    "use_model",
    "verify",
    "void",
    "wake",
    "withdraw",
    "withdraw_part",
]
