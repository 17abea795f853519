"""The demo city lives: every class and state, real places; a second start changes nothing."""

import json
import re
import stat
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from quanyu.demo import cast, city, climbing, detours, net, texts
from quanyu.events import queries as matters
from quanyu.events.models import (
    Campaign,
    Contact,
    Event,
    EventStep,
    JointPart,
    RungTold,
    SupervisionCard,
    WhistleCall,
)
from quanyu.events.models.hot import HotIssue
from quanyu.events.queries import escalating
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import ADMINISTRATORS, system
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.models import Account
from quanyu.kernel.audit.models import Record
from quanyu.kernel.files.models import File
from quanyu.kernel.jobs import app
from quanyu.kernel.jobs.rules import listeners, name_of
from quanyu.organisations import queries as organisations
from quanyu.organisations.queries import joined
from quanyu.regions import queries as regions
from tests.demo.conftest import Built

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(built: Built, db: None) -> list[Event]:
    """Every matter of the demo city."""
    reader = system(cast.CITY, job="test")
    set_scope(reader)
    return list(Event.objects.visible_to(reader))


def test_it_holds_at_least_four_hundred_matters(events: list[Event]) -> None:
    assert len(events) >= 450


def test_no_two_matters_say_the_same(events: list[Event]) -> None:
    assert len({event.text for event in events}) == len(events)


def test_one_campaign_is_under_way_with_matters_of_one_class(events: list[Event]) -> None:
    [campaign] = Campaign.objects.all()
    held = [event for event in events if event.campaigns.filter(campaign=campaign).exists()]

    assert len(held) > 1
    assert {event.category for event in held} == {campaign.category}


def test_the_street_whistled_twice_and_urged_one_body(events: list[Event]) -> None:
    ended, called = WhistleCall.objects.order_by("called_at")
    [card] = SupervisionCard.objects.all()

    assert (ended.state, called.state, card.state) == ("ended", "called", "raised")
    assert [part.assessed_at is not None for part in ended.parts.all()] == [True, True]
    assert sorted(part.reported_at is None for part in called.parts.all()) == [False, True]


def test_bodies_share_a_matter_and_one_kind_has_piled_up(events: list[Event]) -> None:
    shared = {part.event_id for part in JointPart.objects.all()}

    assert shared <= {event.pk for event in events}
    assert shared
    assert HotIssue.objects.filter(is_current=True).exists()


def test_the_leading_group_of_the_district_has_its_departments(built: Built) -> None:
    group = organisations.body_by_code("district-leading-group")
    members = joined.members_of(group.id, on=built.at.date()) if group else ()

    assert {one.code for one in members} == set(net.MEMBERS)


def test_every_state_is_there(events: list[Event]) -> None:
    assert {event.state for event in events} == {state.value for state in State}


def test_every_class_is_there(events: list[Event]) -> None:
    classes = {f"{'P' * (topic.kind == 'part')}{topic.code}" for topic in texts.topics()}
    filed = {event.category for event in events}
    # A report that waits, or was turned down, may not have its class yet.
    assert len(classes - filed) < 12
    assert filed - {""} <= classes


def test_every_matter_lies_at_a_real_place(events: list[Event]) -> None:
    assert all(regions.is_known(event.region_path) for event in events)
    deep = [event for event in events if event.region_path.count("/") >= 5]
    assert len(deep) > len(events) * 0.9


def test_most_lie_in_the_demo_street_on_a_point_of_their_grid(events: list[Event]) -> None:
    street = [event for event in events if event.region_path.startswith(cast.STREET)]
    assert len(street) > len(events) / 2
    for event in street:
        assert event.lon is not None
        assert event.lat is not None
        assert regions.locate_point(event.lon, event.lat).path == event.region_path


def test_the_rest_lies_in_many_other_districts(events: list[Event]) -> None:
    assert len({event.region_path[:9] for event in events}) >= 10


def test_they_are_spread_over_the_last_year(built: Built, events: list[Event]) -> None:
    days = [(built.at - event.reported_at).days for event in events]
    assert min(days) == 0
    assert 330 < max(days) <= 365
    assert len({event.reported_at.strftime("%Y-%m") for event in events}) >= 12


def test_some_are_late_and_most_are_not(built: Built, events: list[Event]) -> None:
    waiting = [event for event in events if event.next_due_at]
    late = [event for event in waiting if event.next_due_at and event.next_due_at < built.at]
    assert 0.05 < len(late) / len(waiting) <= 0.15
    assert sum(event.is_urgent for event in late) <= 1


def test_no_alarm_is_left_over(built: Built, events: list[Event]) -> None:
    reader = system(cast.CITY, job="test")
    shown = built.at - detours.BEFORE - climbing.AFTER
    assert escalating.due(actor=reader, at=shown) == []


def test_some_are_late_and_told_level_by_level(built: Built, events: list[Event]) -> None:
    rows = RungTold.objects.visible_to(system(cast.CITY, job="test"))
    assert {"hands", "desk"} <= set(rows.values_list("level", flat=True))
    assert rows.filter(told_at__lt=built.at).count() == rows.count()


def test_nothing_happens_after_the_opening(built: Built, events: list[Event]) -> None:
    steps = EventStep.objects.visible_to(system(cast.CITY, job="test"))
    assert not steps.filter(at__gte=built.at).exists()


def test_all_channels_and_all_bends_are_there(events: list[Event]) -> None:
    assert {event.channel for event in events} == {"web", "phone", "window", "grid", "hotline"}
    verbs = set(EventStep.objects.values_list("verb", flat=True))
    bends = {"place", "request_verification", "hand_back", "insist", "rework", "reopen", "settle"}
    assert bends <= verbs


def test_the_ratings_are_not_all_good(events: list[Event]) -> None:
    told = Counter(event.treated for event in events if event.solved)
    assert told[3] > told[2] > told[1] > 0


def test_every_act_stands_in_the_audit(events: list[Event]) -> None:
    beside = ["event.overdue", "event.publish", "event.escalate", "event.draw"]
    acts = Record.objects.filter(topic__startswith="event.").exclude(topic__in=beside)
    assert acts.count() == EventStep.objects.count()


def test_contacts_are_sealed_and_of_the_fictional_range(events: list[Event]) -> None:
    contacts = list(Contact.objects.visible_to(system(cast.CITY, job="test")))
    assert len(contacts) > 100
    for contact in contacts:
        assert re.fullmatch(r"138\*{4}0\d{3}", str(contact.phone))
        assert re.fullmatch(r".\*+", str(contact.name))


def test_the_residents_home_shows_last_month_at_once(built: Built, events: list[Event]) -> None:
    shown = matters.published(matters.MONTH)
    assert shown["month"] == "2026-02-01"
    assert shown["reported"] > shown["closed"] > shown["on_time"] > 0


def test_a_class_that_asks_for_evidence_shows_what_was_done(events: list[Event]) -> None:
    handled = [event.pk for event in events if event.category == "0101" and event.outcome]
    shown = set(File.objects.filter(purpose="handle").values_list("owner_id", flat=True))
    assert handled
    assert set(handled) <= shown


def test_some_have_a_picture(events: list[Event]) -> None:
    assert File.objects.count() > 50


def test_the_jobs_it_leaves_bear_being_run(built: Built, events: list[Event]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args::text FROM procrastinate_jobs ORDER BY id")
        jobs: list[tuple[str, dict[str, str]]] = [
            (name, json.loads(args)) for name, args in cursor.fetchall()
        ]
    heard = {name_of(one): one for group in listeners.values() for one in group}
    assert {name for name, _args in jobs} <= set(heard)
    assert len(jobs) < 3 * len(events), Counter(name for name, _args in jobs)
    for name in {name for name, _args in jobs}:
        args = next(args for named, args in jobs if named == name)
        app.run(name, heard[name], case=UUID(args["case"]), at=built.at)


# ------------------------------------------------------------------ who works there


def test_the_cast_signs_in_with_the_passwords_shown(built: Built) -> None:
    for line in built.finished[:1] + built.finished[-1:]:
        account = accounts.by_username(line.username)
        assert account is not None
        assert account.check_password(line.password)


def test_the_three_administrators_have_a_second_factor(built: Built) -> None:
    with_factor = [line for line in built.finished if line.totp_secret]
    assert len(with_factor) == len(ADMINISTRATORS) == 3
    for line in with_factor:
        account = accounts.by_username(line.username)
        assert account is not None
        assert accounts.has_second_factor(account.pk)
        assert re.fullmatch(r"\d{6}", line.totp_now)


def test_colleagues_who_only_act_cannot_sign_in(built: Built) -> None:
    others = Account.objects.exclude(username__in={line.username for line in built.finished})
    assert others.count() > 50
    assert not any(account.has_usable_password() for account in others)


def test_the_passwords_are_for_the_owner_alone(built: Built) -> None:
    mode = (built.home / cast.FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


# ------------------------------------------------------------------ again and again


def test_a_start_cut_short_goes_on_with_the_same_people(built: Built) -> None:
    assert [line.password for line in built.begun] == [line.password for line in built.finished]


def test_a_second_build_changes_nothing(built: Built, events: list[Event]) -> None:
    before = _counts()
    again = city.build(home=built.home, at=built.at + timedelta(days=3))
    assert _counts() == before
    assert [line.password for line in again] == [line.password for line in built.finished]


def test_a_lost_mark_changes_nothing_either(built: Built, events: list[Event]) -> None:
    before = _counts()
    leads = cast.leads(grid=regions.locate_point(117.23, 31.82).path)
    bunch = cast.keys(built.home, leads, at=built.at)
    bunch.built = ""
    cast.write(bunch, leads)
    city.build(home=built.home, at=built.at + timedelta(days=3))
    assert _counts() == before


def test_sign_ins_are_told_without_building(built: Built) -> None:
    told = city.sign_ins(built.home, at=built.at)
    assert [line.username for line in told] == [line.username for line in built.finished]


def _counts() -> tuple[int, ...]:
    return tuple(
        model._default_manager.count() for model in (Event, EventStep, Record, Account, File)
    )
