"""Meetings: their list, a new one, one of them with its record and resolutions (会议页面)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    asked,
    hidden_if_denied,
    meant,
    option,
    parsed,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.narrowing import pick, said
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.organisations.actions import meetings as actions
from quanyu.organisations.pages import meetings_shown as shown
from quanyu.organisations.pages.beginning import beginning, begun_of, choose_body, form_of
from quanyu.organisations.pages.picking import body_option, many_url
from quanyu.organisations.queries import joined
from quanyu.organisations.queries import meetings as reads
from quanyu.organisations.queries.led import callable_bodies
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.rules.rhythm import MEETING_WORDS, usual_first
from quanyu.organisations.schemas import meetings as schemas
from quanyu.organisations.tables.meetings import MEETINGS
from quanyu.regions import queries as regions

MOST = 200
Given = Mapping[str, str]


@MEETINGS.narrowed_by
def narrowed(given: Given, *, actor: Actor, at: datetime) -> Any:
    """Return every meeting that the page of this address shows, in its order."""
    return reads.meetings(given, actor=actor, at=at)


@MEETINGS.told_by
def told(given: Given, *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_filters(dict(given), actor))


@require_GET
@hidden_if_denied
def listed(request: HttpRequest) -> HttpResponse:
    """List the meetings within reach, the latest first."""
    actor, at = actor_of(request), timezone.now()
    given = asked(request, "state", "kind", "place", "body")
    rows = list(narrowed(given, actor=actor, at=at)[: MOST + 1])
    export = reverse("desk_export_new", args=[MEETINGS.name])
    keeps = bool(actor.roles & LIFE_KEEPERS)
    context = {
        "section": "meetings",
        "filters": _filters(given, actor),
        "rows": [shown.row(one, at=at) for one in rows[:MOST]],
        "total": len(rows[:MOST]),
        "is_more": len(rows) > MOST,
        "open": shown.open_resolutions(actor=actor, at=at),
        "clear_url": reverse("desk_meetings") if given else "",
        "export_url": f"{export}?{urlencode(given)}",
        "import_url": reverse("desk_import_new", args=[MEETINGS.name]) if keeps else "",
        "new_url": reverse("desk_meeting_new") if keeps else "",
    }
    return answer(request, "organisations/meetings.html", context)


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Plan a meeting of a body that one keeps."""
    actor, at = actor_of(request), timezone.now()
    of, is_only = begun_of("meeting", request)

    def planned() -> HttpResponse:
        said = _plan(request)
        body = meant(UUID, request.POST.get("body", ""), otherwise=choose_body())
        made = actions.plan(body_id=body, wanted=said.plan(), actor=actor, at=at)
        messages.success(request, _("已安排，会通知参加的人"))
        return HttpResponseRedirect(reverse("desk_meeting", args=[made.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        given = request.POST.dict() if no is not None else {}
        context: dict[str, Any] = {"section": "meetings", "title": _("安排会议")}
        if of is None:
            context |= {"begin": beginning("meeting", actor)}
        else:
            members = joined.member_keys(of.pk, on=timezone.localdate(at))
            wanted = _plan_fields(of.kind, given, no, actor, invited=request.POST, held=members)
            context |= form_of("meeting", of, wanted, button=_("安排并通知"), is_only=is_only)
        return answer(request, "organisations/meeting_new.html", context, no)

    return answered(request, planned, page)


@read_or_write
@hidden_if_denied
def change(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Say anew what a meeting is to be."""
    actor, at = actor_of(request), timezone.now()
    row = reads.meeting(meeting_id, actor=actor)
    back = reverse("desk_meeting", args=[row.pk])

    def changed() -> HttpResponse:
        actions.change(meeting_id=row.pk, wanted=_plan(request).plan(), actor=actor, at=at)
        messages.success(request, _("已修改，会再通知参加的人"))
        return HttpResponseRedirect(back)

    def page(no: Refusal | None) -> HttpResponse:
        held = {name: getattr(row, name) for name in ("kind", "title", "place", "agenda")}
        held |= {"starts_at": shown.typed(row.starts_at)}
        given = request.POST.dict() if no is not None else held
        form = {
            "url": reverse("desk_meeting_change", args=[row.pk]),
            "fields": _plan_fields(
                row.body.kind, given, no, actor, invited=request.POST, held=row.invited
            ),
            "cancel_url": back,
        }
        context = {"section": "meetings", "form": form, "title": _("修改会议安排")}
        return answer(request, "organisations/meeting_new.html", context, no)

    return answered(request, changed, page)


@require_GET
@hidden_if_denied
def one(request: HttpRequest, meeting_id: UUID) -> HttpResponse:
    """Show one meeting: its plan, its record, what it resolved, and what is to be done."""
    return _page(request, meeting_id)


@require_POST
@hidden_if_denied
def act(request: HttpRequest, meeting_id: UUID, verb: str) -> HttpResponse:
    """Record a meeting, call it off, or add a resolution."""
    if verb not in ACTS:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    try:
        said = ACTS[verb](meeting_id, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return _page(request, meeting_id, no=no, tried=verb)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_meeting", args=[meeting_id]))


@require_POST
@hidden_if_denied
def settle(request: HttpRequest, resolution_id: UUID, verb: str) -> HttpResponse:
    """Say that a resolution was carried out, or withdraw it."""
    if verb not in {"settle", "withdraw"}:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    row = reads.resolution(resolution_id, actor=actor)
    words = request.POST.get("words", "")
    reads_it = bool(reads.readable([row.meeting_id], actor=actor))
    try:
        getattr(actions, verb)(resolution_id=row.pk, words=words, actor=actor, at=at)
        messages.success(request, _("已登记"))
    except Refusal as no:
        if reads_it:
            return _page(request, row.meeting_id, no=no, tried=f"{verb}-{row.pk}")
        messages.error(request, sentence(no))
    if not reads_it:
        return HttpResponseRedirect(reverse("desk_meetings"))
    return HttpResponseRedirect(reverse("desk_meeting", args=[row.meeting_id]))


# ------------------------------------------------------------------ what is sent


def _plan(request: HttpRequest) -> schemas.PlanIn:
    given: dict[str, Any] = request.POST.dict()
    if given.get("starts_at"):
        moment = meant(datetime.fromisoformat, given["starts_at"], otherwise=shown.odd_moment())
        given["starts_at"] = moment if moment.tzinfo else timezone.make_aware(moment)
    given["invited"] = request.POST.getlist("invited")
    return parsed(schemas.PlanIn, given, labels=shown.labels())


def _record(key: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.RecordIn, given, labels=shown.labels())
    actions.record_meeting(
        meeting_id=key,
        attendance=said.attendance(),
        minutes=said.minutes,
        actor=actor,
        at=at,
    )
    return _("已登记，可以继续登记决议")


def _call_off(key: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    actions.call_off(meeting_id=key, words=given.get("words", ""), actor=actor, at=at)
    return _("已取消，会通知参加的人")


def _adopt(key: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.ResolvedIn, given, labels=shown.labels())
    actions.adopt(meeting_id=key, resolved=said.resolved(), actor=actor, at=at)
    return _("已登记决议")


ACTS: dict[str, Callable[..., str]] = {
    "record": _record,
    "call_off": _call_off,
    "adopt": _adopt,
}


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest, key: UUID, *, no: Refusal | None = None, tried: str = ""
) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    row = reads.meeting(key, actor=actor)
    keeps = bool(actor.roles_at(row.region_path) & LIFE_KEEPERS)
    given = request.POST.dict() if no is not None else {}
    context = {
        "section": "meetings",
        "one": shown.facts(row, at=at),
        "resolutions": shown.resolutions(row, actor=actor, at=at, no=no, tried=tried),
        "acts": _forms(row, given, no, tried, at=at) if keeps else [],
        "change_url": reverse("desk_meeting_change", args=[row.pk])
        if keeps and row.over_at is None
        else "",
    }
    return answer(request, "organisations/meeting.html", context, no)


def _forms(
    row: Any, given: Given, no: Refusal | None, tried: str, *, at: datetime
) -> list[dict[str, Any]]:
    made: dict[str, tuple[str, list[dict[str, Any]]]] = {}
    one = shown.Form(no, given)
    if row.over_at is None and row.starts_at <= at:
        made["record"] = (_("登记会议"), one.record())
    if row.recorded_at is not None:
        made["adopt"] = (_("登记决议"), one.resolved(row))
    if row.over_at is None:
        made["call_off"] = (_("取消会议"), one.words(_("为什么取消")))
    return [
        {
            "url": reverse("desk_meeting_act", args=[row.pk, verb]),
            "button": label,
            "prefix": verb,
            "open": verb == tried if tried else number == 0,
            "fields": fields,
        }
        for number, (verb, (label, fields)) in enumerate(made.items())
    ]


def _plan_fields(
    body_kind: str,
    given: Mapping[str, Any],
    no: Refusal | None,
    actor: Actor,
    *,
    invited: Any,
    held: list[UUID] | None = None,
) -> list[dict[str, Any]]:
    one = shown.Form(no, given)
    kinds = [option(kind.value, _(MEETING_WORDS[kind])) for kind in usual_first(body_kind)]
    sent = invited.getlist("invited") if no is not None else [str(key) for key in held or ()]
    found = callable_bodies(actor=actor, on=timezone.localdate(), chosen=sent)
    called = one(
        "invited",
        "checks",
        value=sent,
        options=[body_option(body) for body in found],
        required=False,
        url=many_url("invited"),
        placeholder=_("名称、拼音首字母或代码"),
    )
    return [
        one("kind", "select", options=kinds),
        one("starts_at", "instant"),
        one("place", required=False),
        one("title", required=False),
        one("agenda", "textarea", required=False, rows=4),
        called,
    ]


def _filters(given: dict[str, str], actor: Actor) -> list[dict[str, Any]]:
    kinds = {kind.value: _(words) for kind, words in MEETING_WORDS.items()}
    places = regions.places_to_pick(actor.places_in("life"), given.get("place", ""))
    home = reverse("desk_meetings")
    return [
        pick("state", _("状态"), shown.states(), asked=given, home=home),
        pick("kind", _("类型"), kinds, asked=given, home=home),
        pick("place", _("辖区"), places, asked=given, home=home),
    ]
