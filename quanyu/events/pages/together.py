"""The bodies of a matter on its page: how it came to them, each part, each meeting (承办)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.events.pages import shown
from quanyu.events.queries import clock, joint, joint_words, lineage, photos, words
from quanyu.events.queries.sentences import run_on
from quanyu.events.rules.joint import LIVE, LONGEST_DECISION, LONGEST_TASK
from quanyu.events.tables import MINUTES
from quanyu.kernel.access.http import field, option
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal

ASKS: Mapping[str, Sequence[str]] = {
    "acknowledge": [],
    "answer": ["outcome", "photos"],
    "hand_back": ["legal_ground", "reason"],
    "insist": ["reason"],
    "extend": ["days", "reason"],
    "withdraw": ["reason"],
}
"""What each act on a part asks for, in the order of the form."""

PICTURES = "image/jpeg,image/png,image/webp"
FEW = 2
"""With fewer turns there is nothing to tell of how a matter came to its body."""


def read(event: Any, steps: Sequence[Any], *, actor: Actor) -> tuple[list[Any], list[Any]]:
    """Return the parts and the meetings of a matter; one that never had any is not asked for."""
    verbs = {step.verb for step in steps}
    parts = joint.parts(event, actor=actor) if "join" in verbs else []
    meetings = joint.consultations(event, actor=actor) if "convene" in verbs else []
    return parts, meetings


def bodies_in(steps: Sequence[Any], parts: Sequence[Any], meetings: Sequence[Any]) -> list[UUID]:
    """Return every body that has to be called by name."""
    named = joint_words.bodies_in(steps)
    named += [row.body_id for row in parts]
    for one in meetings:
        named += [*one.invited, *([one.body_id] if one.body_id else [])]
    return named


def block(
    event: Any,
    steps: Sequence[Any],
    parts: Sequence[Any],
    meetings: Sequence[Any],
    *,
    bodies: Mapping[UUID, str],
    at: datetime,
) -> dict[str, Any] | None:
    """Return how a matter came to its bodies, its parts and meetings; None where it is plain."""
    turns = lineage.lines(steps, bodies=bodies, at=at)
    if len(turns) < FEW and not parts and not meetings:
        return None
    return {
        "turns": turns,
        "lead": bodies.get(event.body_id, ""),
        "parts": [_part(row, bodies, at=at) for row in parts],
        "meetings": [_meeting(one, bodies) for one in meetings],
    }


def _part(row: Any, bodies: Mapping[UUID, str], *, at: datetime) -> dict[str, Any]:
    taken = photos.of_part(row)
    return {
        "body": bodies.get(row.body_id, ""),
        "task": row.task,
        "state": {"code": row.state, "label": joint.state_words(row)},
        "due": clock.of_part(row, at=at) if row.state in LIVE else None,
        "outcome": row.outcome,
        "answered_at": row.answered_at,
        "ground": words.reason_words("reason_hand_back", row.legal_ground, at=at)
        if row.legal_ground and row.state == "returned"
        else "",
        "reason": row.withdrawn_reason or (row.reason if row.state == "returned" else ""),
        "photos": [shown.photo(file) for file in taken],
    }


def _meeting(one: Any, bodies: Mapping[UUID, str]) -> dict[str, Any]:
    def named(keys: Sequence[UUID]) -> str:
        return joint_words.listed([bodies[key] for key in keys if key in bodies])

    minutes = reverse("desk_export_new", args=[MINUTES.name])
    return {
        "is_open": one.ended_at is None,
        "is_called_off": one.is_called_off,
        "question": one.question,
        "when": joint_words.meeting(one.meets_at, one.place),
        "invited": named(one.invited),
        "attended": named(one.attended),
        "people": joint_words.people(one.people) if one.people else "",
        "said": _decided(one, bodies) if one.decision else "",
        "minutes_url": f"{minutes}?consultation={one.pk}" if one.decision else "",
    }


def to_meet(meetings: Sequence[Any], *, at: datetime) -> dict[str, str] | None:
    """Return for what a matter waits whose meeting is still to be held, or None."""
    one = next((m for m in meetings if m.ended_at is None and m.meets_at > at), None)
    if one is None:
        return None
    when = joint_words.meeting(one.meets_at, one.place)
    return {
        "who": _("等着会商"),
        "sentence": _("{when}。开过会，在这里写纪要定案").format(when=when),
    }


def _decided(one: Any, bodies: Mapping[UUID, str]) -> str:
    lead = _("牵头 {body}").format(body=bodies.get(one.body_id, ""))
    clause = codes.cited(codes.clause_entry(one.clause)) if one.clause else ""
    return run_on((one.decision, lead, one.reason, clause))


# ------------------------------------------------------------------ the acts on parts


def moves(
    parts: Sequence[Any],
    *,
    bodies: Mapping[UUID, str],
    actor: Actor,
    at: datetime,
    given: Mapping[str, Any],
    verb: str = "",
    no: Refusal | None = None,
) -> list[dict[str, Any]]:
    """Return the acts offered on each part, as the page shows the acts on the matter itself."""
    return [
        _move(row, move, bodies, at=at, given=given, refused=verb, no=no)
        for row in parts
        for move in joint.offers(row, actor=actor)
    ]


def ranked(moves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the acts with that on one's own part first, where nothing of the whole is."""
    mine = next((move for move in moves if move.get("mine")), None)
    if mine is None or any(move["primary"] for move in moves):
        return moves
    first = mine | {"primary": True, "open": True}
    return [first, *(move for move in moves if move is not mine)]


def _move(
    row: Any,
    move: Any,
    bodies: Mapping[UUID, str],
    *,
    at: datetime,
    given: Mapping[str, Any],
    refused: str,
    no: Refusal | None,
) -> dict[str, Any]:
    key = f"{move.verb}_part-{row.pk}"
    was = refused == key
    said = given if was else {}
    fields = [_field(name, said, no if was else None, at=at) for name in ASKS[move.verb]]
    mine = move.verb in {"acknowledge", "answer", "hand_back"}
    label = words.verb_words(f"{move.verb}_part")
    return {
        "verb": key,
        "label": label if mine else f"{label}{_('：')}{bodies.get(row.body_id, '')}",
        "button": label,
        "url": reverse("desk_part_act", args=[row.event.number, row.pk, f"{move.verb}_part"]),
        "primary": False,
        "mine": move.verb in {"acknowledge", "answer"},
        "note": _note(move.verb, row),
        "fields": fields,
        "spot": None,
        "limit": None,
        "open": was,
    }


def _note(verb: str, row: Any) -> str:
    due = _("{time} 前答复").format(time=joint_words.moment(row.due_at))
    whole = _("只答复自己的一部分，整件事由牵头单位答复")
    notes = {
        "acknowledge": run_on((_("要办：{task}").format(task=row.task), due)),
        "answer": run_on((due, whole)),
        "hand_back": _("这一项只能退一次，时限不停"),
        "insist": _("仍由这个单位办"),
        "extend": _("从现在起算，不晚于事项到期；事项到期了，先给事项延期"),
        "withdraw": _("撤回后这个单位看不到这件事了"),
    }
    return notes[verb]


def _field(
    name: str, said: Mapping[str, Any], no: Refusal | None, *, at: datetime
) -> dict[str, Any]:
    value = said.get(name, "")
    made: dict[str, dict[str, Any]] = {
        "outcome": {"label": _("办了什么"), "kind": "textarea", "maxlength": LONGEST_DECISION},
        "reason": {"label": _("理由"), "kind": "textarea", "maxlength": LONGEST_TASK},
        "days": {"label": _("给几个工作日"), "kind": "number"},
        "legal_ground": {"label": _("退回依据"), "kind": "select", "options": _grounds(at)},
        "photos": {
            "label": _("照片"),
            "kind": "file",
            "required": False,
            "accept": PICTURES,
            "multiple": True,
        },
    }
    more = made[name]
    return field(name, more.pop("label"), more.pop("kind"), no=no, value=value, **more)


def _grounds(at: datetime) -> list[dict[str, str]]:
    day = local(at).date()
    return [option(code, label) for code, label in codes.choices("reason_hand_back", on=day)]


# ------------------------------------------------------------------ on the list of my work


TASKS = ("acknowledge_part", "answer_part", "insist_part", "attend")


def to_do() -> dict[str, str]:
    """Return what the groups of these tasks are called."""
    return {
        "acknowledge_part": _("待签收协办"),
        "answer_part": _("待答复协办"),
        "insist_part": _("待裁定协办"),
        "attend": _("待参加会商"),
    }


def tasks(*, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return the parts and the meetings that wait for me, as rows of my work."""
    rows = [_task(row, verb, at=at) for row, verb in joint.owed(actor=actor)]
    return rows + [_call(one) for one in joint.invited(actor=actor)]


def before_meeting(event: Any, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return how the row of a consultation reads while its meeting is still to be held."""
    one = joint.consultation(event.consulting, actor=actor) if event.consulting else None
    return {} if one is None or one.meets_at <= at else _call(one) | {"due": None}


def _task(row: Any, verb: str, *, at: datetime) -> dict[str, Any]:
    return _row(row.event, f"{verb}_part", row.task) | {"due": clock.of_part(row, at=at)}


def _call(one: Any) -> dict[str, Any]:
    when = joint_words.meeting(one.meets_at, one.place)
    return _row(one.event, "attend", when) | {"due": None}


def _row(event: Any, verb: str, said: str) -> dict[str, Any]:
    acts = {"attend": _("参加会商")}
    return {
        "number": event.number,
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "state": shown.state(event.state),
        "urgent": event.is_urgent,
        "meta": f"{event.number} · {said}",
        "verb": verb,
        "act": acts.get(verb) or words.verb_words(verb),
    }
