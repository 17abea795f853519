"""A city's division tables become the tree, all of them or none (导入区划)."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from quanyu.kernel.access.rules import Actor, ActorKind, Grant, Role, system
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.regions import actions, queries, rules
from quanyu.regions.models import Region

DAY = date(2026, 3, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small city of its own, as any city's tables look."""
    tables = {
        "provinces.csv": "code,name\n32,江苏省\n",
        "cities.csv": "code,name,provinceCode\n3201,南京市,32\n",
        "areas.csv": "code,name,cityCode,provinceCode\n320102,玄武区,3201,32\n",
        "streets.csv": "code,name,areaCode\n320102002,梅园新村街道,320102\n",
        "villages.csv": (
            "code,name,streetCode\n"
            "320102002001,如意里社区居委会,320102002\n"
            "320102002002,北安门社区居委会,320102002\n"
            "320102002003,竺桥社区居委会,320102002\n"
        ),
    }
    for name, text in tables.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def clerk() -> Actor:
    return system("32/01/", job="import")


def _amend(folder: Path, table: str, old: str, new: str) -> None:
    file = folder / table
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_brings_hefei_as_it_is(db: None) -> None:
    kinds = Region.objects.filter(level="area").values_list("kind", flat=True)

    assert queries.count("34/01/") == {
        "province": 0,
        "city": 1,
        "area": 12,
        "street": 160,
        "community": 1773,
        "grid": 44,
    }
    assert sorted(kinds) == ["county"] * 4 + ["county_city"] + ["district"] * 4 + ["zone"] * 3


def test_marks_the_statistical_zones(db: None) -> None:
    zones = Region.objects.filter(scheme="stat", level="area").order_by("code")

    assert list(zones.values_list("code", flat=True)) == ["340176", "340177", "340178"]


def test_shipped_tables_say_what_stands(db: None, at: datetime) -> None:
    again = actions.load_hefei(actor=system("34/01/", job="import"), at=at)

    assert again == actions.Imported(added=0, changed=0, closed=0, same=1947)


def test_names_areas_and_streets_in_english(db: None) -> None:
    levels = ["city", "area", "street"]
    named = Region.objects.filter(code__startswith="34", level__in=levels)

    assert not named.filter(name_en="").exists()
    assert named.get(code="340104").name_en == "Shushan District"


def test_brings_any_city(db: None, folder: Path, clerk: Actor, at: datetime) -> None:
    done = actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert done == actions.Imported(added=7, changed=0, closed=0, same=0)
    assert queries.is_known("32/01/02/002/003/")


def test_a_second_time_changes_nothing(db: None, folder: Path, clerk: Actor, at: datetime) -> None:
    actions.import_divisions(folder=folder, actor=clerk, at=at)

    again = actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert again == actions.Imported(added=0, changed=0, closed=0, same=7)


def test_a_new_name_keeps_the_old_one_with_its_days(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    actions.import_divisions(folder=folder, actor=clerk, at=at)
    _amend(folder, "villages.csv", "竺桥社区", "新竺桥社区")

    later = at + timedelta(days=30)
    actions.import_divisions(folder=folder, actor=clerk, at=later)

    path = "32/01/02/002/003/"
    assert queries.name_on(path, at.date()) == "竺桥社区居委会"
    assert queries.name_on(path, later.date()) == "新竺桥社区居委会"
    assert queries.breadcrumb(path)[-1].name == "新竺桥社区"


def test_a_place_that_is_gone_ends(db: None, folder: Path, clerk: Actor, at: datetime) -> None:
    actions.import_divisions(folder=folder, actor=clerk, at=at)
    _amend(folder, "villages.csv", "320102002003,竺桥社区居委会,320102002\n", "")

    done = actions.import_divisions(folder=folder, actor=clerk, at=at + timedelta(days=30))

    assert done.closed == 1
    assert not queries.is_known("32/01/02/002/003/")
    assert queries.name_on("32/01/02/002/003/", at.date()) == "竺桥社区居委会"


def test_refuses_tables_that_would_empty_the_city(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    actions.import_divisions(folder=folder, actor=clerk, at=at)
    (folder / "villages.csv").write_text("code,name\n", encoding="utf-8")
    (folder / "streets.csv").write_text("code,name\n", encoding="utf-8")

    with pytest.raises(rules.WrongRow) as refused:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert refused.value.field == "closed"


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("320102002003", "32010200200", "code", "32010200200"),
        ("320102002003", "320102009003", "code", "320102009003"),
        ("320102002003", "320102002002", "code", "320102002002"),
        ("320102002003", "320102002800", "code", "320102002800"),
        ("竺桥社区居委会", "", "name", ""),
    ],
)
def test_names_the_row_that_is_wrong(
    db: None, folder: Path, clerk: Actor, at: datetime, old: str, new: str, field: str, value: str
) -> None:
    _amend(folder, "villages.csv", old, new)

    with pytest.raises(rules.ImportRefused) as refused:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    (fault,) = refused.value.faults
    assert (fault.file, fault.line, fault.field, fault.value) == ("villages.csv", 4, field, value)


def test_one_wrong_row_lets_nothing_in(db: None, folder: Path, clerk: Actor, at: datetime) -> None:
    _amend(folder, "villages.csv", "竺桥社区居委会", "")

    with pytest.raises(rules.ImportRefused):
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert not Region.objects.filter(code__startswith="32").exists()


def test_refuses_a_folder_without_a_table(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    (folder / "streets.csv").unlink()

    with pytest.raises(rules.UnreadableTable) as refused:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert refused.value.value == "streets.csv"


def test_reads_a_table_with_a_byte_order_mark(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_text(text, encoding="utf-8-sig")

    assert actions.import_divisions(folder=folder, actor=clerk, at=at).added == 7


def test_leaves_one_record_with_no_name_in_it(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    actions.import_divisions(folder=folder, actor=clerk, at=at)

    (kept,) = Record.objects.filter(topic="region.import", at=at)

    assert kept.changed == ["added", "changed", "cities", "closed", "same"]


def test_denies_a_stranger(db: None, folder: Path, at: datetime) -> None:
    grants = frozenset({Grant(Role.SYS_ADMIN, "34/01/")})
    stranger = Actor(ActorKind.PERSON, grants=grants)

    with pytest.raises(Denied):
        actions.import_divisions(folder=folder, actor=stranger, at=at)


def test_the_command_brings_another_city_than_ours(
    db: None, folder: Path, importer: Actor, at: datetime
) -> None:
    assert actions.import_divisions(folder=folder, actor=importer, at=at).added == 7


def test_says_each_wrong_row_in_words(db: None, folder: Path, clerk: Actor, at: datetime) -> None:
    _amend(folder, "villages.csv", "320102002003", "320102002002")

    with pytest.raises(rules.ImportRefused) as refused:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert str(refused.value).splitlines()[1:] == ["villages.csv:4 code='320102002002' 代码重复"]


def test_denies_who_only_works_there(db: None, folder: Path, at: datetime) -> None:
    grants = frozenset({Grant(Role.DISPATCHER, "32/01/")})
    dispatcher = Actor(ActorKind.PERSON, grants=grants)

    with pytest.raises(Denied):
        actions.import_divisions(folder=folder, actor=dispatcher, at=at)


def test_the_import_of_a_day_holds_from_that_day(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    actions.import_divisions(folder=folder, day=DAY, actor=clerk, at=at)

    assert queries.name_on("32/01/02/", DAY) == "玄武区"
    assert queries.name_on("32/01/02/", DAY - timedelta(days=1)) == ""


def test_shipped_tables_are_the_public_ones() -> None:
    shipped = {file.name for file in actions.HEFEI.iterdir()}

    assert {"LICENSE", "NOTICE", *(name for name, _ in actions.TABLES)} <= shipped


def test_keeps_civil_affairs_code_and_level_beside_the_statistical_code(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    _amend(folder, "villages.csv", "code,name,streetCode\n", "code,name,civil_code,admin_level\n")
    _amend(folder, "villages.csv", "居委会,320102002\n", "居委会,320102002901,street\n")
    _amend(folder, "villages.csv", "北安门社区居委会,320102002901", "北安门社区居委会,320102002902")
    _amend(folder, "villages.csv", "竺桥社区居委会,320102002901", "竺桥社区居委会,320102002903")

    actions.import_divisions(folder=folder, actor=clerk, at=at)

    row = Region.objects.get(path="32/01/02/002/001/")
    assert (row.code, row.civil_code) == ("320102002001", "320102002901")
    assert (row.level, row.admin_level) == ("community", "street")


def test_names_an_administrative_level_that_there_is_not(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    _amend(folder, "villages.csv", "code,name,streetCode\n", "code,name,admin_level\n")

    with pytest.raises(rules.ImportRefused) as no:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert {fault.field for fault in no.value.faults} == {"admin_level"}


def test_names_the_row_whose_civil_code_another_row_bears(
    db: None, folder: Path, clerk: Actor, at: datetime
) -> None:
    _amend(folder, "villages.csv", "code,name,streetCode\n", "code,name,civil_code,admin_level\n")
    _amend(folder, "villages.csv", "居委会,320102002\n", "居委会,320102002901,street\n")

    with pytest.raises(rules.ImportRefused) as no:
        actions.import_divisions(folder=folder, actor=clerk, at=at)

    assert {(one.file, one.field, one.value) for one in no.value.faults} == {
        ("villages.csv", "civil_code", "320102002901")
    }
    assert min(one.line for one in no.value.faults) > 2
    assert not Region.objects.filter(path__startswith="32/").exists()
