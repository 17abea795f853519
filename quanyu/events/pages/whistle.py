"""Whistle calls: those under way, one of them with every department's part, a new one (吹哨)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.events.actions import whistle as actions
from quanyu.events.pages import calling, choosing, reminded, response, shown
from quanyu.events.pages.calling import LONGEST, form, kind_words
from quanyu.events.queries import calling as words
from quanyu.events.queries import campaigns, cards, desk
from quanyu.events.queries import whistle as queries
from quanyu.events.queries.values import place_words
from quanyu.events.rules import whistle as rules
from quanyu.events.schemas import calling as schemas
from quanyu.events.workflow.whistle import CALL, CallState
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
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

NUMBER = re.compile(r"[0-9A-Za-z-]+")
"""A number of a matter as people type it, whatever stands between two of them."""

ON_A_PART = ("assess", "call_back")
"""The acts of the street on one department's part."""


@require_GET
@hidden_if_denied
def calls(request: HttpRequest) -> HttpResponse:
    """List the whistle calls within reach: under way, ended, or in figures."""
    actor, at, show = actor_of(request), timezone.now(), request.GET.get("show", "")
    if show == "figures":
        return response.calls(request, actor=actor, at=at, tabs=tabs(show))
    wanted = CallState.ENDED if show == "ended" else CallState.CALLED
    found = list(queries.calls(actor=actor, state=wanted)[: queries.MOST])
    context = {
        "section": "whistle",
        "views": tabs(show),
        "rows": rows(found, actor=actor, at=at),
        "new_url": reverse("desk_call_new") if queries.may_blow(actor) else "",
        "now": timezone.localtime(at),
    }
    return answer(request, "events/calls.html", context)


def tabs(show: str) -> list[dict[str, Any]]:
    """Return the views of the list."""
    url = reverse("desk_calls_whistled")
    named = {"": _("吹哨中"), "ended": _("已收哨"), "figures": _("数字")}
    return [
        {"label": label, "url": f"{url}?show={key}" if key else url, "current": show == key}
        for key, label in named.items()
    ]


def rows(found: list[Any], *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return some calls as a list shows them."""
    by_call = queries.parts_of(found, actor=actor)
    return [_row(call, by_call[call.pk], at=at) for call in found]


def _row(call: Any, parts: list[Any], *, at: datetime) -> dict[str, Any]:
    came = sum(part.reported_at is not None for part in parts)
    return {
        "number": call.number,
        "url": reverse("desk_call", args=[call.number]),
        "kind": kind_words(call),
        "place": place_words(call.region_path),
        "words": call.words,
        "called_at": call.called_at,
        "due_at": call.answer_due_at,
        "came": came,
        "called": len(parts),
        "is_late": call.state == CallState.CALLED and came < len(parts) and call.answer_due_at < at,
        "state": calling.state(CallState(call.state)),
    }


# ------------------------------------------------------------------ a new one


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Call departments: about the matters or the campaign of the address, or about a place."""
    actor, at = actor_of(request), timezone.now()
    home = queries.may_blow(actor)
    if not home:
        raise Denied
    given = _given(request)

    def called() -> HttpResponse:
        body = parsed(schemas.BlowIn, given, labels=_labels())
        made = actions.blow(call=body.call(), actor=actor, at=at)
        messages.success(request, _("已吹哨，被叫单位已收到通知"))
        return HttpResponseRedirect(reverse("desk_call", args=[made.number]))

    def page(no: Refusal | None) -> HttpResponse:
        context = {
            "section": "whistle",
            "place": place_words(home),
            "form": form(request.get_full_path(), _fields(given, home, no, actor, at=at), _("吹哨"))
            | {"cancel_url": reverse("desk_calls_whistled")},
            "limits": _limits(at=at),
        }
        return answer(request, "events/call_new.html", context, no)

    return answered(request, called, page)


def _given(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, or what the address brings along."""
    if request.method != "POST":
        matter, campaign = request.GET.get("matter", ""), request.GET.get("campaign", "")
        return {"kind": "daily", "matters": matter, "campaign": campaign, "bodies": []}
    matters = NUMBER.findall(request.POST.get("matters", ""))
    lists = {"bodies": request.POST.getlist("bodies"), "matters": matters}
    return request.POST.dict() | lists


def _labels() -> dict[str, str]:
    return {
        "kind": _("类型"),
        "ground": _("情形"),
        "words": _("事由和要求"),
        "bodies": _("叫哪些单位"),
        "matters": _("为哪些事项（编号，用空格分开）"),
        "region_path": _("地点（没有事项时选）"),
        "address": _("具体位置"),
        "campaign": _("专项"),
    }


def _fields(
    given: Mapping[str, Any], home: str, no: Refusal | None, actor: Actor, *, at: datetime
) -> list[dict[str, Any]]:
    labels, day = _labels(), local(at).date()

    def one(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        return field(name, labels[name], kind, no=no, value=given.get(name, ""), **more)

    held = given.get("matters", "")
    matters = " ".join(held) if isinstance(held, list) else held
    places = [(home, place_words(home))]
    places += [(child.path, regions.label(child.path)) for child in regions.children(home)]
    called = _bodies(home, matters.split(), given.get("bodies") or [], actor, at=at)
    kinds = [option(code, name) for code, name in codes.choices(rules.KINDS, on=day)]
    grounds = [option(code, name) for code, name in codes.choices(rules.GROUNDS, on=day)]
    spot = [one("region_path", "select", required=False, options=[option(*p) for p in places])]
    if given.get("campaign"):
        spot = [one("campaign", "hidden")]
    return [
        one("kind", "radio", options=kinds),
        one("ground", "radio", options=grounds),
        {**one("matters", required=False), "value": matters},
        *spot,
        one("address", required=False, maxlength=200),
        one("words", "textarea", rows=3, maxlength=LONGEST),
        one("bodies", "checks", **called, help=_("只列出在这里有职责的部门和队伍")),
    ]


def _bodies(
    home: str, numbers: list[str], chosen: list[str], actor: Actor, *, at: datetime
) -> dict[str, Any]:
    """Return whom one may call: who answers for the matters' classes first, with the reason."""
    reasons = queries.answering(numbers, actor=actor, at=at)
    held = queries.callable_bodies(home, at=at)
    return choosing.ranked(held, reasons=reasons, place=home, chosen=chosen)


def _limits(*, at: datetime) -> list[dict[str, str]]:
    """Return how soon those called are to report in, by kind."""
    found = []
    for code, name in codes.choices(rules.KINDS, on=local(at).date()):
        row = codes.limit(
            workflow=CALL.name, stage=rules.CALLED, class_code=code, on=local(at).date()
        )
        if row is not None:
            found.append({"kind": name, "limit": calling.limit(row.amount, row.unit)})
    return found


# ------------------------------------------------------------------ one


@require_GET
@hidden_if_denied
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Show one call: why, who was called, what each does, and the acts offered."""
    return _page(request, number, at=timezone.now())


@require_POST
@hidden_if_denied
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one act on a call; a refusal shows the same page with what was typed."""
    actor, at = actor_of(request), timezone.now()
    found = queries.by_number(number, actor=actor)
    if verb not in schemas.CALL_VERBS:
        raise Denied
    try:
        body = parsed(schemas.CALL_VERBS[verb], request.POST.dict(), labels=_act_labels())
        getattr(actions, verb)(call_id=found.pk, actor=actor, at=at, **body.dict())
    except Refusal as no:
        return _page(request, number, at=at, no=no, tried=verb)
    messages.success(request, _("{act}：已办好").format(act=_(CALL.label(verb))))
    return HttpResponseRedirect(reverse("desk_call", args=[number]))


def _act_labels() -> dict[str, str]:
    return {"words": _("说明"), "is_needed": _("是否必要"), "body": _("单位")} | {
        name: _(label) for name, label in rules.ASSESSED.items()
    }


def _page(
    request: HttpRequest, number: str, *, at: datetime, no: Refusal | None = None, tried: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    found = queries.by_number(number, actor=actor)
    parts = queries.parts(found, actor=actor)
    told = calling.names(part.body_id for part in parts)
    page = Acts(request, found, actor, no, tried)
    matters = queries.matters(found, actor=actor)
    bodies = desk.body_names(matters)
    context = {
        "section": "whistle",
        "call": found,
        "kind": kind_words(found),
        "ground": words.code_words(rules.GROUNDS, found.ground),
        "place": place_words(found.region_path),
        "state": calling.state(CallState(found.state)),
        "limit": calling.limit(found.answer_amount, found.answer_unit),
        "matters": [shown.row(event, at=at, bodies=bodies) for event in matters],
        "campaign": _campaign(found, actor=actor),
        "parts": [_part(part, found, told, page, at=at) for part in parts],
        "acts": page.own(parts),
        "cards": _cards(found, actor=actor),
        "card_url": _card_url(found, parts, actor=actor, at=at),
        "story": calling.story(queries.story(found, actor=actor), CALL, _("吹哨"), at=at),
        "reminded": reminded.beside(found, actor=actor),
        "now": timezone.localtime(at),
    }
    return answer(request, "events/call.html", context, no)


def _campaign(call: Any, *, actor: Actor) -> dict[str, str] | None:
    if call.campaign_id is None:
        return None
    try:
        found = campaigns.one(call.campaign_id, actor=actor)
    except Denied:
        return None
    return {"title": found.title, "url": reverse("desk_campaign", args=[found.pk])}


def _cards(call: Any, *, actor: Actor) -> list[dict[str, str]]:
    return [
        {
            "level": words.code_words("card_level", card.level),
            "url": reverse("desk_card", args=[card.number]),
        }
        for card in cards.of_call(call, actor=actor)
    ]


def _card_url(call: Any, parts: list[Any], *, actor: Actor, at: datetime) -> str:
    missing = any(queries.is_missing(part.body_id, call, actor=actor, at=at) for part in parts)
    may = cards.RAISED_BY & actor.roles_on(call)
    return f"{reverse('desk_card_new')}?call={call.number}" if missing and may else ""


def _part(
    part: Any, call: Any, told: Mapping[UUID, str], page: "Acts", *, at: datetime
) -> dict[str, Any]:
    on_time = rules.in_time(part.reported_at, call.answer_due_at, at=at)
    return {
        "body": told.get(part.body_id, ""),
        "reported_at": part.reported_at,
        "is_late": on_time is False,
        "doing": part.doing,
        "done_at": part.done_at,
        "done_words": part.done_words,
        "grades": [
            {"label": _(label), "grade": _(rules.GRADE_WORDS[getattr(part, name)])}
            for name, label in rules.ASSESSED.items()
            if part.assessed_at is not None
        ],
        "assessed_words": part.assessed_words,
        "reply": part.reply,
        "is_needed": part.is_needed,
        "needed_words": part.needed_words,
        "acts": page.on(part),
    }


class Acts:
    """The forms of one call for one reader: what they may do with it, and with each part."""

    def __init__(
        self, request: HttpRequest, call: Any, actor: Actor, no: Refusal | None, tried: str
    ) -> None:
        self.call, self.no, self.tried = call, no, tried
        self.given = request.POST.dict() if no is not None else {}
        self.verbs = {move.verb for move in queries.offers(call, actor=actor)}
        self.mine = queries.acting_bodies(call, actor=actor)
        self.is_street = bool(queries.STREET & actor.roles_on(call))

    def on(self, part: Any) -> list[dict[str, Any]]:
        """Return what the street may do with one part."""
        is_over = self.call.state == CallState.ENDED or part.done_at is not None
        may = {
            "assess": self.is_street and is_over and part.assessed_at is None,
            "call_back": self.is_street and part.done_at is not None,
        }
        return [self._form(verb, part) for verb in ON_A_PART if verb in self.verbs and may[verb]]

    def own(self, parts: list[Any]) -> list[dict[str, Any]]:
        """Return what the reader may do with the call, or with the part of each body of theirs."""
        mine = [part for part in parts if part.body_id in self.mine]
        found = [
            self._form(verb, part)
            for part in mine
            for verb in ("report_in", "finish", "reply")
            if verb in self.verbs and _fits(verb, part)
        ]
        found += [self._form("tell", part) for part in mine[:1] if "tell" in self.verbs]
        if self.is_street and not mine:
            found += [self._form(verb) for verb in ("end", "tell") if verb in self.verbs]
        return found + self._judging(mine)

    def _judging(self, mine: list[Any]) -> list[dict[str, Any]]:
        if "judge" not in self.verbs:
            return []
        if mine:
            return [self._form("judge", part) for part in mine if part.is_needed is None]
        return [self._form("judge")] if self.call.is_needed is None else []

    def _form(self, verb: str, part: Any = None) -> dict[str, Any]:
        wrong = self.no if verb == self.tried else None
        given = calling.typed(self.given, wrong, verb, self.tried)
        key = str(part.body_id) if part is not None else ""
        is_this = verb == self.tried and given.get("body", "") == key
        fields = [field("body", "", "hidden", value=key)] if key else []
        fields += [one(given if is_this else {}, wrong if is_this else None) for one in ASKS[verb]]
        name = _named(verb, part, several=len(self.mine) > 1 and part is not None)
        url = reverse("desk_call_act", args=[self.call.number, verb])
        prefix = f"{verb}_{key[-6:]}" if key else verb
        is_open = is_this or verb in {"report_in", "finish"}
        return form(url, fields, name, is_open=is_open) | {"prefix": prefix, "verb": verb}


def _named(verb: str, part: Any, *, several: bool) -> str:
    label = _(CALL.label(verb))
    if not several or verb in ON_A_PART:
        return label
    body = organisations.body_names([part.body_id]).get(part.body_id, "")
    return _("{act}（{body}）").format(act=label, body=body)


def _fits(verb: str, part: Any) -> bool:
    return {
        "report_in": part.reported_at is None,
        "finish": part.reported_at is not None and part.done_at is None,
        "reply": part.assessed_at is not None and part.replied_at is None,
    }[verb]


Ask = Callable[[Mapping[str, str], Refusal | None], dict[str, Any]]


def _words(label: Callable[[], str], *, required: bool = True) -> Ask:
    def asked(given: Mapping[str, str], no: Refusal | None) -> dict[str, Any]:
        more = {"required": required, "rows": 2, "maxlength": LONGEST}
        return field("words", label(), "textarea", no=no, value=given.get("words", ""), **more)

    return asked


def _grade(name: str) -> Ask:
    def asked(given: Mapping[str, str], no: Refusal | None) -> dict[str, Any]:
        options = [option(code, _(label)) for code, label in rules.GRADE_WORDS.items()]
        label, value = _(rules.ASSESSED[name]), given.get(name, "")
        return field(name, label, "radio", no=no, value=value, options=options)

    return asked


def _needed(given: Mapping[str, str], no: Refusal | None) -> dict[str, Any]:
    options = [option("true", _("必要")), option("false", _("不必吹哨，街道自己能办"))]
    value = given.get("is_needed", "")
    return field("is_needed", _("这次吹哨"), "radio", no=no, value=value, options=options)


ASKS: Mapping[str, tuple[Ask, ...]] = {
    "report_in": (_words(lambda: _("带了什么人和设备，准备做什么"), required=False),),
    "tell": (_words(lambda: _("在做什么")),),
    "finish": (_words(lambda: _("办了什么")),),
    "call_back": (_words(lambda: _("还有什么没办")),),
    "end": (_words(lambda: _("结果")),),
    "assess": (
        _grade("came"),
        _grade("solved"),
        _grade("manner"),
        _words(lambda: _("理由（评为“差”的必须写）"), required=False),
    ),
    "reply": (_words(lambda: _("答复（只能答复一次）")),),
    "judge": (_needed, _words(lambda: _("理由（认为不必的必须写）"), required=False)),
}
"""What each act asks for, in the order of its form."""
