"""axe-core finds nothing serious on any page, wide and narrow, light and dark (无障碍)."""

from datetime import datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings
from playwright.sync_api import Page

from quanyu.events.models import Event
from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.accounts import actions as accounts
from quanyu.kernel.accounts.models import Account
from tests.conftest import STREET, person
from tests.pages.conftest import PHONE, WIDE, Sit, look, photo

GRAVE = {"serious", "critical"}
DARK = "document.documentElement.dataset.bsTheme = 'dark'"
COLOURS = {"runOnly": ["color-contrast"]}
THREE_OF_A_KIND = """
() => {
  const seen = new Map();
  const look = (one) => `${one.tagName} ${one.className} ${one.getAttribute('style')}`;
  for (const row of document.querySelectorAll('tbody tr, li, option')) {
    const kind = [row.parentElement, row, ...row.querySelectorAll('*')].map(look).join();
    seen.set(kind, (seen.get(kind) || 0) + 1);
    if (seen.get(kind) > 3) row.remove();
  }
}
"""
"""Leave three rows of each make-up: hundreds of a list differ in nothing but their words."""

axe = Axe()


def found(page: Page, **options: Any) -> list[str]:
    """Return what is serious or critical, and where."""
    told = axe.run(page, options={"resultTypes": ["violations"], **options}).response
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]}"
        for one in told["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def faults(page: Page, name: str) -> list[str]:
    """Return what is wrong with an open page in both widths, then with its dark colours.

    The whole of it is looked at once; then three rows of a kind stand for all.
    """
    told = found(page)
    look(page, f"axe-{name}-1440")
    page.evaluate(THREE_OF_A_KIND)
    page.set_viewport_size(PHONE)
    told += found(page)
    look(page, f"axe-{name}-390")
    page.evaluate(DARK)
    told += found(page, **COLOURS)
    look(page, f"axe-{name}-390-dark")
    page.set_viewport_size(WIDE)
    told += found(page, **COLOURS)
    look(page, f"axe-{name}-1440-dark")
    return told


# ------------------------------------------------------------------ the residents' pages


@pytest.mark.parametrize("address", ["/", "/report", "/follow", "/nothing"])
def test_the_residents_pages(sit: Sit, address: str) -> None:
    page = sit()

    page.goto(address)

    assert faults(page, f"public-{address.strip('/')}") == []


@pytest.mark.parametrize("steps", [1, 2])
def test_the_steps_of_a_report(sit: Sit, steps: int) -> None:
    page = sit(maps=steps == 1)
    page.goto("/report")
    page.get_by_label("拍照或选照片").set_input_files(photo())
    page.get_by_role("button", name="下一步：在哪里").click()
    page.get_by_label("地址", exact=True).fill("绩溪路")
    if steps > 1:
        page.get_by_role("button", name="下一步：说一说").click()

    assert faults(page, f"report-{steps}") == []


def test_the_receipt_and_the_page_that_says_wait(sit: Sit, settings: Any) -> None:
    settings.QUANYU_REPORTS_A_MINUTE = 1
    page = sit()
    told = []

    for name, words in (("sent", "厂房冒烟，闻到燃气味。"), ("limited", "还在冒烟。")):
        page.goto("/report")
        page.get_by_role("button", name="下一步：在哪里").click()
        page.get_by_label("地址", exact=True).fill("绩溪路")
        page.get_by_role("button", name="下一步：说一说").click()
        page.get_by_label("怎么了？").fill(words)
        page.get_by_role("button", name="发出").click()
        page.wait_for_load_state()
        told += faults(page, name)

    assert told == []


def test_a_matter_as_its_reporter_follows_it(sit: Sit, followed: str) -> None:
    page = sit()

    page.goto(f"/follow/{followed}")

    assert faults(page, "follow") == []


# ------------------------------------------------------------------ the desk's pages


def test_the_sign_in(sit: Sit, settings: Any) -> None:
    settings.QUANYU_DEMO = True
    page = sit()

    page.goto("/desk/sign-in")

    assert faults(page, "sign-in") == []


@pytest.mark.parametrize(
    "address",
    [
        *("", "matters", "map", "report", "duties", "codes/event_class", "people", "password"),
        *("notices/choice", "calls"),
    ],
)
def test_the_desk(sit: Sit, reported: Event, clerk: Actor, address: str) -> None:
    page = sit(clerk, maps=address in {"map", "report"})

    page.goto(f"/desk/{address}")

    assert faults(page, f"desk-{address.replace('/', '-')}") == []


@pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.SEC_ADMIN])
def test_people_and_grants(sit: Sit, at: datetime, act: Any, role: Role) -> None:
    demo = system(settings.QUANYU_CITY, job="tests")
    made = act(
        accounts.create_account, username="li.jun", name="李军", password=None, actor=demo, at=at
    )
    page = sit(person(role, settings.QUANYU_CITY, name="钱一"))

    page.goto(f"/desk/people/{made.pk}")

    assert faults(page, f"people-{role}") == []


@pytest.mark.parametrize(
    "address", ["grants", "grants/people", "grants/requests", "grants/ending", "grants/reviews"]
)
def test_grants(sit: Sit, at: datetime, act: Any, address: str) -> None:
    leader = person(Role.COMMANDER, name="韩四")
    page = sit(leader)
    account = Account.objects.get(name="韩四")
    wanted = {"role": Role.OPERATOR, "region_path": STREET, "reason": "接手"}
    act(accounts.ask_grant, account=account, actor=leader, at=at, **wanted)

    page.goto(f"/desk/{address}")

    assert faults(page, address.replace("/", "-")) == []


def test_the_log(sit: Sit, filed: Event) -> None:
    page = sit(person(Role.AUDITOR, settings.QUANYU_CITY, name="严明"))

    page.goto("/desk/audit")

    assert faults(page, "audit") == []


def test_a_new_matter(sit: Sit, reported: Event, clerk: Actor) -> None:
    page = sit(clerk, maps=True)

    page.goto(f"/desk/matters/{reported.number}")

    assert faults(page, "matter-reported") == []


def test_a_matter_under_way(sit: Sit, handling: Event, handler: Actor) -> None:
    page = sit(handler)

    page.goto(f"/desk/matters/{handling.number}")

    assert faults(page, "matter-handling") == []


def test_a_matter_that_is_closed(sit: Sit, closed: Event, dispatcher: Actor) -> None:
    page = sit(dispatcher)

    page.goto(f"/desk/matters/{closed.number}")

    assert faults(page, "matter-closed") == []
