"""The staff's desk: my work, one matter, and every act on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quanyu.events import actions, queries, schemas
from quanyu.events.pages import (
    alike,
    calling,
    campaigns,
    excluding,
    forms,
    joint_forms,
    leaving,
    panel,
    precedents,
    reminded,
    said,
    shown,
    together,
)
from quanyu.events.pages.asked import Desk
from quanyu.events.pages.labels import spoken
from quanyu.events.queries import (
    clock,
    closing,
    desk,
    merging,
    photos,
    side_words,
    standing,
    twins,
    values,
    words,
)
from quanyu.events.queries.forwarded import elsewhere
from quanyu.events.queries.version import Stale, check_version
from quanyu.events.rules import Channel
from quanyu.events.rules.forwarded import AGREED_WORDS
from quanyu.events.workflow import BEFORE_DISPATCH, STANDING
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    hidden_if_denied,
    option,
    parsed,
    sentence,
)
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.files.pages import photo as stored_photo
from quanyu.kernel.privacy.rules import FADES_AFTER, mask_name
from quanyu.kernel.workflow.spec import Overtaken
from quanyu.regions import queries as regions

REPORTING = frozenset({Role.GRID_WORKER, Role.COMMUNITY_OFFICER, Role.OPERATOR, Role.WINDOW_CLERK})

GROUPS = ("send_out", *desk.FIRST[1:], *together.TASKS)
"""The groups of my work after what is late or soon due, in the order of the workflow."""


# ------------------------------------------------------------------ my work


@require_GET
@hidden_if_denied
def my_work(request: HttpRequest) -> HttpResponse:
    """Show what I must do, what is late first, then what is soon due, then act by act."""
    actor, at = actor_of(request), timezone.now()
    tasks = desk.work(actor=actor)
    waiting = desk.waiting(actor=actor, without=[task.event.pk for task in tasks])
    bodies = desk.body_names([*(task.event for task in tasks), *waiting], *actor.bodies)
    parts = together.tasks(actor=actor, at=at)
    own = [*(_task(task, actor=actor, at=at, bodies=bodies) for task in tasks), *parts]
    rows = sorted(own, key=_urgency)
    context = {
        "section": "work",
        "place": _where(actor, bodies),
        "next": _next(rows),
        "groups": _groups(rows),
        "calendar": {
            "days": clock.week(at=at, place=_place(actor)),
            "note": clock.next_holiday(at=at, place=_place(actor)),
        },
        "waiting": [_waiting(event, at=at, bodies=bodies) for event in waiting],
        "called": calling.work(actor=actor, at=at),
        "news": [_missing(year) for year in clock.missing_years(at=at)],
        "report_url": reverse("desk_report") if actor.roles & REPORTING else "",
        "counts": {"work": len(rows)},
        "now": timezone.localtime(at),
    }
    return answer(request, "events/my_work.html", context)


def _missing(year: int) -> dict[str, str]:
    """Return the alarm of a year whose holidays nobody has entered (日历缺年告警)."""
    return {
        "title": _("{year} 年的放假安排还没有录入").format(year=year),
        "note": _("先按周一至周五计算；国务院通知公布后由系统管理员或区级统筹录入"),
    }


def _task(task: Any, *, actor: Actor, at: datetime, bodies: Mapping[Any, str]) -> dict[str, Any]:
    event = task.event
    row = shown.row(event, at=at, bodies=bodies)
    parts = [event.number, row["place"], row["class_label"], row["body"]]
    row["meta"] = " · ".join(part for part in parts if part)
    row["verb"], row["act"] = task.verb, shown.verb_words(task.verb)
    if event.state == "returned":
        # To be decided: the same body keeps it, or another one gets it.
        row["verb"], row["act"] = "insist", _("裁定")
    decided = {
        "extend": _("审批延期"),
        "suspend": _("审批挂账"),
        "suspend_on": _("复核挂账"),
    }
    row["act"] = decided.get(row["verb"], row["act"])
    if row["verb"] == "conclude":
        row |= together.before_meeting(event, actor=actor, at=at)
    return row


def _urgency(row: Mapping[str, Any]) -> tuple[int, bool, float]:
    order = {"late": 0, "soon": 1}
    due = row["due"]
    level = order.get(due.level, 2) if due else 3
    return level, not row["urgent"], due.at.timestamp() if due else 0.0


def _groups(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows in groups; every row stands in exactly one."""
    late = [row for row in rows if row["due"] and row["due"].level == "late"]
    soon = [row for row in rows if row["due"] and row["due"].level == "soon"]
    rest = [row for row in rows if not row["due"] or not row["due"].level]
    found = [
        _group("late", _("已超时"), late, "alert-triangle", _("时限不因退回而重计")),
        _group("soon", _("即将超时"), soon, "clock-exclamation", _("剩余不足时限的四成")),
    ]
    found += [
        _group(verb, _to_do(verb), [row for row in rest if row["verb"] == verb], "", "")
        for verb in GROUPS
    ]
    return [group for group in found if group["rows"]]


def _group(
    key: str, label: str, rows: Sequence[dict[str, Any]], icon: str, note: str
) -> dict[str, Any]:
    icon = icon or shown.ICONS.get(key, "checklist")
    return {"key": key, "label": label, "rows": rows, "icon": icon, "note": note, "count": None}


def _to_do(verb: str) -> str:
    names = {
        "send_out": _("待受理派遣"),
        "accept": _("待受理"),
        "request_verification": _("待请人核实"),
        "verify": _("待核实"),
        "file": _("待立案"),
        "dispatch": _("待派遣"),
        "insist": _("待裁定"),
        "take_answer": _("等外单位答复"),
        "extend": _("待审批延期"),
        "suspend": _("待审批挂账"),
        "suspend_on": _("待复核挂账"),
        "acknowledge": _("待签收"),
        "handle": _("待处置"),
        "check": _("待核查"),
        "close": _("待结案"),
        "settle": _("可现场办结"),
        "conclude": _("待会商定案"),
        **together.to_do(),
    }
    return names[verb]


def _next(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not rows:
        return None
    row = rows[0]
    reasons = {
        "late": _("先办它，因为已经超时。"),
        "soon": _("先办它，因为时限快到了。"),
    }
    why = reasons.get(row["due"].level if row["due"] else "", _("按到期先后，它最先到期。"))
    why = _("先办它，因为有人身安全风险。") if row["urgent"] else why
    return {
        "title": row["title"],
        "verb": row["act"],
        "url": row["url"],
        "why": why,
        "due": row["due"],
        "urgent": row["urgent"],
        "number": row["number"],
    }


def _waiting(event: Any, *, at: datetime, bodies: Mapping[Any, str]) -> dict[str, str]:
    due = clock.due(event, at=at)
    parts = [bodies.get(event.body_id, ""), shown.state(event.state)["label"]]
    if due is not None and due.level == "late":
        parts.append(_("已超时"))
    return {
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "note": " · ".join(part for part in parts if part),
    }


def _where(actor: Actor, bodies: Mapping[Any, str]) -> str:
    names = [regions.label(path) for path in actor.places]
    names += [bodies[key] for key in actor.bodies if key in bodies]
    return pgettext("between items", "、").join(names)


def _place(actor: Actor) -> str:
    return actor.places[0] if actor.places else ""


# ------------------------------------------------------------------ one matter


@require_GET
@hidden_if_denied
def matter(request: HttpRequest, number: str) -> HttpResponse:
    """Show one matter: its facts and place, its story, and the acts offered."""
    return _matter(request, number, at=timezone.now())


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
        return _matter(request, number, at=at, verb=verb, no=spoken(no, forms.LABELS))
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
    context = {"move": move, "matter": _facts_of(event, at=at), "primary": move["primary"]}
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
        return _matter(request, number, at=at, no=no)
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
        return _matter(request, number, at=at, no=no)
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
        return _matter(request, number, at=at, no=no)
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
        return _matter(request, number, at=at, no=no)
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
        return _matter(request, number, at=at, no=no, contact=values)
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


def _matter(
    request: HttpRequest,
    number: str,
    *,
    at: datetime,
    verb: str = "",
    no: Refusal | None = None,
    contact: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    event, others = merging.counted(number, actor=actor)
    steps = queries.story(event, actor=actor)
    given = joint_forms.typed(request.POST) if no is not None else {}
    desk_ = Desk(event=event, actor=actor, at=at, given=given, verb=verb, no=no)
    parts, meetings = together.read(event, steps, actor=actor)
    named = together.bodies_in(steps, parts, meetings)
    bodies = desk.body_names([event], *desk.bodies_in(steps), *named)
    moves = forms.moves(desk_)
    own = together.moves(parts, bodies=bodies, actor=actor, at=at, given=given, verb=verb, no=no)
    moves = together.ranked([*moves, *own])
    body = bodies.get(event.body_id, "") if event.body_id else ""
    told = shown.story(event, steps, at=at, photos=photos.photos(event), bodies=bodies)
    acts = {step.verb for step in steps}
    exclusion = excluding.form(event, acts, actor=actor, at=at, given=given, no=no)
    context = {
        "section": "matters",
        "matter": _facts_of(event, at=at),
        "stages": shown.stages(event, steps),
        "facts": [
            *_facts(event, body, others, actor=actor, at=at),
            *leaving.facts(event, acts, actor=actor, at=at),
            *excluding.facts(exclusion),
            *campaigns.facts(event, actor=actor),
            *calling.facts(event, acts, actor=actor, at=at),
            *_elsewhere(event, actor=actor, at=at),
        ],
        "reminded": reminded.block(event, actor=actor, at=at),
        "contact": contact or contact_of(event, actor=actor),
        "point": _point(event),
        "near": [_near(other, metres) for other, metres in desk.near(event, actor=actor)],
        "has_spot": any(move["spot"] for move in moves),
        "story": told,
        "story_counts": _story_counts(told),
        "joint": together.block(event, steps, parts, meetings, bodies=bodies, at=at),
        "clock": _clock(event, at=at),
        "moves": moves,
        "blocked": forms.blocked(event, actor=actor),
        "waiting": None
        if forms.is_meant(moves)
        else together.to_meet(meetings, at=at) or shown.awaited(event, body, actor=actor, at=at),
        "duplicates": [alike.shown(one) for one in twins.of_matter(event, actor=actor)],
        "note_url": reverse("desk_note", args=[number]) if _may_say(event, actor) else "",
        "said_form": said.form(event, actor=actor, given=given, no=no),
        "precedent": precedents.form(event, actor=actor, at=at, given=given, no=no),
        "back_url": reverse("desk"),
        **panel.laid_out(moves, ways=calling.ways(event, actor=actor), exclusion=exclusion),
        **_beside(event, actor),
        # With the act gone, what was typed for it has no form any more: it is shown beside.
        "conflict": _conflict(no, verb, event, typed=_typed(given, verb, moves)),
        "now": timezone.localtime(at),
    }
    if context["conflict"]:
        context["refusal"] = None
    response = answer(request, "events/matter.html", context, no)
    if no is not None and no.status == Stale.status:
        # On a page a changed row is a conflict; 412 answers If-Match, which a form has not.
        response.status_code = 409
    return response


def refused(
    request: HttpRequest, number: str, *, at: datetime, verb: str, no: Refusal
) -> HttpResponse:
    """Show a matter with the act that was refused, for the modules beside this one."""
    return _matter(request, number, at=at, verb=verb, no=no)


def _elsewhere(event: Any, *, actor: Actor, at: datetime) -> list[Mapping[str, str]]:
    """Return what another system says of it; what no hotline sent, none knows."""
    if event.channel != Channel.HOTLINE:
        return []
    answers = elsewhere.ask(event_id=event.pk, actor=actor, at=at)
    return [fact for told in answers for fact in told]


def _may_say(event: Any, actor: Actor) -> bool:
    """Answer whether this person has a part in the matter itself, and not in one of its parts."""
    return bool(actor.roles_on(event) - {Role.RESIDENT})


def _beside(event: Any, actor: Actor) -> dict[str, str]:
    """Return the ways to the matters due before and after this one."""
    before, after = desk.beside(event, actor=actor)
    found = {"previous_url": before, "next_url": after}
    return {name: reverse("desk_matter", args=[n]) for name, n in found.items() if n}


def _facts_of(event: Any, *, at: datetime) -> dict[str, Any]:
    return {
        "number": event.number,
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "version": event.version,
        "state": shown.state(event.state),
        "urgent": event.is_urgent,
        "text": event.text,
        "parts": shown.marked(event.text, _spoke(event)),
        "at": event.reported_at,
        "due": clock.due(event, at=at),
    }


def _spoke(event: Any) -> list[str]:
    """Return the words of the report that the suggested class rests on, while it is of use."""
    is_of_use = event.state in BEFORE_DISPATCH and event.category in {"", event.suggested}
    return list(event.suggested_words) if is_of_use else []


def _facts(
    event: Any, body: str, others: int, *, actor: Actor, at: datetime
) -> list[dict[str, str]]:
    places = " › ".join(regions.label(c.path) for c in regions.breadcrumb(event.region_path))
    told = clock.date_words(event.reported_at)
    found = [
        _fact(_("地点"), event.address or _("没有写地址")),
        _fact(
            _("网格") if desk.is_placed(event) else _("辖区"),
            places,
            note="" if desk.is_placed(event) else _("还没有落到社区，请先确定地点"),
        ),
        _fact(_("来源"), values.channel_words(event.channel), note=told),
        _fact(_("类别"), words.class_words(event.category, at=at) or _("还没有定")),
        _fact(_("处置单位"), body),
        _fact(_("处置结果"), event.outcome),
        _fact(_("答复"), event.reply),
        _fact(_("评价"), _rated(event), note=_rated_how(event)),
        _fact(_("再次反映自"), closing.before(event, actor=actor)),
        _fact(_("又反映过"), _between(closing.again(event, actor=actor))),
        _fact(_("答应可重办到"), _promised(event)),
        _fact(_("等待决定"), side_words.asked(event)),
        *_together(event, others, actor=actor),
        _fact(_("问反映人的话"), event.question, note=_until(event)),
        _fact(_("给反映人的承诺"), event.promise, note=_until(event)),
        _fact(_("延期"), _times(event.extended)),
        _fact(_("挂账"), _times(event.suspended), note=_stood(event, at=at)),
        _fact(_("催办"), _times(event.urged)),
        _fact(_("返工"), _times(event.reworked)),
        _fact(_("重办"), _times(event.reopened)),
    ]
    return [fact for fact in found if fact["value"]]


def _fact(label: str, value: str, *, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _times(count: int) -> str:
    return ngettext("{n} 次", "{n} 次", count).format(n=count) if count else ""


def _together(event: Any, count: int, *, actor: Actor) -> list[dict[str, str]]:
    """Return what a matter is handled together with."""
    also = ngettext("还有 {n} 件反映", "还有 {n} 件反映", count).format(n=count) if count else ""
    main = merging.number_of(event, actor=actor)
    url = reverse("desk_matter", args=[main]) if main else ""
    return [_fact(_("并入"), main) | {"url": url}, _fact(_("一起办的"), also)]


def _until(event: Any) -> str:
    if event.stands_until is None:
        return ""
    return _("停表到{day}").format(day=clock.date_words(event.stands_until))


def _stood(event: Any, *, at: datetime) -> str:
    count = standing.suspended_days(event, on=words.day(at))
    return ngettext("共 {n} 天", "共 {n} 天", count).format(n=count) if count else ""


def _between(items: Iterable[str]) -> str:
    return pgettext("between items", "、").join(items)


def _promised(event: Any) -> str:
    """Return until when a closed matter may be done again."""
    until = closing.reopen_until(event) if event.state in {"closed", "rated"} else None
    return "" if until is None else clock.date_words(until)


def _rated_how(event: Any) -> str:
    names = {"self": _("反映人自己评的"), "call": _("回访电话问到的")}
    return names.get(event.rated_by, "")


def _rated(event: Any) -> str:
    if event.solved is None:
        return ""
    solved = _("解决了") if event.solved else _("没解决")
    treated = {3: _("态度好"), 2: _("态度一般"), 1: _("态度不好")}.get(event.treated, "")
    return pgettext("between items", "、").join(part for part in (solved, treated) if part)


def contact_of(event: Any, *, actor: Actor) -> dict[str, Any] | None:
    """Return the reporter's contact, masked, as a page shows it."""
    found = queries.contact_of(event, actor=actor)
    if found is None:
        return None
    may_reveal = bool(queries.opens(found) & actor.roles_on(event))
    is_hidden = found.is_confidential and not may_reveal
    return {
        "name": "" if is_hidden else str(found.name or ""),
        "phone": "" if is_hidden else str(found.phone or ""),
        "is_confidential": found.is_confidential,
        "is_hidden": is_hidden,
        "agreed": _(AGREED_WORDS[found.agreed]) if found.agreed else "",
        "may_reveal": may_reveal,
        "url": reverse("desk_contact", args=[event.number]),
        "reasons": [option(code, _(label)) for code, label in queries.reveal_reasons()],
        "error": "",
    }


def _point(event: Any) -> dict[str, float] | None:
    return None if event.lon is None else {"lon": event.lon, "lat": event.lat}


def _near(event: Any, metres: int) -> dict[str, Any]:
    url = reverse("desk_matter", args=[event.number])
    point = {"lon": event.lon, "lat": event.lat}
    return {"title": event.title, "url": url, "metres": metres, **point}


def _story_counts(told: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    kinds = [line["kind"] for line in told]
    return {"all": len(kinds), "moves": kinds.count("move"), "looks": kinds.count("look")}


def _clock(event: Any, *, at: datetime) -> dict[str, Any] | None:
    if event.state not in queries.OPEN or event.state in STANDING:
        return None
    due = clock.due(event, at=at, clock="stage", is_long=True)
    total = clock.due(event, at=at, clock="span", is_long=True)
    kind = "stage" if due is not None else "span"
    first = due or total
    if first is None:
        return None
    explained = queries.explained(event, clock=kind, at=at)
    return {
        "due": first,
        "verb_words": "",
        "used": clock.used(event, clock=kind, at=at),
        "why": first.why,
        "total": total if due is not None else None,
        "total_why": total.why if total and due is not None else "",
        "days": clock.days(explained, at=at) if _is_long(explained) else [],
    }


def _is_long(explained: Any) -> bool:
    return explained is not None and explained.due - explained.since > timedelta(days=1)


def _typed(given: Mapping[str, str], verb: str, moves: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the words written for an act that is offered no more."""
    if any(move["verb"] == verb for move in moves):
        return []
    return [given[n] for n in forms.ASKS.get(verb, ()) if n in forms.WRITTEN and given.get(n)]


def _conflict(
    no: Refusal | None, verb: str, event: Any, *, typed: Sequence[str]
) -> dict[str, Any] | None:
    if not isinstance(no, Stale | Overtaken) or "verb" not in no.parts:
        return None
    name = str(no.parts.get("name", ""))
    return {
        "who": mask_name(name) if name else _("系统"),
        "did": words.done_words(str(no.parts["verb"])),
        "at": no.parts["at"],
        "typed": typed,
        "yours": _("您的“{act}”没有生效；您填的还在，看过再办").format(act=shown.verb_words(verb)),
        "url": reverse("desk_matter", args=[event.number]),
    }
