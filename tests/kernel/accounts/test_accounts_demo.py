"""One click into the demo (演示身份): only there, and never as an administrator."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from quanyu.kernel.access.rules import ADMINISTRATORS, Role, system
from quanyu.kernel.accounts import actions
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.accounts.rules import Ended
from tests.kernel.accounts.cast import CITY, STREET, Hire


@pytest.fixture
def cast(hire: Hire) -> list[Account]:
    working = [
        hire("d.operator", Role.OPERATOR, STREET, is_demo=True, name="王芳"),
        hire("d.checker", Role.CHECKER, STREET, is_demo=True, name="马强"),
    ]
    for role in ADMINISTRATORS:
        hire(f"d.{role.value}", role, CITY, is_demo=True)
    return working


@pytest.fixture
def demo_on(settings: Any) -> None:
    settings.QUANYU_DEMO = True


@pytest.fixture
def demo_off(settings: Any) -> None:
    settings.QUANYU_DEMO = False


def test_offers_each_demo_role_and_no_administrator(
    cast: list[Account], demo_on: None, browser: Client
) -> None:
    offered = browser.get("/desk/sign-in").context["demo_people"]

    assert [one["role"] for one in offered] == ["受理员", "核查员"]


def test_offers_nobody_outside_the_demo(
    cast: list[Account], demo_off: None, browser: Client
) -> None:
    page = browser.get("/desk/sign-in")

    assert page.context["demo_people"] == []
    assert "/desk/sign-in/as/" not in page.content.decode()


def test_is_not_there_outside_the_demo(
    cast: list[Account], demo_off: None, browser: Client
) -> None:
    assert browser.post("/desk/sign-in/as/d.operator").status_code == 404
    assert browser.get("/who").json()["kind"] == "reporter"


def test_enters_with_one_click(cast: list[Account], demo_on: None, browser: Client) -> None:
    browser.post("/desk/sign-in/as/d.operator")

    assert browser.get("/who").json()["roles"] == ["operator"]


def test_changes_from_one_role_to_another(
    cast: list[Account], demo_on: None, browser: Client
) -> None:
    browser.post("/desk/sign-in/as/d.operator")
    browser.post("/desk/sign-in/as/d.checker")

    assert browser.get("/who").json()["roles"] == ["checker"]


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_never_enters_as_an_administrator(
    role: Role, cast: list[Account], demo_on: None, browser: Client
) -> None:
    assert browser.post(f"/desk/sign-in/as/d.{role.value}").status_code == 404


def test_never_enters_as_a_figure_that_only_holds_a_post(
    cast: list[Account], demo_on: None, browser: Client, now: datetime
) -> None:
    worker = system(CITY, job="tests")
    new = actions.NewAccount("demo.net.1", "何平", is_demo=True)
    [figure] = actions.create_accounts(people=[new], actor=worker, at=now)
    facts: dict[str, Any] = {"reason": "设岗", "actor": worker, "at": now}
    actions.grant(account=figure, role=Role.GRID_WORKER, region_path=STREET, **facts)

    offered = browser.get("/desk/sign-in").context["demo_people"]

    assert len(offered) == 2
    assert browser.post("/desk/sign-in/as/demo.net.1").status_code == 404
    with pytest.raises(Ended):
        actions.invite(account=figure, actor=worker, at=now)


def test_never_enters_as_somebody_real(worker: Account, demo_on: None, browser: Client) -> None:
    assert browser.post("/desk/sign-in/as/zhou.ming").status_code == 404


def test_a_link_alone_enters_nowhere(cast: list[Account], demo_on: None, browser: Client) -> None:
    assert browser.get("/desk/sign-in/as/d.operator").status_code == 405
