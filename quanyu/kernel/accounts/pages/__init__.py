"""Signing in, the second factor, the hat; people and their grants (登录与授权的页面)."""

from quanyu.kernel.accounts.pages.administration import (
    end,
    give,
    link,
    no_second_factor,
    people,
    person,
    person_new,
    take,
)
from quanyu.kernel.accounts.pages.door import enter_as, enter_code, sign_in, sign_out
from quanyu.kernel.accounts.pages.own import hat, password, second_factor
from quanyu.kernel.accounts.pages.welcome import welcome

__all__ = [
    "end",
    "enter_as",
    "enter_code",
    "give",
    "hat",
    "link",
    "no_second_factor",
    "password",
    "people",
    "person",
    "person_new",
    "second_factor",
    "sign_in",
    "sign_out",
    "take",
    "welcome",
]
