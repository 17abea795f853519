"""Make uploads anew, bring back lost ones, sweep orphans."""

import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from quanyu.kernel.access.rules import system
from quanyu.kernel.files import actions, queries, rules
from quanyu.kernel.jobs.rules import every, on


@on("files.take")
def make(case: UUID, at: datetime) -> None:
    """Make every waiting picture of the row to which this file belongs."""
    from quanyu.kernel.files import engine

    actor = system(settings.QUANYU_CITY, job="files.make")
    making = queries.root() / "making"
    making.mkdir(mode=0o700, parents=True, exist_ok=True)
    for key in queries.waiting_beside(case):
        with tempfile.TemporaryDirectory(dir=making) as folder:
            try:
                raw = rules.waiting_path(queries.root(), key)
                made = engine.remake(raw, folder=Path(folder))
            except engine.Unmakeable as fault:
                actions.refuse(key, reason=str(fault), actor=actor, at=at)
            else:
                actions.finish(key, made, actor=actor, at=at)


@every("*/10 * * * * 15")
def resume(at: datetime) -> None:
    """Bring back the files whose job was lost."""
    actions.resume(at=at)


@every("40 3 * * * 0")
def sweep(at: datetime) -> None:
    """Delete raw uploads that nothing needs."""
    actions.sweep(actor=system(settings.QUANYU_CITY, job="files.sweep"), at=at)
