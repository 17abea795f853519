"""Why the data of those who sign in are kept, and until when (工作人员信息登记)."""

from typing import Any

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.fields import declare, seals
from quanyu.kernel.privacy.rules import Personal

YEARS = 1095
"""Sample days: an account that is open has no end."""
SIGN_IN = _("工作人员登录与履职")
SECURITY = _("保护登录安全")
WHY = _("说明授权的事由")


def staff(purpose: str, *, days: int = YEARS, since: str = "ended_at", **more: Any) -> Personal:
    """Return the declaration of a field about somebody who signs in."""
    return Personal("duty", purpose, days, since, of="staff", **more)


declare(
    "sessions.session", {"session_data": staff(SECURITY, days=0, since="expire_date", ends="row")}
)
declare(
    "account.emailaddress", {"email": staff(SIGN_IN, days=0, since="user__ended_at", ends="row")}
)
declare("mfa.authenticator", {"data": staff(SECURITY, days=0, since="user__ended_at", ends="row")})

SECOND_FACTOR = "mfa_authenticator.data"
"""The place to which the secrets of second factors are bound."""
seals("mfa.authenticator", "data", place=SECOND_FACTOR)
