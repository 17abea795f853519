"""What the forms of people and grants send, read."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TypedDict
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import meant
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.accounts.pages.finding import BODY, PLACE, WORDS

YEARS = range(2000, 3000)
"""A day outside these is a slip, and the calendar of the machine ends soon after."""


class Wanted(TypedDict):
    """The grant that a form asks for."""

    role: str
    region_path: str
    body: UUID | None
    granted_from: datetime | None
    granted_to: datetime | None
    reason: str


def wanted(request: HttpRequest, *, at: datetime) -> Wanted:
    """Return the grant that a form asks for."""
    given = request.POST
    return {
        "role": given.get("role", ""),
        "region_path": queries.place_called(_chosen(given, PLACE)),
        "body": body(given.get(BODY, ""), words=given.get(BODY + WORDS, ""), at=at),
        "granted_from": day(given.get("granted_from", ""), field="granted_from", at=at),
        "granted_to": day_after(given.get("granted_to", ""), at=at),
        "reason": reason(request),
    }


def reason(request: HttpRequest) -> str:
    """Return why, as the form says."""
    return request.POST.get("reason", "")[:200]


def _chosen(given: Mapping[str, str], name: str) -> str:
    """Return what was chosen; where nothing was, what was typed."""
    return (given.get(name) or given.get(name + WORDS) or "").strip()


def body(text: str, *, words: str, at: datetime) -> UUID | None:
    """Return the key of the body that was chosen or typed, or None where none was."""
    if not text:
        return queries.body_called(words.strip(), on=timezone.localdate(at))
    no = rules.WrongGrant(_("没有这个机构"), field="body", value=text)
    return meant(UUID, text, otherwise=no)


def day(text: str, *, field: str, at: datetime) -> datetime | None:
    """Return the beginning of a day; today means now."""
    if not text:
        return None
    no = rules.WrongGrant(_("日期有误"), field=field, value=text)
    found = meant(date.fromisoformat, text, otherwise=no)
    if found.year not in YEARS:
        raise no
    if found == timezone.localdate(at):
        return at
    return timezone.make_aware(datetime.combine(found, time()))


def day_after(text: str, *, at: datetime) -> datetime | None:
    """Return the end of a day: it counts to its last moment."""
    if not text:
        return None
    begins = day(text, field="granted_to", at=at)
    last = timezone.localdate(begins) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(last, time()))
