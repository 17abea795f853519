"""Signing in, the second factor, the hat; people and their grants (登录与授权的页面)."""

from quanyu.kernel.accounts.pages.administration import (
    end,
    give,
    new_password,
    no_second_factor,
    people,
    person,
    person_new,
    take,
)
from quanyu.kernel.accounts.pages.door import enter_as, enter_code, sign_in, sign_out
from quanyu.kernel.accounts.pages.own import hat, password, second_factor

__all__ = [
    "end",
    "enter_as",
    "enter_code",
    "give",
    "hat",
    "new_password",
    "no_second_factor",
    "password",
    "people",
    "person",
    "person_new",
    "second_factor",
    "sign_in",
    "sign_out",
    "take",
]
