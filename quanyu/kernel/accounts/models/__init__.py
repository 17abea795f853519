"""Tables of accounts and grants (账号与授权的表)."""

from quanyu.kernel.accounts.models.grants import GrantRow
from quanyu.kernel.accounts.models.invitations import Invitation
from quanyu.kernel.accounts.models.people import Account, AccountManager, Attempts

__all__ = ["Account", "AccountManager", "Attempts", "GrantRow", "Invitation"]
