"""How one party organisation stands, and the forms about it (党组织情况页)."""

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

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    field,
    hidden_if_denied,
    option,
    parsed,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.organisations.actions import members as member_actions
from quanyu.organisations.actions import party as actions
from quanyu.organisations.actions import terms as term_actions
from quanyu.organisations.pages import party_section
from quanyu.organisations.queries import party as reads
from quanyu.organisations.queries.party_words import body_kind, body_label, standing_words
from quanyu.organisations.rules.kinds import BodyKind
from quanyu.organisations.rules.party import ELECTING, LIFE_KEEPERS
from quanyu.organisations.rules.terms import CHANGE_WORDS, FORM_WORDS
from quanyu.organisations.schemas import party as schemas
from quanyu.regions import queries as regions

Verb = Callable[..., Any]
Given = Mapping[str, str]


@require_GET
@hidden_if_denied
def body(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Show one party organisation: members, warnings, terms, meetings, elections, roll."""
    return _page(request, body_id)


@require_POST
@hidden_if_denied
def act(request: HttpRequest, body_id: UUID, verb: str) -> HttpResponse:
    """Do one act about an organisation; a refusal shows the same page with what was typed."""
    if verb not in ACTS:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    try:
        said = ACTS[verb](body_id, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return _page(request, body_id, no=no, tried=verb)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_party_body", args=[body_id]))


# ------------------------------------------------------------------ what is sent


def _count(body_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.CountIn, given, labels=_labels())
    actions.keep_count(body_id=body_id, **said.dict(), actor=actor, at=at)
    return _("已登记党员数")


def _term(body_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.TermIn, given, labels=_labels())
    term_actions.keep_term(body_id=body_id, **said.dict(), actor=actor, at=at)
    return _("已登记届期")


def _ask(body_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.ChangeIn, given, labels=_labels())
    term = reads.current_term(body_id)
    if term is None:
        raise Denied
    term_actions.ask_change(term_id=term.pk, **said.dict(), actor=actor, at=at)
    return _("已报上级，等待批复")


def _decide(body_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.DecisionIn, given, labels=_labels())
    row = reads.changes(actor=actor, body=body_id, waiting=True).first()
    if row is None:
        raise Denied
    term_actions.decide_change(change_id=row.pk, **said.dict(), actor=actor, at=at)
    return _("已批准") if said.is_approved else _("已退回")


def _enter(body_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    said = parsed(schemas.MemberIn, given, labels=_labels())
    member_actions.enter_member(body_id=body_id, **said.dict(), actor=actor, at=at)
    return _("已登记到名册")


ACTS: dict[str, Verb] = {
    "count": _count,
    "term": _term,
    "ask": _ask,
    "decide": _decide,
    "enter": _enter,
}


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest,
    body_id: UUID,
    *,
    no: Refusal | None = None,
    tried: str = "",
) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    row = reads.party_body(body_id)
    if not party_section.may_open(row, actor):
        raise Denied
    given = request.POST.dict() if no is not None else {}
    context = {
        "section": "party",
        "one": {
            "name": body_label(row),
            "kind": body_kind(row),
            "place": regions.label(row.region_path),
            "above": body_label(row.parent) if row.parent else "",
        },
        "party": party_section.shown(row, actor=actor, at=at),
        "roll": party_section.roll(row, actor=actor, at=at),
        "acts": _forms(row, given, no, tried, actor=actor, at=at),
    }
    return answer(request, "organisations/party_body.html", context, no)


def _forms(
    row: Any, given: Given, no: Refusal | None, tried: str, *, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    roles = actor.roles_at(row.life_path)
    fields: dict[str, tuple[str, Callable[..., list[dict[str, Any]]]]] = {}
    if roles & LIFE_KEEPERS:
        fields["count"] = (_("登记党员数"), _count_fields)
    if roles & LIFE_KEEPERS and row.kind in ELECTING:
        fields["term"] = (_("登记届期"), _term_fields)
    if roles & LIFE_KEEPERS and reads.current_term(row.pk):
        fields["ask"] = (_("申请延期或提前换届"), _ask_fields)
    if _may_decide(row, actor):
        fields = {"decide": (_("批复换届申请"), _decide_fields), **fields}
    if roles & member_actions.ROLL_KEEPERS:
        fields["enter"] = (_("登记到名册"), _enter_fields)
    return [
        {
            "url": reverse("desk_party_act", args=[row.pk, verb]),
            "button": label,
            "prefix": verb,
            "open": verb == tried or (verb == "decide" and not tried),
            "fields": make(row, given if verb == tried else {}, no if verb == tried else None),
        }
        for verb, (label, make) in fields.items()
    ]


def _may_decide(row: Any, actor: Actor) -> bool:
    waiting = reads.changes(actor=actor, body=row.pk, waiting=True).first()
    if waiting is None:
        return False
    try:
        term_actions.check_decider(waiting, actor=actor)
    except Refusal:
        return False
    return True


def _labels() -> dict[str, str]:
    return {
        "full": _("正式党员"),
        "probationary": _("预备党员"),
        "units": _("由几个单位联合"),
        "source": _("来源"),
        "start": _("从哪天起"),
        "form": _("领导形式"),
        "size": _("班子人数"),
        "starts": _("本届开始"),
        "years": _("任期（年）"),
        "kind": _("变更"),
        "to": _("改到哪天"),
        "reason": _("理由"),
        "is_approved": _("批复"),
        "words": _("意见"),
        "name": _("姓名"),
        "standing": _("党员类别"),
        "joined": _("入党日期"),
        "since": _("转入日期"),
    }


class _Form:
    """The fields of one form: labels, what was typed, and what was wrong."""

    def __init__(self, given: Given, no: Refusal | None, usual: Mapping[str, Any]) -> None:
        self._given, self._no, self._usual = given, no, usual

    def __call__(self, name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        """Return one field."""
        value = self._given.get(name, self._usual.get(name, ""))
        return field(name, _labels()[name], kind, no=self._no, value=value, **more)


def _count_fields(row: Any, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    held = reads.count_on(row.pk, on=timezone.localdate())
    usual = {
        "full": held.full if held else "",
        "probationary": held.probationary if held else 0,
        "units": held.units if held else "",
        "start": timezone.localdate().isoformat(),
    }
    one = _Form(given, no, usual)
    units = [one("units", "number", required=False)] if row.kind == BodyKind.JOINT_BRANCH else []
    return [
        one("full", "number"),
        one("probationary", "number"),
        *units,
        one("start", "date"),
        one("source", required=False, maxlength=120, placeholder=_("如：年度统计")),
    ]


def _term_fields(row: Any, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    years = party_section.usual_years(row)
    one = _Form(given, no, {"years": years, "starts": timezone.localdate().isoformat()})
    forms = [option(form.value, _(words)) for form, words in FORM_WORDS.items()]
    return [
        one("form", "radio", options=forms),
        one("size", "number"),
        one("starts", "date"),
        one("years", "number"),
    ]


def _ask_fields(row: Any, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    one = _Form(given, no, {})
    kinds = [option(kind.value, _(words)) for kind, words in CHANGE_WORDS.items()]
    return [
        one("kind", "radio", options=kinds),
        one("to", "date"),
        one("reason", "textarea", rows=2, maxlength=500),
    ]


def _decide_fields(row: Any, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    one = _Form(given, no, {})
    choices = [option("true", _("批准")), option("false", _("不批准"))]
    return [
        one("is_approved", "radio", options=choices),
        one("words", "textarea", rows=2, maxlength=500, required=False),
    ]


def _enter_fields(row: Any, given: Given, no: Refusal | None) -> list[dict[str, Any]]:
    one = _Form(given, no, {"since": timezone.localdate().isoformat()})
    standings = [option(key.value, words) for key, words in standing_words().items()]
    return [
        one("name", maxlength=40, autocomplete="off"),
        one("standing", "radio", options=standings),
        one("joined", "date"),
        one("since", "date"),
    ]
