"""What a model of classes is learned from, and which one suggests (分类模型)."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings

from quanyu.events.models import ClassModel, Event
from quanyu.events.workflow import State
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.privacy.rules import FADED

MOST = 20_000
"""So many of the newest matters are learned from: a night's work stays a matter of seconds."""

SHOWN = 30
LEARNED_FROM = (State.CLOSED, State.RATED, State.SETTLED)
"""Matters of which somebody has looked whether they were done: their class was right enough."""


def folder() -> Path:
    """Return where the files of the models lie."""
    return Path(settings.QUANYU_HOME) / "models"


def file_of(sha256: str) -> Path:
    """Return where the model with this hash lies."""
    return folder() / f"classes-{sha256[:32]}.npz"


def examples(*, actor: Actor) -> list[tuple[str, str]]:
    """Return text and class of the matters that ended, in the order in which they came in.

    The class is the one they ended with, not the one suggested; what was purged is left out.
    """
    rows = Event.objects.visible_to(actor).filter(state__in=LEARNED_FROM)
    rows = rows.exclude(category="").exclude(text__in=["", FADED]).order_by("-reported_at", "-id")
    newest = rows.values_list("text", "category")[:MOST]
    return list(reversed(newest))


def how_many_since(moment: datetime | None, *, actor: Actor) -> int:
    """Return how many matters to learn from ended since a moment, or ever."""
    rows = Event.objects.visible_to(actor).filter(state__in=LEARNED_FROM).exclude(category="")
    return (rows.filter(closed_at__gt=moment) if moment else rows).count()


def active() -> ClassModel | None:
    """Return the model that suggests now, or None: then the word list does."""
    return ClassModel.objects.filter(standing="active").first()


def newest() -> ClassModel | None:
    """Return the model that was trained last."""
    return ClassModel.objects.order_by("-version").first()


def models() -> Sequence[ClassModel]:
    """Return the models, the newest first."""
    return list(ClassModel.objects.order_by("-version")[:SHOWN])


def is_there(row: ClassModel) -> bool:
    """Answer whether the file of a model is there."""
    return file_of(row.sha256).is_file()


def kept_files() -> set[Path]:
    """Return the files that are still needed: of the model in use and of the newest ones."""
    rows = ClassModel.objects.order_by("-version").values_list("sha256", flat=True)
    used = ClassModel.objects.filter(standing="active").values_list("sha256", flat=True)
    return {file_of(one) for one in {*rows[:KEPT], *used}}


KEPT = 10
"""The newest so many models keep their files and can be used again."""
