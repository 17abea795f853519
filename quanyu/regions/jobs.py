"""What follows when grids are to be looked at, or somebody is appointed (网格的后台任务)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.jobs.rules import on
from quanyu.regions.actions import checking, contacts


@on("grid_check.ask")
def check_grids(case: UUID, at: datetime) -> None:
    """Look how the grids of one street lie."""
    worker = system(settings.QUANYU_CITY, job="regions.check_grids")
    checking.run_check(check_id=case, actor=worker, at=timezone.now())


@on("grid_contact.appoint", is_news=True)
def tell_appointed(case: UUID, at: datetime) -> None:
    """Tell somebody with an account that they serve a grid."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_appointed")
    contacts.tell(contact_id=case, since=at, actor=worker, at=timezone.now())


@on("grid_contact.end", is_news=True)
def tell_ended(case: UUID, at: datetime) -> None:
    """Tell somebody with an account that they serve a grid no more."""
    worker = system(settings.QUANYU_CITY, job="regions.tell_ended")
    contacts.tell(contact_id=case, since=at, actor=worker, at=timezone.now())
