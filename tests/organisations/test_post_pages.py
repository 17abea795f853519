"""The pages of posts … show what the reader may see and do, and do it (岗位与任职页面)."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.accounts.models import Account
from quanyu.organisations import actions
from quanyu.organisations.models import Appointment, Post
from quanyu.organisations.queries import holders, post_lists
from quanyu.organisations.queries.staffing import staffing
from quanyu.organisations.rules.posts import Decision
from quanyu.regions.queries import answering
from quanyu.regions.queries.answering import Asked
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import (
    CITY,
    COMMUNITY,
    GRID,
    account,
    appointed,
    body,
    do,
    grants,
    post,
    proposed,
)
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.localtime()


@pytest.fixture
def where(district_admin: Actor, now: datetime) -> Post:
    return post(district_admin, now, seats=2)


@pytest.fixture
def worker(now: datetime) -> Account:
    return account("zhou.ming", at=now)


def seen(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_propose_and_confirm_and_end(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    proposer, decider = browser_of(commander), browser_of(district_admin)
    given = {"account": "zhou.ming", "start": now.date().isoformat(), "reason": "工作需要"}

    answer = proposer.post(f"/desk/posts/{where.pk}", given)

    assert answer.status_code == 302
    [row] = Appointment.objects.visible_to(CITY)
    assert "待确认" in seen(proposer, f"/desk/posts/{where.pk}")
    assert "周明" in seen(decider, "/desk/appointments?stand=proposed")
    decider.post(f"/desk/appointments/{row.pk}/confirm", {})
    assert len(grants(worker, at=timezone.now())) == 1
    assert "网格员" in seen(decider, f"/desk/people/{worker.pk}/posts")
    proposer.post(f"/desk/appointments/{row.pk}/end", {"reason": "调离"})
    assert grants(worker, at=timezone.now()) == frozenset()


def test_stand_in_the_work_of_whoever_decides(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    proposer, decider = browser_of(commander), browser_of(district_admin)
    street = post(
        CITY, now, code="p-org", kind="street-organisation", place=STREET, of="street-office"
    )
    serving = appointed(
        street, account("li.jun", at=now, name="李军"), commander, district_admin, now
    )
    proposed(where, worker, commander, now)
    do(actions.end_appointment, appointment_id=serving.pk, reason="轮岗", actor=commander, at=now)

    assert "1 项提名、1 项卸任等您确认" in seen(decider, "/desk/")
    assert "等您确认" not in seen(proposer, "/desk/")
    listed = seen(decider, "/desk/appointments")
    assert "李军" in listed.split("待确认的卸任")[1].split("</section>")[0]
    assert "不再提出卸任" in seen(proposer, f"/desk/posts/{street.pk}")


def test_say_why_not(where: Post, worker: Account, commander: Actor, now: datetime) -> None:
    proposer = browser_of(commander)
    row = proposed(where, worker, commander, now)

    answer = proposer.post(f"/desk/appointments/{row.pk}/confirm", {})
    wrong = proposer.post(f"/desk/posts/{where.pk}", {"account": "nobody", "reason": "x"})
    seats = proposer.post(f"/desk/posts/{where.pk}/seats", {"seats": "many"})

    assert "提名人不得确认" in answer.content.decode()
    assert "没有这个账号" in wrong.content.decode()
    assert "请填写编制数" in seats.content.decode()


def test_confirm_a_batch_at_once(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    row = proposed(where, worker, commander, now)
    decider = browser_of(district_admin)

    decider.post(f"/desk/appointments/batches/{row.batch}/confirm", {})

    row.refresh_from_db()
    assert row.decision == Decision.CONFIRMED


def test_open_change_and_close_a_post(district_admin: Actor, now: datetime) -> None:
    browser = browser_of(district_admin)
    opened = browser.post(
        "/desk/posts/new",
        {
            "code": "p-new",
            "kind": "street-operator",
            "place": STREET,
            "seats": "2",
            "body": str(body("street-office")),
            "start": now.date().isoformat(),
        },
    )
    assert opened.status_code == 302, opened.content.decode()[:2000]
    address = opened["Location"]

    browser.post(f"{address}/seats", {"seats": "3"})
    assert "3 人" in seen(browser, address)
    browser.post(f"{address}/close", {"end": now.date().isoformat()})

    assert Post.objects.get(code="p-new").valid_to is not None
    assert "没有这样的条目" in seen(browser, "/desk/posts?q=p-new&cols=code")


def test_open_a_post_of_a_body_that_is_searched_for(district_admin: Actor, now: datetime) -> None:
    browser = browser_of(district_admin)

    begun = seen(browser, "/desk/posts/new")
    found = seen(browser, "/desk/organisations/begin/post?body_q=street-office")
    asked = seen(browser, "/desk/posts/new?body=street-office&seat=secretary")

    assert "哪个单位的岗位" in begun
    assert f"?body={body('street-office')}" in found
    assert 'value="street-office"' in asked
    assert "party-secretary-street-office" in asked


def test_are_not_there_for_a_stranger(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    row = appointed(where, worker, commander, district_admin, now)
    stranger = browser_of(person(Role.DISTRICT_ADMIN, "34/01/03/"))

    assert stranger.get(f"/desk/posts/{where.pk}").status_code == 404
    assert stranger.get(f"/desk/people/{worker.pk}/posts").status_code == 404
    assert stranger.post(f"/desk/appointments/{row.pk}/end", {"reason": "x"}).status_code == 404
    assert "周明" not in seen(stranger, "/desk/appointments")
    guard = administrator(person(Role.SEC_ADMIN, "34/01/"))
    assert guard.get("/desk/posts").status_code == 403


def test_show_vacancies_and_the_rest_of_the_lists(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    appointed(where, worker, commander, district_admin, now)
    browser = browser_of(commander)

    assert "p-grid-worker" in seen(browser, "/desk/posts?vacant=yes&cols=code")
    for address in ("/desk/posts/kinds", "/desk/staffing", "/desk/staffing?on=2026-01-01"):
        assert "示例" in seen(browser, address)
    assert "周明" in seen(browser, "/desk/appointments?kind=grid-worker&hours=full_time")
    assert "周明" in seen(browser, f"/desk/who?place={GRID}")


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.DISTRICT_ADMIN, "34/01/04/"),
        (Role.COMMANDER, STREET),
        (Role.OPERATOR, STREET),
        (Role.COMMUNITY_SECRETARY, COMMUNITY),
        (Role.GRID_WORKER, GRID),
    ],
)
def test_say_figures_that_equal_their_lists(
    role: Role,
    path: str,
    where: Post,
    worker: Account,
    commander: Actor,
    district_admin: Actor,
    now: datetime,
) -> None:
    higher = person(Role.DISTRICT_ADMIN, "34/01/04/")
    appointed(where, worker, commander, district_admin, now)
    street = post(
        higher,
        now,
        code="p-party",
        kind="street-party-worker",
        place=STREET,
        of="street-office",
        seats=4,
    )
    appointed(street, account("party.one", at=now), higher, district_admin, now)
    reader = person(role, path)
    today = now.date()

    found = do(staffing, on=today, actor=reader)

    lists = {
        "filled": (post_lists.appointments_asked, {"hours": "full_time"}, "at"),
        "party_filled": (post_lists.appointments_asked, {"party": "yes"}, "at"),
        "below_filled": (post_lists.appointments_asked, {}, "below"),
    }
    entered = [row for row in found.rows if row.is_entered]
    assert [row.path for row in entered] == ([STREET] if path.count("/") <= 4 else [])
    assert found.average == (4 if entered else None)
    for row in entered:
        for name, (listed, asked, at) in lists.items():
            rows = do(listed, asked={**asked, at: row.path}, on=today, actor=reader)
            assert rows.count() == getattr(row, name)
        seats = do(
            post_lists.posts_asked,
            asked={"at": row.path, "hours": "full_time"},
            on=today,
            actor=reader,
        )
        assert sum(one.seats for one in seats) == row.authorised == 4
        assert row.is_short


def test_answer_who_stands_for_a_grid_on_a_day(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    begins = now.date() - timedelta(days=5)
    appointed(where, worker, commander, district_admin, now, start=begins)
    head = post(
        district_admin,
        now,
        code="p-lead",
        kind="street-commander",
        place=STREET,
        of="street-office",
    )
    higher = person(Role.DISTRICT_ADMIN, "34/01/04/")
    appointed(head, account("lead", at=now, name="韩强"), higher, district_admin, now, start=begins)
    asked = Asked(path=GRID)

    today = do(answering.who_answers, asked=asked, on=now.date(), actor=commander)
    before = do(answering.who_answers, asked=asked, on=begins - timedelta(days=1), actor=commander)

    assert [(one.kind, one.name) for one in today.standing] == [
        ("post", "周明"),
        ("leader", "韩强"),
    ]
    assert before.standing == ()


def test_show_somebody_what_else_a_colleague_holds(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    appointed(where, worker, commander, district_admin, now)
    other = post(district_admin, now, code="p-secretary", kind="grid-branch-secretary", place=GRID)
    appointed(other, worker, commander, district_admin, now)

    [held] = do(holders.history, at=now, post=where.pk, actor=commander)

    assert held.others == ("梅山路社区居委会 网格党支部书记",)
    assert [one.role for one in held.carries] == ["grid_worker"]
