"""A number of the rules … changes from a day on, with its ground and who wrote it (修改规定)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes.rules import NotKeeper
from quanyu.organisations import actions
from quanyu.organisations.queries.norms import history, norms
from quanyu.organisations.rules.norm_subjects import subjects_of
from quanyu.organisations.rules.norms import NormBegun, NormKey, WrongNorm
from tests.organisations.conftest import person
from tests.organisations.party import done
from tests.seat import administrator, browser_of

CITY = "34/01/"
GROUND = "市委组织部 2026 年 3 号"


@pytest.fixture
def keeper(db: None) -> Actor:
    """市级统筹."""
    return person(Role.DISTRICT_ADMIN, CITY)


def change(keeper: Actor, at: datetime, **more: Any) -> Any:
    facts = {"key": "branch_least", "amount": 4, "because": GROUND} | more
    return done(actions.change_norm, actor=keeper, at=at, **facts)


def test_from_a_day_on_and_the_old_one_stays(keeper: Actor, at: datetime, on: date) -> None:
    later = on + timedelta(days=30)

    row = change(keeper, at, start=later)

    key = (NormKey.BRANCH_LEAST, "")
    assert (norms(on=on)[key].amount, norms(on=later)[key].amount) == (3, 4)
    first, second = history("branch_least", "")
    assert (first.norm.amount, first.because, first.until) == (4, GROUND, None)
    assert (second.norm.amount, second.until, second.by) == (3, later, "")
    assert (row.kept_by, row.kept_at) == (keeper.id, at)
    assert Record.objects.get(topic="norm.change").actor_id == keeper.id


def test_for_one_kind_alone_leaves_the_others(keeper: Actor, at: datetime, on: date) -> None:
    change(keeper, at, key="term", subject="party_branch", amount=2)

    held = norms(on=on)
    assert held[NormKey.TERM, "party_branch"].amount == 2
    assert held[NormKey.TERM, ""].amount == 3


def test_from_no_day_so_far_ahead_that_nothing_could_be_changed_before_it(
    keeper: Actor, at: datetime, on: date
) -> None:
    with pytest.raises(WrongNorm) as no:
        change(keeper, at, start=on.replace(year=2206))

    assert no.value.field == "start"


def test_not_twice_on_a_day_nor_before_the_last(keeper: Actor, at: datetime, on: date) -> None:
    change(keeper, at, start=on)

    with pytest.raises(NormBegun):
        change(keeper, at, start=on, amount=5)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "none"}, "key"),
        ({"amount": 0}, "amount"),
        ({"because": " "}, "because"),
        ({"because": "长" * 201}, "because"),
        ({"subject": "department"}, "subject"),
        ({"key": "present", "amount": 5, "base": 4}, "base"),
        ({"key": "rhythm", "subject": "general", "amount": 5}, "amount"),
        ({"key": "rhythm", "subject": ""}, "subject"),
        ({"key": "election_months", "subject": "party_branch"}, "subject"),
    ],
)
def test_into_nothing_that_cannot_be(
    wrong: dict[str, Any], field: str, keeper: Actor, at: datetime
) -> None:
    with pytest.raises(WrongNorm) as no:
        change(keeper, at, **wrong)

    assert no.value.field == field


@pytest.mark.django_db
def test_by_who_keeps_the_whole_city_alone(
    commander: Actor, district_admin: Actor, stranger: Actor, officer: Actor, at: datetime
) -> None:
    for actor in (commander, district_admin, stranger, officer):
        with pytest.raises(NotKeeper):
            change(actor, at)


def test_has_a_subject_of_its_own_only_where_a_rule_asks_for_one() -> None:
    assert subjects_of(NormKey.MAJORITY) == ("",)
    assert "party_branch@community" in subjects_of(NormKey.TERM)
    assert "general" in subjects_of(NormKey.RHYTHM)


def test_on_its_page_by_a_form(keeper: Actor, at: datetime) -> None:
    browser = browser_of(keeper)
    page = "/desk/party/rules/general_above"

    wrong = browser.post(page, {"subject": "", "amount": "x", "because": GROUND})
    sent = browser.post(page, {"subject": "", "amount": "60", "because": GROUND})

    assert (wrong.status_code, sent.status_code) == (422, 302)
    shown = browser.get(page).content.decode()
    assert GROUND in shown
    assert "现行" in shown


def test_is_read_by_who_leads_and_changed_by_a_system_administrator(
    officer: Actor, db: None
) -> None:
    reads, keeps = browser_of(officer), administrator(person(Role.SYS_ADMIN, CITY))
    page = "/desk/party/rules/branch_least"

    sent = reads.post(page, {"subject": "", "amount": "4", "because": GROUND})

    assert sent.status_code in {403, 409}
    assert "修改依据" not in reads.get(page).content.decode()
    assert "修改依据" in keeps.get(page).content.decode()
    assert reads.get("/desk/party/rules/nothing").status_code == 404
