"""The API of posts and appointments … does what the pages do, and says why not (岗位与任职接口)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import Account, GrantRow
from quanyu.organisations.models import Appointment, Post
from quanyu.regions.models import Building
from tests.organisations.conftest import STREET, person
from tests.organisations.posts import (
    COMMUNITY,
    GRID,
    WORKER,
    account,
    appointed,
    body,
    grants,
    post,
    proposed,
)
from tests.seat import browser_of, send

POSTS, ADDRESS = "/api/v1/posts", "/api/v1/appointments"
TOMORROW = timezone.localdate() + timedelta(days=1)
VERBS: dict[str, dict[str, Any]] = {
    "confirm": {},
    "refuse": {"reason": "不合适"},
    "withdraw": {},
    "end": {"reason": "调离"},
    "keep": {},
    "stand-in": {"account": "zhou.ming", "until": TOMORROW.isoformat(), "reason": "休假"},
}


@pytest.fixture
def now(db: None) -> datetime:
    return timezone.localtime()


@pytest.fixture
def where(district_admin: Actor, now: datetime) -> Post:
    return post(district_admin, now, seats=2)


@pytest.fixture
def worker(now: datetime) -> Account:
    return account("zhou.ming", at=now)


@pytest.fixture
def street(where: Post, commander: Actor) -> Client:
    """The street's commander, who proposes in grids, signed in."""
    return browser_of(commander)


@pytest.fixture
def district(where: Post, district_admin: Actor) -> Client:
    """The district's officer, who confirms there and opens posts, signed in."""
    return browser_of(district_admin)


def told(answer: Any, *, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()[:600]
    return answer.json()


def wanted(where: Post, username: str = "zhou.ming", **more: Any) -> dict[str, Any]:
    return {"nominees": [{"post": str(where.pk), "account": username, "reason": "工作需要"} | more]}


def test_opens_changes_and_closes_a_post(district: Client, now: datetime) -> None:
    new = {
        "code": "p-api",
        "kind": "grid-worker",
        "body": str(body()),
        "place": GRID,
        "start": (now.date() - timedelta(days=9)).isoformat(),
    }

    made = told(send(district, POSTS, new), status=201)
    larger = told(send(district, f"{POSTS}/{made['id']}/seats", {"seats": 3}))
    closed = told(send(district, f"{POSTS}/{made['id']}/close", {}))

    assert (made["seats"], larger["seats"]) == (1, 3)
    assert [one["seats"] for one in larger["stood"]] == [3, 1]
    assert closed["valid_to"] == now.date().isoformat()


def test_lists_posts_and_the_vacant_ones_with_their_count(
    street: Client, where: Post, worker: Account, commander: Actor, district_admin: Actor
) -> None:
    appointed(where, worker, commander, district_admin, timezone.localtime())
    asked = {"place": GRID, "kind": "grid-worker"}

    whole = told(street.get(POSTS, asked))
    vacant = told(street.get(POSTS, asked | {"vacant": "yes"}))

    mine = [row for row in whole["rows"] if row["id"] == str(where.pk)]
    assert [(row["seats"], row["filled"]) for row in mine] == [(2, 1)]
    assert whole["count"] == len(whole["rows"])
    assert str(where.pk) in {row["id"] for row in vacant["rows"]}


def test_says_which_roles_a_kind_of_post_carries(street: Client) -> None:
    kinds = {one["code"]: one for one in told(street.get(f"{POSTS}/kinds"))}

    assert kinds["grid-worker"]["roles"] == [Role.GRID_WORKER]


def test_an_appointment_by_two_hands_gives_access_and_its_end_takes_it(
    street: Client, district: Client, where: Post, worker: Account
) -> None:
    [row] = told(send(street, ADDRESS, wanted(where)), status=201)
    waiting = told(district.get(f"{ADDRESS}/waiting"))
    before = grants(worker, at=timezone.now())
    held = told(send(district, f"{ADDRESS}/{row['id']}/confirm", {}))
    given = grants(worker, at=timezone.now())
    left = told(send(district, f"{ADDRESS}/{row['id']}/end", {"reason": "调离"}))

    assert (row["stand"], row["may_decide"], held["stand"]) == ("proposed", False, "serving")
    assert row["batch"] in {one["id"] for one in waiting if one["may_decide"]}
    assert (WORKER in before, WORKER in given) == (False, True)
    assert left["valid_to"] == timezone.localdate().isoformat()
    assert WORKER not in grants(worker, at=timezone.now())


def test_nobody_confirms_whom_he_proposed(street: Client, where: Post, worker: Account) -> None:
    [row] = told(send(street, ADDRESS, wanted(where)), status=201)

    refused = send(street, f"{ADDRESS}/{row['id']}/confirm", {})

    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert Appointment.objects.get(pk=row["id"]).decision == "open"


def test_a_proposal_is_refused_with_a_reason_or_taken_back(
    street: Client, district: Client, where: Post, worker: Account
) -> None:
    [first] = told(send(street, ADDRESS, wanted(where)), status=201)
    silent = send(district, f"{ADDRESS}/{first['id']}/refuse", {})
    refused = told(send(district, f"{ADDRESS}/{first['id']}/refuse", {"reason": "不合适"}))
    [second] = told(send(street, ADDRESS, wanted(where)), status=201)
    back = told(send(street, f"{ADDRESS}/{second['id']}/withdraw", {}))

    assert (silent.status_code, silent.json()["field"]) == (422, "reason")
    assert (refused["stand"], refused["decision_reason"]) == ("refused", "不合适")
    assert back["stand"] == "withdrawn"


def test_of_many_all_are_proposed_or_none_and_the_one_is_named(
    street: Client, where: Post, worker: Account, now: datetime
) -> None:
    account("li.jun", at=now, name="李军")
    both = wanted(where)["nominees"] + wanted(where, "li.jun")["nominees"]
    third = {"nominees": [*both, *wanted(where)["nominees"]]}

    refused = send(street, ADDRESS, third)
    rows = told(send(street, ADDRESS, {"nominees": both}), status=201)

    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("zhou.ming：")
    assert {row["name"] for row in rows} == {"周明", "李军"}
    assert Appointment.objects.filter(post=where).count() == len(rows)


@pytest.mark.parametrize(("verb", "stand"), [("confirm", "serving"), ("refuse", "refused")])
def test_a_batch_is_decided_at_once(
    street: Client,
    district: Client,
    where: Post,
    worker: Account,
    now: datetime,
    verb: str,
    stand: str,
) -> None:
    account("li.jun", at=now, name="李军")
    both = wanted(where)["nominees"] + wanted(where, "li.jun")["nominees"]
    rows = told(send(street, ADDRESS, {"nominees": both}), status=201)

    decided = told(send(district, f"{ADDRESS}/batches/{rows[0]['batch']}/{verb}", VERBS["refuse"]))

    assert [row["stand"] for row in decided] == [stand, stand]


def test_a_batch_is_taken_back_at_once(street: Client, where: Post, worker: Account) -> None:
    [row] = told(send(street, ADDRESS, wanted(where)), status=201)

    [back] = told(send(street, f"{ADDRESS}/batches/{row['batch']}/withdraw", {}))

    assert back["stand"] == "withdrawn"


def test_a_peer_only_asks_for_an_end_and_may_let_it_be(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, now: datetime
) -> None:
    place = {"code": "p-secretary", "kind": "community-secretary", "place": COMMUNITY}
    row = appointed(
        post(district_admin, now, **place, seats=2), worker, commander, district_admin, now
    )
    peer = browser_of(person(Role.COMMUNITY_SECRETARY, COMMUNITY))

    asked = told(send(peer, f"{ADDRESS}/{row.pk}/end", {"reason": "调离"}))
    kept = told(send(peer, f"{ADDRESS}/{row.pk}/keep", {}))

    assert (asked["stand"], asked["leave_reason"]) == ("serving", "调离")
    assert (kept["stand"], kept["leave_reason"]) == ("serving", "")


def test_lists_who_serves_and_who_has_left(
    street: Client, where: Post, worker: Account, commander: Actor, district_admin: Actor
) -> None:
    row = appointed(where, worker, commander, district_admin, timezone.localtime())

    serving = told(street.get(ADDRESS, {"place": GRID, "q": "周明"}))
    left = told(street.get(ADDRESS, {"place": GRID, "q": "周明", "stand": "left"}))
    every = told(street.get(ADDRESS, {"place": GRID, "q": "周明", "every": "true"}))
    one = told(street.get(f"{ADDRESS}/{row.pk}"))

    assert [found["id"] for found in serving["rows"]] == [str(row.pk)]
    assert (serving["count"], left["rows"], every["count"]) == (1, [], 1)
    assert one["name"] == "周明"


def test_a_colleague_stands_in_for_some_days(
    street: Client,
    where: Post,
    worker: Account,
    now: datetime,
    commander: Actor,
    district_admin: Actor,
) -> None:
    row = appointed(where, worker, commander, district_admin, now)
    leader = post(district_admin, now, code="p-leader", kind="grid-leader")
    other = account("li.jun", at=now, name="李军")
    appointed(leader, other, commander, district_admin, now)

    told(send(street, f"{ADDRESS}/{row.pk}/stand-in", VERBS["stand-in"] | {"account": "li.jun"}))

    assert WORKER in grants(other, at=timezone.now())


@pytest.mark.parametrize("verb", VERBS)
def test_is_not_there_for_a_stranger(
    where: Post, worker: Account, commander: Actor, stranger: Actor, verb: str
) -> None:
    row = proposed(where, worker, commander, timezone.localtime())
    far = browser_of(stranger)

    sent = [
        send(far, f"{ADDRESS}/{row.pk}/{verb}", VERBS[verb]),
        send(far, f"{ADDRESS}/{uuid4()}/{verb}", VERBS[verb]),
    ]

    assert [answer.status_code for answer in sent] == [404, 404]
    assert sent[0].json()["detail"] == sent[1].json()["detail"]


@pytest.mark.parametrize("verb", ["confirm", "refuse", "withdraw"])
def test_a_batch_is_not_there_for_a_stranger(
    where: Post, worker: Account, commander: Actor, stranger: Actor, verb: str
) -> None:
    row = proposed(where, worker, commander, timezone.localtime())

    answer = send(browser_of(stranger), f"{ADDRESS}/batches/{row.batch}/{verb}", VERBS["refuse"])

    set_scope(commander)
    assert answer.status_code == 404
    assert Appointment.objects.get(pk=row.pk).decision == "open"


def test_posts_and_holders_are_not_there_for_a_stranger(
    where: Post, worker: Account, commander: Actor, district_admin: Actor, stranger: Actor
) -> None:
    row = appointed(where, worker, commander, district_admin, timezone.localtime())
    far = browser_of(stranger)
    new = {"code": "p-far", "kind": "grid-worker", "body": str(body()), "place": GRID}

    sent = [
        far.get(f"{POSTS}/{where.pk}"),
        far.get(f"{ADDRESS}/{row.pk}"),
        send(far, POSTS, new),
        send(far, f"{POSTS}/{where.pk}/seats", {"seats": 3}),
        send(far, f"{POSTS}/{where.pk}/close", {}),
        send(far, ADDRESS, wanted(where)),
    ]

    assert [answer.status_code for answer in sent] == [404] * 6
    assert told(far.get(ADDRESS, {"place": STREET}))["count"] == 0
    assert told(far.get(POSTS, {"place": STREET}))["count"] == 0


FAR = "34/01/03/001/"


@pytest.fixture
def elsewhere(now: datetime) -> Account:
    """Somebody who works in another district."""
    far = account("wang.yuan", at=now, name="王远方")
    GrantRow.objects.create(
        account=far, role=Role.GRID_WORKER, region_path=FAR, granted_from=now - timedelta(days=9)
    )
    return far


def alike(one: Any, other: Any, *names: str) -> None:
    """Both answers are the same but for the names that were sent."""
    said = [answer.json()["detail"] for answer in (one, other)]
    for name in names:
        said = [text.replace(name, "?") for text in said]

    assert (one.status_code, said[0]) == (other.status_code, said[1])
    assert one.json().keys() == other.json().keys()


@pytest.mark.parametrize("path", [STREET, FAR])
def test_a_name_of_nobody_is_answered_like_one_of_somebody_elsewhere(
    where: Post, elsewhere: Account, path: str
) -> None:
    browser = browser_of(person(Role.COMMANDER, path))

    known = send(browser, ADDRESS, wanted(where, "wang.yuan"))
    unknown = send(browser, ADDRESS, wanted(where, "nobody"))

    alike(known, unknown, "wang.yuan", "nobody")
    assert known.status_code == (422 if path == STREET else 404)


def test_who_stands_in_is_looked_for_after_who_may_name_one(
    street: Client,
    where: Post,
    worker: Account,
    elsewhere: Account,
    now: datetime,
    commander: Actor,
    district_admin: Actor,
) -> None:
    row = appointed(where, worker, commander, district_admin, now)
    peer = browser_of(person(Role.GRID_WORKER, GRID))
    names = ("zhou.ming", "wang.yuan", "nobody")

    led = [
        send(street, f"{ADDRESS}/{row.pk}/stand-in", VERBS["stand-in"] | {"account": name})
        for name in names[1:]
    ]
    not_led = [
        send(peer, f"{ADDRESS}/{row.pk}/stand-in", VERBS["stand-in"] | {"account": name})
        for name in names
    ]

    alike(*led)
    assert "王远方" not in led[0].content.decode()
    assert [answer.status_code for answer in not_led] == [404] * 3


def test_an_unknown_account_is_named(street: Client, where: Post) -> None:
    answer = send(street, ADDRESS, wanted(where, "nobody"))

    assert (answer.status_code, answer.json()["field"]) == (422, "account")
    assert answer.json()["detail"].startswith("nobody：")


@pytest.mark.parametrize("which", ["missing", "elsewhere", "kind"])
def test_a_building_that_is_not_there_is_named(district: Client, which: str) -> None:
    houses = {
        one.region_path.startswith(COMMUNITY): one.pk
        for one in Building.objects.filter(region_path__startswith=STREET)
    }
    assert len(houses) == 2
    building = {"missing": uuid4(), "elsewhere": houses[False], "kind": houses[True]}[which]
    kind = "grid-worker" if which == "kind" else "building-lead"
    new = {"code": "p-house", "kind": kind, "body": str(body()), "place": GRID}

    answer = send(district, POSTS, new | {"building": str(building)})

    assert (answer.status_code, answer.json()["field"]) == (422, "building")
    assert not Post.objects.filter(code="p-house").exists()


def test_a_batch_takes_no_statement_more_for_each(
    where: Post, street: Client, district: Client, district_admin: Actor, now: datetime
) -> None:
    taken = []
    for time, count in enumerate((1, 1, 6)):
        places = post(district_admin, now, code=f"p-many-{time}", seats=count)
        names = [f"many.{time}.{number}" for number in range(count)]
        for name in names:
            account(name, at=now)
        nominees = [one for name in names for one in wanted(places, name)["nominees"]]
        with CaptureQueriesContext(connection) as proposing:
            rows = told(send(street, ADDRESS, {"nominees": nominees}), status=201)
        with CaptureQueriesContext(connection) as reading:
            told(street.get(ADDRESS, {"stand": "proposed", "place": GRID}))
        taken.append((len(proposing), len(reading)))
        told(send(district, f"{ADDRESS}/batches/{rows[0]['batch']}/confirm", {}))

    # The first time fills what is kept of the tree.
    assert taken[1] == taken[2]


@pytest.mark.parametrize(
    ("address", "asked"),
    [(POSTS, {"vacant": "maybe"}), (POSTS, {"hours": "some"}), (ADDRESS, {"stand": "here"})],
)
def test_names_what_may_be_asked_of_the_lists(
    street: Client, address: str, asked: dict[str, str]
) -> None:
    answer = street.get(address, asked)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_not_only_the_vacant_ones_are_asked_for(
    street: Client, where: Post, worker: Account, commander: Actor, district_admin: Actor
) -> None:
    full = post(district_admin, timezone.localtime(), code="p-full")
    appointed(full, worker, commander, district_admin, timezone.localtime())
    asked = {"place": GRID, "q": "p-full"}

    assert told(street.get(POSTS, asked | {"vacant": "false"}))["count"] == 1
    assert told(street.get(POSTS, asked | {"vacant": "true"}))["count"] == 0
