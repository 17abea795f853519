"""The page of one member of the roll, and what is done about it (党员页面)."""

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

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, option, sentence
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.privacy.rules import BASES, REASONS
from quanyu.organisations.actions import members as actions
from quanyu.organisations.actions import transferring
from quanyu.organisations.actions.members import ROLL_KEEPERS
from quanyu.organisations.pages import party_section
from quanyu.organisations.pages.filled import body_in, day_in, one_field
from quanyu.organisations.pages.picking import pick_field
from quanyu.organisations.queries import members
from quanyu.organisations.queries import party as reads
from quanyu.organisations.queries.party_words import body_label, standing_words
from quanyu.organisations.rules.kinds import PARTY
from quanyu.organisations.rules.members import (
    ANSWER_WORDS,
    Answer,
    Standing,
    TransferAnswered,
    WrongMember,
)
from quanyu.regions import queries as regions

Given = Mapping[str, str]
Fields = list[dict[str, Any]]
TONES = {Answer.ACCEPTED: "done", Answer.DECLINED: "back", Answer.WITHDRAWN: "void"}


@require_GET
@hidden_if_denied
def one(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Show one member, the name masked; that somebody opened the page is written down."""
    actor = actor_of(request)
    actions.look_at_member(member_id=member_id, actor=actor, at=timezone.now())
    return _page(request, member_id)


@require_POST
@hidden_if_denied
def reveal(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Show a member's name for a minute, for a reason that is kept with who looked."""
    actor, at = actor_of(request), timezone.now()
    try:
        name = actions.reveal_member(
            member_id=member_id, reason=request.POST.get("reason", ""), actor=actor, at=at
        )
    except Refusal as no:
        return _page(request, member_id, no=no, tried="reveal")
    return _page(request, member_id, shown=name)


@require_POST
@hidden_if_denied
def act(request: HttpRequest, member_id: UUID, verb: str) -> HttpResponse:
    """Do one act about a member; a refusal shows the same page with what was typed.

    Of a transfer that was answered meanwhile the list of transfers says so.
    """
    if verb not in ACTS:
        raise Denied
    actor, at = actor_of(request), timezone.now()
    try:
        said = ACTS[verb](member_id, request.POST.dict(), actor=actor, at=at)
    except TransferAnswered as no:
        # Whoever was to answer sees the member no more once another has ended the transfer.
        messages.error(request, sentence(no))
        return HttpResponseRedirect(reverse("desk_party_transfers"))
    except Refusal as no:
        return _page(request, member_id, no=no, tried=verb)
    messages.success(request, said)
    return HttpResponseRedirect(_after(member_id, verb))


def _after(member_id: UUID, verb: str) -> str:
    """Return where one goes on: whoever declines sees the member no more."""
    if verb == "decline":
        return reverse("desk_party_transfers")
    return reverse("desk_party_member", args=[member_id])


# ------------------------------------------------------------------ what is sent


def _confirm(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    actions.confirm_member(member_id=member_id, actor=actor, at=at)
    return _("已转为正式党员")


def _transfer(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    to = _goal(given.get("to", ""))
    facts: dict[str, Any] = {"member_id": member_id, "to": to, "actor": actor, "at": at}
    facts["on"] = day_in(given.get("on", ""), "on")
    if actor.roles_at(reads.party_body(to).life_path) & ROLL_KEEPERS:
        actions.transfer_member(**facts)
        return _("组织关系已转移")
    transferring.propose_transfer(**facts)
    return _("已提出转接，等待对方接收")


def _goal(code: str) -> UUID:
    """Return the party organisation that a form names.

    :raises WrongMember: if it names none, or another body
    """
    found = body_in(code, "to")
    row = reads.any_body(found) if found else None
    if row is None or row.kind not in PARTY:
        raise WrongMember(_("请选择转入的党组织"), field="to", value=code)
    return row.pk


def _accept(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    transferring.accept_transfer(transfer_id=_asked(member_id, actor), actor=actor, at=at)
    return _("已接收")


def _decline(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    words = given.get("words", "")
    asked = _asked(member_id, actor)
    transferring.decline_transfer(transfer_id=asked, words=words, actor=actor, at=at)
    return _("已答复不接收")


def _withdraw(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    transferring.withdraw_transfer(transfer_id=_asked(member_id, actor), actor=actor, at=at)
    return _("已撤回")


def _leave(member_id: UUID, given: Given, *, actor: Actor, at: datetime) -> str:
    day = day_in(given.get("on", ""), "on")
    actions.end_member(member_id=member_id, on=day, actor=actor, at=at)
    return _("已转出名册")


ACTS: dict[str, Callable[..., str]] = {
    "confirm": _confirm,
    "transfer": _transfer,
    "accept": _accept,
    "decline": _decline,
    "withdraw": _withdraw,
    "leave": _leave,
}


def _asked(member_id: UUID, actor: Actor) -> UUID:
    """Return the transfer that waits; a proposal answered meanwhile is told from none at all."""
    row = members.transfers(actor=actor, member_id=member_id).first()
    if row is None:
        raise Denied
    key: UUID = row.pk
    return key


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest,
    member_id: UUID,
    *,
    no: Refusal | None = None,
    tried: str = "",
    shown: str = "",
) -> HttpResponse:
    actor = actor_of(request)
    row = members.member(member_id, actor=actor)
    given = request.POST.dict() if no is not None else {}
    context = {
        "section": "party",
        "one": _shown(row, actor=actor) | {"name": shown or str(row.name), "is_open": bool(shown)},
        "history": [
            {"body": body_label(one.body), "from": one.valid_from, "to": one.valid_to}
            for one in members.memberships(row, actor=actor)
        ],
        "looks": [{"seen": one, "reason": _(REASONS[one.reason])} for one in members.looks(row)],
        "kept": _kept(),
        "reasons": [option(key, _(word)) for key, word in REASONS.items()],
        "acts": _forms(row, given, no, tried, actor=actor),
    }
    return answer(request, "organisations/member.html", context, no)


def _shown(row: Any, *, actor: Actor) -> dict[str, Any]:
    waits = members.transfers(actor=actor, member_id=row.pk).filter(answer="").first()
    may_open = party_section.may_open(row.body, actor)
    return {
        "standing": standing_words()[Standing(row.standing)],
        "joined": row.joined,
        "body": body_label(row.body),
        "body_url": reverse("desk_party_body", args=[row.body_id]) if may_open else "",
        "place": regions.label(row.region_path),
        "left_at": row.left_at,
        "url": reverse("desk_party_member", args=[row.pk]),
        "reveal_url": reverse("desk_party_reveal", args=[row.pk]),
        "waits": {"to": body_label(waits.to), "at": waits.proposed_at, "start": waits.start}
        if waits
        else None,
    }


def _kept() -> dict[str, Any]:
    told = members.kept_because()
    return {"basis": _(BASES[told.basis]), "purpose": _(told.purpose), "days": told.days}


def transfers_of(actor: Actor, body: UUID | None = None) -> list[dict[str, Any]]:
    """Return transfers as lists show them: no name, and who has to answer."""
    return [
        {
            "start": one.start,
            "at": one.proposed_at,
            "body": body_label(one.body),
            "to": body_label(one.to),
            "url": _seen_url(one, actor),
            "words": one.words,
            "state": _state(one),
        }
        for one in members.transfers(actor=actor, body=body)[:SHOWN]
    ]


SHOWN = 100


def _seen_url(one: Any, actor: Actor) -> str:
    """Return the member's page for whom it opens now: it goes with the member."""
    held_at = one.also_at if one.answer == Answer.ACCEPTED else one.region_path
    seen = {held_at} if one.answer else {one.region_path, one.also_at}
    is_seen = any(actor.roles_at(path) & ROLL_KEEPERS for path in seen)
    return reverse("desk_party_member", args=[one.member_id]) if is_seen else ""


def _state(one: Any) -> dict[str, str]:
    if not one.answer:
        return {"label": _("等待接收"), "tone": "soon"}
    key = Answer(one.answer)
    return {"label": _(ANSWER_WORDS[key]), "tone": TONES[key]}


# ------------------------------------------------------------------ the forms


def _forms(
    row: Any, given: Given, no: Refusal | None, tried: str, *, actor: Actor
) -> list[dict[str, Any]]:
    labels = {
        "confirm": _("转为正式党员"),
        "transfer": _("转到别的党组织"),
        "accept": _("接收"),
        "decline": _("不接收"),
        "withdraw": _("撤回转接"),
        "leave": _("登记转出"),
    }
    return [
        {
            "url": reverse("desk_party_member_act", args=[row.pk, verb]),
            "prefix": f"{verb}_",
            "button": labels[verb],
            "fields": _FIELDS[verb](given if verb == tried else {}, no if verb == tried else None),
            "open": verb in (tried, "accept"),
        }
        for verb in _offered(row, actor)
    ]


def _offered(row: Any, actor: Actor) -> list[str]:
    keeps = bool(actor.roles_at(row.region_path) & ROLL_KEEPERS)
    if row.also_at:
        receives = bool(actor.roles_at(row.also_at) & ROLL_KEEPERS)
        return ["accept", "decline"] * receives + ["withdraw"] * keeps
    if not keeps or row.left_at:
        return []
    return ["confirm"] * (row.standing == Standing.PROBATIONARY) + ["transfer", "leave"]


def _none(given: Given, no: Refusal | None) -> Fields:
    return []


def _day(given: Given, no: Refusal | None) -> dict[str, Any]:
    usual = {"on": given.get("on") or timezone.localdate().isoformat()}
    return one_field("on", _("从哪天起"), no, usual, "date", help=_("当天或以前的日子"))


def _transfer_fields(given: Given, no: Refusal | None) -> Fields:
    told = _("对方名册不由您登记的，由对方党务干事接收后才转")
    to = pick_field("to", _("转入党组织"), no, given, empty=_("还没有选"))
    return [to | {"help": told}, _day(given, no)]


def _words(given: Given, no: Refusal | None) -> Fields:
    return [one_field("words", _("不接收的理由"), no, given, "textarea", longest=200, rows=2)]


_FIELDS: dict[str, Callable[[Given, Refusal | None], Fields]] = {
    "confirm": _none,
    "transfer": _transfer_fields,
    "accept": _none,
    "decline": _words,
    "withdraw": _none,
    "leave": lambda given, no: [_day(given, no)],
}
