"""A file that is brought in … is weighed first, and written whole or not at all (导入)."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.accounts.models import GrantRow
from quanyu.kernel.audit.models import Record
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import actions, blank, making, queries, taking
from quanyu.kernel.tables.models import Export, Import
from quanyu.kernel.tables.rules import Format, NotNow, State, WrongFile
from quanyu.organisations.models import Body
from quanyu.organisations.tables import BODIES
from tests.conftest import STREET, person
from tests.kernel.tables.conftest import rows_of

pytestmark = pytest.mark.django_db
HEAD = ["code", "name", "kind", "place", "parent", "phone", "start"]
LAMPS = ["lamps", "路灯养护队", "派驻机构", STREET, "", "0551-6000-0001", "2026-03-02"]
SEWERS = ["sewers", "排水养护队", "stationed_agency", STREET, "lamps", "", "2026年3月2日"]

Bring = Callable[..., Import]


@pytest.fixture
def keeper(seated: Callable[[Actor], Actor]) -> Actor:
    """区级统筹 of the district of the demo street, with an account."""
    return seated(person(Role.DISTRICT_ADMIN, "34/01/04/", name="方圆"))


def as_csv(*rows: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    """Return rows as a CSV."""
    kept = io.StringIO(newline="")
    csv.writer(kept).writerows(rows)
    return kept.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any]) -> bytes:
    """Return rows as a spreadsheet; numbers and dates as such."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return kept.getvalue()


@pytest.fixture
def brought(keeper: Actor, at: datetime) -> Bring:
    """Bring a file in and let the worker weigh it."""

    def bring(content: bytes, *, actor: Actor = keeper) -> Import:
        set_scope(actor)
        taken = actions.bring(
            table="bodies",
            upload=SimpleUploadedFile("x", content),
            language="zh-hans",
            actor=actor,
            at=at,
        )
        taking.check(taken.pk, now=timezone.now)
        taken.refresh_from_db()
        return taken

    return bring


def confirmed(taken: Import, keeper: Actor, at: datetime) -> Import:
    """Confirm a file and let the worker write it."""
    set_scope(keeper)
    actions.confirm(import_id=taken.pk, actor=keeper, at=at)
    taking.write(taken.pk, now=timezone.now)
    taken.refresh_from_db()
    return taken


def said(taken: Import) -> list[tuple[int, str]]:
    """Return row and column of each fault."""
    return [(row, column) for row, column, _value, _sentence, _parts in taken.faults]


# ------------------------------------------------------------------ what goes in


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_goes_in_after_it_was_confirmed_and_not_before(
    make: Callable[..., bytes], brought: Bring, keeper: Actor, at: datetime
) -> None:
    taken = brought(make(HEAD, SEWERS, LAMPS))

    assert (taken.state, taken.new, taken.changed, taken.wrong) == (State.CHECKED, 2, 0, 0)
    assert not Body.objects.filter(code="lamps").exists()
    assert confirmed(taken, keeper, at).state == State.DONE
    sewers = Body.objects.select_related("parent").get(code="sewers")
    assert (sewers.name, sewers.kind, sewers.valid_from) == (
        "排水养护队",
        "stationed_agency",
        date(2026, 3, 2),
    )
    assert sewers.parent is not None
    assert sewers.parent.code == "lamps"
    assert not queries.uploaded(taken).exists()


def test_again_changes_nothing(brought: Bring, keeper: Actor, at: datetime) -> None:
    confirmed(brought(as_csv(HEAD, LAMPS, SEWERS)), keeper, at)

    again = brought(as_csv(HEAD, LAMPS, SEWERS))

    assert (again.new, again.changed, again.same) == (0, 0, 2)


def test_changes_what_stands_by_its_natural_key_and_leaves_absent_columns(
    brought: Bring, keeper: Actor, at: datetime
) -> None:
    confirmed(brought(as_csv(HEAD, LAMPS, SEWERS)), keeper, at)
    key = Body.objects.get(code="sewers").id

    taken = brought(
        as_csv(["名称*", "单位代码", "类型", "辖区代码"], ["排水所", "sewers", "部门", STREET])
    )

    assert (taken.new, taken.changed) == (0, 1)
    assert {(c[0], c[1], c[2]) for c in taken.preview[0]["cells"]} == {
        ("name", "排水养护队", "排水所"),
        ("kind", "stationed_agency", "department"),
    }
    confirmed(taken, keeper, at)
    changed = Body.objects.select_related("parent").get(code="sewers")
    assert (changed.id, changed.name, changed.valid_from) == (key, "排水所", date(2026, 3, 2))
    assert changed.parent is not None


def test_leaves_a_record_for_each_body(brought: Bring, keeper: Actor, at: datetime) -> None:
    taken = confirmed(brought(as_csv(HEAD, LAMPS)), keeper, at)
    body = Body.objects.get(code="lamps")

    (kept,) = Record.objects.filter(subject=f"organisations.body:{body.id}")
    assert (kept.topic, kept.actor_id, kept.region_path) == ("body.found", keeper.id, STREET)
    topics = Record.objects.filter(subject=f"tables.import:{taken.pk}").order_by("id")
    assert [one.topic for one in topics] == [
        "tables.bring",
        "tables.judge",
        "tables.confirm",
        "tables.take",
    ]


def test_takes_dates_and_numbers_as_a_spreadsheet_has_them(
    brought: Bring, keeper: Actor, at: datetime
) -> None:
    row = ["lamps", "路灯", "部门", STREET, "", 12345, datetime(2026, 3, 2)]

    taken = brought(as_xlsx(HEAD, row))
    confirmed(taken, keeper, at)

    body = Body.objects.get(code="lamps")
    assert (body.phone, body.valid_from) == ("12345", date(2026, 3, 2))


def test_reads_what_a_chinese_windows_writes(brought: Bring) -> None:
    assert brought(as_csv(HEAD, LAMPS, encoding="gb18030")).new == 1


def test_takes_back_its_own_export(brought: Bring, keeper: Actor, at: datetime) -> None:
    confirmed(brought(as_csv(HEAD, [*LAMPS[:1], "=路灯", *LAMPS[2:]], SEWERS)), keeper, at)
    set_scope(keeper)
    columns = ",".join(column.key for column in BODIES.columns)
    export = actions.export(
        table="bodies",
        asked={"place": STREET},
        columns=columns,
        format="csv",
        language="zh-hans",
        actor=keeper,
        at=at,
    )
    making.make(export.pk, now=timezone.now)
    export = Export.objects.get(pk=export.pk)
    assert "'=路灯" in {row[1] for row in rows_of(export)}

    taken = brought(queries.made(export).read_bytes())

    assert (taken.state, taken.new, taken.changed, taken.wrong) == (State.CHECKED, 0, 0, 0)
    assert taken.same == len(rows_of(export)) - 1


@pytest.mark.parametrize("form", list(Format))
def test_takes_its_own_template(form: Format, brought: Bring) -> None:
    empty = brought(blank.template(BODIES, form))

    assert (empty.state, empty.total, empty.wrong) == (State.CHECKED, 0, 0)


def test_passes_over_blank_rows_and_columns(brought: Bring) -> None:
    taken = brought(as_xlsx([], [*HEAD, "", ""], [], LAMPS, ["", " "], [], SEWERS))

    assert (taken.new, taken.wrong) == (2, 0)


# ------------------------------------------------------------------ what is wrong


def test_with_faults_names_each_with_its_row_and_column(brought: Bring) -> None:
    taken = brought(
        as_csv(
            HEAD,
            LAMPS,
            ["x", "", "公司", STREET, "", "13800138000", "昨天"],
            ["ok-name", "名", "部门", "99/", "nobody", "", ""],
            ["mobile", "名", "部门", STREET, "", "13800138000", ""],
            ["alone", "名", "部门", STREET, "nobody", "", ""],
        )
    )

    assert taken.state == State.WRONG
    assert said(taken) == [
        (3, "name"),
        (3, "kind"),
        (3, "start"),
        (4, "place"),
        (5, "phone"),
        (6, "parent"),
    ]
    assert taken.wrong == 4
    assert not Body.objects.filter(code="lamps").exists()


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_comes_back_with_its_faults_and_goes_in_when_they_are_mended(
    make: Callable[..., bytes], brought: Bring, keeper: Actor, at: datetime
) -> None:
    taken = brought(make(HEAD, LAMPS, [*SEWERS[:2], "公司", *SEWERS[3:]]))
    path = queries.faulty(taken)
    rows: list[list[Any]]
    if taken.format == Format.CSV:
        rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    else:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[0][-1] == "问题"
    assert rows[2][-1] == ""
    assert "类型：只能填：党工委、党委" in str(rows[3][-1])

    rows[3][2] = "派驻机构"
    mended = brought(make(*rows))

    assert (mended.new, mended.wrong) == (2, 0)
    assert confirmed(mended, keeper, at).state == State.DONE


def test_names_both_rows_of_a_key_that_stands_twice(brought: Bring) -> None:
    taken = brought(as_csv(HEAD, LAMPS, SEWERS, LAMPS))

    assert said(taken) == [(4, "code")]
    assert taken.faults[0][4]["other"] == 2


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ([*HEAD, "工资"], "工资"),
        ([*HEAD, "code"], "code"),
        ([c for c in HEAD if c != "kind"], "kind"),
    ],
)
def test_with_a_wrong_head_is_refused_whole(head: list[str], named: str, brought: Bring) -> None:
    taken = brought(as_csv(head, LAMPS))

    assert taken.state == State.FAILED
    assert named in taken.parts["names"]


def test_that_hangs_bodies_in_a_ring_is_wrong(brought: Bring) -> None:
    taken = brought(as_csv(HEAD, [*LAMPS[:4], "sewers", *LAMPS[5:]], SEWERS))

    assert said(taken) == [(2, "parent"), (3, "parent")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 20,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 20,
        b"%PDF-1.7",
        b"code,name\x00",
    ],
)
def test_that_is_no_table_is_not_taken(content: bytes, brought: Bring) -> None:
    with pytest.raises(WrongFile):
        brought(content)

    assert not queries.folder().exists() or list(queries.folder().iterdir()) == []


def test_over_the_limit_is_not_taken(brought: Bring, settings: Any) -> None:
    settings.QUANYU_FILE_BYTES = 100

    with pytest.raises(WrongFile):
        brought(as_csv(HEAD, LAMPS, SEWERS))


def test_that_is_damaged_is_turned_down(brought: Bring) -> None:
    assert brought(as_xlsx(HEAD, LAMPS)[:-300]).state == State.FAILED


def test_that_unpacks_to_gigabytes_is_turned_down(brought: Bring, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with packed, packed.open("xl/worksheets/sheet1.xml", "w") as part:
        for _mb in range(301):
            part.write(b" " * 2**20)

    assert brought(path.read_bytes()).state == State.FAILED


def test_with_two_cells_at_the_ends_of_the_sheet_is_turned_down(brought: Bring) -> None:
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "code")
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()

    assert brought(kept.getvalue()).state == State.FAILED


# ------------------------------------------------------------------ all or nothing, and as whom


def test_that_others_have_overtaken_is_told_anew(
    brought: Bring, keeper: Actor, at: datetime
) -> None:
    taken = brought(as_csv(HEAD, LAMPS, SEWERS))
    confirmed(brought(as_csv(HEAD, [LAMPS[0], "别的名字", *LAMPS[2:]])), keeper, at)

    taken = confirmed(taken, keeper, at)

    assert taken.state == State.CHECKED
    assert taken.sentence
    assert (taken.new, taken.changed) == (1, 1)
    assert not Body.objects.filter(code="sewers").exists()
    assert Body.objects.get(code="lamps").name == "别的名字"
    assert confirmed(taken, keeper, at).state == State.DONE


def test_is_not_written_with_grants_that_ended(brought: Bring, keeper: Actor, at: datetime) -> None:
    taken = brought(as_csv(HEAD, LAMPS))
    set_scope(keeper)
    actions.confirm(import_id=taken.pk, actor=keeper, at=at)
    GrantRow.objects.filter(account=keeper.id).update(granted_to=at)
    taking.write(taken.pk, now=timezone.now)
    taken.refresh_from_db()

    assert taken.state == State.FAILED
    assert not Body.objects.filter(code="lamps").exists()


def test_of_the_places_of_another_is_wrong_row_by_row(
    brought: Bring, leader: Actor, keeper: Actor, at: datetime
) -> None:
    confirmed(brought(as_csv(HEAD, [*LAMPS[:3], "34/01/04/", *LAMPS[4:]])), keeper, at)

    taken = brought(as_csv(HEAD, [*LAMPS[:3], STREET, *LAMPS[4:]], SEWERS), actor=leader)

    assert taken.state == State.WRONG
    assert said(taken) == [(2, ""), (3, "parent")]  # the other would hang under another's body


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SYS_ADMIN])
def test_is_brought_by_who_keeps_the_list_alone(role: Role, brought: Bring) -> None:
    with pytest.raises(Denied):
        brought(as_csv(HEAD, LAMPS), actor=person(role, "34/01/"))


@pytest.mark.parametrize("verb", ["confirm", "give_up"])
def test_is_nobody_elses(verb: str, brought: Bring, at: datetime) -> None:
    taken = brought(as_csv(HEAD, LAMPS))
    other = person(Role.DISTRICT_ADMIN, "34/01/04/")
    set_scope(other)

    with pytest.raises(Denied):
        getattr(actions, verb)(import_id=taken.pk, actor=other, at=at)


def test_with_faults_is_not_confirmed(brought: Bring, keeper: Actor, at: datetime) -> None:
    taken = brought(as_csv(HEAD, ["x", *LAMPS[1:]]))
    set_scope(keeper)

    with pytest.raises(NotNow):
        actions.confirm(import_id=taken.pk, actor=keeper, at=at)


def test_is_given_up(
    brought: Bring, keeper: Actor, at: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    taken = brought(as_csv(HEAD, LAMPS))
    set_scope(keeper)
    with django_capture_on_commit_callbacks(execute=True):
        actions.give_up(import_id=taken.pk, actor=keeper, at=at)

    assert not queries.uploaded(taken).exists()
    with pytest.raises(NotNow):
        actions.confirm(import_id=taken.pk, actor=keeper, at=at)


def test_is_written_once(brought: Bring, keeper: Actor, at: datetime) -> None:
    taken = confirmed(brought(as_csv(HEAD, LAMPS)), keeper, at)
    count = Record.objects.count()

    taking.write(taken.pk, now=timezone.now)
    taking.check(taken.pk, now=timezone.now)

    assert Record.objects.count() == count


def test_is_erased_after_a_day(brought: Bring, keeper: Actor) -> None:
    taken = brought(as_csv(HEAD, LAMPS))

    actions.sweep(actor=keeper, at=timezone.now() + timedelta(hours=25))

    assert not queries.uploaded(taken).exists()
