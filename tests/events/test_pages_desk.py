"""The desk shows what I must do, offers what I may do, and says why not (工作台)."""

import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from quanyu.events import actions
from quanyu.events.models import Event
from quanyu.events.pages import forms
from quanyu.events.queries import clusters
from quanyu.events.workflow import EVENT
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.organisations import queries as organisations
from quanyu.organisations.rules.initials import initials
from tests.conftest import found, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db
OVERHEAD = re.compile(r"^(SAVEPOINT|RELEASE|ROLLBACK|SET LOCAL|BEGIN|COMMIT)|accounts_session")


def page_of(event: Event) -> str:
    return reverse("desk_matter", args=[event.number])


def act_on(event: Event, verb: str) -> str:
    return reverse("desk_act", args=[event.number, verb])


def statements(browser: Client, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    return len([one for one in asked.captured_queries if not OVERHEAD.search(one["sql"])])


def test_my_work_shows_what_waits_for_me(filed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get("/desk/")

    assert page.status_code == 200
    assert filed.title in page.content.decode()


def test_my_work_counts_what_it_shows(filed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get("/desk/")

    assert [len(group["rows"]) for group in page.context["groups"]] == [1]


def test_my_work_of_a_stranger_is_empty(filed: Event, stranger: Actor) -> None:
    page = browser_of(stranger).get("/desk/")

    assert page.context["groups"] == []


def test_my_work_offers_both_desk_roles_one_act(reported: Event, clerk: Actor) -> None:
    page = browser_of(clerk).get("/desk/")

    assert page.context["next"]["verb"] == "受理并派遣"


def test_one_matter_shows_its_story_and_the_act(filed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(page_of(filed))

    assert page.context["moves"][0]["verb"] == "dispatch"
    assert "立案" in page.content.decode()


def test_one_matter_masks_the_reporter(filed: Event, dispatcher: Actor) -> None:
    page = browser_of(dispatcher).get(page_of(filed)).content.decode()

    assert "138****8000" in page
    assert "13800138000" not in page


def test_a_stranger_finds_no_such_matter(filed: Event, stranger: Actor) -> None:
    assert browser_of(stranger).get(page_of(filed)).status_code == 404


def test_nobody_enters_unknown(filed: Event, client: Client) -> None:
    page = client.get(page_of(filed))

    assert page.status_code == 302
    assert page["Location"].startswith("/desk/sign-in")


def test_dispatch_works(filed: Event, body: Any, dispatcher: Actor) -> None:
    given = {"body": str(body), "version": filed.version}

    page = browser_of(dispatcher).post(act_on(filed, "dispatch"), given)

    assert page.status_code == 302
    assert found(filed.id).state == "dispatched"


def test_dispatch_says_what_is_missing(filed: Event, dispatcher: Actor) -> None:
    given = {"version": filed.version, "remark": "请尽快"}

    page = browser_of(dispatcher).post(act_on(filed, "dispatch"), given)

    assert page.status_code == 422
    assert "请尽快" in page.content.decode()


def test_an_act_on_an_old_version_is_a_conflict(filed: Event, body: Any, dispatcher: Actor) -> None:
    given = {"body": str(body), "version": filed.version - 1}

    page = browser_of(dispatcher).post(act_on(filed, "dispatch"), given)

    assert page.status_code == 409
    assert page.context["conflict"]["did"] == "立案"


def test_an_act_that_somebody_did_before_is_a_conflict(dispatched: Event, clerk: Actor) -> None:
    page = browser_of(clerk).post(act_on(dispatched, "accept"), {})

    assert page.status_code == 409
    assert page.context["conflict"]["did"] == "派遣"


def test_a_stranger_does_no_act(filed: Event, body: Any, stranger: Actor) -> None:
    page = browser_of(stranger).post(act_on(filed, "dispatch"), {"body": str(body)})

    assert page.status_code == 404
    assert found(filed.id).state == "filed"


def test_one_act_sends_a_report_out(reported: Event, clerk: Actor) -> None:
    browser = browser_of(clerk)
    typed = {"class_code": "P0102", "version": reported.version}
    asked = browser.post(act_on(reported, "send_out"), typed)
    fields = {f["name"]: f for f in asked.context["moves"][0]["fields"]}

    page = browser.post(act_on(reported, "send_out"), typed | {"body": fields["body"]["value"]})

    assert page.status_code == 302
    assert found(reported.id).state == "dispatched"


def test_the_contact_is_revealed_for_a_reason(reported: Event, operator: Actor) -> None:
    url = reverse("desk_contact", args=[reported.number])

    page = browser_of(operator).post(url, {"reason": "contact"}, headers={"HX-Request": "true"})

    assert "13800138000" in page.content.decode()


def test_the_contact_is_not_revealed_without_one(reported: Event, operator: Actor) -> None:
    url = reverse("desk_contact", args=[reported.number])

    page = browser_of(operator).post(url, {"reason": ""}, headers={"HX-Request": "true"})

    assert "13800138000" not in page.content.decode()
    assert "必须说明理由" in page.content.decode()


def test_a_stranger_reveals_nothing(reported: Event, stranger: Actor) -> None:
    url = reverse("desk_contact", args=[reported.number])

    page = browser_of(stranger).post(url, {"reason": "contact"})

    assert page.status_code == 404


def test_a_note_stands_in_the_story(reported: Event, operator: Actor) -> None:
    browser = browser_of(operator)

    browser.post(reverse("desk_note", args=[reported.number]), {"text": "已电话问过物业"})

    assert "已电话问过物业" in browser.get(page_of(reported)).content.decode()


def test_the_list_keeps_its_filters_in_the_address(
    filed: Event, dispatcher: Actor, at: datetime
) -> None:
    worker = system(settings.QUANYU_CITY, job="tests")
    set_scope(worker)
    actions.learn_words(keys=[filed.pk], actor=worker, at=at)
    browser = browser_of(dispatcher)

    there = browser.get(reverse("desk_matters"), {"state": "filed", "q": "井盖"})
    not_there = browser.get(reverse("desk_matters"), {"state": "handling"})

    assert [row["number"] for row in there.context["rows"]] == [filed.number]
    assert not_there.context["rows"] == []


def test_matters_are_found_by_the_name_of_the_body_that_has_them(
    dispatched: Event, dispatcher: Actor
) -> None:
    """A city has ten thousand bodies: the list sends none of them to choose from."""
    assert dispatched.body_id is not None
    held = organisations.body(dispatched.body_id)
    assert held is not None
    browser = browser_of(dispatcher)

    def rows(**asked: str) -> list[str]:
        page = browser.get("/desk/matters", {"state": "all", **asked})
        return [row["number"] for row in page.context["rows"]]

    assert rows(unit=held.name[:4]) == [dispatched.number]
    assert rows(unit=initials(held.name)) == [dispatched.number]
    assert rows(unit="无此单位") == []
    assert rows(body=str(held.id)) == [dispatched.number]


def test_a_link_to_the_matters_of_a_body_names_it_and_no_other(
    dispatched: Event, dispatcher: Actor
) -> None:
    browser, key = browser_of(dispatcher), str(dispatched.body_id)

    def offered(url: str) -> list[str]:
        fields = browser.get(url).context["filters"]
        return [
            one["value"] for each in fields if each["name"] == "body" for one in each["options"]
        ]

    assert offered(f"/desk/matters?body={key}") == [key]
    assert offered("/desk/matters") == []


def test_the_list_of_a_stranger_is_empty(filed: Event, stranger: Actor) -> None:
    assert browser_of(stranger).get(reverse("desk_matters")).context["rows"] == []


def test_the_map_shows_what_the_list_shows(filed: Event, dispatcher: Actor) -> None:
    drawn = browser_of(dispatcher).get(reverse("desk_map_data")).json()["features"]

    assert [one["properties"]["number"] for one in drawn] == [filed.number]


def test_the_map_shows_the_part_that_is_seen(filed: Event, dispatcher: Actor) -> None:
    url = reverse("desk_map_data")
    browser = browser_of(dispatcher)
    counts = [
        len(browser.get(url, {"bbox": box}).json()["features"])
        for box in ("117.2,31.8,117.3,31.9", "118,31.8,119,31.9", "nothing", "1,2,3")
    ]

    assert counts == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("box", "found"), [("", [1]), ("117.2,31.8,117.3,31.9", [1]), ("1,1,2,2", [])]
)
def test_the_map_draws_how_many_lie_where_there_are_many(
    filed: Event, dispatcher: Actor, monkeypatch: pytest.MonkeyPatch, box: str, found: list[int]
) -> None:
    monkeypatch.setattr(clusters, "MOST_POINTS", 0)

    drawn = browser_of(dispatcher).get(reverse("desk_map_data"), {"bbox": box}).json()

    assert [one["properties"].get("count") for one in drawn["features"]] == found
    assert drawn["count"] == len(found)


def test_the_map_page_opens(filed: Event, dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get(reverse("desk_map")).status_code == 200


def test_a_report_on_behalf_gives_the_code(operator: Actor) -> None:
    given = {"channel": "phone", "text": "三楼楼道里堆满了纸箱", "address": "荷香苑 3 幢"}

    page = browser_of(operator).post(reverse("desk_report"), given)

    assert re.fullmatch(r"\d{4}( \d{4}){3}", page.context["done"]["code"])


def test_a_report_on_behalf_says_what_is_missing(operator: Actor) -> None:
    page = browser_of(operator).post(reverse("desk_report"), {"channel": "phone", "text": "纸箱"})

    assert page.status_code == 422
    assert "纸箱" in page.content.decode()


def test_a_dispatcher_reports_for_nobody(dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get(reverse("desk_report")).status_code == 403


def test_one_matter_takes_few_statements(handled: Event, checker: Actor) -> None:
    # What the story does not tell of is not asked for: calls, cards, exclusions, forced endings.
    assert statements(browser_of(checker), page_of(handled)) <= 12


def test_my_work_takes_few_statements(filed: Event, dispatcher: Actor) -> None:
    assert statements(browser_of(dispatcher), "/desk/") <= 12


@pytest.mark.parametrize("name", ["desk", "desk_matters", "desk_map", "desk_map_data"])
def test_more_rows_take_no_more_statements(
    act: Any, said: actions.Report, at: datetime, operator: Actor, name: str
) -> None:
    browser = browser_of(operator)
    act(actions.report, said=said, actor=REPORTER, at=at)
    few = statements(browser, reverse(name))
    act(actions.report, said=said, actor=REPORTER, at=at)
    act(actions.report, said=said, actor=REPORTER, at=at)

    assert statements(browser, reverse(name)) == few


def test_the_list_takes_few_statements(filed: Event, dispatcher: Actor) -> None:
    assert statements(browser_of(dispatcher), reverse("desk_matters")) <= 12


def test_every_act_asks_for_what_it_needs() -> None:
    names = {"refuse_reason": "reason", "void_reason": "reason", "inside_reason": "reason"}
    names |= {"force_ground": "ground", "outside_ground": "ground", "outside_body": "body"}
    names |= {"outside_answer": "answer", "to_place": "target"}
    asked = {verb: {names.get(one, one) for one in ones} for verb, ones in forms.ASKS.items()}

    assert not [m.verb for m in EVENT.moves if m.verb in asked and set(m.needs) - asked[m.verb]]


def test_a_matter_without_a_community_is_placed_step_by_step(
    act: Any, said: actions.Report, at: datetime
) -> None:
    words_only = replace(said, lon=None, lat=None)
    matter = found(act(actions.report, said=words_only, actor=REPORTER, at=at).id)
    browser = browser_of(person(Role.DISPATCHER, settings.QUANYU_CITY))
    fields = {f["name"]: f for f in browser.get(page_of(matter)).context["moves"][0]["fields"]}
    assert "34/01/04/" in [one["value"] for one in fields["region_path"]["options"]]

    browser.post(act_on(matter, "place"), {"region_path": "34/01/04/", "version": matter.version})

    assert found(matter.id).region_path == "34/01/04/"


def test_a_grid_worker_tells_what_was_found_with_a_picture(
    act: Any, reported: Event, operator: Actor, grid_worker: Actor, at: datetime
) -> None:
    asked = act(actions.request_verification, event_id=reported.id, actor=operator, at=at)
    given = {"finding": "井盖裂了", "version": asked.version, "photos": picture()}
    browser = browser_of(grid_worker)

    browser.post(act_on(reported, "verify"), given)

    story = browser.get(page_of(reported)).context["story"]
    assert [one["state"] for one in story[0]["photos"]] == ["waiting"]


@pytest.mark.parametrize("name", ["desk", "desk_matters", "desk_map", "desk_report"])
def test_the_pages_speak_english(filed: Event, operator: Actor, name: str) -> None:
    page = browser_of(operator).get(reverse(name), headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert 'lang="en"' in page.content.decode()


def picture() -> BytesIO:
    """Return a small photo as a browser sends it."""
    whole = BytesIO()
    Image.new("RGB", (40, 30), "grey").save(whole, "JPEG")
    whole.seek(0)
    whole.name = "a.jpg"
    return whole


# ------------------------------------------------------------------ why there is no act here


def why_not(event: Event, actor: Actor) -> str:
    page = browser_of(actor).get(page_of(event))
    assert not any(move["primary"] for move in page.context["moves"])
    return str(page.context["waiting"]["sentence"])


def test_who_has_no_act_reads_whose_turn_it_is_and_what_they_are_here(
    filed: Event, grid_worker: Actor
) -> None:
    assert why_not(filed, grid_worker).startswith("轮到派遣员办；您在这里是网格员")


def test_who_may_only_read_is_told_so(filed: Event) -> None:
    assert "您在这里是社区书记" in why_not(filed, person(Role.COMMUNITY_SECRETARY))


def test_who_holds_the_role_but_did_the_work_is_led_to_what_stands_in_the_way(
    handled: Event, dispatcher: Actor, checker: Actor
) -> None:
    both = replace(dispatcher, grants=dispatcher.grants | checker.grants)

    assert (
        why_not(handled, both) == "轮到核查员办；您在这里是派遣员、核查员，为什么不能由您办，见下面"
    )


def test_a_stranger_reads_no_reason(filed: Event, stranger: Actor) -> None:
    assert browser_of(stranger).get(page_of(filed)).status_code == 404


def test_the_reason_takes_no_statement_of_its_own(
    filed: Event, grid_worker: Actor, dispatcher: Actor
) -> None:
    without = statements(browser_of(grid_worker), page_of(filed))

    assert without <= statements(browser_of(dispatcher), page_of(filed)) + 1
