"""Found bodies, say who answers for what and who holds which post (单位、权责与任职的动作)."""

from quanyu.organisations.actions.appointing import (
    Nominee,
    confirm,
    confirm_batch,
    name_stand_in,
    propose,
    propose_all,
    refuse,
    refuse_batch,
    withdraw,
    withdraw_batch,
)
from quanyu.organisations.actions.bodies import (
    correct_body,
    found_body,
    rename_body,
    reseat_body,
    resubordinate_body,
)
from quanyu.organisations.actions.commanding import command_agency, release_agency
from quanyu.organisations.actions.covering import NewCover, cover, cover_all, uncover
from quanyu.organisations.actions.electing import Taking, propose_elected
from quanyu.organisations.actions.forming import form_party, part_party
from quanyu.organisations.actions.founding import NewBody, found_bodies
from quanyu.organisations.actions.joining import join_body, leave_body
from quanyu.organisations.actions.keepers import KEEPERS, PARTY_KEEPERS, check_keeper
from quanyu.organisations.actions.keeping import (
    DATA,
    SAMPLE_DAY,
    assign_duty,
    end_duty,
    load,
    load_rules,
)
from quanyu.organisations.actions.leaving import end_all_of, end_appointment, keep_appointment
from quanyu.organisations.actions.merging import dissolve_body, merge_body
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
from quanyu.organisations.actions.taking_covers import take_covers
from quanyu.organisations.actions.taking_participations import take_participations
from quanyu.organisations.actions.taking_party import take_counts, take_meetings
from quanyu.organisations.actions.taking_posts import take_appointments, take_posts
from quanyu.organisations.actions.templates import found_units

__all__ = [
    "DATA",
    "KEEPERS",
    "PARTY_KEEPERS",
    "SAMPLE_DAY",
    "NewBody",
    "NewCover",
    "NewPost",
    "Nominee",
    "Taking",
    "assign_duty",
    "change_norm",
    "change_seats",
    "check_keeper",
    "close_post",
    "command_agency",
    "confirm",
    "confirm_batch",
    "correct_body",
    "cover",
    "cover_all",
    "define_kind",
    "dissolve_body",
    "end_all_of",
    "end_appointment",
    "end_duty",
    "form_party",
    "found_bodies",
    "found_body",
    "found_units",
    "join_body",
    "keep_appointment",
    "leave_body",
    "load",
    "load_kinds",
    "load_norms",
    "load_rules",
    "merge_body",
    "name_stand_in",
    "open_post",
    "open_posts",
    "part_party",
    "propose",
    "propose_all",
    "propose_elected",
    "refuse",
    "refuse_batch",
    "release_agency",
    "rename_body",
    "reseat_body",
    "resubordinate_body",
    "take",
    "take_appointments",
    "take_counts",
    "take_covers",
    "take_meetings",
    "take_participations",
    "take_posts",
    "uncover",
    "withdraw",
    "withdraw_batch",
]
