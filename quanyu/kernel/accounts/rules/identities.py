"""Whom the identity provider vouches for, and by what code they are linked (统一身份规则)."""

import secrets

from quanyu.kernel.errors import Invalid, Refusal

EASY = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs that are not taken for one another, read aloud or from paper."""


class NotVouched(Refusal):
    """The provider did not say who comes, or it is nobody whom we know (统一身份未通过)."""

    status = 422


class WrongIdentity(Invalid):
    """This identity is not to be linked, or to be unlinked, here and now (统一身份绑定有误)."""


def fresh_code() -> str:
    """Return a code of eight signs made by chance, to be told to an administrator."""
    return "".join(secrets.choice(EASY) for _sign in range(8))


def code_meant(text: str) -> str:
    """Return a code as it is kept: without blanks, dashes and small letters."""
    return "".join(sign for sign in text.upper() if sign.isalnum())
