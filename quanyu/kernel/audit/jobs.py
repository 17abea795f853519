"""Seal the log every minute, and look over all of it every night."""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.audit import actions
from quanyu.kernel.jobs.rules import every, on

log = logging.getLogger(__name__)


@every("* * * * * 0")
def seal(at: datetime) -> None:
    """Bind what was written since the last seal."""
    while actions.seal(at=at):
        pass


@every("10 2 * * * 0")
def verify_nightly(at: datetime) -> None:
    """Have the whole log verified, asked or not."""
    worker = system(settings.QUANYU_CITY, job="audit.verify_nightly")
    actions.verify_nightly(actor=worker, at=at)


@on("audit.verification")
def verify(case: UUID, at: datetime) -> None:
    """Verify the whole log; what is broken is said loudly too."""
    worker = system(settings.QUANYU_CITY, job="audit.verify")
    row = actions.verify(verification=case, actor=worker, at=timezone.now())
    if row.fault_count:
        log.error("the audit log is broken in %s places", row.fault_count)
