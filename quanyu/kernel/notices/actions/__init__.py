"""What is done with notices: told, sent, read, chosen, called."""

from quanyu.kernel.notices.actions.address import (
    ask_mail,
    code_parcel,
    confirm_mail,
    forget_proofs,
    remove_mail,
)
from quanyu.kernel.notices.actions.administration import tell_administration
from quanyu.kernel.notices.actions.calling import called, reveal_number
from quanyu.kernel.notices.actions.own import choose, read, read_all
from quanyu.kernel.notices.actions.sending import (
    Batch,
    claim,
    let_be,
    receipt,
    recover,
    resend,
    settle,
)
from quanyu.kernel.notices.actions.telling import News, forget, over, tell, tell_resident
from quanyu.kernel.notices.actions.wording import try_out, word

__all__ = [
    "Batch",
    "News",
    "ask_mail",
    "called",
    "choose",
    "claim",
    "code_parcel",
    "confirm_mail",
    "forget",
    "forget_proofs",
    "let_be",
    "over",
    "read",
    "read_all",
    "receipt",
    "recover",
    "remove_mail",
    "resend",
    "reveal_number",
    "settle",
    "tell",
    "tell_administration",
    "tell_resident",
    "try_out",
    "word",
]
