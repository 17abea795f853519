"""Of the same order sent twice at once one opens the matter, and both are answered (并发)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from quanyu.events.models import Event
from quanyu.gateway import actions, queries
from quanyu.gateway.models import Order
from quanyu.gateway.rules import Said
from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from tests.conftest import STREET
from tests.gateway.conftest import HOTLINE

pytestmark = pytest.mark.django_db(transaction=True)


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
    with acting(system("34/01/", job="tests")):
        assert (Event.objects.count(), Order.objects.count()) == (1, 1)
