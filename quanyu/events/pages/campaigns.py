"""A campaign: what belongs to it, how it goes, and its result (专项)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions, schemas
from quanyu.events.pages import forms, shown
from quanyu.events.pages.hot import place_words, why
from quanyu.events.queries import campaigns as queries
from quanyu.events.queries import desk, hot, words
from quanyu.events.queries.values import place_words as place_of
from quanyu.events.rules.campaigns import LONGEST_GOAL, LONGEST_NOTE, LONGEST_TITLE, Plan
from quanyu.events.rules.hot import WEEKS
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    option,
    parsed,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Denied, Refusal
from quanyu.organisations import queries as organisations

MOST_SHOWN, MOST_ANSWERING = 200, 10


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Open a campaign: by hand, or from the hot issue that the address names."""
    actor, at = actor_of(request), timezone.now()
    issue = _issue(request, actor)
    place = issue.region_path if issue else queries.may_lead(actor)
    if not place or not queries.LED_BY & actor.roles_at(place):
        raise Denied

    def opened() -> HttpResponse:
        typed = parsed(schemas.CampaignIn, request.POST.dict(), labels=_labels())
        plan = Plan(**typed.model_dump(), region_path=place)
        key = issue.pk if issue else None
        campaign = actions.open_campaign(plan=plan, issue_id=key, actor=actor, at=at)
        messages.success(request, _("专项已开立"))
        return HttpResponseRedirect(reverse("desk_campaign", args=[campaign.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        context = {
            "section": "hot",
            "place": place_words(place),
            "why": why(issue) if issue else "",
            "class_label": words.class_words(issue.category, at=at) if issue else "",
            "form": {
                "url": request.get_full_path(),
                "fields": _fields(request, issue, place, no, at=at),
                "button": _("开专项"),
                "cancel_url": reverse("desk_hot"),
            },
        }
        return answer(request, "events/campaign_new.html", context, no)

    return answered(request, opened, page)


@require_GET
@hidden_if_denied
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Show one campaign: its goal and progress, its matters, what was written down."""
    return _page(request, campaign_id, at=timezone.now())


@require_POST
@hidden_if_denied
def act(request: HttpRequest, campaign_id: UUID, verb: str) -> HttpResponse:
    """Attach, detach, note or close; a refusal shows the same page."""
    actor, at = actor_of(request), timezone.now()
    try:
        _ACTS[verb](request, campaign_id, actor, at)
    except KeyError as fault:
        raise Denied from fault
    except Refusal as no:
        return _page(request, campaign_id, at=at, no=no)
    messages.success(request, _("已保存"))
    return HttpResponseRedirect(reverse("desk_campaign", args=[campaign_id]))


def _attach(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> None:
    number = request.POST.get("number", "")
    actions.attach(campaign_id=key, number=number, actor=actor, at=at)


def _detach(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> None:
    typed = parsed(schemas.DetachIn, request.POST.dict(), labels={})
    actions.detach(campaign_id=key, event_id=typed.event, actor=actor, at=at)


def _note(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> None:
    said = request.POST.get("words", "")
    actions.note_campaign(campaign_id=key, words=said, actor=actor, at=at)


def _close(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> None:
    result = request.POST.get("result", "")
    actions.close_campaign(campaign_id=key, result=result, actor=actor, at=at)


_ACTS: dict[str, Callable[[HttpRequest, UUID, Actor, datetime], None]] = {
    "attach": _attach,
    "detach": _detach,
    "note": _note,
    "close": _close,
}


def _issue(request: HttpRequest, actor: Actor) -> Any:
    asked = request.GET.get("issue", "")
    if not asked:
        return None
    try:
        return hot.one(UUID(asked), actor=actor)
    except ValueError as fault:
        raise Denied from fault


def _labels() -> dict[str, str]:
    return {
        "title": _("名称"),
        "goal": _("目标"),
        "body_id": _("牵头单位"),
        "starts_on": _("开始日期"),
        "ends_on": _("结束日期"),
        "category": _("类别"),
    }


def _fields(
    request: HttpRequest, issue: Any, place: str, no: Refusal | None, *, at: datetime
) -> list[dict[str, Any]]:
    day, labels = local(at).date(), _labels()
    usual = {
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(weeks=WEEKS)).isoformat(),
        "title": _title(issue, at=at) if issue else "",
    }
    given = request.POST.dict() if request.method == "POST" else usual

    def one(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        return field(name, labels[name], kind, no=no, value=given.get(name, ""), **more)

    kinds = (
        [] if issue else [one("category", "select", required=False, options=forms.classes(at=at))]
    )
    return [
        one("title", maxlength=LONGEST_TITLE),
        one("goal", "textarea", rows=2, maxlength=LONGEST_GOAL),
        *kinds,
        one("body_id", "pick", **_bodies(given.get("body_id", ""), issue, day)),
        one("starts_on", "date"),
        one("ends_on", "date"),
    ]


def _title(issue: Any, *, at: datetime) -> str:
    kind = words.class_words(issue.category, at=at).split(" ")[-1]
    return _("{place}{kind}专项").format(place=place_of(issue.region_path), kind=kind)


def _bodies(chosen: str, issue: Any, day: date) -> dict[str, Any]:
    """Return the choice of who leads: who answers for the class there, and what a search finds."""
    found = _answering(issue, day) if issue else {}
    known = dict(found) | (_named(chosen) if chosen not in found else {})
    return {
        "options": [option(key, label) for key, label in known.items()],
        "url": f"{reverse('desk_organisation_pick')}?{urlencode({'name': 'body_id', 'by': 'key'})}",
        "placeholder": _("名称、拼音首字母或代码"),
        "help": _("先列出权责清单上负责的单位，其他单位按名称查找") if found else "",
    }


def _answering(issue: Any, day: date) -> dict[str, str]:
    holders = organisations.duty_holders(issue.category, place=issue.region_path, on=day)
    return dict(organisations.labels(holders[:MOST_ANSWERING]))


def _named(chosen: str) -> dict[str, str]:
    try:
        names = organisations.body_names([UUID(chosen)])
    except ValueError:
        return {}
    return {str(key): name for key, name in names.items()}


def _page(
    request: HttpRequest, campaign_id: UUID, *, at: datetime, no: Refusal | None = None
) -> HttpResponse:
    actor = actor_of(request)
    found = queries.one(campaign_id, actor=actor)
    roles = actor.roles_on(found)
    rows = list(queries.matters(found, actor=actor)[:MOST_SHOWN])
    bodies = desk.body_names(rows, found.body_id)
    is_open = found.closed_at is None
    context = {
        "section": "hot",
        "campaign": found,
        "place": place_words(found.region_path),
        "class_label": words.class_words(found.category, at=at),
        "body": bodies.get(found.body_id, ""),
        "progress": queries.progress(found, actor=actor, at=at),
        "rows": [
            shown.row(event, at=at, bodies=bodies)
            | {"key": event.pk, "reported": event.reported_at}
            for event in rows
        ],
        "notes": queries.notes(found, actor=actor),
        "may_lead": is_open and bool(queries.LED_BY & roles),
        "may_note": is_open and bool(queries.NOTED_BY & roles),
        "most": LONGEST_NOTE,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/campaign.html", context, no)


def facts(event: Any, *, actor: Actor) -> list[dict[str, str]]:
    """Return the campaigns that a matter belongs to, as its page shows facts."""
    return [
        {
            "label": _("专项"),
            "value": one.title,
            "url": reverse("desk_campaign", args=[one.pk]),
            "note": "",
        }
        for one in queries.of_matter(event, actor=actor)
    ]
