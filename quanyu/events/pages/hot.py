"""What has piled up of one kind at one place, and why it is thought unusual (热点)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions
from quanyu.events.queries import hot as queries
from quanyu.events.queries import words
from quanyu.events.queries.campaigns import LED_BY, listed, may_lead, ranked
from quanyu.events.rules.hot import ASIDE, LEAST, OPENED_BY, TWICE, WEEKS
from quanyu.events.tables import CAMPAIGNS, HOT_ISSUES
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import Refusal
from quanyu.regions import queries as regions

ASIDE_VIEW = "aside"
"""The word in the address for what was set aside."""


@require_GET
@hidden_if_denied
def issues(request: HttpRequest) -> HttpResponse:
    """List the hot issues within reach, what is farthest from usual first."""
    return _page(request, at=timezone.now())


@require_POST
@hidden_if_denied
def set_aside(request: HttpRequest, issue_id: UUID) -> HttpResponse:
    """Set one aside; a refusal shows the same page."""
    at, reason = timezone.now(), request.POST.get("reason", "")
    try:
        actions.set_aside(issue_id=issue_id, reason=reason, actor=actor_of(request), at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    messages.success(request, _("已搁置；仍是热点时可在“已搁置”里看到"))
    return HttpResponseRedirect(reverse("desk_hot"))


def _page(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor, is_aside = actor_of(request), request.GET.get("show") == ASIDE_VIEW
    found = queries.listed(actor=actor, is_aside=is_aside)
    led = listed(actor=actor)
    begun = {one.hot_issue_id: one for one in led if one.closed_at is None}
    context = {
        "section": "hot",
        "rows": [_row(one, begun, actor=actor, at=at) for one in found[: queries.MOST_SHOWN]],
        "views": _views(is_aside=is_aside),
        "campaigns": [_campaign(one) for one in led],
        "export_url": _export(HOT_ISSUES, f"?show={ASIDE_VIEW}" if is_aside else ""),
        "campaigns_export_url": _export(CAMPAIGNS),
        "new_url": reverse("desk_campaign_new") if may_lead(actor) else "",
        "reasons": [option(code, _(label)) for code, label in ASIDE.items()],
        "rule": _(
            "按社区或网格、类别算：近 {weeks} 周不少于 {least} 件，且不少于往常的 {twice} 倍，"
            "偶然出现的可能不到千分之一。只数事，不数人。"
        ).format(weeks=WEEKS, least=LEAST, twice=round(TWICE)),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/hot.html", context, no)


def _export(table: Table, asked: str = "") -> str:
    return f"{reverse('desk_export_new', args=[table.name])}{asked}"


@HOT_ISSUES.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the hot issues that the page of this address shows, in its order."""
    return queries.ranked(actor=actor, is_aside=asked.get("show") == ASIDE_VIEW)


@HOT_ISSUES.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words which of them the address asks for."""
    return [(_("查看"), _("已搁置"))] if asked.get("show") == ASIDE_VIEW else []


@CAMPAIGNS.narrowed_by
def campaigns_narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the campaigns of the same page, in its order."""
    return ranked(actor=actor)


def _views(*, is_aside: bool) -> list[dict[str, Any]]:
    url = reverse("desk_hot")
    return [
        {"label": _("热点"), "url": url, "current": not is_aside},
        {"label": _("已搁置"), "url": f"{url}?show={ASIDE_VIEW}", "current": is_aside},
    ]


def _row(issue: Any, begun: Mapping[UUID, Any], *, actor: Actor, at: datetime) -> dict[str, Any]:
    campaign = begun.get(issue.pk)
    asked = {
        "state": "all",
        "place": issue.region_path,
        "class": issue.category,
        "since": issue.since.isoformat(),
        "until": issue.until.isoformat(),
    }
    return {
        "id": issue.pk,
        "place": place_words(issue.region_path),
        "class_label": words.class_words(issue.category, at=at),
        "why": why(issue),
        "since": issue.since,
        "until": issue.until,
        "repeats": issue.repeats,
        "list_url": f"{reverse('desk_matters')}?{urlencode(asked)}",
        "map_url": f"{reverse('desk_map')}?{urlencode(asked)}",
        "aside": _(ASIDE[issue.aside]) if issue.aside else "",
        "aside_at": issue.aside_at,
        "aside_url": reverse("desk_hot_aside", args=[issue.pk]),
        "campaign_url": reverse("desk_campaign", args=[campaign.pk]) if campaign else "",
        "open_url": f"{reverse('desk_campaign_new')}?issue={issue.pk}",
        "may_open": not issue.aside and bool(LED_BY & actor.roles_at(issue.region_path)),
        "may_set_aside": not issue.aside and bool(OPENED_BY & actor.roles_on(issue)),
    }


def _campaign(one: Any) -> dict[str, Any]:
    return {
        "title": one.title,
        "url": reverse("desk_campaign", args=[one.pk]),
        "place": place_words(one.region_path),
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "is_closed": one.closed_at is not None,
        "attached": one.attached,
        "ended": one.attached - one.open,
    }


def place_words(path: str) -> str:
    """Return a place with the one around it."""
    return " ".join(regions.label(crumb.path) for crumb in regions.breadcrumb(path)[-2:])


def why(issue: Any) -> str:
    """Return in words why this is hot: so many, and how many usually."""
    count = ngettext("{weeks} 周 {n} 件", "{weeks} 周 {n} 件", issue.count)
    usual = _("往常 {n} 件").format(n=_few(issue.usual))
    return _("，").join([count.format(weeks=WEEKS, n=issue.count), usual])


def _few(number: float) -> str:
    """Return what is usual: whole from ten on, with one place below."""
    return f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
