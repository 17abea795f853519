"""Signing in, the second factor, the hat; people and their grants (登录与授权的页面)."""

from quanyu.kernel.accounts.pages.administration import (
    end,
    end_sessions,
    give,
    link,
    link_person,
    no_second_factor,
    people,
    person,
    person_new,
    take,
    unlink_person,
)
from quanyu.kernel.accounts.pages.door import enter_as, enter_code, sign_in, sign_out
from quanyu.kernel.accounts.pages.identity import back, start
from quanyu.kernel.accounts.pages.own import hat, password, second_factor
from quanyu.kernel.accounts.pages.security import (
    end_others,
    end_session,
    link_identity,
    own_account,
    renew_codes,
    unlink_identity,
)
from quanyu.kernel.accounts.pages.welcome import welcome

__all__ = [
    "back",
    "end",
    "end_others",
    "end_session",
    "end_sessions",
    "enter_as",
    "enter_code",
    "give",
    "hat",
    "link",
    "link_identity",
    "link_person",
    "no_second_factor",
    "own_account",
    "password",
    "people",
    "person",
    "person_new",
    "renew_codes",
    "second_factor",
    "sign_in",
    "sign_out",
    "start",
    "take",
    "unlink_identity",
    "unlink_person",
    "welcome",
]
