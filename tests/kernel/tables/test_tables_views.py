"""A saved view … is an address of a list under a name of one's own (视图)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import actions, queries
from quanyu.kernel.tables.actions.views import WrongView
from quanyu.kernel.tables.models import SavedView
from quanyu.kernel.tables.rules import NotOpen
from tests.conftest import person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


def saved(actor: Actor, at: datetime, **more: Any) -> SavedView:
    """Save a view of the matters that are late."""
    given: dict[str, Any] = {"table": "matters", "name": "超时的", "asked": {"state": "late"}}
    set_scope(actor)
    return actions.save_view(actor=actor, at=at, **(given | more))


def test_keeps_filters_order_and_columns_and_nothing_else(clerk: Actor, at: datetime) -> None:
    asked = {"state": "late", "sort": "new", "after": "x", "nonsense": "1"}

    view = saved(clerk, at, asked=asked, columns="number,title,due")

    assert queries.asked_of(view.asked) == {
        "state": "late",
        "sort": "new",
        "cols": "number,title,due",
    }


def test_of_the_same_name_is_kept_anew(clerk: Actor, at: datetime) -> None:
    saved(clerk, at)
    saved(clerk, at, asked={"state": "open"})

    (view,) = queries.views("matters", actor=clerk)
    assert view.asked == {"state": "open"}


def test_is_opened_first_when_it_is_the_default_one(db: None, at: datetime) -> None:
    actor = person(Role.OPERATOR)
    browser = browser_of(actor)
    saved(actor, at, name="一", is_default=True)
    saved(actor, at, name="二", asked={"state": "ended"}, is_default=True)

    assert browser.get("/desk/matters").headers["Location"] == "/desk/matters?state=ended"
    assert browser.get("/desk/matters", {"state": "all"}).status_code == 200
    assert [view.is_default for view in queries.views("matters", actor=actor)] == [False, True]


def test_stands_on_the_list_and_is_marked_where_it_is_shown(db: None, at: datetime) -> None:
    actor = person(Role.OPERATOR)
    browser = browser_of(actor)
    given = {"name": "  超时 的 ", "asked": "state=late&cols=number,title"}

    answer = browser.post("/desk/lists/matters/views", given, follow=True)

    (view,) = answer.context["saved"]
    assert (view["name"], view["current"]) == ("超时 的", True)
    assert [column["key"] for column in answer.context["columns"]] == ["number", "title"]


def test_is_refused_on_the_list_it_came_from(db: None) -> None:
    browser = browser_of(person(Role.OPERATOR))

    answer = browser.post(
        "/desk/lists/matters/views", {"name": " ", "asked": "state=late"}, follow=True
    )

    assert answer.redirect_chain[0][0] == "/desk/matters?state=late"
    assert "请给视图起个名字" in answer.content.decode()


def test_that_a_leader_shares_is_read_by_colleagues_of_the_place_alone(
    leader: Actor, clerk: Actor, at: datetime
) -> None:
    view = saved(leader, at, is_shared=True)
    saved(leader, at, name="自己的")
    set_scope(clerk)

    assert [(v.name, v.is_own) for v in queries.views("matters", actor=clerk)] == [
        ("超时的", False)
    ]
    with pytest.raises(Denied):
        actions.drop_view(view_id=view.pk, actor=clerk, at=at)
    stranger = person(Role.OPERATOR, "34/01/02/")
    set_scope(stranger)
    assert queries.views("matters", actor=stranger) == []
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_is_shared_by_a_leader_alone_and_without_searched_words(
    leader: Actor, clerk: Actor, at: datetime
) -> None:
    with pytest.raises(NotOpen):
        saved(clerk, at, is_shared=True)
    with pytest.raises(WrongView):
        saved(leader, at, asked={"q": "张三"}, is_shared=True)


def test_is_no_longer_than_an_address(db: None) -> None:
    browser = browser_of(person(Role.OPERATOR))
    given = {"name": "长", "asked": f"q={'路' * 400}"}

    assert browser.post("/desk/lists/matters/views", given).status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "字" * 21])
def test_has_a_short_name(name: str, clerk: Actor, at: datetime) -> None:
    with pytest.raises(WrongView):
        saved(clerk, at, name=name)


def test_is_one_of_twenty_at_most(clerk: Actor, at: datetime) -> None:
    for n in range(queries.MOST_VIEWS):
        saved(clerk, at, name=str(n))

    saved(clerk, at, name="3")
    with pytest.raises(WrongView):
        saved(clerk, at, name="one more")


def test_is_not_saved_by_who_does_not_open_the_list(at: datetime) -> None:
    with pytest.raises(Denied):
        saved(person(Role.SYS_ADMIN, "34/01/"), at)


def test_is_dropped(clerk: Actor, at: datetime) -> None:
    view = saved(clerk, at)

    assert actions.drop_view(view_id=view.pk, actor=clerk, at=at) == "matters"
    assert queries.views("matters", actor=clerk) == []
    with pytest.raises(Denied):
        actions.drop_view(view_id=uuid4(), actor=clerk, at=at)
