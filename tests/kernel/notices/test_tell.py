"""tell … puts it into the inbox of each once, and nobody else sees it (告知)."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from quanyu.kernel.access.rules import Actor, Grant, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.errors import Denied
from quanyu.kernel.notices import actions, queries
from quanyu.kernel.notices.models import Delivery, Notice
from tests.conftest import STREET
from tests.kernel.notices.conftest import LATE, WORKER, Hire, news, tell

pytestmark = pytest.mark.django_db


def seen(actor: Actor) -> list[Notice]:
    set_scope(actor)
    return queries.inbox(actor=actor)[0]


def test_puts_it_into_the_inbox(li: Actor, at: datetime) -> None:
    tell(li, at=at)

    assert [row.topic for row in seen(li)] == ["tests.lamp"]
    assert queries.unread(li) == 1


def test_tells_nobody_twice_of_the_same_occasion(li: Actor, at: datetime) -> None:
    tell(li, at=at)
    tell(li, at=at + timedelta(minutes=1))

    assert queries.unread(li) == 1


def test_tells_again_on_another_occasion(li: Actor, at: datetime) -> None:
    tell(li, at=at)
    tell(li, at=at, given=news(occasion="2"))

    assert queries.unread(li) == 2


def test_says_it_in_the_readers_language(li: Actor, at: datetime) -> None:
    (row,) = tell(li, at=at)

    said = queries.said(row, "inapp", language="zh-hans", held={})

    assert said.subject == "路灯坏了：路灯"
    assert said.body == "三里庵，3月4日 10:00"
    assert queries.words_in(row.words, "en")["matter"] == "street lamp"


def test_is_seen_by_nobody_else(li: Actor, hire: Hire, at: datetime) -> None:
    (row,) = tell(li, at=at)
    stranger = hire("孙远")

    assert seen(stranger) == []
    with pytest.raises(Denied):
        queries.mine(row.pk, actor=stranger)


def test_is_hidden_from_a_stranger_by_the_database_too(li: Actor, hire: Hire, at: datetime) -> None:
    tell(li, at=at)
    set_scope(hire("孙远"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notices_notice")
        assert cursor.fetchone() == (0,)


def test_is_not_written_by_a_person_into_the_inbox_of_another(
    li: Actor, hire: Hire, at: datetime
) -> None:
    stranger = hire("孙远")
    set_scope(stranger)

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        actions.tell(news(), to=[li.id], actor=stranger, at=at)  # type: ignore[list-item]


def test_leaves_out_whose_account_has_ended(li: Actor, at: datetime) -> None:
    Account.objects.filter(name=li.name).update(is_active=False, ended_at=at)

    assert tell(li, at=at) == []


def test_goes_to_who_stands_in_too_and_says_for_whom(hire: Hire, at: datetime) -> None:
    post = frozenset({Grant(Role.OPERATOR, STREET)})
    li = hire("李军", grants=post)
    other = hire("王小兰", grants=frozenset({Grant(Role.GRID_WORKER, STREET)}))
    accounts.name_deputy(
        principal_id=Account.objects.get(name="李军").pk,
        account_id=Account.objects.get(name="王小兰").pk,
        granted_to=at + timedelta(days=5),
        reason="休假",
        actor=li,
        at=at,
    )

    tell(li, at=at)

    (row,) = seen(other)
    set_scope(WORKER)
    assert queries.said(row, "inapp", language="zh-hans", held={}).subject.endswith("（代 李军）")
    assert queries.unread(li) == 1


def test_sends_nothing_out_where_no_way_is_open(li: Actor, at: datetime) -> None:
    tell(li, at=at)

    assert not Delivery.objects.exists()


def test_read_marks_it_for_its_owner_alone(li: Actor, hire: Hire, at: datetime) -> None:
    (row,) = tell(li, at=at)
    stranger = hire("孙远")
    set_scope(stranger)
    with pytest.raises(Denied):
        actions.read(notice_id=row.pk, actor=stranger, at=at)
    set_scope(li)

    actions.read(notice_id=row.pk, actor=li, at=at)

    assert queries.unread(li) == 0
    assert [one.pk for one in queries.inbox(actor=li, is_old=True)[0]] == [row.pk]


def test_read_all_leaves_other_peoples_alone(li: Actor, hire: Hire, at: datetime) -> None:
    other = hire("王小兰")
    tell(li, other, at=at)
    set_scope(li)

    assert actions.read_all(actor=li, at=at) == 1

    set_scope(other)
    assert queries.unread(other) == 1


def test_over_takes_it_off_and_sends_nothing_more(li: Actor, post: object, at: datetime) -> None:
    tell(li, at=at, given=news(LATE.key))

    actions.over(
        subject="tests.lamp:1", topics=[LATE.key], actor=WORKER, at=at + timedelta(hours=1)
    )

    assert queries.unread(li) == 0
    assert Delivery.objects.get().state == "dropped"


def test_forget_deletes_what_is_past_its_time(li: Actor, at: datetime) -> None:
    tell(li, at=at)

    assert actions.forget(actor=WORKER, at=at + timedelta(days=89)) == 0
    assert actions.forget(actor=WORKER, at=at + timedelta(days=91)) > 0


def test_pages_by_keyset(li: Actor, at: datetime) -> None:
    for number in range(queries.PAGE + 3):
        tell(li, at=at, given=news(occasion=str(number)))
    set_scope(li)

    first, after = queries.inbox(actor=li)
    rest, end = queries.inbox(actor=li, after=after)

    assert (len(first), len(rest), end) == (queries.PAGE, 3, "")
