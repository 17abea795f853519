"""What a body's page shows of it as a party organisation (单位页上的党组织情况)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.rules import Actor
from quanyu.organisations.actions.members import ROLL_KEEPERS
from quanyu.organisations.queries import elections as election_reads
from quanyu.organisations.queries import meetings as meeting_reads
from quanyu.organisations.queries import members
from quanyu.organisations.queries import party as reads
from quanyu.organisations.queries.norms import norms
from quanyu.organisations.queries.party_words import sentence, standing_words
from quanyu.organisations.queries.sections import Figure, Section, sections
from quanyu.organisations.rules.kinds import PARTY
from quanyu.organisations.rules.members import Standing
from quanyu.organisations.rules.norms import NormKey, Norms, norm
from quanyu.organisations.rules.party import (
    ELECTING,
    LIFE_KEEPERS,
    TITLES,
    Head,
    term_norm,
    warnings,
)
from quanyu.organisations.rules.rhythm import MEETING_WORDS, MeetingKind
from quanyu.organisations.rules.terms import CHANGE_WORDS, DUE_WORDS, FORM_WORDS, Due, Form, due
from quanyu.organisations.workflow.elections import ElectionState

RECENT = 6
MEMBERS = 30
"""Where it stands on the page of a body."""
TONES = {Due.LATER: "done", Due.SOON: "soon", Due.OVERDUE: "late"}


@sections.answered_by
def section_of(body_id: UUID, on: date, actor: Actor, at: datetime) -> tuple[Section, ...]:
    """Return members, terms, meetings and elections for the page of a body.

    Of a past day the members alone: what runs, waits or is late is so today.
    """
    row = reads.any_body(body_id)
    if row and on != timezone.localdate(at):
        return _then(row, on)
    told = shown(row, actor=actor, at=at) if row else None
    if told is None:
        return ()
    head: Head | None = told["head"]
    number = str(head.total) if head else "—"
    note = _("预备 {n} 人").format(n=head.probationary) if head and head.probationary else ""
    url = told["url"] if may_open(row, actor) else ""
    figure = Figure(_("党员数"), number, note, url)
    context = told | {"url": url}
    return (Section("members", MEMBERS, "organisations/_party_section.html", context, (figure,)),)


def _then(row: Any, on: date) -> tuple[Section, ...]:
    """Return how many members an organisation had on a day."""
    if row.kind not in PARTY:
        return ()
    head = reads.facts_of(row, on=on).head
    figure = Figure(_("党员数"), str(head.total) if head else "—")
    context = {"head": head, "on": on}
    return (Section("members", MEMBERS, "organisations/_party_then.html", context, (figure,)),)


def may_open(row: Any, actor: Actor) -> bool:
    """Answer whether the actor leads where an organisation stands."""
    return any(row.life_path.startswith(place) for place in actor.places_in("life"))


def shown(row: Any, *, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Return the section of one body; None where it is no party organisation."""
    if row.kind not in PARTY:
        return None
    on = timezone.localdate(at)
    held, facts = norms(on=on), reads.facts_of(row, on=on)
    keeps = bool(actor.roles_at(row.life_path) & LIFE_KEEPERS)
    return {
        "head": facts.head,
        "own": reads.count_on(row.pk, on=on),
        "history": list(reads.counts(row.pk)[1:RECENT]),
        "warned": [
            {
                "title": _(TITLES[one.key]),
                "sentence": sentence(one),
                "clause": one.norm.clause,
                "is_sample": one.norm.is_sample,
            }
            for one in warnings(facts, held, today=on)
        ],
        "term": _term(row, held, on=on),
        "terms": [_past(one) for one in reads.terms(row.pk)[:RECENT] if one.ended],
        "changes": [_change(one) for one in reads.changes(actor=actor, body=row.pk)[:RECENT]],
        "meetings": _meetings(row, actor=actor, at=at),
        "rhythms": [
            {
                "kind": _(MEETING_WORDS[one.kind]),
                "last": one.last,
                "due": one.due,
                "is_late": one.is_overdue(on),
            }
            for one in meeting_reads.rhythm(actor=actor, on=on, body=row.pk)
        ],
        "elections": _elections(row, actor=actor),
        "new_meeting_url": f"{reverse('desk_meeting_new')}?body={row.pk}" if keeps else "",
        "new_election_url": _new_election(row, actor=actor) if keeps else "",
        "url": reverse("desk_party_body", args=[row.pk]),
    }


def roll(row: Any, *, actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Return the roll, masked, for who keeps it; None for everybody else."""
    if not actor.roles_at(row.life_path) & ROLL_KEEPERS:
        return None
    own = reads.count_on(row.pk, on=timezone.localdate(at))
    head = Head(own.full, own.probationary) if own else None
    told = members.difference(row.pk, head, actor=actor)
    return {
        "rows": [
            {
                "name": str(one.name),
                "standing": standing_words()[Standing(one.standing)],
                "joined": one.joined,
                "is_leaving": bool(one.also_at),
                "url": reverse("desk_party_member", args=[one.pk]),
            }
            for one in members.roll(row.pk, actor=actor)
        ],
        "difference": told if told and not told.is_none else None,
    }


def usual_years(row: Any) -> int | str:
    """Return how long a term of this organisation is by the rules; "" where none says it."""
    on = timezone.localdate()
    found = term_norm(reads.facts_of(row, on=on), norms(on=on))
    return found.amount if found else ""


def _term(row: Any, held: Norms, *, on: Any) -> dict[str, Any] | None:
    term = reads.current_term(row.pk)
    if term is None:
        return None
    months = norm(held, NormKey.ELECTION_MONTHS)
    stands = due(term.span, months=months.amount if months else 0, today=on)
    return {
        "form": _(FORM_WORDS[Form(term.form)]),
        "size": term.size,
        "starts": term.starts,
        "years": term.years,
        "due": term.span.due,
        "moved": term.moved_to is not None,
        "state": {"label": _(DUE_WORDS[stands]), "tone": TONES[stands]},
    }


def _past(term: Any) -> dict[str, Any]:
    form = _(FORM_WORDS[Form(term.form)])
    return {"form": form, "size": term.size, "starts": term.starts, "ended": term.ended}


def _change(one: Any) -> dict[str, Any]:
    answers = {None: _("等待上级批复"), True: _("已批准"), False: _("未批准")}
    return {
        "kind": _(CHANGE_WORDS[one.kind]),
        "to": one.to,
        "reason": one.reason,
        "answer": answers[one.is_approved],
        "words": one.words,
    }


def _meetings(row: Any, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    found = meeting_reads.meetings({"body": row.code}, actor=actor, at=at)[:RECENT]
    return [
        {
            "kind": _(MEETING_WORDS[MeetingKind(one.kind)]),
            "title": one.title,
            "starts_at": one.starts_at,
            "url": reverse("desk_meeting", args=[one.pk]),
            "state": meeting_state(one, at=at),
        }
        for one in found
    ]


def meeting_state(one: Any, *, at: datetime) -> dict[str, str]:
    """Return how a meeting stands: its word, its tint and its mark."""
    if one.called_off_at is not None:
        return {"label": _("已取消"), "tone": "void", "icon": "circle-x"}
    if one.recorded_at is not None:
        return {"label": _("已登记"), "tone": "done", "icon": "circle-check"}
    if one.starts_at > at:
        return {"label": _("已安排"), "tone": "move", "icon": "calendar"}
    return {"label": _("待登记"), "tone": "soon", "icon": "pencil"}


def _elections(row: Any, *, actor: Actor) -> list[dict[str, Any]]:
    found = list(election_reads.of_body(row.pk, actor=actor))
    days = election_reads.met_on(found, actor=actor)
    return [
        {
            "day": days[one.pk],
            "state": election_state(one),
            "url": reverse("desk_election", args=[one.pk]),
        }
        for one in found
    ]


def election_state(one: Any) -> dict[str, str]:
    """Return how an election stands: its word, its tint and its mark."""
    tones = {
        ElectionState.PREPARING: ("hold", "pencil"),
        ElectionState.READY: ("soon", "list-check"),
        ElectionState.VOTED: ("move", "checkbox"),
        ElectionState.CONCLUDED: ("done", "circle-check"),
        ElectionState.WITHDRAWN: ("void", "circle-x"),
    }
    state = ElectionState(one.state)
    tone, icon = tones[state]
    return {"label": str(state.label), "tone": tone, "icon": icon}


def _new_election(row: Any, *, actor: Actor) -> str:
    runs = election_reads.of_body(row.pk, actor=actor).filter(ended_at=None).exists()
    may = row.kind in ELECTING and not runs
    return f"{reverse('desk_election_new')}?body={row.pk}" if may else ""
