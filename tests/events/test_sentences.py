"""Several things said run on in one sentence (连成一句)."""

import pytest

from quanyu.events.queries.sentences import run_on


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            ["由供水集团牵头修复。", "现场闭阀后不再上涨。"],
            "由供水集团牵头修复；现场闭阀后不再上涨。",
        ),
        (["决定", "", "理由；"], "决定；理由；"),
        (["Repair it.", "Because."], "Repair it；Because."),
        ([], ""),
    ],
)
def test_no_stop_is_doubled_and_what_is_empty_is_left_out(parts: list[str], said: str) -> None:
    assert run_on(parts) == said
