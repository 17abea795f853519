"""Signing in, the second factor, the hat; people and their grants (登录与授权的页面)."""

from quanyu.kernel.accounts.pages.administration import (
    confirm,
    email,
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
from quanyu.kernel.accounts.pages.asked import approve, ending, refuse, requests, withdraw
from quanyu.kernel.accounts.pages.door import enter_as, enter_code, sign_in, sign_out
from quanyu.kernel.accounts.pages.finding import find_bodies, find_places
from quanyu.kernel.accounts.pages.identity import back, start
from quanyu.kernel.accounts.pages.mine import (
    ask_for,
    ask_grant,
    circle,
    end_deputy,
    grants,
    name_deputy,
    name_deputy_for,
)
from quanyu.kernel.accounts.pages.own import hat, password, second_factor
from quanyu.kernel.accounts.pages.reviewed import decide, open_review, review, reviews
from quanyu.kernel.accounts.pages.security import (
    end_others,
    end_session,
    link_identity,
    own_account,
    renew_codes,
    unlink_identity,
)
from quanyu.kernel.accounts.pages.seen import see_as, see_as_oneself, sees
from quanyu.kernel.accounts.pages.welcome import welcome

__all__ = [
    "approve",
    "ask_for",
    "ask_grant",
    "back",
    "circle",
    "confirm",
    "decide",
    "email",
    "end",
    "end_deputy",
    "end_others",
    "end_session",
    "end_sessions",
    "ending",
    "enter_as",
    "enter_code",
    "find_bodies",
    "find_places",
    "give",
    "grants",
    "hat",
    "link",
    "link_identity",
    "link_person",
    "name_deputy",
    "name_deputy_for",
    "no_second_factor",
    "open_review",
    "own_account",
    "password",
    "people",
    "person",
    "person_new",
    "refuse",
    "renew_codes",
    "requests",
    "review",
    "reviews",
    "second_factor",
    "see_as",
    "see_as_oneself",
    "sees",
    "sign_in",
    "sign_out",
    "start",
    "take",
    "unlink_identity",
    "unlink_person",
    "welcome",
    "withdraw",
]
