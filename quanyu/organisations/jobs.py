"""What follows an act on places (单位与权责的后台任务)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.jobs.rules import on
from quanyu.organisations.actions import relocating


@on("reorganisation.placed")
def relocate(case: UUID, at: datetime) -> None:
    """Let bodies and duties follow a re-organisation; there are few of them at one place."""
    worker = system(settings.QUANYU_CITY, job="organisations.relocate")
    relocating.relocate_all(reorganisation_id=case, actor=worker, at=timezone.now())
