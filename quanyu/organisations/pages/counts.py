"""The counts of members as a list that is taken out and brought in (党员数列表)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.kernel.access.rules import Actor
from quanyu.organisations.queries import party as reads
from quanyu.organisations.queries.party_words import body_kind, body_label
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.tables.meetings import MEMBER_COUNTS
from quanyu.regions import queries as regions

SHOWN = 300


@MEMBER_COUNTS.narrowed_by
def narrowed(given: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every count that holds today, as the page of this address shows it."""
    return reads.counts_on(on=timezone.localdate(at), place=given.get("place", ""))


@MEMBER_COUNTS.read_by
def values(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each count holds by the columns of its list."""
    return [
        {
            "code": one.body.code,
            "name": body_label(one.body),
            "kind": body_kind(one.body),
            "place_name": regions.label(one.body.region_path),
            "full": one.full,
            "probationary": one.probationary,
            "units": one.units,
            "start": one.valid_from,
            "source": one.source,
        }
        for one in rows
    ]


@require_GET
@hidden_if_denied
def counts(request: HttpRequest) -> HttpResponse:
    """List the counts that hold today, by place."""
    actor, at = actor_of(request), timezone.now()
    given = asked(request, "place")
    found = narrowed(given, actor=actor, at=at)
    keeps = bool(actor.roles & LIFE_KEEPERS)
    export = reverse("desk_export_new", args=[MEMBER_COUNTS.name])
    total = found.count()
    context = {
        "section": "party",
        "rows": [
            told | {"url": reverse("desk_party_body", args=[one.body_id])}
            for one, told in _paired(list(found[:SHOWN]), at=at)
        ],
        "total": total,
        "is_more": total > SHOWN,
        "export_url": f"{export}?{urlencode(given)}",
        "import_url": reverse("desk_import_new", args=[MEMBER_COUNTS.name]) if keeps else "",
        "title": _(MEMBER_COUNTS.title),
    }
    return answer(request, "organisations/counts.html", context)


def _paired(rows: list[Any], *, at: datetime) -> list[tuple[Any, dict[str, Any]]]:
    return list(zip(rows, values(rows, at=at), strict=True))
