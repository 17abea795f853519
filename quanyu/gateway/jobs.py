"""What follows an act on a matter that another system sent."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from quanyu.gateway import actions
from quanyu.gateway.rules import TELLS
from quanyu.kernel.access.rules import system
from quanyu.kernel.jobs.rules import Listener, on


def _telling(verb: str) -> Listener:
    def tell(case: UUID, at: datetime) -> None:
        worker = system(settings.QUANYU_CITY, job=f"gateway.tell_{verb}")
        actions.tell_source(event_id=case, actor=worker, at=at)

    tell.__name__ = tell.__qualname__ = f"tell_{verb}"
    return tell


TOLD = {verb: on(f"event.{verb}")(_telling(verb)) for verb in TELLS}
"""One listener an act that the other system is told of; a matter of our own has none to tell."""
