"""A script for pgbench is what the server's log says that the application sent (重放)."""

from pathlib import Path

import pytest

from quanyu.bench import command
from quanyu.bench.replay import Log, Sent, script
from quanyu.kernel.operations.faults import Fault

LOG = """\
2026-11-22 17:00:00.001 CST [7] LOG:  statement: BEGIN
2026-11-22 17:00:00.002 CST [8] LOG:  statement: SELECT 1
2026-11-22 17:00:00.003 CST [7] LOG:  execute _pg3_0: INSERT INTO t
\tVALUES ($1, $2, $3)
2026-11-22 17:00:00.003 CST [7] DETAIL:  Parameters: $1 = 'it''s', $2 = NULL, $3 = ''
2026-11-22 17:00:00.004 CST [7] LOG:  statement: COMMIT
2026-11-22 17:00:00.005 CST [8] LOG:  statement: BEGIN
"""
ONE = "0190a0b0-1111-7222-8333-444455556666"
TWO = "0190a0b0-1111-7222-8333-777788889999"


def sent(key: str, code: str) -> list[Sent]:
    words = "INSERT INTO t VALUES ($1, $2, $3, $4)"
    return [Sent("BEGIN"), Sent(words, (key, "same", None, code)), Sent("COMMIT")]


def test_the_log_gives_whole_transactions_with_their_values(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text(LOG)

    assert Log("", file).transactions() == [
        [
            Sent("BEGIN"),
            Sent("INSERT INTO t\nVALUES ($1, $2, $3)", ("it's", None, "")),
            Sent("COMMIT"),
        ]
    ]


def test_what_differs_between_two_acts_is_made_anew() -> None:
    made = script(sent(ONE, "\\x" + "a" * 64), sent(TWO, "\\x" + "b" * 64))

    assert made.constants == {"v1": "same"}
    assert "(('0190a0b0-1111-7222-8333-' || :key)::uuid), :v1, NULL" in made.text
    assert f"(('\\x' || :random3 || '{'a' * 48}')::bytea)" in made.text
    assert "\\set random3 random(" in made.text


def test_what_varies_in_an_unknown_way_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="not known"):
        script(sent(ONE, "ja"), sent(TWO, "nein"))


def test_an_unknown_bench_gets_a_sentence() -> None:
    with pytest.raises(Fault, match="grids, intake, list, locate, map"):
        command.run(["nonsense"])
