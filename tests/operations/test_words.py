"""What the operator's page says … is said in both languages, whatever the figure (用语)."""

import pytest
from django.utils import translation

from quanyu.kernel.jobs.rules import Family, Standing
from quanyu.kernel.operations import words
from quanyu.kernel.operations.rules import Key, Level


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 3599, 3600, 7200, 172_799, 172_800, 10**7])
def test_of_a_time_holds_its_number(language: str, seconds: float) -> None:
    with translation.override(language):
        assert any(sign.isdigit() for sign in words.span(seconds))
        assert words.span(seconds) in words.ago(seconds)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KB"), (13 * 2**20, "13 MB"), (5 * 2**40, "5.0 TB")],
)
def test_of_a_size_is_short(number: int, said: str) -> None:
    assert words.size(number) == said


def test_are_there_for_everything() -> None:
    assert set(words.LABELS) == set(Key)
    assert set(words.LEVELS) == set(Level)
    assert set(words.STANDINGS) == set(Standing)
    assert set(words.FAMILIES) == set(Family)


def test_of_a_task_leave_out_what_every_task_has() -> None:
    assert words.task_name("quanyu.kernel.audit.jobs.seal") == "audit.seal"
    assert words.task_name("quanyu.retry_stalled") == "retry_stalled"
