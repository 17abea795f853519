"""A JSON body … holds no sign that no text column keeps (接口的异常输入)."""

from typing import Any

import pytest

from quanyu.kernel.access.rules import Role
from quanyu.organisations.tables.readers import READERS
from quanyu.web.context import NET
from tests.conftest import STREET, person
from tests.seat import browser_of, send

NOBODY = "01a20000-0000-7000-8000-000000000000"
ODD = "甲\x00"
SENT: dict[str, dict[str, Any]] = {
    "bodies": {"code": "x", "kind": "party_branch", "name": ODD, "place": STREET},
    "duties": {"body": NOBODY, "place": STREET, "basis": "owner", "note": ODD},
    "posts": {"code": ODD, "kind": "grid-worker", "body": NOBODY},
    "appointments": {"nominees": [{"post": NOBODY, "account": "x", "reason": ODD}]},
    f"meetings/of/{NOBODY}": {"kind": "general", "starts_at": "2026-12-01T09:00", "title": ODD},
    "plans": {"place": STREET, "title": ODD},
    "reorganisations": {
        "region_path": STREET,
        "title": ODD,
        "reason": "x",
        "ground": "x",
        "effective_date": "2026-12-01",
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("address", SENT)
def test_a_sign_that_cannot_be_kept_is_refused(address: str) -> None:
    answer = send(browser_of(person(Role.COMMANDER)), f"/api/v1/{address}", SENT[address])

    assert answer.status_code == 422
    assert "unkeepable" in {one["kind"] for one in answer.json()["errors"]}


def test_whoever_opens_the_pages_of_the_register_may_take_their_lists_out() -> None:
    assert NET <= READERS
