"""Which personal fields there are, who looked at them, and how a sealed one is found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models

from quanyu.kernel.audit.actions import label
from quanyu.kernel.jobs.rules import timers
from quanyu.kernel.privacy import fields as columns
from quanyu.kernel.privacy.fields import BlindIndexField, EncryptedField
from quanyu.kernel.privacy.models import Look
from quanyu.kernel.privacy.rules import Personal

HOUR = timedelta(hours=1)


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


def digest(model: type[models.Model], field: str, text: str) -> bytes:
    """Return the blind index under which rows with this value in this field are found."""
    return columns.digest(model, field, text)


def looks(subject: models.Model) -> models.QuerySet[Look]:
    """Return who looked at this row's masked values, the newest first. The caller holds the row."""
    return Look.objects.filter(subject=label(subject)).order_by("-at", "-id")


def looks_in_last_hour(account: UUID, *, at: datetime) -> Sequence[datetime]:
    """Return when this account opened masked values in the hour before ``at``, oldest first."""
    recent = Look.objects.filter(account_id=account, at__gt=at - HOUR, at__lte=at)
    return list(recent.order_by("at").values_list("at", flat=True))


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
