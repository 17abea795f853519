"""Seeding … brings what ships, and never over what the city has set itself (载入基础数据)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from quanyu.kernel.access.rules import Actor, system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.calendar import actions as calendar
from quanyu.kernel.calendar.models import CalendarDay
from quanyu.kernel.calendar.rules import Kind
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.codes.models import Code, Limit
from quanyu.kernel.codes.rules import NotKeeper
from quanyu.regions import actions, queries, rules
from quanyu.regions.actions import Counted
from quanyu.regions.models import Region

NOTHING = {"codes": Counted(), "limits": Counted(), "calendar": Counted(), "divisions": Counted()}
DAY = date(2026, 10, 1)


@pytest.fixture
def loader(db: None) -> Iterator[Actor]:
    with acting(system("34/01/", job="tests")) as actor:
        yield actor


def seeded(loader: Actor, at: datetime, kind: str) -> Counted:
    return actions.seed(actor=loader, at=at)[kind]


def test_a_second_time_adds_nothing(loader: Actor, at: datetime) -> None:
    assert actions.seed(actor=loader, at=at) == NOTHING


def test_brings_what_is_not_there(loader: Actor, at: datetime) -> None:
    Code.objects.filter(list__key="reason_void", code=_some("reason_void")).update(code="own")
    Limit.objects.filter(pk=_limit().pk).update(place_path="34/01/")
    CalendarDay.objects.filter(date=DAY).update(date=date(1999, 1, 1))

    done = actions.seed(actor=loader, at=at)

    assert [done[kind] for kind in ("codes", "limits", "calendar")] == [Counted(added=1)] * 3


def test_is_not_for_a_stranger(db: None, stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.seed(actor=stranger, at=at)


def test_leaves_a_code_that_the_city_renamed(loader: Actor, at: datetime) -> None:
    tomorrow = at.date() + timedelta(days=1)
    codes.change_code(
        list_key="reason_void",
        code=_some("reason_void"),
        start=tomorrow,
        changes={"name": "本市的说法"},
        actor=loader,
        at=at,
    )

    assert seeded(loader, at, "codes") == Counted(kept=1)
    assert Code.objects.filter(name="本市的说法", valid_to=None).exists()


def test_brings_no_code_back_that_the_city_ended(loader: Actor, at: datetime) -> None:
    code, tomorrow = _some("reason_void"), at.date() + timedelta(days=1)
    codes.end_code(list_key="reason_void", code=code, end=tomorrow, actor=loader, at=at)

    assert seeded(loader, at, "codes") == Counted(kept=1)
    assert not Code.objects.filter(list__key="reason_void", code=code, valid_to=None).exists()


def test_says_a_code_anew_that_the_last_release_said_otherwise(loader: Actor, at: datetime) -> None:
    rows = Code.objects.filter(list__key="reason_void", code=_some("reason_void"))
    name = rows.get().name
    rows.update(name="旧版的说法")

    assert seeded(loader, at, "codes") == Counted(changed=1)
    assert rows.get(valid_to=None).name == name
    assert rows.get(name="旧版的说法").valid_to == at.date()
    assert seeded(loader, at, "codes") == Counted()


def test_leaves_a_limit_that_the_city_set(loader: Actor, at: datetime) -> None:
    shipped = _limit()
    codes.set_limit(
        workflow=shipped.workflow,
        stage=shipped.stage,
        class_prefix=shipped.class_prefix,
        amount=77,
        unit=shipped.unit,
        start=at.date() + timedelta(days=1),
        clause_id=shipped.clause_id,
        actor=loader,
        at=at,
    )

    assert seeded(loader, at, "limits") == Counted(kept=1)
    assert Limit.objects.get(amount=77).valid_to is None


def test_says_a_limit_anew_that_the_last_release_said_otherwise(
    loader: Actor, at: datetime
) -> None:
    shipped = _limit()
    Limit.objects.filter(pk=shipped.pk).update(amount=777)

    assert seeded(loader, at, "limits") == Counted(changed=1)
    assert seeded(loader, at, "limits") == Counted()


def test_leaves_a_day_that_the_city_set(loader: Actor, at: datetime) -> None:
    calendar.set_day(
        day=DAY, kind=Kind.WORKDAY, name="本市照常上班", source="市政府通知", actor=loader, at=at
    )

    assert seeded(loader, at, "calendar") == Counted(kept=1)
    assert CalendarDay.objects.get(date=DAY).name == "本市照常上班"


def test_says_a_day_anew_that_the_last_release_said_otherwise(loader: Actor, at: datetime) -> None:
    CalendarDay.objects.filter(date=DAY).update(name="旧版的说法")

    assert seeded(loader, at, "calendar") == Counted(changed=1)


def test_leaves_the_tree_that_the_city_has_re_drawn(
    loader: Actor, at: datetime, tmp_path: Any
) -> None:
    for table in actions.HEFEI.glob("*.csv"):
        text = table.read_text(encoding="utf-8").replace("三里庵街道", "三里庵新街道")
        (tmp_path / table.name).write_text(text, encoding="utf-8")
    actions.import_divisions(folder=tmp_path, actor=loader, at=at)

    done = seeded(loader, at, "divisions")

    assert (done.added, done.changed, done.kept > 1000) == (0, 0, True)
    assert queries.place("34/01/04/001/").name.endswith("三里庵新街道")


def test_of_another_city_brings_no_divisions(loader: Actor, at: datetime, settings: Any) -> None:
    settings.QUANYU_CITY = "34/02/"
    with acting(system("34/02/", job="tests")) as other:
        assert actions.seed(actor=other, at=at)["divisions"] == Counted()


# ------------------------------------------------------------------ which city


@pytest.mark.parametrize(
    ("code", "path"),
    [("340100", "34/01/"), ("340104", "34/01/04/"), ("340104001000", "34/01/04/001/")],
)
def test_finds_a_place_that_ships(code: str, path: str) -> None:
    assert actions.check_city(code) == path


def test_finds_a_city_that_does_not_ship() -> None:
    assert actions.check_city("320500") == "32/05/"


@pytest.mark.parametrize("code", ["340199", "990100", "320505"])
def test_refuses_a_place_in_no_list(code: str) -> None:
    with pytest.raises(actions.NoSuchCity):
        actions.check_city(code)


def test_says_which_provinces_there_are() -> None:
    with pytest.raises(actions.NoSuchCity, match="11, 12, 13"):
        actions.check_city("990100")


def test_refuses_what_is_no_code() -> None:
    with pytest.raises(rules.WrongCode):
        actions.check_city("Hefei")


def test_founds_a_city_under_its_province(loader: Actor, at: datetime) -> None:
    actions.found_city(path="32/05/", name="苏州市", actor=loader, at=at)

    names = Region.objects.filter(path__in=["32/", "32/05/"]).order_by("path")
    assert list(names.values_list("name", flat=True)) == ["江苏省", "苏州市"]


def test_founds_it_once(loader: Actor, at: datetime) -> None:
    actions.found_city(path="32/05/", name="苏州市", actor=loader, at=at)

    assert actions.found_city(path="32/05/", name="别的名字", actor=loader, at=at) is None
    assert Region.objects.filter(path="32/05/").count() == 1


def _some(key: str) -> str:
    codes_of = Code.objects.filter(list__key=key).order_by("code")
    return str(codes_of.values_list("code", flat=True)[0])


def _limit() -> Limit:
    return Limit.objects.filter(place_path="", valid_to=None)[0]
