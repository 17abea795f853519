"""The desk of personal data … shows fields, purges, keys and looks to who answers for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.privacy.actions import purge
from quanyu.kernel.privacy.models import Purge, Rotation
from tests.conftest import person
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db
PAGES = ["/desk/privacy", "/desk/privacy/purges", "/desk/privacy/keys"]
TIMER = system(settings.QUANYU_CITY, job="privacy.purge")


@pytest.fixture
def guardian() -> Actor:
    """安全管理员 of the whole city."""
    return person(Role.SEC_ADMIN, settings.QUANYU_CITY, name="安宁")


@pytest.fixture
def audit_admin() -> Actor:
    """审计管理员 of the whole city."""
    return person(Role.AUDIT_ADMIN, settings.QUANYU_CITY, name="严明")


def read(actor: Actor, url: str) -> str:
    return administrator(actor).get(url).content.decode()


def test_lists_every_field_with_its_end(guardian: Actor) -> None:
    page = read(guardian, "/desk/privacy")

    assert "events.contact.phone" in page
    assert "回访与答复反映人" in page
    assert "138****8000" in page


def test_says_when_nothing_was_purged_yet(guardian: Actor) -> None:
    assert "还没有清除过" in read(guardian, "/desk/privacy/purges")


def test_shows_what_a_purge_erased(guardian: Actor, closed: Event, at: Any) -> None:
    purge(actor=TIMER, at=at + timedelta(days=1_500))

    assert "events.event.text" in read(guardian, "/desk/privacy/purges")


def test_shows_what_a_purge_could_not_erase(guardian: Actor) -> None:
    failures = {"events.event.text": "ProtectedError"}
    with acting(TIMER):
        Purge.objects.create(at=timezone.now(), failures=failures, is_finished=True)

    page = read(guardian, "/desk/privacy/purges")
    assert "有的没清除" in page
    assert "ProtectedError" in page


def test_shows_a_rotation_that_was_stopped(guardian: Actor) -> None:
    with acting(TIMER):
        Rotation.objects.create(version=1, key=2, began_at=timezone.now())

    assert "没有做完，再运行一次接着做" in read(guardian, "/desk/privacy/keys")


def test_shows_who_looked_and_no_value(
    act: Any, reported: Event, operator: Actor, audit_admin: Actor
) -> None:
    act(
        actions.reveal_contact,
        event_id=reported.pk,
        reason="contact",
        actor=operator,
        at=timezone.now(),
    )

    page = read(audit_admin, "/desk/privacy/looks")
    assert "联系当事人" in page
    assert "13800138000" not in page


def test_keeps_the_looks_from_who_does_not_audit(guardian: Actor) -> None:
    assert administrator(guardian).get("/desk/privacy/looks").status_code == 404


@pytest.mark.parametrize("url", PAGES)
def test_is_closed_to_others(stranger: Actor, url: str) -> None:
    assert browser_of(stranger).get(url).status_code == 403


def test_is_only_read(guardian: Actor) -> None:
    assert administrator(guardian).post("/desk/privacy").status_code == 405
