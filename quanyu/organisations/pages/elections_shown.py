"""What the pages of elections show of one: plan, candidates, ballots, story (换届选举页面内容)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import field, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.kernel.errors import Refusal
from quanyu.organisations.pages.party_section import election_state
from quanyu.organisations.queries import elections as reads
from quanyu.organisations.queries.norms import deciding, norms, rule_of
from quanyu.organisations.queries.party_words import body_kind, body_label, body_labels
from quanyu.organisations.rules.voting import SEAT_WORDS, Seat, least_present, least_votes
from quanyu.organisations.workflow.elections import ELECTION
from quanyu.regions import queries as regions

FIRST = (
    "nominate",
    "close_list",
    "count",
    "again",  # while a seat is empty
    "conclude",
    "adjourn",
    "amend",
    "reopen",
    "withdraw",
)
"""In which order the acts stand; the first is open."""

NUMBERS = ("entitled", "present", "issued", "returned", "invalid")


def rows(found: Sequence[Any], *, actor: Actor) -> list[dict[str, Any]]:
    """Return elections as the list shows them."""
    names = body_labels(one.body_id for one in found)
    days = reads.met_on(found, actor=actor)
    return [
        {
            "url": reverse("desk_election", args=[one.pk]),
            "body": names.get(one.body_id, ""),
            "place": regions.label(one.region_path),
            "day": days[one.pk],
            "seats": seats(one.seats),
            "state": election_state(one),
        }
        for one in found
    ]


def seats(held: Mapping[str, int]) -> str:
    """Return how many are elected to each post, in a line."""
    told = [
        _("{seat} {n} 名").format(seat=_(SEAT_WORDS[Seat(seat)]), n=count)
        for seat, count in held.items()
    ]
    return pgettext("between items", "、").join(told)


def record(row: Any, *, actor: Actor) -> dict[str, Any]:
    """Return an election as page and print show it."""
    body, cast = reads.body_of(row), reads.ballots(row, actor=actor)
    found = deciding(norms(on=timezone.localdate()))
    return {
        "one": {
            "body": body_label(body),
            "kind": body_kind(body),
            "place": regions.label(row.region_path),
            "body_url": reverse("desk_party_body", args=[body.pk]),
            "day": cast[-1].ballot.held_on if cast else row.meeting_date,
            "seats": seats(row.seats),
            "entitled": row.entitled,
            "way": row.way,
            "state": election_state(row),
            "term": row.term,
            "next": row.next_term,
            "ended_at": row.ended_at,
        },
        "rule": _rule(row, found),
        "candidates": [_candidate(who) for who in reads.candidates(row, actor=actor)],
        "ballots": [_ballot(one, cast) for one in cast],
        "left": seats(row.seats_left()),
        "now": timezone.localtime(),
    }


def _rule(row: Any, found: Any) -> dict[str, Any] | None:
    """Return what must be reached with those entitled, and the clause."""
    if found is None:
        return None
    rule = rule_of(*found)
    return {
        "present": least_present(row.entitled, least=rule.least),
        "votes": least_votes(row.entitled, above=rule.above),
        "clause": found[0].clause,
        "is_sample": found[0].is_sample,
    }


def _candidate(who: Any) -> dict[str, Any]:
    return {
        "id": who.pk,
        "number": who.number,
        "name": who.name,
        "seat": _(SEAT_WORDS[Seat(who.seat)]),
        "is_elected": who.elected_in_id is not None,
    }


def _ballot(cast: reads.Cast, all_of: Sequence[reads.Cast]) -> dict[str, Any]:
    ballot, rule = cast.ballot, rule_of(cast.present, cast.majority)
    told = {name: getattr(ballot, name) for name in (*NUMBERS, "held_on", "is_quorate")}
    voted = [one for one in all_of if one.ballot.is_quorate and one.ballot.number <= ballot.number]
    return told | {
        "number": len(voted),
        "need_present": least_present(ballot.entitled, least=rule.least),
        "need_votes": least_votes(ballot.entitled, above=rule.above),
        "clause": cast.present.clause,
        "votes": [
            {
                "name": vote.candidate.name,
                "seat": _(SEAT_WORDS[Seat(vote.candidate.seat)]),
                "votes": vote.votes,
                "is_tied": vote.is_tied,
                "is_elected": vote.candidate.elected_in_id == ballot.pk,
            }
            for vote in cast.votes
        ],
    }


def story(row: Any, *, actor: Actor) -> list[dict[str, Any]]:
    """Return what was done, the newest first."""
    return [
        {
            "title": _("发起换届选举") if step.verb == "start" else _(ELECTION.label(step.verb)),
            "by": step.actor_name,
            "role": _(ROLE_NAMES[step.role]) if step.role in ROLE_NAMES else "",
            "at": step.at,
            "text": step.facts.get("words", ""),
        }
        for step in reads.story(row, actor=actor)
    ]


# ------------------------------------------------------------------ forms


def labels() -> dict[str, str]:
    """Return what the fields of forms are called."""
    return {
        "body": _("哪个组织"),
        "entitled": _("应到会有表决权的正式党员"),
        "meeting_date": _("选举日期"),
        "secretaries": _("应选书记"),
        "deputies": _("应选副书记"),
        "members": _("应选委员"),
        "way": _("选举办法"),
        "name": _("姓名"),
        "seat": _("职务"),
        "account": _("用户名"),
        "held_on": _("开会日期"),
        "present": _("实到人数"),
        "issued": _("发出选票"),
        "returned": _("收回选票"),
        "invalid": _("无效票"),
        "starts": _("新一届从哪天起"),
        "years": _("任期（年）"),
        "words": _("为什么"),
    }


def fields(
    row: Any, verb: str, given: Mapping[str, str], no: Refusal | None, *, actor: Actor
) -> list[dict[str, Any]]:
    """Return what an act asks for."""

    def one(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        told = {"value": given.get(name, "")} | more
        return field(name, labels()[name], kind, no=no, **told)

    if verb == "amend":
        return plan_fields(given or _held(row), no)
    if verb == "count":
        return _count_fields(row, given, no, actor=actor)
    made: dict[str, list[dict[str, Any]]] = {
        "nominate": [
            one("name", maxlength=40),
            one("seat", "select", options=_seats(row)),
            one("account", required=False, maxlength=60, help=_("当选后按这个账号提名任职")),
        ],
        "adjourn": [
            one("held_on", "date"),
            one("entitled", "number", value=given.get("entitled", row.entitled)),
            one("present", "number"),
        ],
        "conclude": [one("starts", "date", required=False), one("years", "number", required=False)],
    }
    words = [one("words", "textarea", rows=2, maxlength=500)]
    asks_why = verb in {"reopen", "withdraw"}
    return made.get(verb, words if asks_why else [])


def plan_fields(given: Mapping[str, Any], no: Refusal | None) -> list[dict[str, Any]]:
    """Return what is asked of the plan of an election."""

    def one(name: str, kind: str, **more: Any) -> dict[str, Any]:
        return field(name, labels()[name], kind, no=no, **{"value": given.get(name, "")} | more)

    return [
        one("meeting_date", "date"),
        one("entitled", "number"),
        one("secretaries", "number", required=False),
        one("deputies", "number", required=False),
        one("members", "number", required=False),
        one("way", "textarea", rows=3, required=False, maxlength=2_000),
    ]


def _count_fields(
    row: Any, given: Mapping[str, str], no: Refusal | None, *, actor: Actor
) -> list[dict[str, Any]]:
    usual = {"entitled": row.entitled, "held_on": row.meeting_date.isoformat(), "invalid": 0}

    def one(name: str, label: str, kind: str) -> dict[str, Any]:
        return field(name, label, kind, no=no, value=given.get(name, usual.get(name, "")))

    votes = [
        one(
            f"votes_{who.pk}",
            _("{name}（{seat}）得票").format(name=who.name, seat=_(SEAT_WORDS[Seat(who.seat)])),
            "number",
        )
        for who in reads.standing(row, actor=actor)
    ]
    named = labels()
    return [
        one("held_on", named["held_on"], "date"),
        *(one(name, named[name], "number") for name in NUMBERS),
        *votes,
    ]


def _seats(row: Any) -> list[dict[str, str]]:
    return [option(seat, _(SEAT_WORDS[Seat(seat)])) for seat in row.seats]


def _held(row: Any) -> dict[str, Any]:
    names = ("entitled", "secretaries", "deputies", "members", "way")
    told = {name: getattr(row, name) for name in names}
    return told | {"meeting_date": row.meeting_date.isoformat()}


def is_key(text: str) -> bool:
    """Answer whether a text is a key."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
