"""Requests that wait, a review half done and a deputy: what the administrators find (授权示例)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from quanyu.demo.cast import CITY, STREET
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.rules import Verdict

ASKED: Final = (
    ("commander", "operator", Role.DISPATCHER, "派遣员产假期间接手派遣，示例"),
    ("sys_admin", "community_officer", Role.WINDOW_CLERK, "街道窗口增设一个岗位，示例"),
)
"""Who asked, for whom, for which role in the street, and why."""


def show(actors: Mapping[str, Actor], *, at: datetime) -> None:
    """Let the cast ask, review and stand in, once; the system of a city does nothing of it."""
    with transaction.atomic():
        if queries.reviews(actor=actors["sec_admin"], at=at):
            return
        _ask(actors, at=at - timedelta(days=1))
        _review(actors["sec_admin"], at=at - timedelta(days=9))
        _stand_in(actors["grid_worker"], at=at)


def _ask(actors: Mapping[str, Actor], *, at: datetime) -> None:
    for asker, whom, role, reason in ASKED:
        account = _account(whom)
        with acting(actors[asker]) as actor:
            actions.ask_grant(
                account=account, role=role, region_path=STREET, reason=reason, actor=actor, at=at
            )


def _review(reviewer: Actor, *, at: datetime) -> None:
    with acting(reviewer):
        review = actions.open_review(region_path=CITY, actor=reviewer, at=at)
        lines = queries.lines(review.pk, actor=reviewer, at=at, chosen=queries.Chosen("open"))
        mine = [line.id for line in lines if line.may_decide]
        actions.decide_lines(
            line_ids=mine[: len(mine) // 2],
            verdict=Verdict.KEEP,
            reason="仍在岗，示例",
            actor=reviewer,
            at=at + timedelta(days=1),
        )


def _stand_in(principal: Actor, *, at: datetime) -> None:
    with acting(principal):
        actions.name_deputy(
            principal_id=_account("grid_worker").pk,
            account_id=_account("community_officer").pk,
            granted_to=at + timedelta(days=6),
            reason="外出培训，示例",
            actor=principal,
            at=at,
        )


def _account(username: str) -> Any:
    account = queries.by_username(username)
    if account is None:
        raise LookupError(f"nobody of the cast is called {username}")
    return account
