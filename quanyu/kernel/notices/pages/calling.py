"""Whom to call, and what came of it (电话名单)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import actor_of, hidden_if_denied, read_or_write, sentence
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Refusal
from quanyu.kernel.notices import actions, queries
from quanyu.kernel.notices.rules import OUTCOME_NAMES, Channel
from quanyu.kernel.privacy.rules import REASONS


@require_GET
@hidden_if_denied
def calls(request: HttpRequest) -> HttpResponse:
    """Show whom to call in one's places, who has waited longest first."""
    return _page(request)


@read_or_write
@hidden_if_denied
def call_number(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Show one number, for a reason; the look is logged. Asked without one, it shows the mask."""
    if request.method != "POST":
        row = queries.call(delivery_id, actor=actor_of(request))
        context = {"row": _row(row, {}, None), "reasons": _reasons()}
        return TemplateResponse(request, "notices/_number.html", context)
    reason = request.POST.get("reason", "")
    try:
        shown = actions.reveal_number(
            delivery_id=delivery_id, reason=reason, actor=actor_of(request), at=timezone.now()
        )
    except Refusal as no:
        return _page(request, refusal=no)
    return _page(request, shown={delivery_id: shown})


@require_POST
@hidden_if_denied
def call_done(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Write down what came of a call."""
    outcome = request.POST.get("outcome", "")
    try:
        actions.called(
            delivery_id=delivery_id, outcome=outcome, actor=actor_of(request), at=timezone.now()
        )
    except Refusal as no:
        return _page(request, refusal=no)
    messages.success(request, _("已记下"))
    return HttpResponseRedirect(reverse("desk_calls"))


def _page(
    request: HttpRequest,
    *,
    shown: dict[UUID, dict[str, str]] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    at = timezone.now()
    held = queries.wordings(on=local(at).date())
    found = queries.calls(actor=actor_of(request), at=at)
    context = {
        "section": "calls",
        "rows": [_row(row, held, (shown or {}).get(row.pk)) for row in found],
        "reasons": _reasons(),
        "outcomes": [(code, gettext(words)) for code, words in OUTCOME_NAMES.items()],
        "refusal": {"sentence": sentence(refusal), "field": refusal.field} if refusal else None,
        "now": timezone.localtime(at),
    }
    status = refusal.status if refusal else 200
    return TemplateResponse(request, "notices/calls.html", context, status=status)


def _reasons() -> list[tuple[str, str]]:
    return [(code, gettext(words)) for code, words in REASONS.items()]


def _row(row: Any, held: Any, clear: dict[str, str] | None) -> dict[str, Any]:
    notice = row.notice
    said = queries.said(notice, Channel.PHONE, language=get_language() or "zh-hans", held=held)
    return {
        "id": row.pk,
        "name": clear["name"] if clear else str(notice.name or ""),
        "phone": clear["phone"] if clear else str(notice.phone or ""),
        "is_clear": clear is not None,
        "subject": said.subject,
        "body": said.body,
        "since": notice.made_at,
        "tries": row.tries,
        "link": notice.link,
        "number_url": reverse("desk_call_number", args=[row.pk]),
        "done_url": reverse("desk_call_done", args=[row.pk]),
    }
