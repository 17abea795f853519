"""The minutes of a consultation as a document: bodies and counts, no person (会商纪要)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quanyu.events.queries import joint, joint_words, words
from quanyu.events.queries.values import place_words
from quanyu.events.tables import MINUTES
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Denied
from quanyu.kernel.tables.documents import Document, Head, Part
from quanyu.organisations import queries as organisations


@MINUTES.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the one meeting that this address names, once it has minutes."""
    return joint.held(_key(asked), actor=actor)


@MINUTES.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words which minutes are asked for."""
    one = joint.consultation(_key(asked), actor=actor)
    return [
        (_("事项"), one.event.number),
        (_("会商"), joint_words.meeting(one.meets_at, one.place)),
    ]


@MINUTES.composed_by
def compose(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Document:
    """Return the minutes: what was asked, who came, what was decided, and who does what.

    Bodies, numbers and the words of the office alone: no name, no telephone, no address and
    nothing of what the reporter said.
    """
    one = joint.consultation(_key(asked), actor=actor)
    event = one.event
    parts = [row for row in joint.parts(event, actor=actor) if row.asked_at == one.ended_at]
    keys = {*one.invited, one.body_id, *(row.body_id for row in parts)}
    bodies = organisations.body_names(sorted(key for key in keys if key))
    lines = [
        (_("事项编号"), event.number),
        (_("类别"), words.class_words(event.category, at=at)),
        (_("辖区"), place_words(event.region_path)),
        (_("会商"), joint_words.meeting(one.meets_at, one.place)),
        (_("议题"), one.question),
        (_("受邀单位"), _listed(one.invited, bodies)),
        (_("到会单位"), _listed(one.attended, bodies)),
        (_("到会人数"), str(one.people or "")),
        (_("决定"), one.decision),
        (_("牵头单位"), bodies.get(one.body_id, "") if one.body_id else ""),
        (_("依据条款"), codes.cited(codes.clause_entry(one.clause)) if one.clause else ""),
        (_("理由"), one.reason),
    ]
    heads = [Head(_("项目"), width=16), Head(_("内容"), width=80)]
    first = Part(_("纪要"), heads, [[label, said or None] for label, said in lines])
    tables = [first, *([_tasks(parts, bodies)] if parts else [])]
    return Document(_("会商纪要"), event.number, tables)


def _tasks(parts: Any, bodies: Mapping[UUID, str]) -> Part:
    heads = [
        Head(_("单位"), width=28),
        Head(_("要办哪一部分"), width=60),
        Head(_("到期"), width=20),
    ]
    rows = [
        [bodies.get(row.body_id, ""), row.task, joint_words.moment(row.due_at)] for row in parts
    ]
    return Part(_("分工"), heads, rows)


def _listed(keys: Any, bodies: Mapping[UUID, str]) -> str:
    return joint_words.listed([bodies[key] for key in keys if key in bodies])


def _key(asked: Mapping[str, str]) -> UUID:
    try:
        return UUID(asked.get("consultation", ""))
    except ValueError as fault:
        raise Denied from fault
