"""A file of codes … does what the verbs of one code do, from a day on (导入代码)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.access.scope import set_scope
from quanyu.kernel.audit.models import Record
from quanyu.kernel.codes import actions as codes
from quanyu.kernel.codes.models import Code
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables import actions, taking
from quanyu.kernel.tables.models import Import
from quanyu.kernel.tables.rules import State
from tests.conftest import person
from tests.kernel.tables.test_tables_import import as_csv

pytestmark = pytest.mark.django_db

HEAD = ["list", "code", "name", "name_en", "parent", "from", "to"]
CLASS = "event_class"
Bring = Callable[..., Import]


@pytest.fixture
def keeper(seated: Callable[[Actor], Actor]) -> Actor:
    """系统管理员 of the city, with an account."""
    return seated(person(Role.SYS_ADMIN, "34/01/", name="钱一"))


@pytest.fixture
def today(at: datetime) -> date:
    return timezone.localdate(at)


@pytest.fixture
def brought(keeper: Actor, at: datetime) -> Bring:
    """Bring a file in, let the worker weigh it, and write it where nothing is wrong."""

    def bring(*rows: Sequence[Any], by: Actor = keeper) -> Import:
        set_scope(by)
        upload = SimpleUploadedFile("x", as_csv(HEAD, *rows))
        taken = actions.bring(table="codes", upload=upload, language="zh-hans", actor=by, at=at)
        taking.check(taken.pk, now=lambda: at)
        taken.refresh_from_db()
        if taken.state == State.CHECKED and (taken.new or taken.changed):
            set_scope(by)
            actions.confirm(import_id=taken.pk, actor=by, at=at)
            taking.write(taken.pk, now=lambda: at)
            taken.refresh_from_db()
        return taken

    return bring


def stood(code: str) -> list[tuple[Any, ...]]:
    fields = ("name", "name_en", "valid_from", "valid_to", "attributes", "is_edited")
    rows = Code.objects.filter(list__key=CLASS, code=code, withdrawn_at=None)
    return list(rows.order_by("valid_from").values_list(*fields))


def test_leaves_the_rows_that_the_verbs_leave(
    brought: Bring, keeper: Actor, at: datetime, today: date
) -> None:
    made = brought(
        [CLASS, "9901", "甲类", "Kind A", "99", "", ""], [CLASS, "99", "新大类", "", "", "", ""]
    )
    facts: dict[str, Any] = {"list_key": CLASS, "actor": keeper, "at": at}
    codes.add_code(code="9801", name="甲类", name_en="Kind A", start=today, **facts)

    assert (made.state, made.new) == (State.DONE, 2)
    assert stood("9901") == stood("9801")
    assert Code.objects.get(list__key=CLASS, code="9901").parent == "99"
    assert Record.objects.filter(topic="codes.add_code", actor_id=keeper.id).count() == 3


def test_a_change_opens_a_row_from_its_day_and_an_end_closes_one(
    brought: Bring, today: date
) -> None:
    later = today + timedelta(days=30)
    old = Code.objects.filter(list__key=CLASS, valid_to=None).exclude(parent="").first()
    assert old is not None

    brought([CLASS, old.code, "改了名", "", "", later.isoformat(), ""])
    ended = brought([CLASS, "9902", "乙类", "", "", "", later.isoformat()])

    assert [(row[0], row[2], row[3]) for row in stood(old.code)] == [
        (old.name, old.valid_from, later),
        ("改了名", later, None),
    ]
    assert stood(old.code)[1][4] == old.attributes
    assert (ended.state, stood("9902")[0][3]) == (State.DONE, later)


def test_a_file_as_it_went_out_changes_nothing(brought: Bring, today: date) -> None:
    rows = Code.objects.filter(list__key=CLASS, valid_from__lte=today, valid_to=None)[:20]
    written = [
        [CLASS, row.code, row.name, row.name_en, row.parent, row.valid_from.isoformat(), ""]
        for row in rows
    ]

    made = brought(*written)

    assert (made.state, made.same, made.new, made.changed) == (State.CHECKED, 20, 0, 0)


def test_names_what_is_wrong_row_by_row(brought: Bring, today: date) -> None:
    parent = Code.objects.filter(list__key=CLASS, parent="", valid_to=None).first()
    past = (today - timedelta(days=1)).isoformat()
    assert parent is not None

    made = brought(
        ["nowhere", "9901", "甲类", "", "", "", ""],
        [CLASS, "99 01", "甲类", "", "", "", ""],
        [CLASS, "9903", "丙类", "", "", past, ""],
        [CLASS, "9904", "丁类", "", "9999", "", ""],
        [CLASS, parent.code, parent.name, "", "", "", (today + timedelta(days=9)).isoformat()],
        [CLASS, "9905", "戊类", "", "", "", ""],
    )

    assert [(fault[0], fault[1]) for fault in sorted(made.faults)] == [
        (2, "list"),
        (3, "code"),
        (4, "from"),
        (5, "parent"),
        (6, "code"),
    ]
    assert not Code.objects.filter(code="9905").exists()


def test_a_stranger_brings_no_codes(brought: Bring, seated: Callable[[Actor], Actor]) -> None:
    district = seated(person(Role.SYS_ADMIN, "34/01/04/", name="周区"))
    clerk = seated(person(Role.OPERATOR, name="王芳"))

    made = brought([CLASS, "9901", "甲类", "", "", "", ""], by=district)

    assert made.state == State.WRONG
    with pytest.raises(Denied):
        brought([CLASS, "9901", "甲类", "", "", "", ""], by=clerk)
