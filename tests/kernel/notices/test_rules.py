"""When and by which way one is told … follows from the choice and the calendar (通知规则)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from quanyu.kernel.calendar.rules import WEEKDAYS, local
from quanyu.kernel.notices import rules
from quanyu.kernel.notices.rules import Channel, Group, Quiet, Topic, Way
from tests.conftest import SHANGHAI

moments = some.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=some.just(SHANGHAI)
)
minutes = some.integers(0, 24 * 60 - 1)
quiets = some.builds(Quiet, minutes, minutes, some.booleans())


@given(moments, quiets)
def test_never_disturbs_in_quiet_hours(at: datetime, quiet: Quiet) -> None:
    goes = local(rules.allowed_at(at, quiet, calendar=WEEKDAYS))

    assert goes >= at
    assert not quiet.holds(goes.hour * 60 + goes.minute)
    assert WEEKDAYS.is_working(goes.date()) or not quiet.rest_days


@given(moments, quiets)
def test_waits_no_longer_than_the_quiet_lasts(at: datetime, quiet: Quiet) -> None:
    assert rules.allowed_at(at, quiet, calendar=WEEKDAYS) - at <= timedelta(days=4)


@given(moments, quiets)
def test_stays_where_it_is_once_out_of_quiet(at: datetime, quiet: Quiet) -> None:
    goes = rules.allowed_at(at, quiet, calendar=WEEKDAYS)

    assert rules.allowed_at(goes, quiet, calendar=WEEKDAYS) == goes


@given(moments, quiets)
def test_collects_until_a_later_morning(at: datetime, quiet: Quiet) -> None:
    assert rules.digest_at(at, quiet, calendar=WEEKDAYS) > at


def test_waits_from_friday_night_to_monday_morning() -> None:
    friday = datetime(2026, 3, 6, 21, tzinfo=SHANGHAI)

    goes = rules.allowed_at(friday, rules.NIGHT, calendar=WEEKDAYS)

    assert goes == datetime(2026, 3, 9, 8, tzinfo=SHANGHAI)


def test_sends_what_is_urgent_at_once() -> None:
    night = datetime(2026, 3, 6, 3, tzinfo=SHANGHAI)
    way = Way((Channel.MAIL,), is_digest=True)

    assert rules.goes_out(way, rules.NIGHT, at=night, calendar=WEEKDAYS, is_urgent=True) == night


@given(some.integers(0, 20))
def test_waits_longer_after_every_try_and_gives_up(tries: int) -> None:
    pause, before = rules.wait(tries), rules.wait(tries - 1)

    assert pause is None or before is None or pause > before
    assert (pause is None) == (not 1 <= tries <= len(rules.WAITS))


@given(some.permutations([*rules.CHOSEN]), some.sets(some.sampled_from([*rules.CHOSEN])))
def test_takes_the_open_ways_in_the_order_one_chose(wanted: list[str], reachable: set[str]) -> None:
    first = rules.next_channel(wanted, reachable=reachable)
    rest = rules.next_channel(wanted, reachable=reachable, after=first or "")

    assert (first is None) == (not reachable)
    assert first is None or rest != first
    assert rest is None or rest in reachable


def test_refuses_a_wording_with_an_unknown_placeholder() -> None:
    with pytest.raises(rules.UnknownWord) as no:
        Topic("x", Group.DUE, "x", "{who} 打来", "x", ("number",))

    assert no.value.value == "who"
    assert no.value.allowed == ["number"]


@pytest.mark.parametrize("text", ["{number", "number}", "{}", "{{number}}"])
def test_refuses_braces_that_do_not_pair(text: str) -> None:
    with pytest.raises(rules.UnknownWord):
        rules.check_wording(text, words=["number"])


@given(some.text(), some.dictionaries(some.sampled_from(["a", "b"]), some.text(), min_size=2))
def test_fills_words_without_reading_them(text: str, words: dict[str, str]) -> None:
    plain = text.replace("{", "").replace("}", "")

    assert rules.filled(f"{plain}{{a}}", words) == f"{plain}{words['a']}"
