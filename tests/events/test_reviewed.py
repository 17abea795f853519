"""What a review found once … stays mended (复查项)."""

import logging
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from quanyu.events import actions, rules
from quanyu.events.models import Event
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import REPORTER, Actor, ActorKind, Grant, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.workflow.spec import Guarded, NotAllowed
from quanyu.organisations import queries as bodies
from quanyu.web.logs import JsonLines
from tests.conftest import GRID, found, in_body, person
from tests.seat import browser_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.ACCOUNTANT, Role.PROPERTY_FIRM, Role.RESIDENT, Role.PARTY_OFFICER]
)
def test_a_place_gives_sight_to_working_roles_alone(reported: Event, role: Role) -> None:
    other = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant(role, "34/01/")}))
    set_scope(other)

    assert not Event.objects.filter(pk=reported.pk).exists()
    assert browser_of(other).get("/api/v1/events").json()["items"] == []


def test_a_resident_by_place_rates_nobody_elses_matter(closed: Event) -> None:
    other = Actor(ActorKind.PERSON, uuid4(), frozenset({Grant(Role.RESIDENT, "34/01/")}))

    assert other.roles_on(closed) == frozenset()


def test_a_follow_code_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"text": "路灯坏了", "address": "路口"}
    code = client.post("/api/v1/public/reports", body, "application/json").json()["code"]
    answers = {"solved": True, "treated": 3}
    # The handler is the same for all tests: its form is put back.
    monkeypatch.setattr(caplog.handler, "formatter", JsonLines())
    with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, "django.request"):
        client.post(f"/api/v1/public/reports/{code}/rate", answers, "application/json")

    assert "/public/reports/" in caplog.text
    assert code not in caplog.text


def test_a_class_to_be_verified_first_is_not_filed_unseen(
    act: Any, accepted: Event, operator: Actor, at: Any
) -> None:
    with pytest.raises(Guarded):
        act(actions.file, event_id=accepted.id, class_code="0409", actor=operator, at=at)


def test_a_class_to_be_verified_first_is_not_sent_out_unseen(
    act: Any, reported: Event, clerk: Actor, at: Any
) -> None:
    holder = bodies.duty_holders("0409", place=reported.region_path, on=at.date())[0].body_id

    with pytest.raises(Guarded):
        act(
            actions.send_out,
            event_id=reported.id,
            class_code="0409",
            body=holder,
            actor=clerk,
            at=at,
        )


def test_an_accepted_matter_may_still_be_looked_at(
    act: Any, accepted: Event, operator: Actor, at: Any
) -> None:
    event = act(actions.request_verification, event_id=accepted.id, actor=operator, at=at)

    assert event.state == State.VERIFYING


@pytest.mark.parametrize(
    "where",
    [
        {"region_path": "34/01/02/001/"},
        {"lon": 117.0, "lat": 31.0},
        {"region_path": "34/01/04/001/zzz/"},
    ],
)
def test_a_place_out_of_ones_reach_is_refused(
    act: Any, reported: Event, dispatcher: Actor, at: Any, where: dict[str, Any]
) -> None:
    with pytest.raises(rules.BadPlace):
        act(actions.place, event_id=reported.id, actor=dispatcher, at=at, **where)


def test_a_dispatched_matter_is_not_placed_elsewhere(
    act: Any, dispatched: Event, dispatcher: Actor, at: Any
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.place, event_id=dispatched.id, region_path=GRID, actor=dispatcher, at=at)


def test_a_clock_that_was_met_meanwhile_is_not_told_of(
    act: Any, reported: Event, operator: Actor, at: datetime
) -> None:
    later = at + timedelta(hours=5)
    act(actions.accept, event_id=reported.id, actor=operator, at=later)
    system_sees = found(reported.id)

    actions.tell_overdue(
        event_id=system_sees.id, clock="stage", actor=person(Role.OPERATOR), at=later
    )

    assert not Record.objects.filter(topic="event.overdue").exists()


def test_a_body_too_large_is_413(client: Client) -> None:
    response = client.post("/api/v1/public/reports", {"text": "长" * 3_000_000}, "application/json")

    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_a_handler_adds_a_picture_over_the_api(handling: Event, handler: Actor) -> None:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "JPEG")
    sent = SimpleUploadedFile("done.jpg", picture.getvalue(), "image/jpeg")

    response = browser_of(handler).post(f"/api/v1/events/{handling.id}/photos", {"photos": sent})

    assert response.status_code == 200
    assert response.json()["steps"][0]["verb"] == "photos"


def test_a_picture_is_not_added_to_a_step_of_somebody_else(
    act: Any, handling: Event, dispatcher: Actor, at: Any
) -> None:
    with pytest.raises(NotAllowed):
        act(actions.add_photos, event_id=handling.id, photos=[], actor=dispatcher, at=at)


def test_a_handler_of_another_body_adds_none(act: Any, handling: Event, at: Any) -> None:
    with pytest.raises(Denied):
        act(actions.add_photos, event_id=handling.id, photos=[], actor=in_body(uuid4()), at=at)


def test_anybody_reports_from_anywhere(act: Any, at: Any) -> None:
    far = actions.Report(text="路边有坑", lon=0.0, lat=0.0)

    assert found(act(actions.report, said=far, actor=REPORTER, at=at).id).region_path == "34/01/"
