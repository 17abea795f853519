"""`./run train classes --from FILE` … tries the pipeline on a labelled file, and keeps nothing."""

import csv
import json
from pathlib import Path

import pytest

from quanyu.demo.otherwise import messages
from quanyu.kernel.operations.faults import Fault
from quanyu.project import command, train

KINDS = ("0102", "0406", "P0102")


def _table(path: Path, form: str) -> Path:
    made = [(text, code) for text, code, _ in messages(6_000) if code in KINDS][:90]
    with path.open("w", encoding=form, newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("内容", "类别", "其他"), *((t, c, "x") for t, c in made), ("", "x", "")])
    return path


@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030"])
def test_prints_macro_f1_of_five_folds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    path = _table(tmp_path / "messages.csv", form)
    words = ["train", "classes", "--from", str(path), "--text", "内容", "--label", "类别"]

    code = command.main([*words, "--report"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (told["rows"], told["classes"], len(told["folds"])) == (90, 3, 5)
    assert told["macro_f1"] > 0.8
    assert set(told["by_class"]) == set(KINDS)
    assert [found.name for found in tmp_path.iterdir()] == ["messages.csv"]


def test_says_which_columns_there_are(tmp_path: Path) -> None:
    path = _table(tmp_path / "messages.csv", "utf-8")

    with pytest.raises(Fault) as fault:
        train.read(path, text="正文", label="类别")

    assert "正文" in str(fault.value.parts)
    assert "内容" in str(fault.value.parts)


def test_says_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(Fault):
        train.read(tmp_path / "none.csv", text="text", label="label")


def test_says_that_one_class_is_too_few(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("text,label\n" + "井盖破了,P0102\n" * 9, encoding="utf-8")

    with pytest.raises(Fault):
        train.file(path, text="text", label="label", is_full=False)


def test_reads_a_cell_of_any_length(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"text,label\n{'井盖破了' * 50_000},P0102\n", encoding="utf-8")

    ((said, _code),) = train.read(path, text="text", label="label")

    assert len(said) == 200_000


def test_says_that_there_is_nothing_to_learn(tmp_path: Path) -> None:
    path = tmp_path / "mute.csv"
    path.write_text("text,label\n" + "！,P0102\n" * 9 + "？,0102\n" * 9, encoding="utf-8")

    with pytest.raises(Fault):
        train.file(path, text="text", label="label", is_full=False)


@pytest.mark.parametrize("number", ["-3", "0", "x", "²"])
def test_makes_no_messages_of_no_number(number: str) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["train", "classes", "--generated", number])

    assert left.value.code == 2
