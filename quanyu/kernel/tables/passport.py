"""What a file that leaves says of itself: who took it out, when, by which filters (来历)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passport:
    """Who took what out, when, by which filters: what a file says of itself (来历)."""

    lines: Sequence[tuple[str, str]]
    watermark: str = ""
    """On every page, and in the last column of a CSV; "" for a file that needed no leave."""
