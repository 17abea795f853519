"""Tables of accounts and grants (账号与授权的表)."""

from quanyu.kernel.accounts.models.asked import GrantRequest
from quanyu.kernel.accounts.models.grants import Deputy, GrantRow
from quanyu.kernel.accounts.models.invitations import Invitation
from quanyu.kernel.accounts.models.people import Account, AccountManager, Attempts
from quanyu.kernel.accounts.models.reviewed import Review, ReviewLine

__all__ = [
    "Account",
    "AccountManager",
    "Attempts",
    "Deputy",
    "GrantRequest",
    "GrantRow",
    "Invitation",
    "Review",
    "ReviewLine",
]
