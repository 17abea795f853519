"""Why somebody may do something (授权说明)."""

from datetime import datetime, timedelta
from typing import Any

from quanyu.kernel.access.rules import Role
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.models import Account
from tests.kernel.accounts.cast import CITY, STREET, Hire, acting_as, body_of


def test_names_the_grant_that_covers_the_place(worker: Account, now: datetime) -> None:
    [told] = queries.why(worker.pk, place=f"{STREET}001/", roles=["dispatcher"], at=now)

    assert (told.role_name, told.reason, told.deputy_of) == ("派遣员", "到岗", "")


def test_names_nothing_elsewhere_or_for_another_role(worker: Account, now: datetime) -> None:
    assert queries.why(worker.pk, place=CITY, at=now) == []
    assert queries.why(worker.pk, place=STREET, roles=["checker"], at=now) == []


def test_names_the_grant_in_the_body(hire: Hire, now: datetime) -> None:
    body = body_of("street-works")
    account = hire("wang", Role.HANDLER, body=body)

    assert [one.role for one in queries.why(account.pk, body=body, at=now)] == ["handler"]
    assert queries.why(account.pk, body=body_of("city-lighting"), at=now) == []


def test_says_for_whom_one_stands_in(worker: Account, hire: Hire, now: datetime) -> None:
    colleague = hire("li.na", Role.CHECKER, name="李娜")
    actions.name_deputy(
        principal_id=worker.pk,
        account_id=colleague.pk,
        granted_to=now + timedelta(days=7),
        reason="年休假",
        actor=acting_as(worker, now),
        at=now,
    )

    [told] = queries.why(colleague.pk, place=STREET, roles=["dispatcher"], at=now)

    assert (told.deputy_of, told.granted_by, told.reason) == ("周明", "周明", "年休假")


def test_takes_as_many_queries_for_ten_as_for_one(
    worker: Account, hire: Hire, now: datetime, django_assert_max_num_queries: Any
) -> None:
    account = hire("many", Role.CHECKER)
    for number in range(10):
        actions.grant(
            account=account,
            role=Role.GRID_WORKER,
            region_path=f"{STREET}001/g00{number % 3 + 1}/",
            reason="兼管",
            actor=_demo(),
            at=now,
        )

    with django_assert_max_num_queries(5):
        assert len(queries.why(account.pk, at=now)) == 11


def _demo() -> Any:
    from quanyu.kernel.access.rules import system  # noqa: PLC0415

    return system(CITY, job="demo")
