"""axe-core finds nothing serious on the pages of the organisation net (组织一张网的无障碍)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import acting
from quanyu.organisations import actions
from quanyu.organisations.actions import members, party
from tests.organisations.party import COMMUNITY, FOUNDED, GRID, STREET, person
from tests.pages.conftest import Sit
from tests.pages.test_axe import faults


@pytest.fixture
def officer() -> Actor:
    """The street's party officer."""
    return person(Role.PARTY_OFFICER, STREET)


@pytest.fixture
def held(transactional_db: None, officer: Actor) -> dict[str, Any]:
    """A branch with a grid, a count below the rules, and one member on the roll."""
    at = timezone.now()
    who: dict[str, Any] = {"actor": officer, "at": at}
    day = timezone.localdate() - timedelta(days=30)
    with acting(officer):
        above = actions.found_body(
            code="axe-community",
            kind="party_committee",
            name="社区党委",
            place=COMMUNITY,
            start=FOUNDED,
            **who,
        )
        branch = actions.found_body(
            code="axe-branch",
            kind="party_branch",
            name="网格党支部",
            place=COMMUNITY,
            parent=above.pk,
            start=FOUNDED,
            **who,
        )
        actions.cover(body_id=branch.pk, tie="grid", grid=GRID, day=day, **who)
        party.keep_count(body_id=branch.pk, full=2, probationary=0, start=day, **who)
        member = members.enter_member(
            body_id=branch.pk, name="张三", standing="full", joined=date(2010, 7, 1), **who
        )
    return {"branch": branch.pk, "member": member.pk}


@pytest.mark.parametrize(
    "address",
    [
        *("organisations", "organisations/{branch}", "organisations/map", "coverage"),
        *("organisations/{branch}/merge", "party/bodies/{branch}", "party/members/{member}"),
    ],
)
def test_the_net(sit: Sit, officer: Actor, held: dict[str, Any], address: str) -> None:
    page = sit(officer)

    page.goto(f"/desk/{address.format(**held)}")

    assert faults(page, f"net-{address.rsplit('/', maxsplit=1)[-1].strip('{}')}") == []
