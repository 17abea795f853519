"""Make and end accounts, give and take roles, and count failed sign-ins (账号与授权的变更)."""

from quanyu.kernel.accounts.actions.asking import (
    approve_grant,
    ask_grant,
    lapse_requests,
    refuse_grant,
    tell_ending,
    withdraw_grant,
)
from quanyu.kernel.accounts.actions.attempts import (
    begin_try,
    count_failure,
    forget_failures,
    key_of,
    sweep_attempts,
)
from quanyu.kernel.accounts.actions.carrying import (
    Carried,
    carry,
    check_system,
    hold_accounts,
    hold_exchange,
    uncarry,
)
from quanyu.kernel.accounts.actions.confirming import confirm_way_in
from quanyu.kernel.accounts.actions.deputies import end_deputy, name_deputy
from quanyu.kernel.accounts.actions.factors import enrol_totp, reset_totp
from quanyu.kernel.accounts.actions.grants import end_grant, grant
from quanyu.kernel.accounts.actions.identities import (
    link_by_code,
    link_own,
    link_subject,
    meet,
    sweep_identities,
    unlink,
)
from quanyu.kernel.accounts.actions.invitations import invite, take_up
from quanyu.kernel.accounts.actions.moving import move_grants
from quanyu.kernel.accounts.actions.people import (
    NewAccount,
    create_account,
    create_accounts,
    end_account,
    set_email,
    set_password,
)
from quanyu.kernel.accounts.actions.recovery import renew_recovery_codes
from quanyu.kernel.accounts.actions.reviews import (
    decide_lines,
    open_quarter,
    open_review,
    propose_lines,
    tell_late,
)
from quanyu.kernel.accounts.actions.sessions import (
    end_other_sessions,
    end_session,
    end_sessions,
    sweep_sessions,
)
from quanyu.kernel.accounts.actions.taking import take_people

__all__ = [
    "Carried",
    "NewAccount",
    "approve_grant",
    "ask_grant",
    "begin_try",
    "carry",
    "check_system",
    "confirm_way_in",
    "count_failure",
    "create_account",
    "create_accounts",
    "decide_lines",
    "end_account",
    "end_deputy",
    "end_grant",
    "end_other_sessions",
    "end_session",
    "end_sessions",
    "enrol_totp",
    "forget_failures",
    "grant",
    "hold_accounts",
    "hold_exchange",
    "invite",
    "key_of",
    "lapse_requests",
    "link_by_code",
    "link_own",
    "link_subject",
    "meet",
    "move_grants",
    "name_deputy",
    "open_quarter",
    "open_review",
    "propose_lines",
    "refuse_grant",
    "renew_recovery_codes",
    "reset_totp",
    "set_email",
    "set_password",
    "sweep_attempts",
    "sweep_identities",
    "sweep_sessions",
    "take_people",
    "take_up",
    "tell_ending",
    "tell_late",
    "uncarry",
    "unlink",
    "withdraw_grant",
]
