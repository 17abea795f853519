"""A file of a list … holds exactly what its page shows (导出)."""

import threading
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from quanyu.events.models import Event
from quanyu.kernel.access.rules import SIGHTED_ROLES, Actor, Grant, Role, system
from quanyu.kernel.access.scope import acting, set_scope
from quanyu.kernel.accounts.models import GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.privacy.actions import purge
from quanyu.kernel.tables import actions, making, queries
from quanyu.kernel.tables.models import Export
from quanyu.kernel.tables.rules import NotNow, NotOpen, State, WrongFile
from tests.conftest import STREET, in_body, person
from tests.kernel.tables.conftest import FORMULA, Taken, rows_of, worked
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
SEATS = [*sorted(SIGHTED_ROLES), "handler", "elsewhere"]


def seat(role: str, event: Event) -> Actor:
    """Return somebody in a role over our street, in the body that has a matter, or elsewhere."""
    if role == "handler":
        return in_body(event.body_id)
    place = "34/01/02/" if role == "elsewhere" else STREET
    return person(Role.OPERATOR if role == "elsewhere" else Role(role), place)


@pytest.mark.parametrize("role", SEATS)
@pytest.mark.parametrize("asked", [{"state": "all"}, {"state": "open", "sort": "new"}])
def test_holds_the_rows_of_the_list_for_each_role(
    role: str, asked: dict[str, str], dispatched: Event, matters: list[str], taken: Taken
) -> None:
    actor = seat(role, dispatched)
    page = browser_of(actor).get("/desk/matters", asked)

    export = taken(actor, asked, format="csv")
    written = rows_of(export)[1:]

    assert export.state == State.DONE, export.sentence
    assert [row[0] for row in written] == [row["number"] for row in page.context["rows"]]
    assert str(len(written)) == page.context["total"]
    assert export.done == export.total == len(written)
    assert bool(written) is (role != "elsewhere")


def test_holds_the_columns_that_were_chosen_in_their_order(
    clerk: Actor, matters: list[str], taken: Taken
) -> None:
    export = taken(clerk, {"state": "all"}, columns="due,title,state,number,nonsense")

    assert rows_of(export)[0] == ["到期", "标题", "状态", "编号"]


def test_says_in_words_where_it_comes_from(clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(clerk, {"state": "open", "q": "路灯"})
    whole = zipfile.ZipFile(queries.made(export)).read("xl/worksheets/sheet2.xml").decode()

    assert "王芳" in whole
    assert "状态：在办；" in whole or "；状态：在办" in whole
    assert "路灯" in whole


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_holds_no_formula(form: str, clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(clerk, {"state": "all"}, columns="number,title,text", format=form)
    texts = [row[2] for row in rows_of(export)]

    if form == "csv":
        assert f"'{FORMULA}" in texts
        assert not any(text.startswith("=") for text in texts)
        return
    assert FORMULA in texts
    sheet = zipfile.ZipFile(queries.made(export)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_speaks_the_language_of_who_asked(clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(
        clerk, {"state": "all"}, columns="number,title,channel", language="en", format="csv"
    )

    assert "网页上报" not in {row[2] for row in rows_of(export)}


def test_holds_moments_as_the_city_reads_its_clock(
    clerk: Actor, matters: list[str], taken: Taken
) -> None:
    export = taken(clerk, {"state": "all"}, columns="number,title,reported", format="csv")
    set_scope(clerk)
    number, _title, written = rows_of(export)[1]
    event = Event.objects.get(number=number)

    assert written == f"{timezone.localtime(event.reported_at):%Y-%m-%d %H:%M:%S}"


# ------------------------------------------------------------------ as whom


def test_is_made_with_the_grants_of_the_moment(
    clerk: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(clerk)
    export = asked(clerk, at)
    GrantRow.objects.filter(account=clerk.id).update(granted_to=at)

    assert worked(export).state == State.FAILED
    assert not queries.made(export).exists()


def test_is_not_made_wider_when_the_hat_is_gone(
    seated: Callable[[Actor], Actor], matters: list[str], at: datetime
) -> None:
    grants = frozenset({Grant(Role.OPERATOR, STREET), Grant(Role.OPERATOR, "34/01/02/")})
    actor = seated(Actor(person(Role.OPERATOR).kind, person(Role.OPERATOR).id, grants, name="双肩"))
    set_scope(actor)
    export = asked(actor, at, hat="34/01/02/")
    GrantRow.objects.filter(account=actor.id, region_path="34/01/02/").update(granted_to=at)

    assert worked(export).state == State.FAILED


def test_is_asked_for_by_who_opens_the_list_alone(at: datetime) -> None:
    keeper = person(Role.SYS_ADMIN, "34/01/")
    set_scope(keeper)

    with pytest.raises(Denied):
        asked(keeper, at)


def test_of_no_list_is_denied(clerk: Actor, at: datetime) -> None:
    set_scope(clerk)

    with pytest.raises(Denied):
        asked(clerk, at, table="nothing")


def test_comes_as_xlsx_or_csv(clerk: Actor, at: datetime) -> None:
    set_scope(clerk)

    with pytest.raises(WrongFile):
        asked(clerk, at, format="exe")


@pytest.mark.parametrize("verb", ["cancel", "fetch"])
def test_is_nobody_elses(
    verb: str, clerk: Actor, leader: Actor, matters: list[str], taken: Taken, at: datetime
) -> None:
    export = taken(clerk)
    set_scope(leader)

    with pytest.raises(Denied):
        getattr(actions, verb)(export_id=export.pk, actor=leader, at=at)


def test_is_fetched_while_the_list_is_open_to_one(
    clerk: Actor, matters: list[str], taken: Taken, at: datetime
) -> None:
    export = taken(clerk)
    set_scope(clerk)

    assert actions.fetch(export_id=export.pk, actor=clerk, at=at).sha256
    nobody = Actor(clerk.kind, clerk.id, frozenset(), name=clerk.name)
    with pytest.raises(Denied):
        actions.fetch(export_id=export.pk, actor=nobody, at=at)


def test_is_not_fetched_by_who_was_moved_to_another_place(
    clerk: Actor, matters: list[str], taken: Taken, at: datetime
) -> None:
    export = taken(clerk)
    elsewhere = "34/01/04/002/"
    GrantRow.objects.filter(account=clerk.id).update(region_path=elsewhere)
    moved = Actor(clerk.kind, clerk.id, frozenset({Grant(Role.OPERATOR, elsewhere)}))
    set_scope(moved)

    with pytest.raises(Denied):
        actions.fetch(export_id=export.pk, actor=moved, at=at)


# ------------------------------------------------------------------ under way


def test_is_called_off(clerk: Actor, matters: list[str], at: datetime) -> None:
    set_scope(clerk)
    export = asked(clerk, at)
    actions.cancel(export_id=export.pk, actor=clerk, at=at)

    assert worked(export).state == State.CANCELLED
    with pytest.raises(NotNow):
        actions.cancel(export_id=export.pk, actor=clerk, at=at)


def test_tells_how_far_it_is_and_hears_that_it_was_called_off(
    clerk: Actor, matters: list[str], at: datetime
) -> None:
    worker = system("34/01/", job="tests")
    set_scope(clerk)
    export = asked(clerk, at)
    set_scope(worker)
    actions.begin(export_id=export.pk, actor=worker, at=at)

    assert actions.tell(export_id=export.pk, done=3, actor=worker)
    export.refresh_from_db()
    assert export.done == 3
    actions.cancel(export_id=export.pk, actor=clerk, at=at)
    assert not actions.tell(export_id=export.pk, done=4, actor=worker)


def test_is_made_once(clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(clerk)
    made = queries.made(export).stat().st_mtime_ns

    assert worked(export).state == State.DONE
    assert queries.made(export).stat().st_mtime_ns == made


def test_is_made_anew_when_a_worker_was_killed(
    clerk: Actor, matters: list[str], at: datetime
) -> None:
    worker = system("34/01/", job="tests")
    set_scope(clerk)
    export = asked(clerk, at)
    set_scope(worker)
    actions.begin(export_id=export.pk, actor=worker, at=at)

    assert worked(export).state == State.DONE


def test_leaves_no_file_when_it_breaks(
    clerk: Actor, matters: list[str], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_scope(clerk)
    export = asked(clerk, at)
    monkeypatch.setattr(making, "BATCH", 0)  # a cursor takes no batch of nothing

    with pytest.raises(ValueError, match="positive"):
        making.make(export.pk, now=timezone.now)
    assert list(queries.folder().iterdir()) == []


def test_is_erased_after_a_day(clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(clerk)
    worker = system("34/01/", job="tests")
    set_scope(worker)

    actions.sweep(actor=worker, at=timezone.now())
    assert queries.made(export).exists()
    actions.sweep(actor=worker, at=timezone.now() + timedelta(hours=25))
    assert not queries.made(export).exists()
    set_scope(clerk)
    with pytest.raises(NotNow):
        actions.fetch(export_id=export.pk, actor=clerk, at=timezone.now())


def test_forgets_what_was_searched_for(clerk: Actor, matters: list[str], taken: Taken) -> None:
    export = taken(clerk, {"q": "路灯"})
    worker = system("34/01/", job="tests")
    set_scope(worker)
    purge(actor=worker, at=timezone.now() + timedelta(days=31))
    export.refresh_from_db()

    assert export.asked == ""


def test_is_written_down_without_what_was_searched_for(
    clerk: Actor, matters: list[str], taken: Taken
) -> None:
    export = taken(clerk, {"q": "张三"})
    kept = Record.objects.filter(subject=f"tables.export:{export.pk}").order_by("id")

    assert [row.topic for row in kept] == ["tables.export", "tables.finish"]
    assert all("张三" not in str(row.parts()) for row in kept)


# ------------------------------------------------------------------ leave


@pytest.fixture
def few(settings: Any) -> None:
    """Three rows are many."""
    settings.QUANYU_EXPORT_ROWS = 3


def test_of_many_rows_with_peoples_words_says_what_it_is_for(
    few: None, clerk: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(clerk)

    with pytest.raises(NotOpen):
        asked(clerk, at)


def test_of_many_rows_waits_for_the_leave_of_a_leader_and_bears_a_mark(
    few: None, clerk: Actor, leader: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(clerk)
    export = asked(clerk, at, reason="季度分析用", format="csv")
    assert export.state == State.ASKED
    assert worked(export).state == State.ASKED
    set_scope(leader)
    assert [one.pk for one in queries.to_approve(actor=leader)] == [export.pk]

    actions.approve(export_id=export.pk, actor=leader, at=at)

    assert worked(export).state == State.DONE
    head, *rows = rows_of(export)
    assert head[-1] == "水印"
    assert all(row[-1].startswith("王芳 ") for row in rows)


def test_of_many_rows_without_peoples_words_needs_no_leave(
    few: None, clerk: Actor, matters: list[str], taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = queries.table("matters")
    plain = tuple(column for column in table.columns if not column.is_personal)
    monkeypatch.setattr(table, "columns", plain)

    assert taken(clerk).state == State.DONE


def test_in_small_pieces_needs_leave_all_the_same(
    settings: Any, clerk: Actor, matters: list[str], taken: Taken, at: datetime
) -> None:
    settings.QUANYU_EXPORT_ROWS = 10
    assert taken(clerk).total == 7

    with pytest.raises(NotOpen):
        asked(clerk, at)


def test_that_outgrew_what_was_asked_is_not_made(
    clerk: Actor, matters: list[str], at: datetime, settings: Any
) -> None:
    set_scope(clerk)
    export = asked(clerk, at)
    settings.QUANYU_EXPORT_ROWS = 3

    assert worked(export).state == State.FAILED


@pytest.mark.django_db(transaction=True)
def test_is_counted_one_at_a_time(clerk: Actor, at: datetime) -> None:
    """Else many small files asked for at once would each be the first."""
    states: list[str] = []

    def ask() -> None:
        try:
            with acting(clerk):
                states.append(asked(clerk, at).state)
        finally:
            connection.close()

    other = threading.Thread(target=ask)
    with acting(clerk):
        asked(clerk, at)
        other.start()
        other.join(0.5)
        assert states == []
    other.join()

    assert states == [State.WAITING]


def test_gets_no_leave_from_who_asked(
    few: None, leader: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(leader)
    export = asked(leader, at, reason="季度分析用")

    assert queries.to_approve(actor=leader) == []
    for decide in (actions.approve, actions.refuse):
        with pytest.raises(Denied):
            decide(export_id=export.pk, actor=leader, at=at)


def test_of_two_places_gets_no_leave_from_who_leads_one_of_them(
    few: None, leader: Actor, seated: Callable[[Actor], Actor], matters: list[str], at: datetime
) -> None:
    grants = frozenset({Grant(Role.OPERATOR, STREET), Grant(Role.OPERATOR, "34/01/04/002/")})
    one = person(Role.OPERATOR)
    actor = seated(Actor(one.kind, one.id, grants, name="双肩"))
    set_scope(actor)
    export = asked(actor, at, reason="季度分析用")
    over = seated(person(Role.DISTRICT_ADMIN, "34/01/04/"))

    set_scope(leader)
    with pytest.raises(Denied):
        actions.approve(export_id=export.pk, actor=leader, at=at)

    set_scope(over)
    assert actions.approve(export_id=export.pk, actor=over, at=at).state == State.WAITING


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.COMMANDER, "34/01/02/"), (Role.OPERATOR, STREET), (Role.SEC_ADMIN, "34/01/")],
)
def test_gets_no_leave_from_a_stranger(
    role: Role, place: str, few: None, clerk: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(clerk)
    export = asked(clerk, at, reason="季度分析用")
    other = person(role, place)
    set_scope(other)

    for decide in (actions.approve, actions.refuse):
        with pytest.raises(Denied):
            decide(export_id=export.pk, actor=other, at=at)


def test_that_was_refused_is_not_made(
    few: None, clerk: Actor, leader: Actor, matters: list[str], at: datetime
) -> None:
    set_scope(clerk)
    export = asked(clerk, at, reason="季度分析用")
    set_scope(leader)
    actions.refuse(export_id=export.pk, actor=leader, at=at)

    assert worked(export).state == State.REFUSED
    set_scope(leader)
    with pytest.raises(NotNow):
        actions.approve(export_id=export.pk, actor=leader, at=at)


def asked(actor: Actor, at: datetime, **more: Any) -> Export:
    """Ask for all matters within reach."""
    given: dict[str, Any] = {
        "table": "matters",
        "columns": "",
        "format": "xlsx",
        "language": "zh-hans",
    }
    return actions.export(asked={"state": "all"}, actor=actor, at=at, **(given | more))
