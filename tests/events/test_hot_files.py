"""The files of hot issues and campaigns … hold what the page shows (热点与专项导出)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quanyu.events import actions, jobs
from quanyu.events.models import Event, HotIssue
from quanyu.events.rules.campaigns import Plan
from quanyu.events.tables import CAMPAIGNS, HOT_ISSUES
from quanyu.kernel.access.rules import REPORTER, Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations import queries as bodies
from tests.conftest import found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
LAMPS, COVERS = "P0118", "P0102"


@pytest.fixture
def issues(act: Any, said: actions.Report, at: datetime) -> list[HotIssue]:
    """Six covers and nine lamps lately, where there was one of each in half a year."""
    for kind, lately in ((COVERS, 6), (LAMPS, 9)):
        for n in range(lately + 1):
            when = at - timedelta(days=200 if n == 0 else n)
            told = replace(said, text=f"{kind}第{n}次：{said.text}")
            receipt = act(actions.report, said=told, actor=REPORTER, at=when)
            Event.objects.filter(pk=found(receipt.id).pk).update(category=kind)
    jobs.find_hot(at)
    return list(HotIssue.objects.filter(is_current=True))


@pytest.fixture
def commander() -> Actor:
    return person(Role.COMMANDER)


def written(table: Any, actor: Actor, at: datetime, **asked: str) -> list[dict[str, Any]]:
    """Return what the file of an address holds."""
    set_scope(actor)
    rows = list(table.narrowed(asked, actor=actor, at=at))
    held: list[dict[str, Any]] = table.read(rows, at=at)
    return held


@pytest.mark.usefixtures("issues")
def test_of_hot_issues_holds_the_rows_of_the_page_in_its_order(
    commander: Actor, at: datetime
) -> None:
    page = browser_of(commander).get(reverse("desk_hot")).context["rows"]

    rows = written(HOT_ISSUES, commander, at)

    assert [row["class"] for row in rows] == [row["class_label"] for row in page]
    assert [(row["count"], row["usual"]) for row in rows] == [(9, 0.4), (6, 0.4)]


def test_of_hot_issues_holds_what_was_set_aside_on_its_own_page(
    issues: list[HotIssue], commander: Actor, act: Any, at: datetime
) -> None:
    act(actions.set_aside, issue_id=issues[0].pk, reason="known", actor=commander, at=at)

    aside = written(HOT_ISSUES, commander, at, show="aside")

    assert len(written(HOT_ISSUES, commander, at)) == 1
    assert [bool(row["aside"]) for row in aside] == [True]


def test_of_campaigns_counts_its_matters_as_they_are(
    issues: list[HotIssue], commander: Actor, act: Any, at: datetime
) -> None:
    lamps = next(one for one in issues if one.category == LAMPS)
    act(actions.open_campaign, plan=_plan(at), issue_id=lamps.pk, actor=commander, at=at)
    voided = Event.objects.filter(category=LAMPS).latest("id")
    Event.objects.filter(pk=voided.pk).update(state="void", closed_at=at)

    [row] = written(CAMPAIGNS, commander, at)

    assert (row["attached"], row["ended"], row["reopened"]) == (9, 1, 0)
    assert row["body"]


@pytest.mark.usefixtures("issues")
@pytest.mark.parametrize("table", [HOT_ISSUES, CAMPAIGNS])
def test_of_a_stranger_is_empty(table: Any, at: datetime) -> None:
    assert written(table, person(Role.COMMANDER, "34/01/02/"), at) == []


def test_is_asked_for_on_the_page(
    issues: list[HotIssue], commander: Actor, act: Any, at: datetime
) -> None:
    act(actions.open_campaign, plan=_plan(at), issue_id=None, actor=commander, at=at)
    browser: Client = browser_of(commander)
    page = browser.get(reverse("desk_hot")).content.decode()

    links = [reverse("desk_export_new", args=[name]) for name in ("hot", "campaigns")]

    assert all(f'href="{link}"' in page for link in links)
    assert [browser.get(link).status_code for link in links] == [200, 200]


@pytest.mark.parametrize("table", [HOT_ISSUES, CAMPAIGNS])
def test_asks_as_many_statements_for_many_rows_as_for_few(
    table: Any,
    issues: list[HotIssue],
    commander: Actor,
    act: Any,
    at: datetime,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for n in range(3):
        plan = replace(_plan(at), title=f"第{n}个专项")
        act(actions.open_campaign, plan=plan, issue_id=None, actor=commander, at=at)
    written(table, commander, at)

    with django_assert_max_num_queries(4):
        written(table, commander, at)


def _plan(at: datetime) -> Plan:
    holder = bodies.duty_holders(LAMPS, place="34/01/04/001/", on=at.date())[0]
    return Plan(
        title="路灯专项",
        goal="两个月内不再积压",
        body_id=holder.body_id,
        starts_on=at.date(),
        ends_on=at.date() + timedelta(days=60),
        category=LAMPS,
        region_path="34/01/04/001/",
    )
