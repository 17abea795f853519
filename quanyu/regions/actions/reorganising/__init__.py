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
    draft,
    drop_operation,
    propose,
)
from quanyu.regions.actions.reorganising.effect import AT_ONCE, OWN, begin, follow, proceed

__all__ = [
    "AT_ONCE",
    "OWN",
    "Batch",
    "Step",
    "Wanted",
    "add_operation",
    "amend",
    "approve",
    "begin",
    "draft",
    "drop_operation",
    "follow",
    "proceed",
    "propose",
    "refuse",
    "send_back",
    "submit",
    "take_back",
    "withdraw",
]
