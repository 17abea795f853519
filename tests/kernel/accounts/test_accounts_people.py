"""People and grants on the desk (人员与授权)."""

from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts import actions, queries
from quanyu.kernel.accounts.models import Account, GrantRequest, GrantRow
from quanyu.kernel.errors import Denied
from tests.kernel.accounts.cast import (
    CITY,
    PASSWORD,
    SECRET,
    STREET,
    Hire,
    acting_as,
    body_of,
    code_now,
)

BODY, BODY_NAME = "city-lighting", "路灯"


def entered(account: Account, demo: Actor, now: datetime) -> Client:
    """Return the browser of an administrator who has passed both factors."""
    cache.clear()
    browser = Client()
    actions.enrol_totp(account=account, secret=SECRET, actor=demo, at=now)
    browser.post("/desk/sign-in", {"username": account.username, "password": PASSWORD})
    browser.post("/desk/sign-in/code", {"code": code_now()})
    return browser


@pytest.fixture
def security(hire: Hire, demo: Actor, now: datetime) -> Client:
    return entered(hire("sec", Role.SEC_ADMIN, CITY, name="孙二"), demo, now)


@pytest.fixture
def systems(hire: Hire, demo: Actor, now: datetime) -> Client:
    return entered(hire("sys", Role.SYS_ADMIN, CITY, name="钱一"), demo, now)


def test_a_worker_may_not_read_the_list(worker: Account, now: datetime) -> None:
    with pytest.raises(Denied):
        queries.people_page({}, actor=acting_as(worker, now), at=now)


def test_an_administrator_of_the_city_sees_everybody(
    worker: Account, stranger: Actor, security_administrator: Actor, now: datetime
) -> None:
    found = queries.people_page({}, actor=security_administrator, at=now)

    assert [account.username for account in found.rows] == ["sec", "sec.else", "zhou.ming"]


def test_an_administrator_of_a_district_sees_those_of_the_district(
    worker: Account, stranger: Actor, now: datetime
) -> None:
    found = queries.people_page({}, actor=stranger, at=now)

    assert [account.username for account in found.rows] == ["sec.else"]


def test_finds_people_by_role(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    found = queries.people_page({"role": "dispatcher"}, actor=security_administrator, at=now)

    assert [account.username for account in found.rows] == ["zhou.ming"]


def test_finds_people_by_name(
    worker: Account, security_administrator: Actor, now: datetime
) -> None:
    found = queries.people_page({"q": "周"}, actor=security_administrator, at=now)

    assert [account.username for account in found.rows] == ["zhou.ming"]


def test_says_who_holds_what_in_a_constant_number_of_queries(
    worker: Account,
    hire: Hire,
    security_administrator: Actor,
    now: datetime,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        hire(f"worker{number}", Role.CHECKER)

    with django_assert_max_num_queries(8):
        page = queries.people_page({}, actor=security_administrator, at=now)
        queries.people_values(page.rows, at=now)


def test_explains_a_grant(
    worker: Account, system_administrator: Actor, security_administrator: Actor, now: datetime
) -> None:
    asked = actions.ask_grant(
        account=worker,
        role=Role.CHECKER,
        region_path=STREET,
        reason="轮岗",
        actor=system_administrator,
        at=now,
    )
    given = actions.approve_grant(
        request_id=asked.pk, reason="", actor=security_administrator, at=now
    )

    [told] = queries.explain([given], at=now)
    assert (told.role_name, told.granted_by, told.reason, told.state) == (
        "核查员",
        "孙二",
        "轮岗",
        "live",
    )


def test_a_page_without_the_role_is_forbidden(worker: Account, browser: Client) -> None:
    browser.post("/desk/sign-in", {"username": "zhou.ming", "password": PASSWORD})

    assert browser.get("/desk/people").status_code == 403


def test_shows_the_list(worker: Account, security: Client) -> None:
    answer = security.get("/desk/people")

    assert [row["cells"][0]["value"] for row in answer.context["rows"]] == ["sec", "zhou.ming"]


def test_begins_anew_where_an_address_names_nobody(worker: Account, security: Client) -> None:
    answer = security.get("/desk/people?after=-1")

    assert (answer.status_code, len(answer.context["rows"])) == (200, 2)


def test_shows_a_person_with_every_grant(worker: Account, security: Client) -> None:
    answer = security.get(f"/desk/people/{worker.pk}")

    assert [grant["role"] for grant in answer.context["person"]["grants"]] == ["派遣员"]


def test_asks_for_a_role(worker: Account, systems: Client) -> None:
    given = {"role": "checker", "region_path": STREET, "reason": "轮岗"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert answer.status_code == 302
    assert GrantRequest.objects.get().state == "asked"


def test_a_security_administrator_asks_for_nothing(worker: Account, security: Client) -> None:
    given = {"role": "checker", "region_path": STREET, "reason": "轮岗"}

    assert security.post(f"/desk/people/{worker.pk}/grants", given).status_code == 404


def test_says_why_a_role_is_not_asked_for(worker: Account, systems: Client) -> None:
    given = {"role": "sys_admin", "region_path": CITY, "reason": "兼任"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert answer.status_code == 409
    assert answer.context["refusal"]["sentence"].startswith("系统、安全、审计三员须分设")


def test_a_last_day_counts_to_its_end(worker: Account, systems: Client, settings: Any) -> None:
    settings.QUANYU_GRANT_DAYS = 100 * 366
    given = {
        "role": "checker",
        "region_path": STREET,
        "granted_to": "2099-12-31",
        "reason": "轮岗",
    }

    systems.post(f"/desk/people/{worker.pk}/grants", given)

    asked = GrantRequest.objects.get(account=worker)
    assert timezone.localtime(asked.granted_to).isoformat() == "2100-01-01T00:00:00+08:00"


def test_takes_a_role_away(worker: Account, security: Client) -> None:
    held = GrantRow.objects.get(account=worker)

    security.post(f"/desk/people/{worker.pk}/grants/{held.pk}/end", {"reason": "调离"})

    assert queries.grants_of(worker, at=timezone.now()) == frozenset()


def test_offers_no_grant_form_to_a_security_administrator(
    worker: Account, security: Client
) -> None:
    answer = security.get(f"/desk/people/{worker.pk}")

    assert answer.context["person"]["form"] is None


def test_makes_an_account(db: None, systems: Client) -> None:
    given = {"username": "li.na", "name": "李娜", "signs_in": "no"}

    answer = systems.post("/desk/people/new", given)

    made = Account.objects.get(username="li.na")
    assert answer.headers["Location"] == f"/desk/people/{made.pk}"
    assert not made.has_usable_password()


def test_ends_an_account(worker: Account, systems: Client) -> None:
    systems.post(f"/desk/people/{worker.pk}/end", {"reason": "离职"})

    worker.refresh_from_db()
    assert not worker.is_active


def test_a_security_administrator_makes_no_account(db: None, security: Client) -> None:
    given = {"username": "li.na", "name": "李娜", "signs_in": "link"}

    assert security.post("/desk/people/new", given).status_code == 404


def test_somebody_out_of_reach_is_not_there(
    worker: Account, hire: Hire, demo: Actor, now: datetime
) -> None:
    elsewhere = entered(hire("sec.else", Role.SEC_ADMIN, "34/01/11/"), demo, now)

    assert elsewhere.get(f"/desk/people/{worker.pk}").status_code == 404


def test_takes_a_place_by_its_name(worker: Account, systems: Client) -> None:
    given = {"role": "checker", "region_path": "三里庵街道", "reason": "轮岗"}

    systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert GrantRequest.objects.get(account=worker).region_path == STREET


def test_says_which_place_it_did_not_find(worker: Account, systems: Client) -> None:
    given = {"role": "checker", "region_path": "桃花源街道", "reason": "轮岗"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert answer.context["refusal"]["sentence"] == "没有找到唯一的辖区：桃花源街道"


def test_takes_a_body_by_its_name(worker: Account, systems: Client, now: datetime) -> None:
    named = queries.named_body(body_of(BODY))[0].name
    given = {"role": "handler", "body_q": named, "reason": "轮岗"}

    systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert GrantRequest.objects.get(account=worker).body_id == body_of(BODY)


def test_says_which_body_it_did_not_find(worker: Account, systems: Client) -> None:
    given = {"role": "handler", "body_q": "桃花源管理局", "reason": "轮岗"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert answer.context["refusal"]["sentence"] == "没有找到唯一的机构：桃花源管理局"


def test_offers_the_places_that_a_word_names_when_several_do(
    worker: Account, systems: Client
) -> None:
    given = {"role": "checker", "region_path_q": "第一网格", "reason": "轮岗"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    [place] = [
        one for one in answer.context["person"]["form"]["fields"] if one["name"] == "region_path"
    ]
    assert answer.status_code == 422
    assert len(place["options"]) > 1
    assert place["error"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("places?region_path_q=三里庵", STREET),
        (f"bodies?body_q={BODY_NAME}", ""),
        ("places?region_path_q=桃花源", "没有找到"),
    ],
)
def test_finds_places_and_bodies_by_a_part_of_their_names(
    query: str, found: str, security: Client
) -> None:
    answer = security.get(f"/desk/grants/find/{query}")

    assert (found or str(body_of(BODY))) in answer.content.decode()


def test_finds_nothing_for_who_is_not_signed_in(db: None, browser: Client) -> None:
    assert browser.get("/desk/grants/find/places?region_path_q=三里庵").status_code != 200


def test_refuses_a_day_beyond_the_calendar(worker: Account, systems: Client) -> None:
    given = {
        "role": "checker",
        "region_path": STREET,
        "granted_to": "9999-12-31",
        "reason": "轮岗",
    }

    assert systems.post(f"/desk/people/{worker.pk}/grants", given).status_code == 422


def test_refuses_a_path_beyond_all_places(worker: Account, systems: Client) -> None:
    given = {"role": "checker", "region_path": "34/" * 40, "reason": "轮岗"}

    answer = systems.post(f"/desk/people/{worker.pk}/grants", given)

    assert answer.status_code == 422


def test_offers_a_system_administrator_no_reset_of_an_administrator(
    security_administrator: Actor, systems: Client
) -> None:
    answer = systems.get(f"/desk/people/{security_administrator.id}")

    assert [one["key"] for one in answer.context["person"]["acts"]] == ["email", "sessions", "end"]


def test_offers_a_security_administrator_the_reset_of_an_administrator(
    system_administrator: Actor, security: Client
) -> None:
    answer = security.get(f"/desk/people/{system_administrator.id}")

    assert [one["key"] for one in answer.context["person"]["acts"]] == ["sessions", "factor"]


def test_offers_a_system_administrator_every_act_on_a_worker(
    worker: Account, systems: Client
) -> None:
    answer = systems.get(f"/desk/people/{worker.pk}")

    acts = [one["key"] for one in answer.context["person"]["acts"]]
    assert acts == ["email", "link", "sessions", "factor", "end"]


def test_makes_an_account_with_the_address_of_its_notices(systems: Client) -> None:
    systems.post(
        "/desk/people/new",
        {"username": "li.na", "name": "李娜", "email": "li@example.cn", "signs_in": "no"},
    )

    assert Account.objects.get(username="li.na").email == "li@example.cn"


def test_changes_the_address_of_somebodys_notices(systems: Client, worker: Account) -> None:
    systems.post(f"/desk/people/{worker.pk}/email", {"email": "zhou@example.cn"})

    worker.refresh_from_db()
    assert worker.email == "zhou@example.cn"
