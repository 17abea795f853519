"""Suggest … sets a class beside the matter, and learns without ever getting worse (建议类别)."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from quanyu.demo.otherwise import messages
from quanyu.events import actions, jobs
from quanyu.events.engine import classes, lessons
from quanyu.events.models import ClassModel, Event
from quanyu.events.queries import classing
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.rules import REPORTER, Actor, Role, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.rules import readied
from quanyu.kernel.privacy.rules import FADED
from tests.conftest import found, person
from tests.seat import administrator, browser_of

pytestmark = pytest.mark.django_db
KINDS = ("0106", "P0210")
SURE = rules.Suggestion("0102", 0.93, ("井盖",), ("0104", "P0103"), model=4)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.QUANYU_HOME = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let some matters be enough to learn from."""
    monkeypatch.setattr(lessons, "LEAST_MATTERS", 24)
    monkeypatch.setattr(lessons, "LEAST_EACH", 4)


@pytest.fixture
def worker() -> Actor:
    return system(settings.QUANYU_CITY, job="tests")


@pytest.fixture
def sys_admin() -> Actor:
    return person(Role.SYS_ADMIN, "34/01/", name="系统")


@pytest.fixture
def learned(act: Any, at: datetime, grid_worker: Actor) -> list[Event]:
    """Forty matters settled on the spot, of two classes, one after the other."""
    said = [(text, code) for text, code, _ in messages(8_000) if code in KINDS][:40]
    assert {code for _, code in said} == set(KINDS)
    return [
        _settled(act, one, at + timedelta(minutes=n), grid_worker) for n, one in enumerate(said)
    ]


def _settled(act: Any, said: tuple[str, str], at: datetime, grid_worker: Actor) -> Event:
    report = actions.Report(text=said[0], address="三里庵", lon=117.23, lat=31.82, category=said[1])
    key = act(actions.report, said=report, actor=REPORTER, at=at).id
    return act(actions.settle, event_id=key, outcome="已办好", actor=grid_worker, at=at)


def test_sets_down_class_sureness_words_and_others(
    act: Any, reported: Event, worker: Actor, at: datetime
) -> None:
    event = act(actions.suggest, event_id=reported.id, suggestion=SURE, actor=worker, at=at)

    kept = found(event.id)
    assert (kept.suggested, kept.suggested_sure, kept.suggested_model) == ("0102", 0.93, 4)
    assert (kept.suggested_words, kept.suggested_others) == (["井盖"], ["0104", "P0103"])


def test_asks_the_word_list_where_no_model_did(
    act: Any, reported: Event, worker: Actor, at: datetime
) -> None:
    event = act(actions.suggest, event_id=reported.id, actor=worker, at=at)

    assert (event.suggested, event.suggested_sure, event.suggested_model) == ("P0102", None, 0)


def test_learns_from_the_classes_that_matters_ended_with(
    act: Any, learned: list[Event], reported: Event, worker: Actor
) -> None:
    examples = act(classing.examples, actor=worker)

    assert [code for _, code in examples] == [event.category for event in learned]
    assert reported.text not in {text for text, _ in examples}


def test_learns_from_no_text_that_was_purged(act: Any, learned: list[Event], worker: Actor) -> None:
    Event.objects.visible_to(worker).filter(pk=learned[0].pk).update(text=FADED)

    assert len(act(classing.examples, actor=worker)) == len(learned) - 1


def test_nothing_is_learned_from_too_few(at: datetime) -> None:
    assert jobs.learn_classes(at) is None
    assert classing.active() is None


def test_a_first_model_takes_over_from_the_list(
    learned: list[Event], worker: Actor, at: datetime, act: Any, said: actions.Report
) -> None:
    version = jobs.learn_classes(at)

    active = classing.active()
    assert active is not None
    assert (active.version, active.old_version) == (version, 0)
    assert active.macro_f1 >= active.old_f1
    assert Record.objects.filter(topic="classes.train").count() == 1


def test_the_worker_suggests_by_the_model(
    learned: list[Event], act: Any, at: datetime, worker: Actor
) -> None:
    version = jobs.learn_classes(at)
    report = actions.Report(text="路口红绿灯不亮，信号灯坏了，车都乱了", address="三里庵路口")
    key = act(actions.report, said=report, actor=REPORTER, at=at).id

    set_scope(worker)
    jobs.suggest_class(key, at)

    event = found(key)
    assert (event.suggested, event.suggested_model) == ("P0210", version)
    assert event.suggested_sure is not None
    assert all(word in event.text for word in event.suggested_words)


def test_a_worker_reads_the_model_before_the_first_matter(
    learned: list[Event], at: datetime
) -> None:
    jobs.learn_classes(at)
    forget_files()

    for begin in readied:
        begin()

    assert classes.load.cache_info().currsize == 1


def test_the_list_suggests_when_the_file_is_damaged(
    learned: list[Event], act: Any, at: datetime, worker: Actor, reported: Event
) -> None:
    jobs.learn_classes(at)
    (path,) = classing.folder().glob("*.npz")
    path.write_bytes(b"no model")
    forget_files()

    set_scope(worker)
    jobs.suggest_class(reported.id, at)

    assert (found(reported.id).suggested, found(reported.id).suggested_model) == ("P0102", 0)


def forget_files() -> None:
    """Let the process read the file again, as another one would."""
    classes.load.cache_clear()


def _trained(new: float, old: float, *, old_version: int = 0) -> actions.Trained:
    return actions.Trained(uuid4().hex * 2, 200, 50, new, old_version, old, {})


def _keep(act: Any, worker: Actor, at: datetime, *figures: float, old_version: int = 0) -> Any:
    trained = _trained(*figures, old_version=old_version)
    return act(actions.keep_model, trained=trained, actor=worker, at=at)


def test_a_worse_model_is_kept_aside_with_its_reason(act: Any, worker: Actor, at: datetime) -> None:
    first = _keep(act, worker, at, 0.8, 0.7)

    second = _keep(act, worker, at, 0.79, 0.8, old_version=1)

    assert (second.standing, second.decision) == ("candidate", "worse")
    assert classing.active() == first


def test_a_model_no_worse_replaces_the_old_one(act: Any, worker: Actor, at: datetime) -> None:
    _keep(act, worker, at, 0.8, 0.7)

    second = _keep(act, worker, at, 0.8, 0.8, old_version=1)

    assert classing.active() == second
    assert ClassModel.objects.get(version=1).standing == "retired"


def test_a_model_weighed_against_another_than_the_one_in_use_waits(
    act: Any, worker: Actor, at: datetime
) -> None:
    first = _keep(act, worker, at, 0.8, 0.7)

    second = _keep(act, worker, at, 0.9, 0.7, old_version=0)

    assert second.decision == "overtaken"
    assert classing.active() == first


def test_only_the_system_registers_a_model(act: Any, sys_admin: Actor, at: datetime) -> None:
    with pytest.raises(Denied):
        act(actions.keep_model, trained=_trained(0.9, 0.1), actor=sys_admin, at=at)


def test_a_former_model_is_used_again_and_stays(
    act: Any, worker: Actor, sys_admin: Actor, at: datetime, home: Path
) -> None:
    first = _with_file(_keep(act, worker, at, 0.8, 0.7))
    _keep(act, worker, at, 0.9, 0.8, old_version=1)

    act(actions.use_model, version=1, reason="新版把噪声都归到施工", actor=sys_admin, at=at)
    third = _keep(act, worker, at, 0.95, 0.8, old_version=1)

    active = classing.active()
    assert active is not None
    assert (active.version, active.is_fixed) == (first.version, True)
    assert third.decision == "fixed"


def _with_file(row: ClassModel) -> ClassModel:
    classing.folder().mkdir(exist_ok=True)
    classing.file_of(row.sha256).write_bytes(b"")
    return row


def test_released_the_nights_decide_again(
    act: Any, worker: Actor, sys_admin: Actor, at: datetime
) -> None:
    _with_file(_keep(act, worker, at, 0.8, 0.7))
    act(actions.use_model, version=1, reason="先用这一版", actor=sys_admin, at=at)

    act(actions.release, reason="看过了", actor=sys_admin, at=at)

    assert _keep(act, worker, at, 0.9, 0.8, old_version=1).standing == "active"


def test_a_model_without_its_file_is_not_used(
    act: Any, worker: Actor, sys_admin: Actor, at: datetime
) -> None:
    _keep(act, worker, at, 0.5, 0.7)

    with pytest.raises(rules.NoModel):
        act(actions.use_model, version=1, reason="试一试", actor=sys_admin, at=at)


@pytest.mark.parametrize("verb", ["use_model", "release"])
def test_a_stranger_and_a_dispatcher_choose_no_model(
    act: Any, stranger: Actor, dispatcher: Actor, at: datetime, verb: str
) -> None:
    facts: dict[str, Any] = {"version": 1} if verb == "use_model" else {}
    of_a_district = person(Role.DISTRICT_ADMIN, "34/01/04/")

    for actor in (stranger, dispatcher, of_a_district):
        with pytest.raises(Denied):
            act(getattr(actions, verb), reason="想换一个", actor=actor, at=at, **facts)


def test_the_night_learns_only_when_enough_is_new(
    learned: list[Event], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.train_classes(at + timedelta(days=1))
    jobs.train_classes(at + timedelta(days=2))

    assert ClassModel.objects.count() == 1


def test_the_page_shows_versions_and_what_each_class_reached(
    learned: list[Event], at: datetime, sys_admin: Actor
) -> None:
    jobs.learn_classes(at)

    page = administrator(sys_admin).get(reverse("desk_models"))

    assert page.status_code == 200
    assert [row["standing"] for row in page.context["rows"]] == ["active"]
    assert {row["code"] for row in page.context["classes"]} == set(KINDS)


def test_the_page_uses_a_former_version_with_a_reason(
    act: Any, worker: Actor, sys_admin: Actor, at: datetime
) -> None:
    _with_file(_keep(act, worker, at, 0.6, 0.7))
    browser = administrator(sys_admin)

    empty = browser.post(reverse("desk_model_use"), {"version": "1", "reason": ""})
    done = browser.post(reverse("desk_model_use"), {"version": "1", "reason": "试用一周"})

    assert (empty.status_code, done.status_code) == (422, 302)
    active = classing.active()
    assert active is not None
    assert active.version == 1


def test_the_page_is_not_a_dispatchers(dispatcher: Actor) -> None:
    assert browser_of(dispatcher).get(reverse("desk_models")).status_code in {403, 404}


def test_the_matter_shows_how_sure_and_marks_the_words(
    act: Any, reported: Event, worker: Actor, clerk: Actor, at: datetime
) -> None:
    act(actions.suggest, event_id=reported.id, suggestion=SURE, actor=worker, at=at)

    page = browser_of(clerk).get(reverse("desk_matter", args=[reported.number]))

    (class_field, *_more) = page.context["moves"][0]["fields"]
    assert class_field["suggested"]["sure"] == 93
    assert [one["value"] for one in class_field["others"]] == ["0104", "P0103"]
    assert ">井盖</mark>" in page.content.decode()


def test_the_matter_says_when_the_model_is_not_sure(
    act: Any, reported: Event, worker: Actor, clerk: Actor, at: datetime
) -> None:
    doubtful = rules.Suggestion("0102", 0.31, (), (), model=4)
    act(actions.suggest, event_id=reported.id, suggestion=doubtful, actor=worker, at=at)

    page = browser_of(clerk).get(reverse("desk_matter", args=[reported.number]))

    assert "把握不大，请核对" in page.content.decode()
