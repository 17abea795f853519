"""A plan of many communities … becomes a re-organisation by a job that tells who asked (转调整)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import GrantRow
from quanyu.kernel.errors import Denied, Invalid
from quanyu.kernel.notices.models import Notice
from quanyu.regions import actions, jobs
from quanyu.regions.models import Allotment, Building, Plan, PlanPart, Region, Reorganisation
from quanyu.regions.queries import planning as queries
from quanyu.regions.rules.planning import NotNow, Wanted
from tests.conftest import STREET, person
from tests.seat import BEFORE, browser_of

CITY = system("34/01/", job="tests")


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER, STREET, name="郑强")


@pytest.fixture
def browser(db: Any, commander: Actor) -> Client:
    return browser_of(commander)


@pytest.fixture
def day() -> date:
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def drawn(act: Any, browser: Client, commander: Actor, at: datetime) -> Plan:
    """A plan of the street in which two communities each give one building to another grid."""
    words = {"place": STREET, "title": "全街优化", "reason": "", "wanted": Wanted()}
    row: Plan = act(actions.make_plan, **words, actor=commander, at=at)
    set_scope(CITY)
    for number, part in enumerate(queries.waiting(row, actor=CITY)):
        told = _drawing(part.region_path, moves=number < 2)
        actions.keep_drawing(part_id=part.pk, told=told, actor=CITY, at=at)
    return row


def _drawing(community: str, *, moves: bool) -> dict[str, Any]:
    """Return the grids of today, and where a building is to move, the first of them elsewhere."""
    houses = list(Building.objects.within(community).order_by("region_path", "pk"))
    grids = sorted({one.region_path for one in houses})
    today = [grids.index(one.region_path) for one in houses]
    return {
        "buildings": [one.pk for one in houses],
        "today": today,
        "grid": [1, *today[1:]] if moves else today,
        "grids": [
            {"key": path, "before": 1, "after": 1, "matters_before": 0, "matters_after": 0}
            for path in grids
        ],
        "figures": {},
        "impossible": [],
        "shapes": {"proposal": {"features": []}},
    }


@pytest.fixture
def asked(act: Any, drawn: Plan, commander: Actor, day: date, at: datetime) -> Plan:
    row: Plan = act(actions.propose_plan, **_words(drawn, day), actor=commander, at=at)
    return row


def _words(row: Plan, day: date) -> dict[str, Any]:
    said = {"reason": "户数不均", "ground": "示例文件", "names": {}}
    return {"plan_id": row.pk, "day": day, **said}


@pytest.fixture
def work(at: datetime) -> Callable[[Plan], Plan]:
    """Return what the worker does, and the plan as it then stands."""

    def worked(row: Plan) -> Plan:
        jobs.propose_plan(row.pk, at)
        jobs.tell_planner(row.pk, at)
        set_scope(CITY)
        return Plan.objects.get(pk=row.pk)

    return worked


def told(row: Plan) -> dict[str, Any]:
    set_scope(CITY)
    found = queries.proposal(row, actor=CITY)
    assert found is not None
    return {language: one["wrong"] for language, one in found.told.items()}


def of_plan(row: Plan) -> Reorganisation:
    assert row.reorganisation_id is not None
    return Reorganisation.objects.get(pk=row.reorganisation_id)


def notices(who: Actor) -> list[tuple[str, str]]:
    set_scope(CITY)
    rows = Notice.objects.filter(account_id=str(who.id), topic__startswith="plan.")
    return list(rows.order_by("made_at").values_list("topic", "link"))


def test_waits_for_the_job_and_keeps_everything_else_away(
    act: Any, asked: Plan, commander: Actor, at: datetime
) -> None:
    how = queries.progress(asked, actor=commander)

    assert (asked.standing, how.work, how.done, how.total) == ("draft", "propose", 0, 2)
    for verb, more in ((actions.redraw, {"wanted": Wanted()}), (actions.withdraw_plan, {})):
        with pytest.raises(NotNow, match="正在转为区划调整"):
            act(verb, plan_id=asked.pk, **more, actor=commander, at=at)


def test_is_drafted_in_the_name_of_who_asked_and_told_to_them(
    asked: Plan, commander: Actor, day: date, work: Callable[[Plan], Plan]
) -> None:
    row = work(asked)

    made = of_plan(row)
    assert (row.standing, row.proposed_by, made.made_by) == ("proposed", commander.id, commander.id)
    assert (made.state, made.effective_date, made.reason) == ("draft", day, "户数不均")
    assert made.operations.count() == 2
    moved = Allotment.objects.filter(operation__reorganisation=made)
    homes = {str(key): path for key, path in Building.objects.values_list("pk", "region_path")}
    assert sum(homes[one.unit] != one.path for one in moved) == 2
    assert not PlanPart.objects.filter(step__isnull=False).exists()
    assert notices(commander) == [("plan.proposed", f"/desk/reorganisations/{made.pk}")]


def test_goes_on_where_it_was_cut_short(
    asked: Plan, work: Callable[[Plan], Plan], at: datetime
) -> None:
    set_scope(CITY)
    is_left = actions.compose(plan_id=asked.pk, most=1, actor=CITY, at=at)
    first = PlanPart.objects.get(step__isnull=False)
    how = queries.progress(asked, actor=CITY)
    # What has been put together is not looked at again, whatever became of its drawing.
    PlanPart.objects.filter(pk=first.pk).update(shapes={})

    row = work(asked)

    assert (is_left, how.done, how.total) == (True, 1, 2)
    assert of_plan(row).operations.count() == 2


def test_ends_where_fewer_change_than_were_counted(
    act: Any,
    asked: Plan,
    commander: Actor,
    day: date,
    work: Callable[[Plan], Plan],
    at: datetime,
) -> None:
    set_scope(CITY)
    gone = queries.changing(asked, actor=CITY).order_by("-region_path")[:1].get()
    PlanPart.objects.filter(pk=gone.pk).update(grid=gone.today)

    is_left = [actions.compose(plan_id=asked.pk, most=1, actor=CITY, at=at) for _ in range(3)]

    assert is_left == [True, False, False]
    row = work(asked)
    assert (row.standing, row.reorganisation_id) == ("draft", None)
    assert "要调整的社区变了" in told(row)["zh-hans"]
    act(actions.propose_plan, **_words(row, day), actor=commander, at=at)
    assert of_plan(work(row)).operations.count() == 1


def test_a_second_run_makes_no_other(asked: Plan, work: Callable[[Plan], Plan]) -> None:
    first = work(asked)

    again = work(asked)

    assert again.reorganisation_id == first.reorganisation_id
    assert Reorganisation.objects.count() == 1


def test_says_why_not_and_may_be_asked_again(
    act: Any,
    asked: Plan,
    commander: Actor,
    day: date,
    work: Callable[[Plan], Plan],
    at: datetime,
) -> None:
    set_scope(CITY)
    gone = PlanPart.objects.filter(plan=asked).order_by("region_path")[0].grids[0]["key"]
    Region.objects.filter(path=gone, valid_to=None).update(valid_to=date(2026, 3, 1))

    row = work(asked)

    assert (row.standing, set(told(row))) == ("draft", {"zh-hans", "en"})
    assert gone in told(row)["zh-hans"]
    assert notices(commander) == [("plan.unproposed", f"/desk/plans/{row.pk}")]
    set_scope(CITY)
    Region.objects.filter(path=gone, valid_to=date(2026, 3, 1)).update(valid_to=None)
    act(actions.propose_plan, **_words(row, day), actor=commander, at=at)
    assert work(row).standing == "proposed"


def test_is_not_made_for_who_may_plan_there_no_more(
    asked: Plan, commander: Actor, work: Callable[[Plan], Plan]
) -> None:
    set_scope(CITY)
    GrantRow.objects.filter(account=commander.id).update(granted_to=BEFORE + timedelta(days=1))

    row = work(asked)

    assert row.standing == "draft"
    assert "没有权限" in told(row)["zh-hans"]


def test_a_fault_leaves_nobody_waiting(asked: Plan, work: Callable[[Plan], Plan]) -> None:
    set_scope(CITY)
    PlanPart.objects.filter(plan=asked).update(shapes={})

    row = work(asked)

    assert "可以再转一次" in told(row)["zh-hans"]
    assert not queries.progress(row, actor=CITY).is_under_way


def test_only_the_worker_puts_it_together_and_who_asked_drafts_it(
    act: Any, asked: Plan, commander: Actor, stranger: Actor, at: datetime
) -> None:
    for verb, more in ((actions.compose, {"most": 1}), (actions.keep_refusal, {"told": {}})):
        with pytest.raises(Denied):
            act(verb, plan_id=asked.pk, **more, actor=commander, at=at)
    colleague = person(Role.COMMANDER, STREET, name="吴敏")
    with pytest.raises(Denied):
        act(actions.finish_proposal, plan_id=asked.pk, actor=colleague, at=at)
    for other in (actions.finish_proposal, actions.tell_planner):
        with pytest.raises(Denied):
            act(other, plan_id=asked.pk, actor=stranger, at=at)


def test_its_page_and_the_interface_say_how_far_it_is(
    asked: Plan, browser: Client, work: Callable[[Plan], Plan]
) -> None:
    address = f"/desk/plans/{asked.pk}"

    page = browser.get(address).content.decode()
    told_of = browser.get(f"/api/v1/plans/{asked.pk}").json()
    waiting = browser.get(f"{address}/progress")
    work(asked)
    done = browser.get(f"{address}/progress")

    assert "正在转为区划调整：0 / 2 个社区" in page
    assert told_of["progress"] == {"work": "propose", "done": 0, "total": 2, "is_under_way": True}
    assert "HX-Refresh" not in waiting.headers
    assert done.headers["HX-Refresh"] == "true"


def test_its_page_says_what_went_wrong_and_keeps_the_words(
    asked: Plan, browser: Client, work: Callable[[Plan], Plan]
) -> None:
    set_scope(CITY)
    PlanPart.objects.filter(plan=asked).update(shapes={})
    work(asked)

    page = browser.get(f"/desk/plans/{asked.pk}").content.decode()
    told_of = browser.get(f"/api/v1/plans/{asked.pk}").json()

    assert "上次没有转成" in page
    assert 'value="示例文件"' in page
    assert "可以再转一次" in told_of["unproposed"]


def test_is_asked_for_on_the_page(drawn: Plan, browser: Client, day: date) -> None:
    typed = {"effective_date": day.isoformat(), "ground": "示例文件", "reason": "户数不均"}

    answer = browser.post(f"/desk/plans/{drawn.pk}/propose", typed, follow=True)

    assert "好了会通知您" in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"day": date(2020, 1, 1)}, "effective_date"), ({"ground": " "}, "ground")],
)
def test_what_is_wrong_with_the_words_is_said_at_once(
    act: Any,
    drawn: Plan,
    commander: Actor,
    day: date,
    at: datetime,
    wrong: dict[str, Any],
    field: str,
) -> None:
    with pytest.raises(Invalid) as no:
        act(actions.propose_plan, **(_words(drawn, day) | wrong), actor=commander, at=at)

    assert no.value.field == field
