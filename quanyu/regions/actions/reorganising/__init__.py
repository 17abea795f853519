"""Re-organise grids and communities from a day on (区划调整)."""

from quanyu.regions.actions.reorganising.batches import Batch
from quanyu.regions.actions.reorganising.deciding import (
    approve,
    refuse,
    send_back,
    submit,
    take_back,
    withdraw,
)
from quanyu.regions.actions.reorganising.drafting import (
    Step,
    Wanted,
    add_operation,
    amend,
    check_wanted,
    draft,
    drop_operation,
    propose,
)
from quanyu.regions.actions.reorganising.effect import AT_ONCE, OWN, begin, follow, proceed
from quanyu.regions.actions.reorganising.rehearsals import (
    NotRehearsed,
    keep_rehearsal,
    note_rehearsal,
    open_rehearsal,
    rehearse,
)

__all__ = [
    "AT_ONCE",
    "OWN",
    "Batch",
    "NotRehearsed",
    "Step",
    "Wanted",
    "add_operation",
    "amend",
    "approve",
    "begin",
    "check_wanted",
    "draft",
    "drop_operation",
    "follow",
    "keep_rehearsal",
    "note_rehearsal",
    "open_rehearsal",
    "proceed",
    "propose",
    "refuse",
    "rehearse",
    "send_back",
    "submit",
    "take_back",
    "withdraw",
]
