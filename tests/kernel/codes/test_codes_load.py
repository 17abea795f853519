"""The shipped lists are complete, bilingual and marked as samples (随附代码)."""

import csv
from datetime import date, datetime
from importlib.resources import files

import pytest

from quanyu.kernel.access.rules import Actor, Role, system
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.actions import Loaded
from quanyu.kernel.codes.rules import NotKeeper

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)
LISTS = [
    "event_class",
    "part_class",
    "role",
    "reason_refuse",
    "reason_hand_back",
    "reason_void",
    "reason_rework",
    "reason_suspend",
    "whistle_kind",
    "whistle_ground",
    "card_level",
    "card_ground",
    "reason_exclude",
    "empty_phrase",
    "figure_weight",
]


def table(name: str) -> list[dict[str, str]]:
    text = (files("quanyu.kernel.codes") / "data" / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", LISTS)
def test_every_code_has_two_names_and_stands_once(name: str) -> None:
    rows = table(name)

    assert all(row["name"] and row["name_en"] for row in rows)
    assert len({row["code"] for row in rows}) == len(rows)


@pytest.mark.parametrize("name", LISTS)
def test_every_parent_is_in_the_list(name: str) -> None:
    rows = table(name)

    assert {row["parent"] for row in rows} - {""} <= {row["code"] for row in rows}


def test_no_code_means_two_classes() -> None:
    assert not {row["code"] for row in table("event_class")} & {
        row["code"] for row in table("part_class")
    }


def test_the_roles_are_those_of_the_platform() -> None:
    assert {row["code"] for row in table("role")} == set(Role)


@pytest.mark.parametrize(
    ("group", "count"), [("01", 19), ("02", 5), ("03", 6), ("04", 10), ("05", 14)]
)
def test_every_event_class_of_the_standard_is_there(
    shipped: Loaded, group: str, count: int
) -> None:
    entries = queries.codes("event_class", on=ON)

    assert len([entry for entry in entries if entry.parent == group]) == count


@pytest.mark.parametrize(
    ("group", "count"),
    [("P01", 38), ("P02", 17), ("P03", 10), ("P04", 10), ("P05", 3), ("P06", 6)],
)
def test_every_part_class_of_the_standard_is_there(shipped: Loaded, group: str, count: int) -> None:
    entries = queries.codes("part_class", on=ON)

    assert len([entry for entry in entries if entry.parent == group]) == count


def test_a_part_shows_its_national_code(shipped: Loaded) -> None:
    cover = queries.class_of("P0102", on=ON)

    assert cover is not None
    assert (cover.shown, cover.name, cover.has("safety")) == ("0102", "污水井盖", True)


def test_an_event_of_the_same_number_is_another_class(shipped: Loaded) -> None:
    rubbish = queries.class_of("0102", on=ON)

    assert rubbish is not None
    assert rubbish.name == "暴露垃圾"


def test_a_class_lists_the_words_people_use_for_it(shipped: Loaded) -> None:
    lamp = queries.class_of("P0118", on=ON)

    assert lamp is not None
    assert "路灯不亮" in lamp.attributes["keywords"]


def test_community_events_are_a_scheme_of_their_own(shipped: Loaded) -> None:
    entry = queries.class_of("2301", on=ON)

    assert entry is not None
    assert entry.scheme == "COMM-2x"


def test_everything_shipped_rests_on_a_clause_marked_as_sample(shipped: Loaded) -> None:
    entries = [entry for name in LISTS for entry in queries.codes(name, on=ON)]
    resting = [entry.clause for entry in entries]
    resting += [limit.clause for limit in queries.limits(on=ON)]

    assert all(clause is not None and clause.is_sample for clause in resting)


def test_every_document_shipped_says_it_is_a_sample_or_no_more_than_a_summary(
    shipped: Loaded,
) -> None:
    for document in queries.documents():
        assert document.is_sample == document.title.startswith("示例")
        assert document.is_sample or document.title.endswith("摘要（条号待补）")


@pytest.mark.parametrize(
    ("class_code", "amount", "unit"),
    [
        ("0101", 20, "working_days"),
        ("0102", 4, "working_hours"),
        ("0103", 2, "working_days"),
        ("0104", 2, "working_hours"),
        ("0106", 4, "working_hours"),
        ("0501", 3, "working_days"),
        ("P0102", 7, "working_days"),
        ("0406", 24, "hours"),
        ("0401", 4, "hours"),
        ("", 3, "working_days"),
    ],
)
def test_a_class_has_its_limit_of_handling(
    shipped: Loaded, class_code: str, amount: int, unit: str
) -> None:
    found = queries.limit(
        workflow="event", stage="handling", class_code=class_code, place="34/01/04/", on=ON
    )

    assert found is not None
    assert (found.amount, found.unit) == (amount, unit)
    assert found.clause_id in {clause.pk for clause in queries.clauses()}


@pytest.mark.parametrize(
    ("stage", "amount", "unit"),
    [
        ("reported", 30, "working_minutes"),
        ("verifying", 4, "working_hours"),
        ("accepted", 30, "working_minutes"),
        ("filed", 30, "working_minutes"),
        ("returned", 4, "working_hours"),
        ("checking", 4, "working_hours"),
    ],
)
def test_a_stage_has_its_limit(shipped: Loaded, stage: str, amount: int, unit: str) -> None:
    found = queries.limit(workflow="event", stage=stage, class_code="0102", on=ON)

    assert found is not None
    assert (found.amount, found.unit) == (amount, unit)


def test_loading_again_changes_nothing(shipped: Loaded, at: datetime) -> None:
    records = Record.objects.count()

    again = actions.load(actor=system("34/01/", job="test"), at=at)

    assert again.total == 0
    assert Record.objects.count() == records


def test_loading_again_does_not_bring_back_what_the_city_changed(
    shipped: Loaded, keeper: Actor, at: datetime
) -> None:
    today = at.date()
    actions.change_code(
        list_key="event_class",
        code="0102",
        start=today,
        changes={"name": "垃圾暴露"},
        actor=keeper,
        at=at,
    )
    actions.end_code(list_key="part_class", code="P0122", end=today, actor=keeper, at=at)

    again = actions.load(actor=system("34/01/", job="test"), at=at)

    assert again.total == 0
    assert [entry.name for entry in queries.history("event_class", "0102")] == [
        "垃圾暴露",
        "暴露垃圾",
    ]
    assert queries.class_of("P0122", on=today) is None


def test_a_stranger_loads_nothing(stranger: Actor, at: datetime) -> None:
    with pytest.raises(NotKeeper):
        actions.load(actor=stranger, at=at)
