"""Elections: their list, a new one, one in each of its states, its record (换届选举页面)."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    asked,
    hidden_if_denied,
    meant,
    parsed,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.narrowing import pick
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.errors import gettext_noop as _noop
from quanyu.kernel.tables.paper import NoPaper, pdf
from quanyu.organisations.actions import elections as actions
from quanyu.organisations.pages import elected
from quanyu.organisations.pages import elections_shown as shown
from quanyu.organisations.pages.beginning import beginning, begun_of, choose_body, form_of
from quanyu.organisations.queries import elections as reads
from quanyu.organisations.queries.party import facts_of
from quanyu.organisations.rules.party import LIFE_KEEPERS
from quanyu.organisations.schemas import elections as schemas
from quanyu.organisations.workflow.elections import ELECTION, ElectionState
from quanyu.regions import queries as regions

MOST = 200
Given = Mapping[str, str]


@require_GET
@hidden_if_denied
def listed(request: HttpRequest) -> HttpResponse:
    """List the elections within reach, the latest day first."""
    actor = actor_of(request)
    given = asked(request, "state", "place")
    rows = list(reads.elections(given, actor=actor)[: MOST + 1])
    states = {one.value: str(one.label) for one in ElectionState}
    places = regions.places_to_pick(actor.places_in("life"), given.get("place", ""))
    home = reverse("desk_elections")
    context = {
        "section": "elections",
        "filters": [
            pick("state", _("状态"), states, asked=given, home=home),
            pick("place", _("辖区"), places, asked=given, home=home),
        ],
        "rows": shown.rows(rows[:MOST], actor=actor),
        "total": len(rows[:MOST]),
        "is_more": len(rows) > MOST,
        "clear_url": home if given else "",
        "new_url": reverse("desk_election_new") if actor.roles & LIFE_KEEPERS else "",
        "due_url": reverse("desk_party_due"),
    }
    return answer(request, "organisations/elections.html", context)


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Begin the election of an organisation that one keeps."""
    actor, at = actor_of(request), timezone.now()
    of, is_only = begun_of("election", request)

    def begun() -> HttpResponse:
        said = parsed(schemas.ElectionIn, request.POST.dict(), labels=shown.labels())
        body = meant(UUID, request.POST.get("body", ""), otherwise=choose_body())
        made = actions.prepare(body_id=body, wanted=said.plan(), actor=actor, at=at)
        messages.success(request, _("已发起，请提名候选人"))
        return HttpResponseRedirect(reverse("desk_election", args=[made.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        context: dict[str, Any] = {"section": "elections", "title": _("发起换届选举")}
        if of is None:
            context |= {"begin": beginning("election", actor)}
        else:
            given = request.POST.dict() if no is not None else _known(of)
            wanted = shown.plan_fields(given, no)
            context |= form_of("election", of, wanted, button=_("发起换届选举"), is_only=is_only)
        return answer(request, "organisations/meeting_new.html", context, no)

    return answered(request, begun, page)


def _known(body: Any) -> dict[str, str]:
    """Return what is known of an election from the register: who votes, and the last size."""
    facts = facts_of(body, on=timezone.localdate())
    if facts is None:
        return {}
    known = {"secretaries": "1"}
    if facts.head:
        known["entitled"] = str(facts.head.full)
    if facts.size > 1:
        known["members"] = str(facts.size - 1)
    return known


@require_GET
@hidden_if_denied
def one(request: HttpRequest, election_id: UUID) -> HttpResponse:
    """Show one election: who stands, its ballots, its story, and what is next."""
    return _page(request, election_id)


@require_POST
@hidden_if_denied
def act(request: HttpRequest, election_id: UUID, verb: str) -> HttpResponse:
    """Do one act; a refusal shows the same page with what was typed."""
    if verb not in ACTS:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    try:
        ACTS[verb](election_id, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return _page(request, election_id, no=no, tried=verb)
    messages.success(request, _("{act}：已办好").format(act=_(ELECTION.label(verb))))
    return HttpResponseRedirect(reverse("desk_election", args=[election_id]))


@require_POST
@hidden_if_denied
def propose(request: HttpRequest, election_id: UUID) -> HttpResponse:
    """Propose the elected for their posts, all by one act; somebody else confirms."""
    actor, at = actor_of(request), timezone.now()
    try:
        made = elected.propose(election_id, request.POST.dict(), actor=actor, at=at)
    except Refusal as no:
        return _page(request, election_id, no=no, tried=elected.VERB)
    said = _("已提名 {n} 人，等待另一人确认").format(n=len(made))
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_election", args=[election_id]))


@require_GET
@hidden_if_denied
def paper(request: HttpRequest, election_id: UUID) -> HttpResponse:
    """Return the record of an election as PDF: its ballots, who was elected, by which clause."""
    actor = actor_of(request)
    row = reads.one(election_id, actor=actor)
    context = shown.record(row, actor=actor) | {"language": get_language() or "zh-hans"}
    try:
        made = pdf(render_to_string("organisations/election_print.html", context))
    except NoPaper as no:
        messages.error(request, sentence(no))
        return HttpResponseRedirect(reverse("desk_election", args=[row.pk]))
    name = f"election-{row.meeting_date.isoformat()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


# ------------------------------------------------------------------ what is sent


def _said(schema: Any, given: Given) -> dict[str, Any]:
    found: dict[str, Any] = parsed(schema, given, labels=shown.labels()).dict()
    return found


def _amend(key: UUID, given: Given, **who: Any) -> None:
    said = parsed(schemas.ElectionIn, given, labels=shown.labels())
    actions.amend(election_id=key, wanted=said.plan(), **who)


def _nominate(key: UUID, given: Given, **who: Any) -> None:
    wanted = {name: value for name, value in given.items() if name != "account"}
    said = parsed(schemas.CandidateIn, wanted, labels=shown.labels())
    account = elected.account_in(given.get("account", ""))
    actions.nominate(election_id=key, name=said.name, seat=said.seat, account_id=account, **who)


def _strike(key: UUID, given: Given, **who: Any) -> None:
    no = Invalid(_noop("没有这位候选人"), field="candidate")
    candidate = meant(UUID, given.get("candidate", ""), otherwise=no)
    actions.strike(election_id=key, candidate_id=candidate, **who)


def _close_list(key: UUID, given: Given, **who: Any) -> None:
    actions.close_list(election_id=key, **who)


def _again(key: UUID, given: Given, **who: Any) -> None:
    actions.again(election_id=key, **who)


def _reopen(key: UUID, given: Given, **who: Any) -> None:
    actions.reopen(election_id=key, words=given.get("words", ""), **who)


def _withdraw(key: UUID, given: Given, **who: Any) -> None:
    actions.withdraw(election_id=key, words=given.get("words", ""), **who)


def _adjourn(key: UUID, given: Given, **who: Any) -> None:
    actions.adjourn(election_id=key, **_said(schemas.AdjournIn, given), **who)


def _conclude(key: UUID, given: Given, **who: Any) -> None:
    actions.conclude(election_id=key, **_said(schemas.ConcludeIn, given), **who)


def _count(key: UUID, given: Given, **who: Any) -> None:
    said = parsed(schemas.SheetIn, given, labels=shown.labels())
    votes = {
        UUID(name.removeprefix("votes_")): meant(
            int, value, otherwise=Invalid(_noop("票数应为整数"), field=name)
        )
        for name, value in given.items()
        if name.startswith("votes_") and shown.is_key(name.removeprefix("votes_"))
    }
    actions.count(election_id=key, held_on=said.held_on, sheet=said.sheet(), votes=votes, **who)


ACTS: dict[str, Callable[..., None]] = {
    "amend": _amend,
    "nominate": _nominate,
    "strike": _strike,
    "close_list": _close_list,
    "reopen": _reopen,
    "adjourn": _adjourn,
    "count": _count,
    "again": _again,
    "conclude": _conclude,
    "withdraw": _withdraw,
}


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest, key: UUID, *, no: Refusal | None = None, tried: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    row = reads.one(key, actor=actor)
    given = request.POST.dict() if no is not None else {}
    offered = [move for move in reads.offers(row, actor=actor) if move.verb != "strike"]
    acts = []
    for number, move in enumerate(sorted(offered, key=lambda one: shown.FIRST.index(one.verb))):
        is_tried = move.verb == tried
        fields = shown.fields(
            row, move.verb, given if is_tried else {}, no if is_tried else None, actor=actor
        )
        acts.append(
            {
                "url": reverse("desk_election_act", args=[row.pk, move.verb]),
                "button": _(move.label),
                "prefix": move.verb,
                "open": is_tried or (number == 0 and not tried),
                "fields": fields,
            }
        )
    context = {
        "section": "elections",
        **shown.record(row, actor=actor),
        "acts": acts,
        "strike_url": reverse("desk_election_act", args=[row.pk, "strike"])
        if row.state == ElectionState.PREPARING
        else "",
        "story": shown.story(row, actor=actor),
        "elected": elected.panel(
            row,
            given if tried == elected.VERB else {},
            no if tried == elected.VERB else None,
            actor=actor,
            at=timezone.now(),
        ),
        "paper_url": reverse("desk_election_paper", args=[row.pk]),
    }
    return answer(request, "organisations/election.html", context, no)
