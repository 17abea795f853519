"""Which personal fields there are, who looked at them, and how a sealed one is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from quanyu.kernel.audit.actions import label
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
    is_encrypted: bool
    index: str

    @property
    def label(self) -> str:
        """Return table and column: ``events.report.phone``."""
        return f"{self.model._meta.label_lower}.{self.name}"


def fields() -> list[Declared]:
    """Return every personal field that is declared, by table and column."""
    found = [
        _declared(model, field, told)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if (told := columns.declaration_of(field))
    ]
    return sorted(found, key=lambda entry: entry.label)


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


def _declared(
    model: type[models.Model], field: "models.Field[Any, Any]", told: Personal
) -> Declared:
    beside = [
        other.name
        for other in model._meta.local_fields
        if isinstance(other, BlindIndexField) and other.of == field.name
    ]
    return Declared(
        model=model,
        name=field.name,
        title=str(field.verbose_name),
        personal=told,
        is_encrypted=isinstance(field, EncryptedField),
        index=beside[0] if beside else "",
    )
