"""People and posts of the demo street, made by doing (岗位与任职的测试准备)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from quanyu.kernel.access.rules import Actor, Grant, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts import queries as found
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.organisations import actions
from quanyu.organisations.actions import NewPost, Nominee
from quanyu.organisations.models import Appointment, Body, Post
from tests.organisations.conftest import STREET

GRID = f"{STREET}001/g001/"
COMMUNITY = f"{STREET}001/"
CITY = system("34/01/", job="tests")


def do(verb: Any, *, actor: Actor, **facts: Any) -> Any:
    """Do something as somebody, under that person's reach in the database."""
    set_scope(actor)
    return verb(actor=actor, **facts)


def account(username: str, *, at: datetime, name: str = "周明") -> Account:
    return accounts.create_account(
        username=username, name=name, password=None, actor=CITY, at=at - timedelta(days=9)
    )


def body(code: str = "community-001") -> UUID:
    return Body.objects.values_list("pk", flat=True).get(code=code)


def post(
    actor: Actor,
    at: datetime,
    *,
    code: str = "p-grid-worker",
    kind: str = "grid-worker",
    place: str = GRID,
    of: str = "community-001",
    **more: Any,
) -> Post:
    start = more.pop("start", at.date() - timedelta(days=30))
    new = NewPost(code=code, kind=kind, body=body(of), place=place, start=start, **more)
    return do(actions.open_post, post=new, actor=actor, at=at)


def proposed(where: Post, who: Account, actor: Actor, at: datetime, **more: Any) -> Appointment:
    nominee = Nominee(post=where.pk, account=who.pk, reason="工作需要", **more)
    return do(actions.propose, nominee=nominee, actor=actor, at=at)


def appointed(
    where: Post, who: Account, actor: Actor, other: Actor, at: datetime, **more: Any
) -> Appointment:
    row = proposed(where, who, actor, at, **more)
    return do(actions.confirm, appointment_id=row.pk, actor=other, at=at)


def grants(who: Account, *, at: datetime) -> frozenset[Grant]:
    return found.grants_of(who, at=at)


def rows_of(row: Appointment) -> list[GrantRow]:
    return list(GrantRow.objects.filter(appointment=row.pk).order_by("granted_from"))


WORKER = Grant(Role.GRID_WORKER, GRID)
