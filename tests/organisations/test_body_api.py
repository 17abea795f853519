"""The API of bodies, covers and duties … does what the pages do, and says why not (单位接口)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.models import Body, Cover, Duty
from tests.organisations.conftest import GRIDS, STREET, Net
from tests.seat import browser_of, send

ADDRESS = "/api/v1/bodies"
VERBS: dict[str, dict[str, Any]] = {
    "rename": {"name": "别处", "name_en": ""},
    "hang": {"parent": None},
    "seat": {"place": STREET},
    "correct": {"phone": "", "uscc": "", "uscc_because": ""},
    "merge": {"into": str(uuid4())},
    "dissolve": {},
    "command": {"commander": str(uuid4())},
    "release": {},
    "form": {"unit": str(uuid4())},
    "part": {},
    "join": {"member": str(uuid4())},
    "leave": {"member": str(uuid4())},
    "cover": {"tie": "grid", "grid": GRIDS[0]},
}


@pytest.fixture
def browser(db: None, commander: Actor) -> Client:
    """The street's commander, signed in."""
    return browser_of(commander)


def at(body: Body, verb: str = "") -> str:
    return f"{ADDRESS}/{body.pk}" + (f"/{verb}" if verb else "")


def told(answer: Any, *, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()[:600]
    return answer.json()


def covered(browser: Client, body: Body, grid: str) -> Any:
    day = (timezone.localdate() - timedelta(days=20)).isoformat()
    return told(send(browser, at(body, "cover"), {"tie": "grid", "grid": grid, "day": day}))


def test_finds_bodies_by_first_letters_and_place(browser: Client, net: Net) -> None:
    found = told(browser.get(ADDRESS, {"q": "dywgdzb", "place": STREET, "kind": "party_branch"}))

    assert str(net.first.pk) in {row["id"] for row in found["rows"]}
    assert found["count"] == len(found["rows"])


def test_gives_a_page_at_a_time(browser: Client, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quanyu.organisations.queries.listed.PAGE", 2)
    asked = {"q": "net-", "place": STREET}

    first = told(browser.get(ADDRESS, asked))
    rest = told(browser.get(ADDRESS, asked | {"after": first["after"]}))

    assert [row["code"] for row in first["rows"]] == ["net-community", "net-first"]
    assert rest["rows"][0]["code"] == "net-group"


def test_tells_how_a_body_stood_on_a_day_and_what_was_tied_to_it(
    browser: Client, net: Net, on: date
) -> None:
    day = (on - timedelta(days=5)).isoformat()
    told(send(browser, at(net.first, "rename"), VERBS["rename"] | {"name": "新名支部", "day": day}))
    covered(browser, net.first, GRIDS[0])

    now = told(browser.get(at(net.first)))
    before = told(browser.get(at(net.first), {"on": (on - timedelta(days=30)).isoformat()}))

    assert (now["name"], before["stood"]["name"]) == ("新名支部", "第一网格党支部")
    assert [one["code"] for one in now["above"]] == ["net-street", "net-community"]
    assert [(one["tie"], one["place"]) for one in now["covers"]] == [("grid", GRIDS[0])]
    assert before["covers"] == []
    assert (now["steps"][0]["valid_from"], now["steps"][0]["what"]) == (day, "rename")


def test_shows_the_tree_from_the_top_and_what_hangs_below(browser: Client, net: Net) -> None:
    top = told(browser.get(f"{ADDRESS}/tree", {"axis": "party", "place": STREET}))
    below = told(browser.get(at(net.community, "below")))

    assert str(net.street.pk) in {row["id"] for row in top["rows"]}
    assert {row["code"] for row in below["rows"]} == {"net-first", "net-second"}
    assert below["count"] == 2


def test_tells_what_two_days_differ_by(browser: Client, net: Net, on: date) -> None:
    day = on - timedelta(days=5)
    told(
        send(
            browser,
            at(net.second, "rename"),
            VERBS["rename"] | {"name": "另名", "day": day.isoformat()},
        )
    )

    asked = {"first": (day - timedelta(days=1)).isoformat(), "second": day.isoformat()}
    found = told(browser.get(f"{ADDRESS}/difference", asked | {"place": STREET}))

    [one] = found["rows"]
    assert (one["body_id"], one["in_what"]) == (str(net.second.pk), ["renamed"])
    assert (one["before"]["name"], one["after"]["name"]) == ("第二网格党支部", "另名")


def test_founds_a_body_once(browser: Client, net: Net) -> None:
    new = {
        "code": "api-third",
        "kind": "party_branch",
        "name": "第三网格党支部",
        "place": net.community.region_path,
        "parent": str(net.community.pk),
    }

    made = told(send(browser, ADDRESS, new), status=201)
    again = send(browser, ADDRESS, new)

    assert made["above"][-1]["code"] == "net-community"
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"
    assert again.json()["field"] == "code"


def test_hangs_seats_and_corrects_a_body(browser: Client, net: Net) -> None:
    told(send(browser, at(net.group, "hang"), {"parent": str(net.second.pk)}))
    told(send(browser, at(net.second, "correct"), VERBS["correct"] | {"phone": "0551-62000000"}))
    moved = told(send(browser, at(net.second, "seat"), {"place": f"{STREET}003/"}))

    net.group.refresh_from_db()
    assert net.group.parent_id == net.second.pk
    assert (moved["phone"], moved["region_path"]) == ("0551-62000000", f"{STREET}003/")


def test_merges_two_branches_with_their_grids(browser: Client, net: Net) -> None:
    for body, grid in zip(net.branches, GRIDS, strict=False):
        covered(browser, body, grid)

    wanted = {"into": str(net.first.pk), "name": "联合党支部", "kind": "joint_party_branch"}
    stays = told(send(browser, at(net.second, "merge"), wanted))

    assert (stays["id"], stays["kind"]) == (str(net.first.pk), "joint_party_branch")
    assert {one["place"] for one in stays["covers"]} == set(GRIDS[:2])
    assert [one["id"] for one in stays["made_of"]] == [str(net.second.pk)]
    assert told(browser.get(at(net.second)))["went_into"]["id"] == str(net.first.pk)


def test_dissolves_a_body_and_keeps_its_page(browser: Client, net: Net) -> None:
    gone = told(send(browser, at(net.group, "dissolve"), {"because": "示例"}))

    assert gone["valid_to"] == timezone.localdate().isoformat()
    assert gone["stood"] is None


def test_takes_members_in_and_lets_them_go(db: None, district_admin: Actor, on: date) -> None:
    browser = browser_of(district_admin)
    day = (on - timedelta(days=40)).isoformat()
    place = "34/01/04/"
    group, bureau = (
        told(
            send(
                browser,
                ADDRESS,
                {"code": code, "kind": kind, "name": code, "place": place, "start": day},
            ),
            status=201,
        )["id"]
        for code, kind in (("api-group", "coordination_body"), ("api-bureau", "department"))
    )

    held = told(send(browser, f"{ADDRESS}/{group}/join", {"member": bureau, "day": day}))
    seen = told(browser.get(f"{ADDRESS}/{bureau}"))
    left = told(send(browser, f"{ADDRESS}/{group}/leave", {"member": bureau}))

    assert [one["id"] for one in held["members"]] == [bureau]
    assert [one["id"] for one in seen["belongs_to"]] == [group]
    assert left["members"] == []


def test_says_who_commands_an_agency(district_admin: Actor, team: Body, net: Net) -> None:
    browser = browser_of(district_admin)

    day = (timezone.localdate() - timedelta(days=20)).isoformat()
    wanted = {"commander": str(net.office.pk), "day": day}
    held = told(send(browser, at(team, "command"), wanted))
    freed = told(send(browser, at(team, "release"), {}))

    assert held["commander"]["id"] == str(net.office.pk)
    assert freed["commander"] is None


def test_forms_a_party_organisation_in_a_unit(district_admin: Actor, net: Net, on: date) -> None:
    browser, place = browser_of(district_admin), net.community.region_path
    day = (on - timedelta(days=40)).isoformat()
    new = {"place": place, "start": day, "code": "api-firm", "kind": "property_firm"}
    firm = told(send(browser, ADDRESS, new | {"name": "示例物业"}), status=201)["id"]

    held = told(send(browser, at(net.first, "form"), {"unit": firm, "day": day}))
    seen = told(browser.get(f"{ADDRESS}/{firm}"))
    parted = told(send(browser, at(net.first, "part"), {}))

    assert (held["unit"]["id"], parted["unit"]) == (firm, None)
    assert [one["id"] for one in seen["parties"]] == [str(net.first.pk)]


def test_counts_grids_by_how_they_are_covered_and_lists_as_many(browser: Client, net: Net) -> None:
    covered(browser, net.first, GRIDS[0])
    asked = {"place": net.community.region_path}

    whole = told(browser.get("/api/v1/covers", asked))
    own = told(browser.get("/api/v1/covers", asked | {"way": "own"}))

    assert sum(whole["figures"].values()) == whole["count"] == len(whole["rows"])
    assert whole["figures"]["own"] == own["count"] == len(own["rows"])
    assert str(net.first.pk) in {row["body_id"] for row in own["rows"]}


def test_ends_a_cover(browser: Client, net: Net) -> None:
    held = covered(browser, net.first, GRIDS[0])

    left = told(send(browser, f"/api/v1/covers/{held['covers'][0]['id']}/end", {}))

    assert left["covers"] == []
    assert Cover.objects.filter(body=net.first, valid_to=None).count() == 0


def test_lists_assigns_and_ends_duties(browser: Client, net: Net, on: date) -> None:
    new = {
        "body": str(net.office.pk),
        "class_prefix": "P",
        "place": STREET,
        "basis": "territory",
        "start": (on - timedelta(days=9)).isoformat(),
    }

    wrong = send(browser, "/api/v1/duties", new | {"clause": str(uuid4())})
    made = told(send(browser, "/api/v1/duties", new), status=201)
    held = told(browser.get("/api/v1/duties", {"body": str(net.office.pk)}))
    over = told(send(browser, f"/api/v1/duties/{made['id']}/end", {}))

    assert (wrong.status_code, wrong.json()["field"]) == (422, "clause")
    assert [row["id"] for row in held["rows"]] == [made["id"]]
    assert over["valid_to"] == timezone.localdate().isoformat()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"standing": "ended"}, "standing"),
        ({"sort": "age"}, "sort"),
    ],
)
def test_names_what_may_be_asked_of_the_list(
    browser: Client, asked: dict[str, str], field: str
) -> None:
    answer = browser.get(ADDRESS, asked)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_founds_no_body_of_a_day_to_come(browser: Client, net: Net) -> None:
    later = (timezone.localdate() + timedelta(days=1)).isoformat()
    new = {"code": "api-late", "kind": "party_branch", "name": "明日支部", "place": STREET}

    answer = send(browser, ADDRESS, new | {"start": later})

    assert (answer.status_code, answer.json()["field"]) == (409, "start")
    assert not Body.objects.filter(code="api-late").exists()


def test_refuses_a_wish_it_does_not_know(browser: Client, net: Net) -> None:
    answer = send(browser, at(net.first, "dissolve"), {"sooner": True})

    assert answer.status_code == 422
    assert answer.json()["field"] == "sooner"
    assert Body.objects.get(pk=net.first.pk).valid_to is None


@pytest.mark.parametrize("verb", VERBS)
def test_does_nothing_for_a_stranger(net: Net, stranger: Actor, verb: str) -> None:
    answer = send(browser_of(stranger), at(net.first, verb), VERBS[verb])

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_founds_covers_and_assigns_nothing_for_a_stranger(
    browser: Client, net: Net, stranger: Actor
) -> None:
    held = covered(browser, net.first, GRIDS[0])
    cover, far = held["covers"][0]["id"], browser_of(stranger)
    new = {"code": "api-far", "kind": "party_branch", "name": "别处", "place": STREET}
    duty = {"body": str(net.office.pk), "place": STREET, "basis": "territory"}
    kept = Duty.objects.filter(place_path__startswith=STREET, valid_to=None).first()
    assert kept is not None

    sent = [
        send(far, ADDRESS, new),
        send(far, f"/api/v1/covers/{cover}/end", {}),
        send(far, "/api/v1/duties", duty),
        send(far, f"/api/v1/duties/{kept.pk}/end", {}),
        far.get("/api/v1/covers", {"place": STREET}),
    ]

    assert [answer.status_code for answer in sent] == [404] * 5


def test_is_not_there_without_a_body(browser: Client, net: Net) -> None:
    missing = f"{ADDRESS}/{uuid4()}"

    assert browser.get(missing).status_code == 404
    assert browser.get(f"{missing}/below").status_code == 404
    assert [send(browser, f"{missing}/{verb}", VERBS[verb]).status_code for verb in VERBS] == [
        404
    ] * len(VERBS)
