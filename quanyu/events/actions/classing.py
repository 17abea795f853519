"""Set down a suggested class, and decide which model suggests (建议类别、分类模型)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from quanyu.events import queries
from quanyu.events.models import ClassModel, Event
from quanyu.events.queries import classing
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.queries import get
from quanyu.kernel.access.rules import Actor, ActorKind, Role
from quanyu.kernel.audit.actions import record
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.jobs.rules import reason as checked_reason

KEEPERS = frozenset({Role.SYS_ADMIN, Role.DISTRICT_ADMIN})
"""Who may choose the model: at the city, for it suggests in all of it."""

DECIDING = 0xC1A55
"""The lock under which one model takes the place of another."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was learned and weighed; its file lies there already."""

    sha256: str
    learned: int
    kept_back: int
    macro_f1: float
    old_version: int
    old_f1: float
    classes: Mapping[str, Mapping[str, float]]


@transaction.atomic
def suggest(
    *, event_id: UUID, actor: Actor, at: datetime, suggestion: rules.Suggestion | None = None
) -> Event:
    """Set down which class the words of a report speak for, how surely, and which words.

    :param suggestion: what the model found; without one the word list is asked
    """
    event = get(Event, event_id, actor=actor, lock=True)
    if suggestion is None:
        suggestion = rules.by_list(event.text, queries.keywords(on=local(at).date()))
    event.suggested, event.suggested_words = suggestion.class_code, list(suggestion.words)
    event.suggested_sure, event.suggested_model = suggestion.confidence, suggestion.model
    event.suggested_others = list(suggestion.others)
    event.save(
        update_fields=[
            "suggested",
            "suggested_words",
            "suggested_sure",
            "suggested_model",
            "suggested_others",
        ]
    )
    return event


@transaction.atomic
def keep_model(*, trained: Trained, actor: Actor, at: datetime) -> ClassModel:
    """Register a model that was learned; it replaces the one in use if it is no worse.

    :raises Denied: if the actor is not the system
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Denied
    _wait_for_others()
    old, last = classing.active(), classing.newest()
    decision = _decision(trained, old)
    row = ClassModel(
        version=last.version + 1 if last else 1,
        trained_at=at,
        learned=trained.learned,
        kept_back=trained.kept_back,
        macro_f1=trained.macro_f1,
        old_version=trained.old_version,
        old_f1=trained.old_f1,
        classes=trained.classes,
        sha256=trained.sha256,
        standing="candidate",
        decision=decision,
        decided_at=at,
    )
    if decision in {"better", "equal"}:
        _retire(old)
        row.standing = "active"
    row.save(force_insert=True)
    record("classes.train", _subject(row), actor=actor, at=at, facts=_facts(row))
    return row


@transaction.atomic
def use_model(*, version: int, reason: str, actor: Actor, at: datetime) -> ClassModel:
    """Let a former model suggest again, until a person lets the nights decide once more.

    :raises Denied: if the actor may not choose the city's model
    :raises NoModel: if there is none of that version, or its file is gone
    """
    _check_keeper(actor)
    why = checked_reason(reason)
    _wait_for_others()
    row = ClassModel.objects.select_for_update().filter(version=version).first()
    if row is None or not classing.is_there(row):
        raise rules.NoModel(_("没有这个版本，或它的文件已清理"), field="version", value=version)
    old = classing.active()
    if old is not None and old.version != version:
        _retire(old)
    row.standing, row.decision, row.is_fixed = "active", "person", True
    row.decided_at, row.decided_by, row.reason = at, actor.id, why
    row.save()
    record("classes.use", _subject(row), actor=actor, at=at, facts={"reason": why})
    return row


@transaction.atomic
def release(*, reason: str, actor: Actor, at: datetime) -> ClassModel:
    """Let a better model replace the one in use again.

    :raises Denied: if the actor may not choose the city's model
    :raises NoModel: if no model was fixed by a person
    """
    _check_keeper(actor)
    why = checked_reason(reason)
    _wait_for_others()
    row = ClassModel.objects.select_for_update().filter(standing="active", is_fixed=True).first()
    if row is None:
        raise rules.NoModel(_("没有由人指定的版本"), field="version")
    row.is_fixed, row.reason, row.decided_at, row.decided_by = False, why, at, actor.id
    row.save()
    record("classes.release", _subject(row), actor=actor, at=at, facts={"reason": why})
    return row


def _decision(trained: Trained, old: ClassModel | None) -> str:
    """Return why the model replaces the one in use, or why not."""
    if (old.version if old else 0) != trained.old_version:
        return "overtaken"
    if old is not None and old.is_fixed:
        return "fixed"
    if not rules.is_no_worse(trained.macro_f1, trained.old_f1):
        return "worse"
    return "better" if trained.macro_f1 > trained.old_f1 else "equal"


def _retire(row: ClassModel | None) -> None:
    if row is not None:
        row.standing, row.is_fixed = "retired", False
        row.save(update_fields=["standing", "is_fixed"])


def _check_keeper(actor: Actor) -> None:
    if not KEEPERS & actor.roles_at(settings.QUANYU_CITY):
        raise Denied


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DECIDING])


def _subject(row: ClassModel) -> str:
    return f"events.classmodel:{row.version}"


def _facts(row: ClassModel) -> dict[str, object]:
    return {
        "sha256": row.sha256,
        "macro_f1": round(row.macro_f1, 4),
        "old_f1": round(row.old_f1, 4),
        "decision": row.decision,
    }
