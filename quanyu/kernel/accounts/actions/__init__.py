"""Make and end accounts, give and take roles, and count failed sign-ins (账号与授权的变更)."""

from quanyu.kernel.accounts.actions.attempts import (
    begin_try,
    count_failure,
    forget_failures,
    key_of,
    sweep_attempts,
)
from quanyu.kernel.accounts.actions.factors import enrol_totp, reset_totp
from quanyu.kernel.accounts.actions.grants import end_grant, grant
from quanyu.kernel.accounts.actions.invitations import invite, take_up
from quanyu.kernel.accounts.actions.people import create_account, end_account, set_password

__all__ = [
    "begin_try",
    "count_failure",
    "create_account",
    "end_account",
    "end_grant",
    "enrol_totp",
    "forget_failures",
    "grant",
    "invite",
    "key_of",
    "reset_totp",
    "set_password",
    "sweep_attempts",
    "take_up",
]
