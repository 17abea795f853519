"""Exports and imports as the templates take them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import sentence
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.columns import Table
from quanyu.kernel.errors import Denied, Refusal
from quanyu.kernel.tables import queries, words
from quanyu.kernel.tables.rules import STATE_WORDS, UNDER_WAY, State

LOOKS = {
    State.ASKED: ("hourglass", "wait"),
    State.WAITING: ("clock", "wait"),
    State.RUNNING: ("loader-2", "move"),
    State.DONE: ("circle-check", "done"),
    State.CHECKED: ("list-check", "move"),
    State.WRONG: ("alert-triangle", "late"),
    State.FAILED: ("alert-triangle", "late"),
}
OTHERWISE = ("circle-x", "void")


def state(paper: Any) -> dict[str, Any]:
    """Return what every file has in common: its state by word, icon and colour."""
    icon, tone = LOOKS.get(State(paper.state), OTHERWISE)
    return {
        "state": paper.state,
        "state_words": _(STATE_WORDS[State(paper.state)]),
        "icon": icon,
        "tone": tone,
        "is_under_way": paper.state in UNDER_WAY,
        "at": paper.at,
        "done": f"{paper.done:,}",
        "total": f"{paper.total:,}",
        "most": max(paper.total, 1),
        "part": min(paper.done, max(paper.total, 1)),
        "size": paper.size,
        "sha256": paper.sha256,
        "ends_at": paper.ends_at,
        "sentence": sentence(Refusal(paper.sentence, **paper.parts)) if paper.sentence else "",
    }


def export(
    paper: Any, *, actor: Actor, at: datetime, names: Mapping[UUID, str] | None = None
) -> dict[str, Any]:
    """Return one export."""
    table = queries.table(paper.table)
    asked = queries.asked_of(paper.asked)
    is_there = paper.state == State.DONE and queries.made(paper).exists()
    is_open = paper.state in UNDER_WAY | {State.ASKED} and paper.account_id == actor.id
    listed = asked | {"cols": ",".join(paper.columns)}
    known = names or {}
    return state(paper) | {
        "title": _(table.title),
        "file_name": file_name(table, paper.at, paper.format),
        "url": reverse("desk_export", args=[paper.pk]),
        "told": told(table, asked, actor=actor, at=at),
        "reason": paper.reason,
        "who": known.get(paper.account_id, ""),
        "approved_by": known.get(paper.approved_by, "") if paper.approved_by else "",
        "approved_at": paper.approved_at,
        "file_url": reverse("desk_export_file", args=[paper.pk]) if is_there else "",
        "cancel_url": reverse("desk_export_cancel", args=[paper.pk]) if is_open else "",
        "approve_url": reverse("desk_export_approve", args=[paper.pk]),
        "refuse_url": reverse("desk_export_refuse", args=[paper.pk]),
        "list_url": f"{reverse(table.page)}?{queries.address(listed)}",
    }


def told(
    table: Table, asked: Mapping[str, str], *, actor: Actor, at: datetime
) -> list[tuple[str, str]]:
    """Return filters in words; those that mean nothing any more as they stand in the address."""
    try:
        return table.told(asked, actor=actor, at=at)
    except (Refusal, Denied):
        return list(asked.items())


def file_name(table: Table, at: datetime, form: str) -> str:
    """Return what a file is called on the disk of who takes it."""
    return f"{_(table.title)}-{timezone.localtime(at):%Y%m%d-%H%M}.{form}"


def taken(paper: Any) -> dict[str, Any]:
    """Return one import."""
    table = queries.table(paper.table)
    is_open = paper.state in UNDER_WAY | {State.CHECKED, State.WRONG}
    has_file = paper.state == State.WRONG and queries.faulty(paper).exists()
    may_confirm = paper.state == State.CHECKED and (paper.new or paper.changed)
    return state(paper) | {
        "title": _(table.title),
        "file_name": f"{_(table.title)} {timezone.localtime(paper.at):%Y-%m-%d %H:%M}",
        "url": reverse("desk_import", args=[paper.pk]),
        "new": f"{paper.new:,}",
        "changed": f"{paper.changed:,}",
        "same": f"{paper.same:,}",
        "wrong": f"{paper.wrong:,}",
        "changes": [_change(table, one) for one in paper.preview],
        "faults": [_fault(table, one) for one in paper.faults],
        "faults_url": reverse("desk_import_faults", args=[paper.pk]) if has_file else "",
        "confirm_url": reverse("desk_import_confirm", args=[paper.pk]) if may_confirm else "",
        "give_up_url": reverse("desk_import_give_up", args=[paper.pk]) if is_open else "",
        "again_url": reverse("desk_import_new", args=[table.name]),
        "list_url": reverse(table.page),
    }


def _change(table: Table, one: Mapping[str, Any]) -> dict[str, Any]:
    cells = [
        {
            "label": words.label(table, key),
            "old": words.value(table, key, old),
            "new": words.value(table, key, new),
        }
        for key, old, new in one["cells"]
    ]
    return {"row": one["row"], "key": one["key"], "is_new": one["is_new"], "cells": cells}


def _fault(table: Table, one: list[Any]) -> dict[str, Any]:
    row, column, text, said, parts = one
    return {
        "row": row,
        "column": words.label(table, column),
        "value": text,
        "sentence": words.fault(table, column, said, parts),
    }
