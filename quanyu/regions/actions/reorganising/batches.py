"""What one batch of taking effect did (一批)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows looked at and changed, the last one of them, and whether it was the last batch."""

    looked: int
    changed: int
    after: UUID | None
    is_last: bool
