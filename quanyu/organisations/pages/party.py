"""Party organisations: warnings, due elections, overdue meetings, rules (党组织台账)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.kernel.access.http import actor_of, answer, asked, hidden_if_denied
from quanyu.kernel.access.narrowing import pick
from quanyu.kernel.access.rules import Actor, upper
from quanyu.kernel.errors import Denied
from quanyu.kernel.paging import PAGE, begin_of
from quanyu.organisations.pages import member
from quanyu.organisations.queries import meetings as meeting_reads
from quanyu.organisations.queries import party as reads
from quanyu.organisations.queries.party_words import body_kind, body_label, sentence
from quanyu.organisations.rules.norms import Norm
from quanyu.organisations.rules.party import TITLES, WarningKey
from quanyu.organisations.rules.rhythm import MEETING_WORDS
from quanyu.organisations.rules.terms import DUE_WORDS, FORM_WORDS, Due, Form
from quanyu.regions import queries as regions

R = TypeVar("R")
VIEWS = {
    "desk_party": "warnings",
    "desk_party_due": "due",
    "desk_party_rhythms": "rhythms",
    "desk_party_transfers": "transfers",
}
TONES = {Due.SOON: "soon", Due.OVERDUE: "late"}


@require_GET
@hidden_if_denied
def warned(request: HttpRequest) -> HttpResponse:
    """List what the rules say against organisations within reach; the figures are these rows."""
    actor, on = actor_of(request), timezone.localdate()
    given = asked(request, "key", "place")
    found = reads.warned_for(actor, on=on, place=given.get("place", ""))
    counts = reads.counted(found)
    key = given.get("key", "")
    kept = [pair for pair in found if not key or pair[1].key == key]
    shown = _paged(request, kept, given, "desk_party")
    rows = [
        _about(body) | {"title": _(TITLES[one.key]), "sentence": sentence(one)} | _cited(one.norm)
        for body, one in shown.rows
    ]
    context = {
        "filters": [_keys(given, counts), *_places(given, actor, "desk_party")],
        "rows": rows,
        **shown.frame,
        "clear_url": reverse("desk_party") if given else "",
    }
    return _page(request, "desk_party", context)


@require_GET
@hidden_if_denied
def due(request: HttpRequest) -> HttpResponse:
    """List the elections due soon or overdue, and the requests that wait for a decision."""
    actor, at = actor_of(request), timezone.now()
    given = asked(request, "place")
    found = [
        one
        for place in _within(actor, given.get("place", ""))
        for one in reads.due_elections(on=timezone.localdate(at), place=place)
    ]
    found.sort(key=lambda one: one.term.span.due)
    waiting = reads.changes(actor=actor, waiting=True)
    shown = _paged(request, found, given, "desk_party_due")
    context = {
        "filters": _places(given, actor, "desk_party_due"),
        "rows": [_due(one) for one in shown.rows],
        **shown.frame,
        "waiting": [
            _about(one.term.body) | {"to": one.to, "reason": one.reason, "asked_at": one.asked_at}
            for one in waiting[:PAGE]
        ],
        "clear_url": reverse("desk_party_due") if given else "",
    }
    return _page(request, "desk_party_due", context)


@require_GET
@hidden_if_denied
def rhythms(request: HttpRequest) -> HttpResponse:
    """List the bodies that let a whole period go by without a meeting."""
    actor, on = actor_of(request), timezone.localdate()
    given = asked(request, "place")
    found = meeting_reads.overdue(actor=actor, on=on, place=given.get("place", ""))
    shown = _paged(request, found, given, "desk_party_rhythms")
    rows = [
        _about(one.body)
        | {"kind": _(MEETING_WORDS[one.kind]), "last": one.last, "due": one.due}
        | _cited(one.norm)
        for one in shown.rows
    ]
    context = {
        "filters": _places(given, actor, "desk_party_rhythms"),
        "rows": rows,
        **shown.frame,
        "clear_url": reverse("desk_party_rhythms") if given else "",
    }
    return _page(request, "desk_party_rhythms", context)


@require_GET
@hidden_if_denied
def transfers(request: HttpRequest) -> HttpResponse:
    """List the transfers from and to the rolls that one keeps; no name stands in it."""
    actor = actor_of(request)
    if not actor.places_in("roll"):
        raise Denied
    rows = member.transfers_of(actor)
    return _page(request, "desk_party_transfers", {"rows": rows, "total": len(rows)})


# ------------------------------------------------------------------ inside


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    labels = {
        "desk_party": _("提醒"),
        "desk_party_due": _("应换届"),
        "desk_party_rhythms": _("会议逾期"),
    }
    if actor_of(request).places_in("roll"):
        labels["desk_party_transfers"] = _("组织关系转接")
    frame = {
        "section": "party",
        "view": VIEWS[name],
        "views": [
            {"label": label, "url": reverse(key), "current": key == name}
            for key, label in labels.items()
        ],
    }
    return answer(request, "organisations/party.html", frame | context)


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """One page of a list, and what its frame shows: how many there are, and the way on."""

    rows: Sequence[R]
    frame: dict[str, Any]


def _paged(
    request: HttpRequest, found: Sequence[R], given: Mapping[str, str], page: str
) -> Shown[R]:
    """Return the page of a list that the address asks for."""
    said = request.GET.get("after", "")
    begin = begin_of(said)

    def url(after: int) -> str:
        return f"{reverse(page)}?{urlencode({**given, 'after': after})}"

    pages = {
        "first": begin + 1,
        "last": min(begin + PAGE, len(found)),
        "next_url": url(begin + PAGE) if len(found) > begin + PAGE else "",
        "previous_url": url(max(begin - PAGE, 0)) if begin else "",
    }
    many = len(found) > PAGE
    frame = {"total": f"{len(found):,}", "pages": pages if many else None}
    return Shown(found[begin : begin + PAGE], frame)


def _about(body: Any) -> dict[str, Any]:
    return {
        "body": body_label(body),
        "kind": body_kind(body),
        "place": regions.label(body.region_path),
        "url": reverse("desk_party_body", args=[body.pk]),
    }


def _cited(one: Norm) -> dict[str, Any]:
    return {"clause": one.clause, "is_sample": one.is_sample}


def _due(one: reads.DueElection) -> dict[str, Any]:
    term = one.term
    return _about(term.body) | {
        "day": term.span.due,
        "moved": term.moved_to is not None,
        "form": _(FORM_WORDS[Form(term.form)]),
        "starts": term.starts,
        "state": {"label": _(DUE_WORDS[one.stands]), "tone": TONES[one.stands]},
    }


def _within(actor: Actor, place: str) -> Iterable[str]:
    """Return the places that a list is asked for, as far as the actor leads there."""
    own = actor.places_in("life")
    inside = [one for one in own if place <= one < upper(place)] if place else list(own)
    return [place] if any(place.startswith(one) for one in own) else inside


def _places(given: dict[str, str], actor: Actor, page: str) -> list[dict[str, Any]]:
    places = regions.places_to_pick(actor.places_in("life"), given.get("place", ""))
    return [pick("place", _("辖区"), places, asked=given, home=reverse(page))]


def _keys(given: dict[str, str], counts: dict[WarningKey, int]) -> dict[str, Any]:
    options = {
        key.value: _("{title}（{n}）").format(title=_(TITLES[key]), n=counts[key])
        for key in WarningKey
        if key in counts
    }
    return pick("key", _("事项"), options, asked=given, home=reverse("desk_party"))
