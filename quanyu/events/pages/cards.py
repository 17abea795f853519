"""Supervision cards: those open, what merits one, one of them, a new one, its print (督办)."""

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
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import queries as events
from quanyu.events.actions import cards as actions
from quanyu.events.pages import calling, reminded, response
from quanyu.events.pages.calling import LONGEST, form
from quanyu.events.queries import calling as words
from quanyu.events.queries import cards as queries
from quanyu.events.queries import whistle
from quanyu.events.queries.values import place_words
from quanyu.events.rules import cards as rules
from quanyu.events.rules.cards import Charge
from quanyu.events.schemas import calling as schemas
from quanyu.events.tables import CARD as PRINT
from quanyu.events.workflow.cards import CARD, CardState
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
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.tables.documents import Cell, Document, Head, Part

VIEWS = ("open", "all", "suggested", "figures")


@require_GET
@hidden_if_denied
def cards(request: HttpRequest) -> HttpResponse:
    """List the cards within reach, what merits one, or the figures."""
    actor, at, show = actor_of(request), timezone.now(), request.GET.get("show", "open")
    if show == "figures":
        return response.cards(request, actor=actor, at=at, tabs=_tabs(show, actor))
    is_hint = show == "suggested"
    state = "" if show == "all" else "open"
    found = [] if is_hint else list(queries.cards(actor=actor, state=state)[: queries.MOST])
    told = calling.names(card.body_id for card in found)
    context = {
        "section": "cards",
        "views": _tabs(show, actor),
        "rows": [_row(card, told, at=at) for card in found],
        "is_hint": is_hint,
        "suggested": _suggested(actor=actor, at=at) if is_hint else [],
        "rule": _rule(at=at) if is_hint else "",
        "now": timezone.localtime(at),
    }
    return answer(request, "events/cards.html", context)


def _tabs(show: str, actor: Actor) -> list[dict[str, Any]]:
    named = {"open": _("没有了结的"), "all": _("全部"), "figures": _("数字")}
    if queries.RAISED_BY & actor.roles:
        named |= {"suggested": _("建议督办")}
    url = reverse("desk_cards")
    return [
        {"label": named[key], "url": f"{url}?show={key}", "current": show == key}
        for key in VIEWS
        if key in named
    ]


def _row(card: Any, told: Mapping[UUID, str], *, at: datetime) -> dict[str, Any]:
    return {
        "number": card.number,
        "url": reverse("desk_card", args=[card.number]),
        "level": words.code_words(rules.LEVELS, card.level),
        "body": told.get(card.body_id, ""),
        "place": place_words(card.region_path),
        "about": _title(card),
        "raised_at": card.raised_at,
        "due_at": card.answer_due_at,
        "is_late": card.state == CardState.RAISED and card.answer_due_at < at,
        "state": calling.state(CardState(card.state)),
    }


def _title(card: Any) -> str:
    """Return what a card is about, as far as its reader sees it."""
    if card.event is not None:
        return str(card.event.title)
    return calling.kind_words(card.call) if card.call is not None else ""


def _suggested(*, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    found = queries.suggested(actor=actor, at=at)
    told = calling.names(one.body_id for one in found)
    return [_hint(one, told) for one in found]


def _hint(one: Any, told: Mapping[UUID, str]) -> dict[str, Any]:
    about = one.event or one.call
    page = "desk_matter" if one.event else "desk_call"
    asked = {"level": one.level, "ground": one.ground, "body": str(one.body_id)}
    asked |= {"matter" if one.event else "call": about.number}
    title = one.event.title if one.event else calling.kind_words(one.call)
    return {
        "title": title,
        "url": reverse(page, args=[about.number]),
        "place": place_words(about.region_path),
        "body": told.get(one.body_id, ""),
        "level": words.code_words(rules.LEVELS, one.level),
        "due_at": one.due_at,
        "raise_url": f"{reverse('desk_card_new')}?{urlencode(asked)}",
    }


def _rule(*, at: datetime) -> str:
    """Return from how much overdue on which level is suggested."""
    parts = []
    for level in queries.levels(at=at):
        row = codes.limit(
            workflow=CARD.name, stage=rules.OVERDUE, class_code=level, on=local(at).date()
        )
        if row is not None:
            name = words.code_words(rules.LEVELS, level)
            much = calling.limit(row.amount, row.unit)
            parts.append(_("超过 {much} 建议{level}").format(much=much, level=name))
    return calling.listed(parts)


# ------------------------------------------------------------------ a new one


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Urge a body about the matter or the call that the address names."""
    actor, at = actor_of(request), timezone.now()
    about = _about(request.GET, actor)
    if not queries.RAISED_BY & actor.roles_on(about):
        raise Denied
    is_call = "call" in request.GET
    given = request.POST.dict() if request.method == "POST" else request.GET.dict()
    fixed = {"call": str(about.pk)} if is_call else {"matter": about.number}

    def raised() -> HttpResponse:
        body = parsed(schemas.RaiseIn, request.POST.dict() | fixed, labels=_labels())
        made = actions.raise_card(charge=Charge(**body.dict()), actor=actor, at=at)
        messages.success(request, _("督办单已发出，对方单位已收到通知"))
        return HttpResponseRedirect(reverse("desk_card", args=[made.number]))

    def page(no: Refusal | None) -> HttpResponse:
        fields = _fields(given, _bodies(about), no, is_call=is_call, at=at)
        context = {
            "section": "cards",
            "about": calling.kind_words(about) if is_call else about.title,
            "number": about.number,
            "place": place_words(about.region_path),
            "form": form(request.get_full_path(), fields, _("发出督办单"))
            | {"cancel_url": reverse("desk_cards")},
        }
        return answer(request, "events/card_new.html", context, no)

    return answered(request, raised, page)


def _about(asked: Mapping[str, str], actor: Actor) -> Any:
    if asked.get("call"):
        return whistle.by_number(asked["call"], actor=actor)
    return events.by_number(asked.get("matter", ""), actor=actor)


def _bodies(about: Any) -> list[UUID]:
    if hasattr(about, "bodies"):
        return list(about.bodies)
    involved = [about.body_id, *about.handed_back_by, *about.shared_with]
    return [key for key in dict.fromkeys(involved) if key]


def _labels() -> dict[str, str]:
    return {
        "level": _("等级"),
        "ground": _("事由"),
        "body": _("督办哪个单位"),
        "demand": _("要求"),
    }


def _fields(
    given: Mapping[str, str],
    bodies: list[UUID],
    no: Refusal | None,
    *,
    is_call: bool,
    at: datetime,
) -> list[dict[str, Any]]:
    labels, told, day = _labels(), calling.names(bodies), local(at).date()
    usual = {"level": queries.levels(at=at)[0], "body": str(bodies[0]) if bodies else ""}
    usual |= {"ground": rules.GROUND_NO_ANSWER if is_call else rules.GROUND_OVERDUE}
    held = usual | {name: value for name, value in given.items() if value}

    def one(name: str, kind: str, **more: Any) -> dict[str, Any]:
        return field(name, labels[name], kind, no=no, value=held.get(name, ""), **more)

    named = dict(codes.choices(rules.LEVELS, on=day))
    levels = [option(code, named[code], _answer_in(code, at=at)) for code in queries.levels(at=at)]
    grounds = [option(code, name) for code, name in codes.choices(rules.GROUNDS, on=day)]
    return [
        one("body", "select", options=[option(key, told.get(key, "")) for key in bodies]),
        one("level", "radio", options=levels),
        one("ground", "radio", options=grounds),
        one("demand", "textarea", rows=3, maxlength=LONGEST),
    ]


def _answer_in(level: str, *, at: datetime) -> str:
    row = codes.limit(workflow=CARD.name, stage=rules.RAISED, class_code=level, on=local(at).date())
    return _("{limit}内答复").format(limit=calling.limit(row.amount, row.unit)) if row else ""


# ------------------------------------------------------------------ one


@require_GET
@hidden_if_denied
def card(request: HttpRequest, number: str) -> HttpResponse:
    """Show one card: what is wanted, what was answered, and the acts offered."""
    return _page(request, number, at=timezone.now())


@require_POST
@hidden_if_denied
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one act on a card; a refusal shows the same page with what was typed."""
    actor, at = actor_of(request), timezone.now()
    found = queries.by_number(number, actor=actor)
    if verb not in schemas.CARD_VERBS:
        raise Denied
    try:
        body = parsed(schemas.CARD_VERBS[verb], request.POST.dict(), labels={"words": _("说明")})
        done = getattr(actions, verb)(card_id=found.pk, actor=actor, at=at, **body.dict())
    except Refusal as no:
        return _page(request, number, at=at, no=no, tried=verb)
    messages.success(request, _("{act}：已办好").format(act=_(CARD.label(verb))))
    return HttpResponseRedirect(reverse("desk_card", args=[done.number]))


def _page(
    request: HttpRequest, number: str, *, at: datetime, no: Refusal | None = None, tried: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    found = queries.by_number(number, actor=actor)
    given = request.POST.dict() if no is not None else {}
    acts = [
        _form(found, move, given if move.verb == tried else {}, no if move.verb == tried else None)
        | {"open": (n == 0 and _is_due(found, move, at=at)) or move.verb == tried}
        | {"prefix": move.verb}
        for n, move in enumerate(queries.offers(found, actor=actor))
    ]
    context = {
        "section": "cards",
        "card": found,
        **_told(found, at=at),
        "matter": _matter(found, actor=actor),
        "call": _call(found, actor=actor),
        "before": _beside(found.raised_from_id, actor),
        "acts": acts,
        "print_url": f"{reverse('desk_export_new', args=[PRINT.name])}?card={found.number}",
        "story": calling.story(queries.story(found, actor=actor), CARD, _("督办"), at=at),
        "reminded": reminded.beside(found, actor=actor),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/card.html", context, no)


def _told(found: Any, *, at: datetime) -> dict[str, Any]:
    return {
        "level": words.code_words(rules.LEVELS, found.level),
        "ground": words.code_words(rules.GROUNDS, found.ground),
        "body": calling.names([found.body_id]).get(found.body_id, ""),
        "place": place_words(found.region_path),
        "state": calling.state(CardState(found.state)),
        "limit": calling.limit(found.answer_amount, found.answer_unit),
        "is_late": found.state == CardState.RAISED and found.answer_due_at < at,
    }


def _is_due(found: Any, move: Any, *, at: datetime) -> bool:
    """Answer whether an act is what one came for: to go further nobody has to while time runs."""
    is_further = move.verb in {"escalate", "withdraw"}
    return not is_further or (found.state == CardState.RAISED and found.answer_due_at < at)


def _form(found: Any, move: Any, given: Mapping[str, str], no: Refusal | None) -> dict[str, Any]:
    labels = {
        "answer": _("做了什么，什么时候办完"),
        "accept": _("意见"),
        "send_back": _("哪里没有答清楚"),
        "escalate": _("为什么升级，还要求什么"),
        "withdraw": _("为什么撤回"),
    }
    asked = field(
        "words",
        labels[move.verb],
        "textarea",
        no=no,
        value=given.get("words", ""),
        rows=3,
        maxlength=LONGEST,
        required=move.verb != "accept",
    )
    url = reverse("desk_card_act", args=[found.number, move.verb])
    return form(url, [asked], _(move.label))


def _matter(found: Any, *, actor: Actor) -> dict[str, str] | None:
    if found.event_id is None:
        return None
    try:
        event = events.one(event_id=found.event_id, actor=actor)
    except Denied:
        return None
    return {"title": event.title, "url": reverse("desk_matter", args=[event.number])}


def _call(found: Any, *, actor: Actor) -> dict[str, str] | None:
    if found.call_id is None:
        return None
    try:
        call = whistle.one(found.call_id, actor=actor)
    except Denied:
        return None
    return {"title": calling.kind_words(call), "url": reverse("desk_call", args=[call.number])}


def _beside(key: UUID | None, actor: Actor) -> dict[str, str] | None:
    if key is None:
        return None
    before = queries.one(key, actor=actor)
    level = words.code_words(rules.LEVELS, before.level)
    return {"level": level, "url": reverse("desk_card", args=[before.number])}


# ------------------------------------------------------------------ its print


@PRINT.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the card that the address names, if it is within reach."""
    return queries.cards(actor=actor).filter(number=asked.get("card", ""))


@PRINT.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return [(_("督办单"), asked.get("card", ""))]


@PRINT.composed_by
def compose(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Document:
    """Return one card as a document: what is wanted, what was answered, what was done."""
    found = queries.by_number(asked.get("card", ""), actor=actor)
    said = _told(found, at=at)
    matter, call = _matter(found, actor=actor), _call(found, actor=actor)
    about = (matter or call or {}).get("title", "")
    rows: list[list[Cell]] = [
        [_("督办单编号"), found.number],
        [_("督办哪个单位"), said["body"]],
        [_("地点"), said["place"]],
        [_("为什么事"), about],
        [_("事由"), said["ground"]],
        [_("要求"), found.demand],
        [_("督办时间"), moment(found.raised_at)],
        [_("答复期限"), f"{moment(found.answer_due_at)}{_('，')}{said['limit']}"],
        [_("答复"), found.answer or None],
        [_("答复时间"), moment(found.answered_at)],
        [_("状态"), said["state"]["label"]],
        [_("了结意见"), found.ended_words or None],
    ]
    heads = [Head(_("项目"), width=20), Head(_("内容"), width=80)]
    steps = calling.story(queries.story(found, actor=actor), CARD, _("督办"), at=at)
    done: list[list[Cell]] = [
        [moment(s["at"]), s["title"], s["by"], s["text"] or None] for s in reversed(steps)
    ]
    story = [
        Head(_("时间"), width=20),
        Head(_("动作"), width=16),
        Head(_("谁")),
        Head(_("内容"), width=60),
    ]
    parts = [Part(_("督办单"), heads, rows), Part(_("经过"), story, done)]
    return Document(f"{said['level']} {said['body']}", said["place"], parts)


def moment(at: datetime | None) -> str | None:
    """Return a moment as a document writes it, or None."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else None
