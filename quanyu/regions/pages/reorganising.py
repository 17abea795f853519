"""Re-organisations: their list, a new one, and one of them with its rehearsal (区划调整页面)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.http import asked as asked_of
from quanyu.kernel.access.narrowing import pick, said
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.regions import queries
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.reorganising import Wanted
from quanyu.regions.pages import reorganising_shown as shown
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.rules.changes import LONGEST
from quanyu.regions.tables import REHEARSAL, REORGANISATIONS
from quanyu.regions.workflow import MAKERS, REORGANISATION, ReorganisationState

WORDED = ("send_back", "refuse", "withdraw")
VERBS = (*WORDED, "submit", "take_back", "approve", "rehearse")


@REORGANISATIONS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every re-organisation that the page of this address shows, in its order."""
    state = asked.get("state", "")
    known = state if state in ReorganisationState.values else ""
    return reads.reorganisations(actor=actor, state=known, place=asked.get("place", ""))


@REORGANISATIONS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_filters(dict(asked)))


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List the re-organisations within reach, the latest day first."""
    actor, at = actor_of(request), timezone.now()
    asked = asked_of(request, "state", "place")
    rows = list(narrowed(asked, actor=actor, at=at)[: reads.MOST + 1])
    export = reverse("desk_export_new", args=[REORGANISATIONS.name])
    context = {
        "section": "reorganisations",
        "filters": _filters(asked),
        "rows": [shown.row(one) for one in rows[: reads.MOST]],
        "total": len(rows[: reads.MOST]),
        "is_more": len(rows) > reads.MOST,
        "clear_url": reverse("desk_reorganisations") if asked else "",
        "export_url": f"{export}?{urlencode(asked)}",
        "new_url": reverse("desk_reorganisation_new") if _homes(actor) else "",
    }
    return answer(request, "regions/reorganisations.html", context)


def _filters(asked: dict[str, str]) -> list[dict[str, Any]]:
    states = {one.value: str(one.label) for one in ReorganisationState}
    home = reverse("desk_reorganisations")
    return [pick("state", _("状态"), states, asked=asked, home=home)]


# ------------------------------------------------------------------ a new one


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Begin a re-organisation in a place that one makes them for."""
    actor, at = actor_of(request), timezone.now()
    homes = _homes(actor)
    if not homes:
        raise Denied

    def drafted() -> HttpResponse:
        place = request.POST.get("place", "")
        made = actions.draft(wanted=_wanted(request), region_path=place, actor=actor, at=at)
        messages.success(request, _("已起草。请逐步写明怎么调整"))
        return HttpResponseRedirect(reverse("desk_reorganisation", args=[made.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        places = field(
            "place",
            _("在哪个辖区之内"),
            "select",
            no=no,
            value=request.POST.get("place", homes[0]),
            options=[option(path, queries.place_names([path])[path]) for path in homes],
            help=_("所涉及的地方都须在它之内"),
        )
        fields = [places, *_fields(request.POST, no, at=at)]
        context = {
            "section": "reorganisations",
            "form": {
                "url": reverse("desk_reorganisation_new"),
                "fields": fields,
                "button": _("起草"),
                "cancel_url": reverse("desk_reorganisations"),
            },
        }
        return answer(request, "regions/reorganisation_new.html", context, no)

    return answered(request, drafted, page)


@read_or_write
@hidden_if_denied
def words(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Say anew what a draft is about."""
    actor, at = actor_of(request), timezone.now()
    row = reads.one(reorganisation_id, actor=actor)
    back = reverse("desk_reorganisation", args=[row.pk])

    def amended() -> HttpResponse:
        actions.amend(reorganisation_id=row.pk, wanted=_wanted(request), actor=actor, at=at)
        messages.success(request, _("已修改"))
        return HttpResponseRedirect(back)

    def page(no: Refusal | None) -> HttpResponse:
        held = {name: getattr(row, name) for name in ("title", "reason", "ground", "document")}
        held |= {"effective_date": row.effective_date.isoformat()}
        held |= {"moves_grants": "1" if row.moves_grants else ""}
        given = request.POST if request.method == "POST" else held
        form = {
            "url": reverse("desk_reorganisation_words", args=[row.pk]),
            "fields": _fields(given, no, at=at),
            "cancel_url": back,
        }
        context = {"section": "reorganisations", "form": form, "title": row.title}
        return answer(request, "regions/reorganisation_new.html", context, no)

    return answered(request, amended, page)


def _homes(actor: Actor) -> list[str]:
    """Return the places in which the actor may make one, and those just below each."""
    own = [path for path in actor.places if set(MAKERS) & actor.roles_at(path)]
    below = [one.path for path in own for one in queries.below(path) if path.count("/") < 5]
    return [*own, *below]


def _wanted(request: HttpRequest) -> Wanted:
    given = request.POST
    day = given.get("effective_date", "")
    no = Invalid(_("日期有误"), field="effective_date", value=day)
    return Wanted(
        title=given.get("title", ""),
        reason=given.get("reason", ""),
        ground=given.get("ground", ""),
        document=given.get("document", ""),
        effective_date=meant(date.fromisoformat, day, otherwise=no),
        moves_grants=bool(given.get("moves_grants")),
    )


def _fields(given: Mapping[str, Any], no: Refusal | None, *, at: datetime) -> list[dict[str, Any]]:
    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        more = {"value": given.get(name, ""), "maxlength": LONGEST.get(name)} | more
        return field(name, label, kind, no=no, **more)

    today = timezone.localdate(at).isoformat()
    return [
        one("title", _("标题")),
        one("reason", _("理由"), "textarea", maxlength=1_000),
        one("ground", _("调整依据"), help=_("哪一份文件、哪一条；没有的写明会议和日期")),
        one("document", _("批文"), required=False),
        one(
            "effective_date",
            _("生效日期"),
            "date",
            value=given.get("effective_date") or today,
            help=_("从这一天零时起；写今天的，批准后马上生效"),
        ),
        field(
            "moves_grants",
            _("授权和联系人随地方转移"),
            "checkbox",
            value=given.get("moves_grants", "" if given else "1"),
            help=_("不选的，撤并处的授权和任职在当天终止"),
        ),
    ]


# ------------------------------------------------------------------ one


@require_GET
@hidden_if_denied
def one(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Show one: what it says, its steps, its rehearsal or progress, and the acts offered."""
    return _page(request, reorganisation_id, at=timezone.now())


@require_GET
@hidden_if_denied
def progress(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Show how far one has come that takes effect; the page asks again while it does."""
    actor = actor_of(request)
    row = reads.one(reorganisation_id, actor=actor)
    context = shown.progress(row, actor=actor)
    return answer(request, "regions/_stages.html", context)


@require_GET
@hidden_if_denied
def trying(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Say how far the rehearsal is; when it is there, the page is asked for anew."""
    actor = actor_of(request)
    row = reads.one(reorganisation_id, actor=actor)
    context = shown.rehearsal(row, actor=actor, at=timezone.now())
    response = answer(request, "regions/_trying.html", context)
    if "trying" not in context:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@hidden_if_denied
def act(request: HttpRequest, reorganisation_id: UUID, verb: str) -> HttpResponse:
    """Do one act; a refusal shows the same page with what was typed."""
    actor, at = actor_of(request), timezone.now()
    if verb not in VERBS:
        raise Denied
    said = {"words": request.POST.get("words", "")} if verb in (*WORDED, "approve") else {}
    try:
        getattr(actions, verb)(reorganisation_id=reorganisation_id, actor=actor, at=at, **said)
    except Refusal as no:
        return _page(request, reorganisation_id, at=at, no=no, tried=verb)
    label = _("重新预演") if verb == "rehearse" else _(REORGANISATION.label(verb))
    messages.success(request, _("{act}：已办好").format(act=label))
    return HttpResponseRedirect(reverse("desk_reorganisation", args=[reorganisation_id]))


@require_POST
@hidden_if_denied
def drop(request: HttpRequest, reorganisation_id: UUID, operation_id: UUID) -> HttpResponse:
    """Take one step out of a draft."""
    actor, at = actor_of(request), timezone.now()
    try:
        actions.drop_operation(
            reorganisation_id=reorganisation_id, operation_id=operation_id, actor=actor, at=at
        )
    except Refusal as no:
        return _page(request, reorganisation_id, at=at, no=no)
    messages.success(request, _("已删去这一步"))
    return HttpResponseRedirect(reverse("desk_reorganisation", args=[reorganisation_id]))


def _page(
    request: HttpRequest, key: UUID, *, at: datetime, no: Refusal | None = None, tried: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    row = reads.one(key, actor=actor)
    offered = reads.offers(row, actor=actor)
    verbs = {move.verb for move in offered}
    is_draft = "amend" in verbs
    acts = [
        _form(row, move.verb, move.label, no if move.verb == tried else None, request)
        for move in offered
        if move.verb != "amend"
    ]
    for number, form in enumerate(acts):
        form["open"] = number == 0 or form["prefix"] == tried
    export = reverse("desk_export_new", args=[REHEARSAL.name])
    context = {
        "section": "reorganisations",
        "one": shown.facts(row),
        "steps": shown.steps(row, actor=actor, is_draft=is_draft),
        "steps_more": max(0, row.operations.count() - shown.STEPS_SHOWN),
        "step_url": reverse("desk_operation_new", args=[row.pk]) if is_draft else "",
        "words_url": reverse("desk_reorganisation_words", args=[row.pk]) if is_draft else "",
        "export_url": f"{export}?reorganisation={row.pk}",
        "acts": acts,
        "story": shown.story(row, actor=actor, at=at),
        **shown.rehearsal(row, actor=actor, at=at),
        **shown.progress(row, actor=actor),
    }
    return answer(request, "regions/reorganisation.html", context, no)


def _form(
    row: Any, verb: str, label: str, no: Refusal | None, request: HttpRequest
) -> dict[str, Any]:
    asks = {
        "approve": _("意见"),
        "send_back": _("哪里要改"),
        "refuse": _("为什么不批准"),
        "withdraw": _("为什么撤回"),
    }
    fields = []
    if verb in asks:
        said = request.POST.get("words", "") if no is not None else ""
        more = {"rows": 3, "maxlength": 500, "required": verb != "approve"}
        fields = [field("words", asks[verb], "textarea", no=no, value=said, **more)]
    return {
        "url": reverse("desk_reorganisation_act", args=[row.pk, verb]),
        "fields": fields,
        "button": _(label),
        "prefix": verb,
    }


# ------------------------------------------------------------------ a place of the past


@require_GET
@hidden_if_denied
def past(request: HttpRequest) -> HttpResponse:
    """Show what became of a place: the names it bore, what it was made of, what it went into."""
    path = request.GET.get("path", "")
    names = queries.history(path)
    if not names:
        raise Denied
    day = _day(request.GET.get("on", ""))
    context = {
        "section": "reorganisations",
        "place": queries.place_names([path])[path],
        "path": path,
        "names": [{"name": n, "since": since, "until": until} for n, since, until in names],
        "today": queries.place_names([there])[there] if (there := queries.today_of(path)) else "",
        "is_gone": not queries.is_known(path),
        "into": [shown.passage(one, one.target) for one in queries.became(path)],
        "of": [shown.passage(one, one.origin) for one in queries.made_of(path)],
        "on": day,
        "name_on": queries.name_on(path, day) if day else "",
        "sep": pgettext("between items", "、"),
    }
    return answer(request, "regions/past.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
