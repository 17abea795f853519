"""Of the same order sent twice at once one opens the matter; none waits crosswise (并发)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from quanyu.events import actions as events
from quanyu.events.models import Event
from quanyu.gateway import actions, jobs, queries
from quanyu.gateway.models import Answer, Order
from quanyu.gateway.rules import Said
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from tests.conftest import STREET, person
from tests.crosswise import WORKER, crosswise
from tests.gateway.conftest import HOTLINE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def act() -> Any:
    """Do something as somebody, in a transaction of its own."""

    def done(verb: Any, *, actor: Actor, **facts: Any) -> Any:
        with acting(actor):
            return verb(actor=actor, **facts)

    return done


def test_the_same_order_twice_at_once_is_one_matter(
    sys_admin: Actor, order: Said, at: datetime
) -> None:
    with acting(sys_admin):
        source = actions.register_source(
            code="hotline",
            place=STREET,
            actor=sys_admin,
            at=at,
            **HOTLINE,  # type: ignore[arg-type]
        )
    hotline = queries.actor_of(source)

    def send(_number: int) -> bool:
        try:
            with acting(hotline):
                taken = actions.take_order(source=source, said=order, actor=hotline, at=at)
            return taken.is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(send, range(4)))

    assert found == [False, False, False, True]
    with acting(WORKER):
        assert (Event.objects.count(), Order.objects.count()) == (1, 1)


def test_an_order_and_what_is_said_to_its_answer_never_wait_crosswise(
    act: Any, sys_admin: Actor, order: Said, at: datetime
) -> None:
    """The matter is locked first, by whichever door one comes."""
    given = {"code": "hotline", "place": STREET, **HOTLINE}
    source = act(actions.register_source, actor=sys_admin, at=at, **given)
    hotline = queries.actor_of(source)
    taken = act(actions.take_order, source=source, said=order, actor=hotline, at=at).order
    refusing = {"event_id": taken.event_id, "reason": "out_of_scope", "reply": "请找铁路部门"}
    act(events.refuse, actor=person(Role.OPERATOR), at=at, **refusing)
    jobs.tell_sources(at)
    with acting(WORKER):
        last = Answer.objects.get(order=taken, kind="refused")

    crosswise(
        first=(Event, taken.event_id),
        then=(Answer, last.pk),
        beside=partial(
            act,
            actions.send_back,
            source=source,
            seq=last.seq,
            reason="请再看看",
            actor=hotline,
            at=at,
        ),
    )
    crosswise(
        first=(Event, taken.event_id),
        then=(Order, taken.pk),
        beside=partial(jobs.tell_sources, at),
    )

    with acting(WORKER):
        assert Order.objects.get().returned == 1
