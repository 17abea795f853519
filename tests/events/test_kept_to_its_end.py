"""A matter kept to its end … loses every word about a person, and an open one loses none (到期)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from quanyu.events import actions, jobs
from quanyu.events.models import Event, EventStep, EventWords
from quanyu.events.rules import words
from quanyu.kernel.access.rules import Actor, Role, holder, system
from quanyu.kernel.files import rules as file_rules
from quanyu.kernel.files.models import File, State
from quanyu.kernel.files.rules import Size
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.actions import purge
from quanyu.kernel.privacy.rules import FADED
from tests.conftest import found, person
from tests.seat import browser_of

TIMER = system(settings.QUANYU_CITY, job="privacy.purge")
FOUR_YEARS = timedelta(days=1_461)


def test_loses_its_words_its_place_and_its_contact(closed: Event, at: datetime) -> None:
    purge(actor=TIMER, at=at + FOUR_YEARS)

    kept = found(closed.pk)
    assert (kept.title, kept.text, kept.outcome) == (FADED, FADED, FADED)
    assert (kept.address, kept.lon, kept.lat) == ("", None, None)
    assert (kept.contact.name, kept.contact.phone, kept.contact.phone_index) == (None, None, None)


def test_keeps_what_figures_are_made_of(closed: Event, at: datetime) -> None:
    purge(actor=TIMER, at=at + FOUR_YEARS)

    kept = found(closed.pk)
    assert (kept.number, kept.category, kept.region_path) == (
        closed.number,
        closed.category,
        closed.region_path,
    )


def test_loses_the_words_of_its_story_and_who_acted(closed: Event, at: datetime) -> None:
    purge(actor=TIMER, at=at + FOUR_YEARS)

    steps = EventStep.objects.filter(case=found(closed.pk))
    assert {str(step.facts) for step in steps} == {"{}"}
    assert {step.actor_name for step in steps} <= {"", FADED}


def test_is_still_read_on_its_page(closed: Event, operator: Actor, at: datetime) -> None:
    purge(actor=TIMER, at=at + FOUR_YEARS)

    page = browser_of(operator).get(f"/desk/matters/{closed.number}").content.decode()
    assert FADED in page
    assert closed.text not in page


def test_is_no_longer_found_by_its_words(closed: Event, operator: Actor, at: datetime) -> None:
    _learn(closed, at)
    asked = {"q": "井盖", "state": "all"}
    before = browser_of(operator).get("/desk/matters", asked).content.decode()

    purge(actor=TIMER, at=at + FOUR_YEARS)

    client = browser_of(person(Role.OPERATOR))
    after = client.get("/desk/matters", asked).content.decode()
    assert closed.number in before
    assert closed.number not in after


def test_leaves_the_search_with_its_words(closed: Event, at: datetime) -> None:
    _learn(closed, at)
    before = _searched(closed)

    purge(actor=TIMER, at=at + FOUR_YEARS)

    assert before > _searched(closed) == _words(closed.number)


def test_keeps_in_the_search_what_this_city_keeps(closed: Event, at: datetime) -> None:
    with override_settings(QUANYU_KEPT_DAYS={"events.event.text": 2_000}):
        purge(actor=TIMER, at=at + FOUR_YEARS)

    assert _searched(closed) == _words(closed.text, closed.number)


@pytest.mark.parametrize("text", ["灯", "灯坏"])
def test_is_forgotten_at_night_however_short_it_was(closed: Event, at: datetime, text: str) -> None:
    Event.objects.filter(pk=found(closed.pk).pk).update(text=text, title=text, address="")
    _learn(closed, at)
    Event.objects.filter(pk=closed.pk).update(text=FADED, title=FADED)

    jobs.list_all(at)

    assert _searched(closed) == _words(closed.number)


def _learn(event: Event, at: datetime) -> None:
    actions.learn_words(keys=[event.pk], actor=TIMER, at=at)


def _searched(event: Event) -> set[str]:
    """Return the words under which a matter is found, without doors and signs."""
    kept = EventWords.objects.get(pk=found(event.pk).pk).words.split()
    return {word.split(":")[0] for word in kept if word[1] not in (words.DOOR, words.SIGN)}


def _words(*texts: str) -> set[str]:
    return {word.split(":")[0] for word in words.vector(*texts).split()}


def test_stays_whole_while_it_is_open(dispatched: Event, at: datetime) -> None:
    purge(actor=TIMER, at=at + FOUR_YEARS)

    kept = found(dispatched.pk)
    assert (kept.text, str(kept.contact.phone)) == (dispatched.text, "138****8000")


def test_loses_no_story_to_the_owners_function_while_it_is_open(dispatched: Event) -> None:
    steps = list(EventStep.objects.filter(case=found(dispatched.pk)).values_list("pk", flat=True))
    assert steps

    with connection.cursor() as cursor:
        for name in ("facts", "actor_name"):
            cursor.execute(f"SELECT erase_events_eventstep_{name}(%s)", [steps])
            assert cursor.fetchone() == (0,)


def test_stays_whole_when_it_was_opened_again(act: Any, closed: Event, at: datetime) -> None:
    act(
        actions.rate,
        event_id=closed.pk,
        solved=False,
        treated=2,
        comment="还在响",
        actor=holder(closed.pk),
        at=at,
    )

    purge(actor=TIMER, at=at + FOUR_YEARS)

    assert found(closed.pk).text == closed.text


def test_is_kept_as_long_as_this_city_says(closed: Event, at: datetime) -> None:
    with override_settings(QUANYU_KEPT_DAYS={"events.event.text": 2_000}):
        purge(actor=TIMER, at=at + FOUR_YEARS)

    kept = found(closed.pk)
    assert (kept.text, kept.title) == (closed.text, FADED)


@pytest.fixture
def picture(closed: Event, at: datetime, tmp_path: Path, settings: Any) -> File:
    """A picture of that matter, made and on the disk."""
    settings.QUANYU_HOME = tmp_path
    found(closed.pk)
    file = File.objects.create(
        id=uuid7(),
        owner_type="events.event",
        owner_id=closed.pk,
        purpose="report",
        state=State.READY,
        size=3,
        sha256="0" * 64,
        original_type="image/jpeg",
        original_size=3,
        at=at,
    )
    for size in Size:
        path = file_rules.ready_path(tmp_path / "files", file.pk, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"jpg")
    return file


def test_loses_its_pictures_from_the_disk(picture: File, at: datetime, tmp_path: Path) -> None:
    report = purge(actor=TIMER, at=at + FOUR_YEARS)

    picture.refresh_from_db()
    assert (picture.state, picture.size, picture.sha256) == (State.ERASED, None, "0" * 64)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert report.counts["files.file.picture"] == 1


def test_loses_bytes_that_a_killed_purge_left(picture: File, at: datetime, tmp_path: Path) -> None:
    File.objects.filter(pk=picture.pk).update(state=State.ERASED)

    purge(actor=TIMER, at=at)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_keeps_its_pictures_while_it_is_kept(picture: File, at: datetime) -> None:
    purge(actor=TIMER, at=at + timedelta(days=10))

    picture.refresh_from_db()
    assert picture.state == State.READY
