"""精确计数：A list counted on demand … counts what its person sees, and is nobody else's."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from quanyu.events import actions, jobs, queries
from quanyu.events.models.listed import ListCount
from quanyu.events.queries import asked_counts, counting, lists
from quanyu.events.rules import Filters
from quanyu.kernel.access.rules import REPORTER, SIGHTED_ROLES, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import GrantRow
from quanyu.kernel.errors import Denied
from tests.conftest import person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db

SYSTEM = system(settings.QUANYU_CITY, job="tests")
OPEN = {"state": "open"}


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch, act: Any, said: Any, at: datetime) -> None:
    """Three matters, of which a list counts no more than one."""
    monkeypatch.setattr(counting, "COUNT_TO", 1)
    for _n in range(3):
        act(actions.report, said=said, actor=REPORTER, at=at)


@pytest.mark.parametrize("role", sorted(SIGHTED_ROLES))
def test_is_equal_to_the_rows_of_every_role(role: Role, long: None) -> None:
    actor = person(role)
    browser_of(actor)

    made = _counted(actor)

    set_scope(actor)
    now = timezone.now()
    assert made.number == lists.narrowed(Filters(state="open"), actor=actor, at=now).count()


def test_counts_with_the_sight_of_the_moment(long: None, clerk: Actor) -> None:
    browser_of(clerk)
    set_scope(clerk)
    made = actions.ask_count(asked=OPEN, actor=clerk, at=timezone.now())
    GrantRow.objects.filter(account=clerk.id).update(region_path="34/01/02/")

    _work(made)

    assert _kept(made).number == 0


def test_counts_nothing_for_who_is_gone(long: None, clerk: Actor) -> None:
    set_scope(clerk)
    made = actions.ask_count(asked=OPEN, actor=clerk, at=timezone.now())

    _work(made)

    assert (_kept(made).number, _kept(made).counted_at is None) == (None, False)


def test_is_seen_by_nobody_else(long: None, clerk: Actor, stranger: Actor, operator: Actor) -> None:
    browser_of(clerk)
    _counted(clerk)
    found = {}
    for who in (clerk, operator, stranger):
        set_scope(who)
        count = asked_counts.newest(OPEN, hat="", actor=who, at=timezone.now())
        found[who.name] = (count is not None, ListCount.objects.count())

    assert found == {clerk.name: (True, 1), operator.name: (False, 0), stranger.name: (False, 0)}


def test_is_begun_once_while_it_is_under_way(clerk: Actor, at: datetime) -> None:
    set_scope(clerk)
    first = actions.ask_count(asked=OPEN, actor=clerk, at=at)
    again = actions.ask_count(asked=OPEN, actor=clerk, at=at + timedelta(minutes=1))
    late = actions.ask_count(asked=OPEN, actor=clerk, at=at + asked_counts.GIVEN_UP)

    assert (first.pk == again.pk, first.pk == late.pk) == (True, False)


def test_of_two_lists_only_the_last_asked_for_is_counted(clerk: Actor, at: datetime) -> None:
    browser_of(clerk)
    set_scope(clerk)
    first = actions.ask_count(asked=OPEN, actor=clerk, at=at)
    actions.ask_count(asked={"state": "filed"}, actor=clerk, at=at + timedelta(minutes=1))

    _work(first)

    assert _kept(first).counted_at is None


def test_stops_where_it_takes_too_long(
    long: None, clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(clerk)
    monkeypatch.setattr(queries, "exact_count", lambda *_given, **_more: None)
    made = _counted(clerk)

    page = browser.get(reverse("desk_matters"), OPEN)

    assert (made.number, page.context["is_too_long"]) == (None, True)


@pytest.mark.parametrize("who", [REPORTER, SYSTEM])
def test_is_asked_for_by_people_alone(who: Actor, at: datetime) -> None:
    set_scope(who)

    with pytest.raises(Denied):
        actions.ask_count(asked=OPEN, actor=who, at=at)


def test_is_written_by_the_worker_alone(clerk: Actor, stranger: Actor, at: datetime) -> None:
    set_scope(clerk)
    made = actions.ask_count(asked=OPEN, actor=clerk, at=at)

    for who in (clerk, stranger):
        set_scope(who)
        with pytest.raises(Denied):
            actions.keep_count(count_id=made.pk, number=9, actor=who, at=at)


def test_stands_on_the_page_when_it_is_ready(long: None, clerk: Actor) -> None:
    browser = browser_of(clerk)
    before = browser.get(reverse("desk_matters"), OPEN)
    asked = browser.post(before.context["count_url"], follow=True)
    set_scope(SYSTEM)
    _work(ListCount.objects.get())
    after = browser.get(reverse("desk_matters"), OPEN)
    polled = browser.get(before.context["count_url"], headers={"HX-Request": "true"})

    assert (before.context["is_counting"], asked.context["is_counting"]) == (False, True)
    assert (after.context["counted"], polled.context["counted"]) == ("3", "3")


def test_refuses_what_no_list_is_narrowed_to(clerk: Actor) -> None:
    page = browser_of(clerk).post(f"{reverse('desk_matters_count')}?since=x&period=nothing")

    assert page.status_code in {302, 400, 422}
    set_scope(SYSTEM)
    assert not ListCount.objects.filter(asked__has_key="since").exists()


def _counted(actor: Actor) -> ListCount:
    set_scope(actor)
    made = actions.ask_count(asked=OPEN, actor=actor, at=timezone.now())
    _work(made)
    return _kept(made)


def _work(count: ListCount) -> None:
    set_scope(SYSTEM)
    jobs.count_list(count.pk, count.at)
    set_scope(SYSTEM)


def _kept(count: ListCount) -> ListCount:
    set_scope(SYSTEM)
    return ListCount.objects.get(pk=count.pk)
