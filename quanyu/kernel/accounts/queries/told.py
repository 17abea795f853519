"""What there is to tell of a grant, a request, a deputy or a review: keys and public words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from quanyu.kernel.access.rules import Grant
from quanyu.kernel.accounts import rules
from quanyu.kernel.accounts.models import Deputy, GrantRequest, GrantRow, Review
from quanyu.kernel.accounts.queries.names import answers, located, place_names, place_of
from quanyu.kernel.audit.actions import label

LANGUAGES = (("", settings.LANGUAGE_CODE), ("_en", "en"))
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Concern:
    """One of these rows, as far as somebody is told of it (告知事由)."""

    subject: str
    """The row, as the audit names it."""

    place: str
    """Over which one stands who decides."""

    words: dict[str, str]
    account: UUID | None = None
    """Whose grant it is, or would be; the deputy's."""

    asked_by: UUID | None = None
    """Who asked for it, if somebody did."""

    principal: UUID | None = None
    """For whom somebody stands in."""

    is_open: bool = True
    """Whether it still waits for what it was told for."""

    is_part: bool = False
    """Whether it only follows from a step that is told of by itself: a request, a standing in."""

    settled: tuple[str, ...] = ()
    """The rows of which nothing is to be told any more, now that there is this one."""


def request(key: UUID, *, at: datetime) -> Concern:
    """Return what is to be told of a request, locked: told and decided is one after the other."""
    row = GrantRequest.objects.select_for_update().get(pk=key)
    return Concern(
        subject=label(row),
        place=_place(row),
        words=_words(row, _last_day(row.granted_to)),
        account=row.account_id,
        asked_by=row.asked_by,
        is_open=row.state == rules.Asked.ASKED,
    )


def grant(key: UUID, *, at: datetime) -> Concern:
    """Return what is to be told of a grant; what a deputy has is told of as the standing in."""
    row = GrantRow.objects.get(pk=key)
    wish = GrantRequest.objects.filter(grant=row).first()
    stand = Deputy.objects.select_for_update().get(pk=row.deputy_id) if row.deputy_id else None
    return Concern(
        subject=label(stand or row),
        place=_place(row),
        words=_words(row, _last_day(row.granted_to)),
        account=row.account_id,
        asked_by=wish.asked_by if wish else None,
        is_open=row.granted_to is None or row.granted_to > at,
        is_part=wish is not None or stand is not None,
        settled=_followed(row),
    )


def deputy(key: UUID, *, at: datetime) -> Concern:
    """Return what is to be told of somebody who stands in."""
    row = Deputy.objects.select_for_update().get(pk=key)
    first = row.grants.order_by("pk")[0]  # nobody stands in without a right
    return Concern(
        subject=label(row),
        place=_place(first),
        words=_words(first, _last_day(row.granted_to)),
        account=row.account_id,
        principal=row.principal_id,
        is_open=row.granted_to > at,
    )


def reviewed(key: UUID, *, at: datetime) -> Concern:
    """Return what is to be told of a review, locked."""
    row = Review.objects.select_for_update().get(pk=key)
    return Concern(
        subject=label(row),
        place=row.region_path,
        words=_words(row, row.due_on) | {"quarter": row.quarter},
        is_open=row.closed_at is None,
    )


# ------------------------------------------------------------------ inside


def _followed(row: GrantRow) -> tuple[str, ...]:
    """Return the grants of the same that this one follows: their end is no news any more."""
    rows = GrantRow.objects.filter(account=row.account_id, role=row.role, source__isnull=True)
    rows = rows.filter(region_path=row.region_path, body_id=row.body_id)
    rows = rows.filter(granted_to__isnull=False, granted_from__lt=row.granted_from)
    return tuple(label(one) for one in rows) if row.source_id is None else ()


def _place(row: GrantRow | GrantRequest) -> str:
    return place_of(Grant(row.role, path=row.region_path, body=row.body_id))


def _words(row: GrantRow | GrantRequest | Review, until: date | None) -> dict[str, str]:
    """Return place, role and last day, in both languages: never a person's name."""
    found = {"until_on": until.isoformat() if until else ""}
    for mark, language in LANGUAGES:
        with override(language):
            found[f"place{mark}"] = _where(row)
            if not isinstance(row, Review):
                found[f"role{mark}"] = gettext(rules.ROLE_NAMES[row.role])
    return found


def _where(row: GrantRow | GrantRequest | Review) -> str:
    if isinstance(row, Review):
        return answers(place_names.ask([row.region_path])).get(row.region_path, row.region_path)
    return located([row])[0]


def _last_day(ends: datetime | None) -> date | None:
    """Return the last day on which something counts that ends at a moment."""
    return timezone.localdate(ends - MOMENT) if ends else None
