"""Of many proposed or confirmed at once … a refusal names the one that is meant (指明是谁)."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quanyu.kernel.access.http import sentence
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.errors import Refusal, of_one
from quanyu.organisations import actions
from quanyu.organisations.actions import Nominee
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.queries import holders
from quanyu.organisations.rules.posts import NoSeat, Settled, WrongAppointment
from tests.organisations.posts import CITY, account, appointed, do, post, proposed
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(at: datetime) -> Post:
    return post(CITY, at, seats=2)


@pytest.fixture
def people(at: datetime) -> list[Account]:
    return [account(f"w{name}", at=at, name=name) for name in ("王芳", "李军", "陈静")]


@pytest.fixture
def batch(
    where: Post, people: list[Account], commander: Actor, district_admin: Actor, at: datetime
) -> list[Appointment]:
    """Two proposed together; since then somebody else has taken one of the two seats."""
    nominees = [Nominee(where.pk, who.pk, "工作需要") for who in people[:2]]
    rows: list[Appointment] = do(actions.propose_all, nominees=nominees, actor=commander, at=at)
    appointed(where, people[2], commander, district_admin, at)
    return rows


def test_of_many_proposed_it_is_the_one_who_waits_already(
    where: Post, people: list[Account], commander: Actor, at: datetime
) -> None:
    proposed(where, people[1], commander, at)
    nominees = [Nominee(where.pk, who.pk, "工作需要") for who in people]

    with pytest.raises(Settled) as refused:
        do(actions.propose_all, nominees=nominees, actor=commander, at=at)

    assert refused.value.about == people[1].pk


def test_of_many_named_it_is_the_one_whom_the_actor_may_not_name(
    where: Post, people: list[Account], commander: Actor, at: datetime
) -> None:
    people[1].is_active, people[1].ended_at = False, at
    people[1].save(update_fields=["is_active", "ended_at"])
    nominees = [Nominee(where.pk, who.pk, "工作需要") for who in people]

    with pytest.raises(WrongAppointment) as refused:
        do(actions.propose_all, nominees=nominees, actor=commander, at=at)

    assert (refused.value.about, refused.value.whom) == (people[1].pk, "")
    assert "李军" not in str(refused.value)


def test_of_a_batch_it_is_the_one_for_whom_no_seat_is_left(
    batch: list[Appointment], people: list[Account], district_admin: Actor, at: datetime
) -> None:
    with pytest.raises(NoSeat) as refused:
        do(actions.confirm_batch, batch=batch[0].batch, actor=district_admin, at=at)

    assert refused.value.about == people[1].pk


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", r"李军\W+专职网格员"), ("en", r"李军\W+Full-time grid worker")],
)
def test_the_page_names_whom_in_the_readers_language(
    batch: list[Appointment], district_admin: Actor, language: str, said: str
) -> None:
    browser = browser_of(district_admin)
    browser.cookies["django_language"] = language

    told = confirmed(browser, batch)

    assert re.search(said, told)


def confirmed(browser: Client, batch: list[Appointment]) -> str:
    address = f"/desk/appointments/batches/{batch[0].batch}/confirm"
    answer: Any = browser.post(address, {}, follow=True)
    return str(answer.content.decode())


def test_names_nobody_to_whom_it_is_out_of_reach(
    batch: list[Appointment], people: list[Account], stranger: Actor, commander: Actor, at: datetime
) -> None:
    def named(actor: Actor) -> str:
        rows = do(holders.rows_of, actor=actor, batch=batch[0].batch)
        said: str = holders.whom(rows, people[1].pk, actor=actor, at=at)
        return said

    assert (named(stranger), "李军" in named(commander)) == ("", True)


def test_the_nearest_word_on_who_is_meant_stays() -> None:
    with pytest.raises(Refusal) as refused, of_one("outer"), of_one("inner"):
        raise Refusal("没有空缺")

    refused.value.whom = "李军"
    assert (refused.value.about, sentence(refused.value)) == ("inner", "李军：没有空缺")
