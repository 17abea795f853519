"""Files of bodies and covers … leave the same rows as the single verbs (组织导入)."""

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.tables import actions, queries, taking
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import State
from quanyu.organisations import actions as organisations
from quanyu.organisations.models import Body, Cover, Footing
from quanyu.organisations.queries.coverage import cover_values
from quanyu.organisations.queries.listed import body_values
from tests.conftest import STREET, person
from tests.kernel.tables.test_tables_import import as_csv, as_xlsx

pytestmark = pytest.mark.django_db

COMMUNITY = f"{STREET}002/"
HEAD = ["code", "name", "kind", "place", "parent", "uscc", "uscc_because", "start", "end"]
GRID, NEXT = "3401040010021001", "3401040010021002"
COVER_HEAD = ["body", "tie", "at", "start", "end"]
NET: tuple[list[str], ...] = (
    ["f-group", "一幢党小组", "党小组", COMMUNITY, "f-first", "", "", "2025-01-01", ""],
    ["f-first", "第一网格党支部", "党支部", COMMUNITY, "f-top", "", "", "2025-01-01", ""],
    ["f-joint", "联合党支部", "联合党支部", COMMUNITY, "f-top", "", "", "2025-01-01", ""],
    ["f-top", "社区党委", "党委", COMMUNITY, "", "", "", "2025-01-01", ""],
)

Bring = Callable[..., Import]


@pytest.fixture
def keeper(seated: Callable[[Actor], Actor]) -> Actor:
    """党务干事 of the street, with an account."""
    return seated(person(Role.PARTY_OFFICER, STREET, name="柏青"))


@pytest.fixture
def brought(keeper: Actor, at: datetime) -> Bring:
    """Bring a file in, let the worker weigh it, and write it where nothing is wrong."""

    def bring(table: str, head: Sequence[str], *rows: Sequence[Any], make: Any = as_csv) -> Import:
        set_scope(keeper)
        taken = actions.bring(
            table=table,
            upload=SimpleUploadedFile("x", make(head, *rows)),
            language="zh-hans",
            actor=keeper,
            at=at,
        )
        taking.check(taken.pk, now=timezone.now)
        taken.refresh_from_db()
        if not taken.wrong and taken.state == State.CHECKED:
            set_scope(keeper)
            actions.confirm(import_id=taken.pk, actor=keeper, at=at)
            taking.write(taken.pk, now=timezone.now)
            taken.refresh_from_db()
        return taken

    return bring


def faults(taken: Import) -> list[tuple[int, str]]:
    return [(row, column) for row, column, *_rest in taken.faults]


def test_leaves_the_rows_that_the_verb_leaves(brought: Bring, keeper: Actor, at: datetime) -> None:
    made = brought("bodies", HEAD, *NET, make=as_xlsx)
    top = organisations.found_body(
        code="v-top",
        kind="party_committee",
        name="社区党委",
        place=COMMUNITY,
        start=date(2025, 1, 1),
        actor=keeper,
        at=at,
    )
    organisations.found_body(
        code="v-first",
        kind="party_branch",
        name="第一网格党支部",
        place=COMMUNITY,
        parent=top.pk,
        start=date(2025, 1, 1),
        actor=keeper,
        at=at,
    )

    assert made.state == State.DONE
    assert _stood("f-first") == _stood("v-first")
    assert _stood("f-top") == _stood("v-top")
    group = Footing.objects.get(body__code="f-group")
    assert group.parent == group.body.parent == Body.objects.get(code="f-first")


def _stood(code: str) -> list[tuple[Any, ...]]:
    fields = ("kind", "name", "region_path", "parent__name", "valid_from", "valid_to")
    rows = Footing.objects.filter(body__code=code).order_by("valid_from")
    body = Body.objects.get(code=code)
    return [*rows.values_list(*fields), (body.initials, body.name, body.kind, body.valid_from)]


def test_a_changed_name_begins_today_and_keeps_the_past(brought: Bring, at: datetime) -> None:
    brought("bodies", HEAD, *NET)
    new = ["f-first", "梧桐网格党支部", "党支部", COMMUNITY, "f-top", "", "", "", ""]
    brought("bodies", HEAD, new)

    rows = Footing.objects.filter(body__code="f-first").order_by("valid_from")
    assert [(row.name, row.change, row.valid_to is None) for row in rows] == [
        ("第一网格党支部", "take", False),
        ("梧桐网格党支部", "take", True),
    ]
    assert Record.objects.filter(topic="body.change").exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["xx", "社区党委", "党委", COMMUNITY, "f-first", "", "", "", ""], "parent"),
        (["xx", "支部", "党支部", COMMUNITY, "f-joint", "", "", "", ""], "parent"),
        (["xx", "小组", "党小组", COMMUNITY, "nobody", "", "", "", ""], "parent"),
        (["xx", "支部", "党支部", COMMUNITY, "f-top", "91350211M0000XUF46", "", "", ""], "uscc"),
        (["xx", "支部", "党支部", COMMUNITY, "f-top", "12", "核对过", "", ""], "uscc"),
        (["f-top", "社区党委", "党委", COMMUNITY, "", "", "", "", "2026-03-01"], "end"),
        (["f-top", "社区党委", "党委", COMMUNITY, "f-group", "", "", "", ""], "parent"),
        (["xx", "支部", "党支部", "34/01/03/001/", "f-top", "", "", "", ""], "place"),
    ],
)
def test_refuses_a_row_that_the_verb_would_refuse(
    brought: Bring, row: list[str], column: str
) -> None:
    brought("bodies", HEAD, *NET)

    taken = brought("bodies", HEAD, row)

    assert taken.wrong == 1
    assert {where for _row, where in faults(taken)} & {column, ""}


@pytest.mark.parametrize("end", ["", "2026-02-01", "2025-05-01"])
def test_what_has_ended_is_ended_on_no_other_day(brought: Bring, end: str) -> None:
    closed = ["f-group", "一幢党小组", "党小组", COMMUNITY, "f-first", "", "", "2025-01-01"]
    cover = ["f-first", "支部覆盖网格", GRID, "2025-02-01"]
    brought("bodies", HEAD, *NET[1:], [*closed, "2025-06-01"])
    brought("covers", COVER_HEAD, [*cover, "2025-06-01"])

    taken = [
        brought("bodies", HEAD, [*closed, end]),
        brought("covers", COVER_HEAD, [*cover, end]),
    ]

    assert [faults(one) for one in taken] == [[(2, "end")], [(2, "end")]]
    assert str(Body.objects.get(code="f-group").valid_to) == "2025-06-01"
    assert brought("bodies", HEAD, [*closed, "2025-06-01"]).same == 1


@pytest.mark.parametrize("above", ["district-management", "nobody"])
def test_hangs_under_no_body_of_anothers_place(brought: Bring, above: str) -> None:
    row = ["xx", "支部", "党支部", COMMUNITY, above, "", "", "", ""]

    taken = brought("bodies", HEAD, row)

    [[at, column, value, sentence, *_rest]] = taken.faults
    assert (at, column, value) == (2, "parent", above)
    assert sentence == "没有这个上级单位，文件里也没有"


def test_a_code_read_in_the_register_is_kept_with_a_word(brought: Bring) -> None:
    row = ["f-top", "社区党委", "党委", COMMUNITY, "", "91350211M0000XUF46", "核对过", "", ""]
    brought("bodies", HEAD, *NET[:3], row)

    body = Body.objects.get(code="f-top")
    assert (body.uscc, body.uscc_because) == ("91350211M0000XUF46", "核对过")


def test_covers_go_in_and_come_out_the_same(brought: Bring, at: datetime) -> None:
    brought("bodies", HEAD, *NET)
    rows = [
        ["f-first", "支部覆盖网格", GRID, "2025-02-01", ""],
        ["f-joint", "支部覆盖网格", NEXT, "2025-02-01", ""],
    ]
    assert brought("covers", COVER_HEAD, *rows).state == State.DONE
    assert brought("covers", COVER_HEAD, *rows).same == 2

    held = Cover.objects.filter(body__code__startswith="f-").order_by("body__code")
    out = cover_values(list(held.select_related("body", "building")), at=at)
    assert [[one["body"], one["tie"], one["at"]] for one in out] == [row[:3] for row in rows]
    bodies = body_values(list(Body.objects.filter(code="f-top").select_related("parent")), at=at)
    assert bodies[0]["code"] == "f-top"


def test_faults_come_back_in_the_error_file(brought: Bring) -> None:
    brought("bodies", HEAD, *NET)
    taken = brought(
        "covers",
        COVER_HEAD,
        ["f-first", "支部覆盖网格", GRID, "2025-02-01", ""],
        ["f-joint", "支部覆盖网格", GRID, "2025-02-01", ""],
        ["f-first", "支部覆盖网格", "3401040010021999", "", ""],
        ["f-group", "支部覆盖网格", NEXT, "", ""],
        ["f-first", "党小组覆盖楼栋", NEXT, "", ""],
        ["nobody", "支部覆盖网格", NEXT, "", ""],
        ["f-joint", "支部覆盖网格", NEXT, "2024-01-01", ""],
        ["f-joint", "支部覆盖网格", "3401040010021003", "2025-02-01", "2025-01-01"],
    )

    assert faults(taken) == [
        (3, "at"),
        (4, "at"),
        (5, "body"),
        (6, "body"),
        (7, "body"),
        (8, "start"),
        (9, "end"),
    ]
    assert not Cover.objects.filter(body__code__startswith="f-").exists()
    back = list(csv.reader(queries.faulty(taken).read_text("utf-8-sig").splitlines()))
    told = [row[-1] for row in back if row[:3] == ["f-joint", "支部覆盖网格", GRID]]
    assert ["已由f-first覆盖" in one for one in told] == [True]
