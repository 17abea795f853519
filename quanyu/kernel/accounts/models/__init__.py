"""Tables of accounts and grants, identities and sessions (账号、授权、统一身份与会话的表)."""

from quanyu.kernel.accounts.models.asked import GrantRequest
from quanyu.kernel.accounts.models.confirmed import WAITING, Confirmed
from quanyu.kernel.accounts.models.grants import Deputy, GrantRow
from quanyu.kernel.accounts.models.identities import Identity, SessionRow
from quanyu.kernel.accounts.models.invitations import Invitation
from quanyu.kernel.accounts.models.people import Account, AccountManager, Attempts
from quanyu.kernel.accounts.models.reviewed import Review, ReviewLine

__all__ = [
    "WAITING",
    "Account",
    "AccountManager",
    "Attempts",
    "Confirmed",
    "Deputy",
    "GrantRequest",
    "GrantRow",
    "Identity",
    "Invitation",
    "Review",
    "ReviewLine",
    "SessionRow",
]
