"""What party organisations, their warnings and meetings are called, in the reader's language."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.organisations.models import Body
from quanyu.organisations.queries.words import in_language
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.rules.members import Standing
from quanyu.organisations.rules.party import WARNING_WORDS, Warned


class Named(Protocol):
    """A body, as far as it is named (单位)."""

    @property
    def name(self) -> str:
        """What it is called in Chinese."""

    @property
    def name_en(self) -> str:
        """What it is called in English, if that is known."""

    @property
    def kind(self) -> str:
        """What kind of body it is."""


def body_label(row: Named) -> str:
    """Return what a body is called."""
    return in_language(row.name, row.name_en)


def body_kind(row: Named) -> str:
    """Return what kind of body it is."""
    return _(KIND_WORDS[BodyKind(row.kind)])


def standing_words() -> dict[Standing, str]:
    """Return what one member is called by standing."""
    return {
        Standing.FULL: pgettext("one member", "正式党员"),
        Standing.PROBATIONARY: pgettext("one member", "预备党员"),
    }


def body_labels(keys: Iterable[UUID]) -> dict[UUID, str]:
    """Return what these bodies are called."""
    return {row.pk: body_label(row) for row in Body.objects.filter(pk__in=set(keys))}


def sentence(one: Warned) -> str:
    """Return a warning in words."""
    parts = {name: _day(value) for name, value in one.parts.items()}
    return _(WARNING_WORDS[one.key]).format(**parts)


def _day(value: object) -> object:
    if isinstance(value, date):
        return date_format(value, pgettext("date format", "Y年n月j日"))
    return value
