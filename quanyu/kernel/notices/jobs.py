"""What the clock brings: send what waits, take up what was cut short, delete what is over."""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.jobs.rules import Listener, every, on
from quanyu.kernel.notices import actions, channels
from quanyu.kernel.notices.rules.administration import HEARD

MOST = 200
"""So many in one go; the rest a minute later."""


@every("* * * * * 25", in_one=False)
def deliver(at: datetime) -> None:
    """Send what waits, each in two transactions with the call to the other side between them."""
    worker = system(settings.QUANYU_CITY, job="notices.deliver")
    with acting(worker):
        actions.recover(actor=worker, at=at)
    for _turn in range(MOST):
        if not deliver_one(at):
            return


def deliver_one(at: datetime) -> bool:
    """Send one thing; False when nothing waits."""
    worker, began = system(settings.QUANYU_CITY, job="notices.deliver"), time.monotonic()
    with acting(worker):
        batch = actions.claim(actor=worker, at=at)
    if batch is None:
        return False
    reference, fault = "", None
    try:
        if batch.parcel is None:
            raise channels.Permanent("no address")
        reference = channels.send(batch.parcel)
    except channels.Temporary as kept:
        fault = kept
    with acting(worker):
        actions.settle(
            batch,
            reference=reference,
            fault=fault,
            actor=worker,
            at=at + timedelta(seconds=time.monotonic() - began),
        )
    return True


@every("50 3 * * * 0")
def forget(at: datetime) -> None:
    """Delete the notices whose time is over, and addresses whose code was never entered."""
    worker = system(settings.QUANYU_CITY, job="notices.forget")
    actions.forget(actor=worker, at=at)
    actions.forget_proofs(actor=worker, at=at)


@on("notices.mail_asked", is_apart=True)
def send_code(case: UUID, at: datetime) -> None:
    """Send the code of a new mail address; the call to the server is in no transaction."""
    worker = system(settings.QUANYU_CITY, job="notices.send_code")
    with acting(worker):
        parcel = actions.code_parcel(proof_id=case, actor=worker, at=timezone.now())
    if parcel is None:
        return
    with suppress(channels.Permanent):  # no such address: no code comes, and the page says so
        channels.send(parcel)


def _telling(topic: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"notices.{tell.__name__}")
        actions.tell_administration(
            topic=topic, key=case, since=at, actor=worker, at=timezone.now()
        )

    tell.__name__ = tell.__qualname__ = f"tell_{topic.replace('.', '_')}"
    return tell


TELLS = {topic: on(topic, is_news=True)(_telling(topic)) for topic in HEARD}
"""One listener a step round a grant that somebody is told of, or that settles what they were."""
