"""Keep the queue and the record of slow statements small."""

from datetime import datetime

from quanyu.kernel.jobs import actions as queue
from quanyu.kernel.jobs.rules import every
from quanyu.kernel.operations import actions


@every("17 * * * * 0")
def clear_queue(at: datetime) -> None:
    """Take out of the queue what ended long ago."""
    queue.clear(at=at)


@every("*/10 * * * * 45")
def keep_slow_statements(at: datetime) -> None:
    """Write down what this worker found slow, and forget what was slow long ago."""
    actions.keep_slow(at=at)
    actions.forget_slow(at=at)
