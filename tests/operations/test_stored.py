"""A backup takes the files of its rows, and knows a row whose file is not there (备份中的附件)."""

from pathlib import Path
from typing import Any
from uuid import UUID

from quanyu.kernel.files import queries as files
from quanyu.kernel.files.rules import Size, ready_path, waiting_path
from quanyu.kernel.operations import stored
from quanyu.kernel.operations.stored import Ledger
from quanyu.kernel.tables import queries as tables

KEYS = [UUID(f"01990000-0000-7000-8000-0000000000{end}") for end in ("0a", "0b", "ff")]

NOWHERE = Path("/nowhere")


def put(root: Path, key: UUID, content: bytes = b"photo") -> None:
    """Put a picture where the worker puts it."""
    for size in Size:
        path = ready_path(root, key, size)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def gone_through(
    root: Path, rows: list[tuple[UUID, str]], waiting: Path
) -> tuple[Ledger, list[str]]:
    """Return the ledger and the files that a backup would take."""
    ledger, taken = Ledger(iter(rows)), []
    for parts, path in stored.taken(root, waiting):
        if ledger.knows(parts):
            taken.append("/".join(parts))
            ledger.saw(parts, path.read_text())
    ledger.close()
    return ledger, taken


def test_takes_both_sizes_of_each_row_and_other_files_in_order(tmp_path: Path) -> None:
    root, waiting = tmp_path / "files", tmp_path / "kept"
    for key in KEYS:
        put(root, key)
    (root / "zeta").mkdir()
    (root / "zeta/list.xlsx").write_text("x")
    waiting.mkdir()
    (waiting / str(KEYS[0])).write_text("raw")

    ledger, taken = gone_through(root, [(key, "photo") for key in KEYS], waiting)

    assert (ledger.lost, ledger.other, len(taken)) == ([], [], 8)
    assert taken == sorted(taken, key=lambda name: name.split("/"))
    assert f"waiting/{KEYS[0]}" in taken


def test_names_rows_without_file_and_files_with_another_content(tmp_path: Path) -> None:
    put(tmp_path, KEYS[1])

    ledger, _ = gone_through(tmp_path, list(zip(KEYS, "abc", strict=True)), NOWHERE)

    assert (ledger.lost, ledger.other) == ([KEYS[0], KEYS[2]], [KEYS[1]])


def test_leaves_a_picture_that_no_row_needs_and_what_the_worker_makes(tmp_path: Path) -> None:
    for key in KEYS:
        put(tmp_path, key)
    (tmp_path / "making/x").mkdir(parents=True)
    (tmp_path / "making/x/full.jpg").touch()

    ledger, taken = gone_through(tmp_path, [(KEYS[1], "photo")], NOWHERE)

    assert (ledger.lost, len(taken)) == ([], 2)


def test_leaves_the_files_of_lists_which_lie_for_a_day(tmp_path: Path, settings: Any) -> None:
    settings.QUANYU_HOME = tmp_path
    tables.folder().mkdir(parents=True)
    (tables.folder() / "words.xlsx").write_text("x")

    assert gone_through(files.root(), [], NOWHERE)[1] == []


def test_keeps_a_raw_upload_that_is_deleted_afterwards(tmp_path: Path) -> None:
    raw = waiting_path(tmp_path, KEYS[0])
    raw.parent.mkdir()
    raw.write_text("raw")
    kept = tmp_path / "kept"
    kept.mkdir()

    gone = stored.keep_waiting(KEYS[:2], root=tmp_path, into=kept)
    raw.unlink()

    assert gone == {KEYS[1]}
    assert (kept / str(KEYS[0])).read_text() == "raw"
