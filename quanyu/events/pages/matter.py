"""One matter at the desk and every act on it (事项办理页面)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quanyu.events import actions, queries, schemas
from quanyu.events.pages import (
    excluding,
    forms,
    joint_forms,
    precedents,
    said,
    shown,
)
from quanyu.events.pages.asked import Desk
from quanyu.events.pages.labels import spoken
from quanyu.events.pages.matter_shown import contact_of, facts_of, matter_page
from quanyu.events.queries.version import check_version
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    hidden_if_denied,
    parsed,
    sentence,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.files.pages import photo as stored_photo
from quanyu.kernel.privacy.rules import FADES_AFTER


@require_GET
@hidden_if_denied
def opened(request: HttpRequest, number: str) -> HttpResponse:
    """Show one matter: its facts and place, its story, and the acts offered."""
    return matter_page(request, number, at=timezone.now())


@require_POST
@hidden_if_denied
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one act on a matter; a refusal shows the same page with what was typed."""
    actor, at = actor_of(request), timezone.now()
    if verb not in forms.ASKS:
        raise Http404
    event = queries.by_number(number, actor=actor)
    try:
        body = parsed(schemas.VERBS[verb], joint_forms.typed(request.POST), labels=forms.LABELS)
        version, beside = request.POST.get("version", ""), getattr(body, "main", "")
        check_version(event.pk, version, actor=actor, beside=beside)
        more = {"photos": _uploads(request)} if verb in forms.WITH_PHOTOS else {}
        done = getattr(actions, verb)
        done(event_id=event.pk, actor=actor, at=at, **body.dict(), **more)
    except Refusal as no:
        return matter_page(request, number, at=at, verb=verb, no=spoken(no, forms.LABELS))
    messages.success(request, _("{act}：已办好").format(act=shown.verb_words(verb)))
    return gone_on(request, number, actor=actor)


@require_GET
@hidden_if_denied
def form(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Show the form of one act anew: another class has another body and another limit."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    chosen = request.GET.get("class_code", "")
    known = {one["value"] for one in forms.classes(at=at)}
    given = {"class_code": chosen if chosen in known else ""}
    move = forms.move_for(Desk(event=event, actor=actor, at=at, given=given, verb=verb))
    if move is None:
        raise Http404
    context = {"move": move, "matter": facts_of(event, at=at), "primary": move["primary"]}
    return answer(request, "events/_move.html", context)


@require_POST
@hidden_if_denied
def note(request: HttpRequest, number: str) -> HttpResponse:
    """Write a line into the story that the reporter does not see."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    try:
        given = {"words": request.POST.get("text", "")}
        body = parsed(schemas.Say, given, labels=forms.LABELS)
        actions.say(event_id=event.pk, words=body.words, actor=actor, at=at)
    except Refusal as no:
        return matter_page(request, number, at=at, no=no)
    return gone_on(request, number, actor=actor)


@require_POST
@hidden_if_denied
def say_again(request: HttpRequest, number: str) -> HttpResponse:
    """Take down what the reporter says by telephone or at the window; a refusal shows the page."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    try:
        said.add(event, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return matter_page(request, number, at=at, no=no)
    messages.success(request, _("已记下反映人说的"))
    return gone_on(request, number, actor=actor)


@require_POST
@hidden_if_denied
def precedent(request: HttpRequest, number: str) -> HttpResponse:
    """Register whose job this kind of matter is; a refusal shows the same page."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    try:
        precedents.register(event, request.POST, actor=actor, at=at)
    except Refusal as no:
        return matter_page(request, number, at=at, no=no)
    messages.success(request, _("已登记为判例，下次先按它建议"))
    return gone_on(request, number, actor=actor)


@require_POST
@hidden_if_denied
def exclusion(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Ask that a matter leave the rates, or decide it; a refusal shows the same page."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    try:
        excluding.done(event, verb, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return matter_page(request, number, at=at, no=no)
    return excluding.gone_on(request, event)


@require_http_methods(["GET", "POST"])
@hidden_if_denied
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Show the reporter's contact masked; with a reason in the clear, logged, for a minute."""
    actor, at = actor_of(request), timezone.now()
    event = queries.by_number(number, actor=actor)
    values = contact_of(event, actor=actor)
    if values is None:
        raise Denied
    no: Refusal | None = None
    if request.method == "POST":
        try:
            values["shown"] = _revealed(event, request.POST.get("reason", ""), actor=actor, at=at)
        except Refusal as refusal:
            no, values["error"] = refusal, sentence(refusal)
    if not request.headers.get("HX-Request"):
        return matter_page(request, number, at=at, no=no, contact=values)
    # htmx puts in place only what came with a success.
    response = answer(request, "events/_contact.html", {"contact": values})
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@hidden_if_denied
def photo(request: HttpRequest, file_id: Any, size: str) -> HttpResponseBase:
    """Show a picture of a matter within reach."""
    shown_to: HttpResponseBase = stored_photo(request, file_id, size, actor=actor_of(request))
    return shown_to


def _uploads(request: HttpRequest) -> list[Any]:
    return list(request.FILES.getlist("photos"))


def gone_on(request: HttpRequest, number: str, *, actor: Actor) -> HttpResponse:
    """Return the way to the matter, or to my work when the act took it out of my reach."""
    try:
        queries.by_number(number, actor=actor)
    except Denied:
        return HttpResponseRedirect(reverse("desk"))
    return HttpResponseRedirect(reverse("desk_matter", args=[number]))


def _revealed(event: Any, reason: str, *, actor: Actor, at: datetime) -> dict[str, Any]:
    told = actions.reveal_contact(event_id=event.pk, reason=reason, actor=actor, at=at)
    seconds = int(FADES_AFTER.total_seconds())
    return {"name": told["name"], "phone": told["phone"], "seconds": seconds}


def refused(
    request: HttpRequest, number: str, *, at: datetime, verb: str, no: Refusal
) -> HttpResponse:
    """Show a matter with the act that was refused, for the modules beside this one."""
    return matter_page(request, number, at=at, verb=verb, no=no)
