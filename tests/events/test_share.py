"""A body called to a matter that another one has … sees it, and gets no role on it (一并看得到)."""

from typing import Any
from uuid import uuid4

import pytest

from quanyu.events.models import Contact, Event, EventStep
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.access.scope import set_scope
from tests.conftest import found, in_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(dispatched: Event) -> Actor:
    """处置人 in a body that was called to the matter."""
    body = uuid4()
    found(dispatched.pk)
    Event.objects.filter(pk=dispatched.pk).update(shared_with=[uuid4(), body])
    return in_body(body, name="刘洋")


def test_is_seen_through_both_walls(dispatched: Event, called: Actor) -> None:
    set_scope(called)

    assert list(Event.objects.values_list("pk", flat=True)) == [dispatched.pk]
    assert list(Event.objects.visible_to(called)) == [dispatched]
    assert EventStep.objects.visible_to(called).exists()
    assert Contact.objects.visible_to(called).exists()


def test_is_seen_by_no_other_body(dispatched: Event, called: Actor) -> None:
    other = in_body(uuid4())
    set_scope(other)

    assert not Event.objects.exists()
    assert not Event.objects.visible_to(other).exists()


def test_gives_no_role(dispatched: Event, called: Actor, handler: Actor, act: Any) -> None:
    assert found(dispatched.pk).shared_with != []
    assert called.roles_on(found(dispatched.pk)) == set()
    assert handler.roles_on(found(dispatched.pk)) != set()
