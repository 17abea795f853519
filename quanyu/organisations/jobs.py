"""What follows an act on places (单位与权责的后台任务)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.rules import every, on
from quanyu.organisations.actions import (
    announcing,
    following,
    lapsing,
    leaving,
    relocating,
    relocating_posts,
    telling,
)
from quanyu.organisations.rules import proposals, rhythm


@on("reorganisation.placed")
def relocate(case: UUID, at: datetime) -> None:
    """Let bodies and duties follow a re-organisation; there are few of them at one place."""
    worker = system(settings.QUANYU_CITY, job="organisations.relocate")
    relocating.relocate_all(reorganisation_id=case, actor=worker, at=timezone.now())


@on("reorganisation.placed")
def relocate_posts(case: UUID, at: datetime) -> None:
    """Let posts follow a re-organisation, some hundred at a time."""
    worker = system(settings.QUANYU_CITY, job="organisations.relocate_posts")
    more = True
    while more:
        more = relocating_posts.relocate_posts(
            reorganisation_id=case, actor=worker, at=timezone.now()
        )


@on("accounts.end")
def leave_posts(case: UUID, at: datetime) -> None:
    """End what somebody held whose account was closed; the grants went with the account."""
    worker = system(settings.QUANYU_CITY, job="organisations.leave_posts")
    leaving.end_all_of(account_id=case, reason=_("账号已停用"), actor=worker, at=timezone.now())


@on("appointment.confirm", is_news=True)
def tell_appointed(case: UUID, at: datetime) -> None:
    """Tell somebody that they hold a post."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_appointed")
    announcing.tell_appointment(appointment_id=case, since=at, actor=worker, at=timezone.now())


@on("appointment.end", is_news=True)
def tell_left(case: UUID, at: datetime) -> None:
    """Tell somebody that they hold a post no more."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_left")
    announcing.tell_appointment(appointment_id=case, since=at, actor=worker, at=timezone.now())


@on(proposals.PROPOSED, is_news=True)
def tell_proposed(case: UUID, at: datetime) -> None:
    """Tell who may confirm that a batch of proposals waits."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_proposed")
    announcing.tell_proposed(appointment_id=case, since=at, actor=worker, at=timezone.now())


@on(proposals.DECIDED, is_news=True)
def tell_decided(case: UUID, at: datetime) -> None:
    """Tell who proposed what became of it."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_decided")
    announcing.tell_decided(appointment_id=case, since=at, actor=worker, at=timezone.now())


@on(proposals.LEAVE_ASKED, is_news=True)
def tell_leaving(case: UUID, at: datetime) -> None:
    """Tell who decides it that the end of an appointment is asked for."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_leaving")
    announcing.tell_leaving(appointment_id=case, since=at, actor=worker, at=timezone.now())


@on(proposals.LEAVE_KEPT, is_news=True)
def settle_leaving(case: UUID, at: datetime) -> None:
    """Take the request for an end off the inboxes."""
    worker = system(settings.QUANYU_CITY, job="organisations.settle_leaving")
    announcing.settle_leaving(appointment_id=case, actor=worker, at=timezone.now())


@on(proposals.ELECTED, is_news=True)
def tell_elected(case: UUID, at: datetime) -> None:
    """Tell who proposes for posts that an election is over."""
    worker = system(settings.QUANYU_CITY, job="organisations.tell_elected")
    announcing.tell_elected(election_id=case, since=at, actor=worker, at=timezone.now())


@on(proposals.ELECTED_PROPOSED, is_news=True)
def settle_elected(case: UUID, at: datetime) -> None:
    """Take the news of an election off the inboxes once the elected are proposed."""
    worker = system(settings.QUANYU_CITY, job="organisations.settle_elected")
    announcing.settle_elected(election_id=case, actor=worker, at=timezone.now())


@on(rhythm.PLANNED, is_news=True)
def tell_planned(case: UUID, at: datetime) -> None:
    """Tell who is expected that a meeting is planned."""
    _tell(case, rhythm.PLANNED, at, job="organisations.tell_planned")


@on(rhythm.CHANGED, is_news=True)
def tell_changed(case: UUID, at: datetime) -> None:
    """Tell who is expected that a meeting is to be otherwise."""
    _tell(case, rhythm.CHANGED, at, job="organisations.tell_changed")


@on(rhythm.CALLED_OFF, is_news=True)
def tell_called_off(case: UUID, at: datetime) -> None:
    """Tell who was expected that a meeting is called off."""
    _tell(case, rhythm.CALLED_OFF, at, job="organisations.tell_called_off")


def _tell(case: UUID, topic: str, since: datetime, *, job: str) -> None:
    worker = system(settings.QUANYU_CITY, job=job)
    telling.tell(meeting_id=case, topic=topic, since=since, actor=worker, at=timezone.now())


@every("*/10 * * * * 40")
def follow_bodies(at: datetime) -> None:
    """Put meetings, elections and rolls where their organisation stands since it has moved."""
    worker = system(settings.QUANYU_CITY, job=following.JOB)
    following.follow_bodies(actor=worker, at=at)


@every("20 0 * * * 0")
def lapse_appointments(at: datetime) -> None:
    """Note the terms of office that have run out."""
    worker = system(settings.QUANYU_CITY, job="organisations.lapse_appointments")
    while lapsing.lapse(actor=worker, at=at):
        pass
