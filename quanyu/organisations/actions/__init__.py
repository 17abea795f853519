"""Found bodies, say who answers for what and who holds which post (单位、权责与任职的动作)."""

from quanyu.organisations.actions.appointing import (
    Nominee,
    confirm,
    confirm_batch,
    end_all_of,
    end_appointment,
    name_stand_in,
    propose,
    propose_all,
    refuse,
    refuse_batch,
    withdraw,
    withdraw_batch,
)
from quanyu.organisations.actions.keeping import (
    DATA,
    KEEPERS,
    SAMPLE_DAY,
    assign_duty,
    end_duty,
    found_body,
    load,
)
from quanyu.organisations.actions.norms import change_norm, load_norms
from quanyu.organisations.actions.post_kinds import load_kinds
from quanyu.organisations.actions.posts import (
    NewPost,
    change_seats,
    close_post,
    define_kind,
    open_post,
    open_posts,
)
from quanyu.organisations.actions.taking import take

__all__ = [
    "DATA",
    "KEEPERS",
    "SAMPLE_DAY",
    "NewPost",
    "Nominee",
    "assign_duty",
    "change_norm",
    "change_seats",
    "close_post",
    "confirm",
    "confirm_batch",
    "define_kind",
    "end_all_of",
    "end_appointment",
    "end_duty",
    "found_body",
    "load",
    "load_kinds",
    "load_norms",
    "name_stand_in",
    "open_post",
    "open_posts",
    "propose",
    "propose_all",
    "refuse",
    "refuse_batch",
    "take",
    "withdraw",
    "withdraw_batch",
]
