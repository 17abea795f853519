"""Which pictures a matter has, and who may open one."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from quanyu.events.models import Event, JointPart
from quanyu.kernel.access.rules import Actor, ActorKind, system
from quanyu.kernel.files import queries as files
from quanyu.kernel.files.models import File
from quanyu.kernel.files.rules import Purpose

OWNER = "events.event"
PART = "events.jointpart"
FOR_REPORTER = frozenset({Purpose.REPORT, Purpose.HANDLE})
"""What the reporter sees: what was there before, and what was done."""


def photos(event: Event) -> Mapping[str, list[File]]:
    """Return the pictures of a matter by the act they were taken at, in one query."""
    found: dict[str, list[File]] = defaultdict(list)
    for file in files.of(event.pk):
        found[file.purpose].append(file)
    return found


def of_part(part: JointPart) -> list[File]:
    """Return the pictures that a body sent with its part."""
    return list(files.of(part.pk))


@files.may_open.answered_by
def may_open(file: File, actor: Actor) -> bool:
    """Answer whether this picture belongs to a matter within the actor's reach."""
    if file.owner_type == PART:
        rows = JointPart.objects.visible_to(actor).filter(pk=file.owner_id)
        return actor.kind is not ActorKind.HOLDER and rows.exists()
    if file.owner_type != OWNER:
        return False
    if actor.kind is ActorKind.HOLDER and file.purpose not in FOR_REPORTER:
        return False
    return Event.objects.visible_to(actor).filter(pk=file.owner_id).exists()


@files.ended.answered_by
def ended(before: datetime) -> Mapping[str, "QuerySet[Any]"]:
    """Return the matters that were closed before this instant and not opened again since."""
    worker = system(settings.QUANYU_CITY, job="events.ended")
    rows = Event.objects.visible_to(worker).filter(closed_at__lte=before)
    parts = JointPart.objects.visible_to(worker).filter(event__closed_at__lte=before)
    return {OWNER: rows.order_by().values("pk"), PART: parts.order_by().values("pk")}
