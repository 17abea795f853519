"""Which personal fields there are, who looked at them, and how a sealed one is found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import get_language, gettext, pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.audit.actions import label
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.jobs.rules import timers
from quanyu.kernel.privacy import fields as columns
from quanyu.kernel.privacy import rules, sealed
from quanyu.kernel.privacy.fields import BlindIndexField, EncryptedField
from quanyu.kernel.privacy.models import Look, Purge, Rotation, RotationPart
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.privacy.seals import HEADER_BYTES, VERSIONS

HOUR = timedelta(hours=1)
PAGE = 100
MONTH, LAST = 31, 5
"""How many reports of purges, and how many rotations, a page shows."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One personal field of the city, as the register lists it (个人信息字段)."""

    model: type[models.Model]
    name: str
    title: str
    personal: Personal
    days: int
    """How long it is kept in this city."""
    is_encrypted: bool
    index: str

    @property
    def label(self) -> str:
        """Return table and column: ``events.report.phone``."""
        return f"{self.model._meta.label_lower}.{self.name}"


def fields() -> list[Declared]:
    """Return every personal field that is declared, by table and column."""
    found = [
        _declared(model, name, told)
        for model in apps.get_models()
        for name, told in columns.declarations(model).items()
    ]
    return sorted(found, key=lambda entry: entry.label)


def listed(*, on: date) -> list[dict[str, str]]:
    """Return the register of personal fields as a person reads it, in the reader's language."""
    return [_told(entry, on=on) for entry in fields()]


def faults() -> list[str]:
    """Return what is wrong with the declarations, each in a few words: there must be nothing."""
    entries = fields()
    wrong = [f"{entry.label}: {fault}" for entry in entries for fault in _faults(entry)]
    known = {entry.label for entry in entries}
    unknown = sorted(set(settings.QUANYU_KEPT_DAYS) - known)
    return wrong + [f"QUANYU_KEPT_DAYS: {label} is no personal field" for label in unknown]


def undeclared() -> list[str]:
    """Return the encrypted fields without a declaration: there must be none."""
    return sorted(
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedField) and field.personal is None
    )


def digests(model: type[models.Model], field: str, text: str) -> list[bytes]:
    """Return the blind indexes under which rows with this value in this field are found.

    While keys or algorithms are changed over there are several: ask with ``__in``.
    """
    return columns.digests(model, field, text)


def sealed_by_key(*, using: str) -> dict[str, dict[str, int]]:
    """Return how many values stand under each provider and key, by column; the owner sees all."""
    names = {version: name for name, version in VERSIONS.items()}
    return {
        column.label: {
            f"{names.get(header[0], header[0])}-{header[1]}": count
            for header, count in sorted(column.counts(using=using).items())
            if len(header) == HEADER_BYTES
        }
        for column in sealed.every()
    }


def sealed_under(number: int, *, using: str) -> dict[str, int]:
    """Return the columns in which something needs this key, and how many values."""
    counts = {column.label: column.counts(using=using) for column in sealed.every()}
    needing = {
        label: [count for header, count in found.items() if header[1:] == bytes([number])]
        for label, found in counts.items()
    }
    return {label: sum(found) for label, found in needing.items() if found}


def not_current(*, using: str) -> list[str]:
    """Return the columns in which something is not sealed as it is sealed now."""
    now = columns.ring().header
    return [one.label for one in sealed.every() if set(one.counts(using=using)) - {now}]


def is_rotating() -> bool:
    """Answer whether a rotation to the present key was begun and not ended."""
    now = columns.ring()
    kind = {"version": now.version, "key": now.newest}
    return Rotation.objects.filter(**kind, finished_at=None).exists()


def unreadable(rotation: Rotation) -> dict[str, int]:
    """Return how many values of each column did not open in a rotation."""
    parts = RotationPart.objects.filter(rotation=rotation, unreadable__gt=0)
    return dict(parts.values_list("column", "unreadable"))


def role_name(role: str, *, on: date) -> str:
    """Return what a role is called, in the reader's language."""
    entry = codes.known("role", role, on=on)
    return codes.label(entry) if entry else role


def check_reads_looks(actor: Actor) -> None:
    """Refuse the list of looks to who does not audit (审计管理员、审计员).

    :raises Denied: if the actor does not
    """
    if not actor.roles & audit.READERS:
        raise Denied


def all_looks(*, actor: Actor, after: str = "") -> tuple[list[Look], str]:
    """Return one page of who looked at what and why, the newest first, and where the next begins.

    :raises Denied: if the actor audits nothing
    """
    check_reads_looks(actor)
    rows = Look.objects.order_by("-id")
    rows = rows.filter(id__lt=after) if after else rows
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].id) if len(found) > PAGE else ""


def purges() -> list[Purge]:
    """Return the reports of the last month, the newest first."""
    return list(Purge.objects.order_by("-at")[:MONTH])


def rotations() -> list[tuple[Rotation, list[RotationPart]]]:
    """Return the newest rotations with how far each has come, by column."""
    newest = list(Rotation.objects.order_by("-began_at")[:LAST])
    parts = list(RotationPart.objects.filter(rotation__in=newest).order_by("column"))
    return [(one, [part for part in parts if part.rotation_id == one.pk]) for one in newest]


def looks(subject: models.Model) -> models.QuerySet[Look]:
    """Return who looked at this row's masked values, the newest first. The caller holds the row."""
    return Look.objects.filter(subject=label(subject)).order_by("-at", "-id")


def looks_in_last_hour(account: UUID, *, at: datetime) -> Sequence[datetime]:
    """Return when this account opened masked values in the hour before ``at``, oldest first."""
    recent = Look.objects.filter(account_id=account, at__gt=at - HOUR, at__lte=at)
    return list(recent.order_by("at").values_list("at", flat=True))


def _told(entry: Declared, *, on: date) -> dict[str, str]:
    told = entry.personal
    is_masked = entry.is_encrypted and told.kind in rules.SAMPLES
    return {
        "field": entry.label,
        "name": entry.label
        if _is_english()
        else f"{entry.model._meta.verbose_name} · {entry.title}",
        "of": gettext(rules.CONCERNED[told.of]),
        "basis": gettext(rules.BASES[told.basis]),
        "purpose": gettext(told.purpose),
        "days": str(entry.days),
        "own_days": "1" if entry.days != told.days else "",
        "since": told.since or told.timer,
        "since_name": _since(entry),
        "ends": gettext(rules.ENDS[told.ends]),
        "sensitive": gettext("是") if told.is_sensitive else "",
        "encrypted": gettext("是") if entry.is_encrypted else "",
        "mask": rules.mask(told.kind, rules.SAMPLES[told.kind]) if is_masked else "",
        "opened_by": pgettext("between items", "、").join(
            role_name(role, on=on) for role in sorted(told.opened_by)
        ),
    }


def _name(entry: Declared) -> str:
    return f"{entry.model._meta.verbose_name} · {entry.title}"


def _since(entry: Declared) -> str:
    """Return from when the days count, as a person says it."""
    told = entry.personal
    if told.ends == "timer":
        return told.timer
    if told.ends == "file":
        return gettext("自所属事项了结起")
    field = columns.leads_to(entry.model, told.since)
    name = told.since if _is_english() or field is None else str(field.verbose_name)
    return gettext("自“{name}”起").format(name=name)


def _is_english() -> bool:
    """Answer whether the reader reads English: tables and columns have no other English name."""
    return (get_language() or "").startswith("en")


def _declared(model: type[models.Model], name: str, told: Personal) -> Declared:
    field = columns.leads_to(model, name)
    beside = [
        other.name
        for other in model._meta.local_fields
        if isinstance(other, BlindIndexField) and other.of == name
    ]
    entry = Declared(
        model=model,
        name=name,
        title=told.title or str(getattr(field, "verbose_name", name)),
        personal=told,
        days=told.days,
        is_encrypted=isinstance(field, EncryptedField),
        index=beside[0] if beside else "",
    )
    return replace(entry, days=settings.QUANYU_KEPT_DAYS.get(entry.label, told.days))


def _faults(entry: Declared) -> Iterator[str]:
    told, field = entry.personal, columns.leads_to(entry.model, entry.name)
    if field is None and told.ends != "file":
        yield "there is no such field"
    since = columns.leads_to(entry.model, told.since) if told.since and told.ends != "file" else 0
    if since is None or (since and not isinstance(since, models.DateTimeField)):
        yield f"{told.since} is no instant to count from"
    if told.timer and told.timer not in {timed.name for timed in timers}:
        yield f"there is no timer {told.timer}"
    if told.ends in {"fade", "code"} and not isinstance(field, models.CharField | models.TextField):
        yield f"only a text can {told.ends}"
