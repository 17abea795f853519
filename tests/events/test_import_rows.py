"""A row of another system's file … is understood by the mapping, or said to be wrong (对照表)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.events.engine import mapping, past, reading
from quanyu.events.engine.mapping import BadMapping
from quanyu.events.rules import is_on_time, seconds_left

TOLD: dict[str, Any] = {
    "source": "old",
    "zone": "America/New_York",
    "columns": {
        "number": "id",
        "text": ["kind", "said"],
        "lon": "lon",
        "lat": "lat",
        "opened": "opened",
        "due": "due",
        "closed": "closed",
        "state": "state",
        "class": "kind",
        "channel": "from",
        "on_time": "flag",
    },
    "state": {"closed": ["done"], "open": ["on"]},
    "on_time": {"yes": ["Y"], "no": ["N"]},
    "class": {"default": "0199", "map": {"lamp": "P0118"}},
    "channel": {"map": {"call": "phone"}},
    "points": {"unknown": [[0, 0]]},
    "file": {"formats": ["%d/%m/%Y %H:%M"]},
}
ROW = {
    "id": "7",
    "kind": "lamp",
    "said": "dark",
    "lon": "117.2",
    "lat": "31.8",
    "opened": "2015-07-01 08:00:00",
    "due": "03/07/2015 08:00",
    "closed": "2015-07-03 08:00",
    "state": "done",
    "from": "call",
    "flag": "Y",
}
AS_OF = datetime(2016, 1, 1, tzinfo=UTC)


def read(row: dict[str, Any], **told: Any) -> tuple[past.Past | None, list[past.Remark]]:
    """Return what one row is understood as, and what was said of it."""
    remarks: list[past.Remark] = []
    reader = past.Reader(mapping.understood(TOLD | told), remarks.append)
    return reader.past(2, ROW | row), remarks


def test_is_a_matter_with_codes_of_ours_and_times_on_its_own_clock() -> None:
    found, remarks = read({})

    assert remarks == []
    assert found is not None
    assert (found.number, found.text, found.title) == ("7", "lamp\ndark", "lamp")
    assert (found.class_code, found.channel, found.on_time) == ("P0118", "phone", True)
    assert found.opened.utcoffset() == timedelta(hours=-4)
    assert found.due == found.closed == datetime(2015, 7, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ({"id": " "}, "id", past.EMPTY_NUMBER),
        ({"id": "9" * 65}, "id", past.LONG_NUMBER),
        ({"kind": "", "said": None}, "kind+said", past.NO_TEXT),
        ({"opened": ""}, "opened", past.NO_OPENING),
        ({"opened": "yesterday"}, "opened", past.NO_INSTANT),
        ({"due": "2015-02-30"}, "due", past.NO_INSTANT),
        ({"state": "gone"}, "state", past.NO_STATE),
        ({"closed": ""}, "closed", past.NO_CLOSING),
        ({"state": "on"}, "closed", past.STILL_OPEN),
    ],
)
def test_is_left_out_and_named_by_line_column_and_reason(
    row: dict[str, Any], column: str, sentence: str
) -> None:
    found, remarks = read(row)

    assert found is None
    assert [(one.line, one.column, one.sentence) for one in remarks] == [(2, column, sentence)]
    assert remarks[0].is_fault


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"lat": ""}, past.NO_POINT),
        ({"lon": "far"}, past.NO_POINT),
        ({"lat": "91"}, past.NO_POINT),
        ({"closed": "2015-06-30 08:00"}, past.EARLY),
        ({"opened": "2014-11-02 01:30:00"}, past.TWO_HOURS),
        ({"flag": "?"}, past.UNKNOWN_FLAG),
    ],
)
def test_is_taken_all_the_same_with_a_note(row: dict[str, Any], sentence: str) -> None:
    found, remarks = read(row)

    assert found is not None
    assert [(one.sentence, one.is_fault) for one in remarks] == [(sentence, False)]


def test_has_no_point_where_the_other_system_knew_none() -> None:
    found, remarks = read({"lon": "0", "lat": 0.0})

    assert found is not None
    assert (found.lon, found.lat, remarks) == (None, None, [])


def test_falls_to_the_default_class_and_is_counted() -> None:
    reader = past.Reader(mapping.understood(TOLD), lambda _remark: None)

    found = [reader.past(2, ROW | {"id": str(n), "kind": "tree"}) for n in range(3)]

    assert {one.class_code for one in found if one} == {"0199"}
    assert reader.unmapped == {"class": {"tree": 3}}


def test_of_a_number_twice_is_taken_once() -> None:
    remarks: list[past.Remark] = []
    reader = past.Reader(mapping.understood(TOLD), remarks.append)

    found = [reader.past(line, ROW) for line in (2, 3)]

    assert [one is not None for one in found] == [True, False]
    assert [(one.line, one.sentence) for one in remarks] == [(3, past.TWICE)]


CELLS = st.none() | st.text(max_size=12) | st.floats() | st.datetimes()


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(ROW)), CELLS))
def test_whatever_stands_in_it_is_a_matter_or_a_fault(row: dict[str, Any]) -> None:
    found, remarks = read(row)

    assert (found is None) == any(one.is_fault for one in remarks)
    assert found is None or "\x00" not in found.parts()


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"source": "Old System"}, "source"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"texts": "some"}, "texts"),
        ({"colour": "red"}, "colour"),
        ({"columns": {"number": "id", "text": "t"}}, "columns"),
        ({"columns": {"size": "x"}}, "columns"),
        ({"channel": {"map": {"call": "letter"}}}, "channel"),
        ({"state": {"gone": ["x"]}}, "state"),
        ({"points": {"unknown": [["a", "b"]]}}, "points"),
        ({"points": {"unknown": 5}}, "points"),
        ({"points": {"known": [[0, 0]]}}, "points"),
        ({"columns": TOLD["columns"] | {"due": 5}}, "columns"),
        ({"columns": TOLD["columns"] | {"due": ["due", 5]}}, "columns"),
        ({"class": {"words": {"lamp": "P0118"}}}, "class"),
        ({"class": {"map": "P0118"}}, "class"),
        ({"state": {"open": "on"}}, "state"),
        ({"file": {"charset": "gb18030"}}, "file"),
        ({"file": {"encoding": 5}}, "file"),
        ({"file": {"formats": 5}}, "file"),
        ({"file": {"delimiter": "ab"}}, "file"),
    ],
)
def test_is_not_read_by_a_mapping_that_is_wrong(told: dict[str, Any], part: str) -> None:
    with pytest.raises(BadMapping) as refused:
        mapping.understood(TOLD | told)

    assert refused.value.field == part
    assert "{" not in str(refused.value)


# ------------------------------------------------------------------ on time


def test_is_on_time_when_closed_exactly_at_its_end() -> None:
    later = AS_OF + timedelta(days=9)
    assert is_on_time(AS_OF, left=seconds_left(AS_OF, at=AS_OF), at=later) is True
    late = AS_OF + timedelta(microseconds=1)
    assert is_on_time(AS_OF, left=seconds_left(AS_OF, at=late), at=later) is False


def test_is_late_when_open_after_its_end() -> None:
    assert is_on_time(AS_OF, left=None, at=AS_OF) is True
    assert is_on_time(AS_OF, left=None, at=AS_OF + timedelta(seconds=1)) is False


@pytest.mark.parametrize("counts_as", [None, True, False])
def test_without_an_end_is_what_it_is_said_to_be(counts_as: bool | None) -> None:
    assert is_on_time(None, left=None, at=AS_OF, without_due=counts_as) is counts_as


# ------------------------------------------------------------------ files


def test_is_the_same_from_csv_and_parquet(tmp_path: Path) -> None:
    rows = [ROW | {"id": str(n)} for n in range(20)]
    table, parquet = tmp_path / "m.csv", tmp_path / "m.parquet"
    lines = [",".join(ROW), *(",".join(map(str, row.values())) for row in rows)]
    table.write_text("\n".join(lines), encoding="utf-8-sig")
    pq.write_table(pa.Table.from_pylist(rows), parquet)
    meaning = mapping.understood(TOLD)

    found = [list(reading.rows(file, meaning)) for file in (table, parquet)]

    assert [line for line, _row in found[0]] == list(range(2, 22))
    assert found[0][0][1] == rows[0]
    assert _understood(found[0]) == _understood(found[1])


def test_lacks_a_column_of_the_mapping(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text("id,kind\n1,lamp\n", encoding="utf-8")

    with pytest.raises(reading.BadFile) as refused:
        list(reading.rows(file, mapping.understood(TOLD)))

    assert "said" in str(refused.value)


def test_in_another_encoding_says_so(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes("id,kind\n1,路灯\n".encode("gb18030"))

    with pytest.raises(reading.BadFile) as refused:
        list(reading.rows(file, mapping.understood(TOLD)))

    assert refused.value.field == "encoding"


def test_that_is_cut_off_or_shifted_is_left_out(tmp_path: Path) -> None:
    rows = [ROW | {"id": str(n)} for n in range(3)]
    lines = [",".join(ROW), *(",".join(row.values()) for row in rows)]
    lines[2] = lines[2].replace("dark", "dark, since Monday")
    file = tmp_path / "m.csv"
    file.write_text("\n".join(lines)[:-20], encoding="utf-8")
    remarks: list[past.Remark] = []
    reader = past.Reader(mapping.understood(TOLD), remarks.append)

    found = [reader.past(*line) for line in reading.rows(file, mapping.understood(TOLD))]

    assert [one is None for one in found] == [False, True, True]
    assert [(one.line, one.sentence) for one in remarks] == [(3, past.SHIFTED), (4, past.CUT)]


def test_may_end_in_separators(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text(",".join(ROW) + "\n" + ",".join(ROW.values()) + ",,\n", encoding="utf-8")

    assert _understood(list(reading.rows(file, mapping.understood(TOLD)))) != [None]


@pytest.mark.parametrize("whole", [b'id\n1,"never ends', b"id,id\n1,2\n", b"PAR1 and no more"])
def test_in_a_broken_file_says_so(tmp_path: Path, whole: bytes) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(whole)
    told = TOLD | {"columns": dict.fromkeys(("number", "text", "opened"), "id")}

    with pytest.raises(reading.BadFile) as refused:
        list(reading.rows(file, mapping.understood(told)))

    assert "{" not in str(refused.value)


def _understood(lines: list[reading.Line]) -> list[past.Past | None]:
    reader = past.Reader(mapping.understood(TOLD), lambda _remark: None)
    return [reader.past(line, row) for line, row in lines]
