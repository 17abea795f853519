"""What the pages of re-organisations show of one: its steps, rehearsal, progress, story."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.accounts import queries as accounts
from quanyu.kernel.accounts.rules import ROLE_NAMES
from quanyu.kernel.tables.documents import Cell, Document, Head, Part, Side
from quanyu.regions import queries
from quanyu.regions.queries import rehearsed
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.queries.past import Became
from quanyu.regions.queries.rehearsed import called
from quanyu.regions.queries.rehearsing import Line, behind, rehearse
from quanyu.regions.queries.tree import in_language
from quanyu.regions.rules.changes import CHANGE_WORDS, Change, Operation
from quanyu.regions.tables import REHEARSAL, REORGANISATIONS
from quanyu.regions.workflow import REORGANISATION, WAITING, ReorganisationState

S = ReorganisationState
TONES = {
    S.DRAFT: "hold",
    S.SUBMITTED: "soon",
    S.APPROVED: "move",
    S.TAKING: "move",
    S.DONE: "done",
    S.REFUSED: "void",
    S.WITHDRAWN: "void",
}

STEPS_SHOWN = 50


def listed(names: Sequence[str]) -> str:
    """Return some names in a sentence."""
    return pgettext("between items", "、").join(names)


def state(row: Any) -> dict[str, str]:
    """Return where one stands: its word and how it is tinted."""
    found = ReorganisationState(row.state)
    return {"label": str(found.label), "tone": TONES[found]}


def row(one: Any) -> dict[str, Any]:
    """Return one as the list shows it."""
    return {
        "title": one.title,
        "url": reverse("desk_reorganisation", args=[one.pk]),
        "place": called(one.region_path),
        "state": state(one),
        "effective": one.effective_date,
        "ground": one.ground,
    }


@REORGANISATIONS.read_by
def values(rows: Sequence[Any], *, at: datetime) -> list[dict[str, Any]]:
    """Return what each re-organisation holds by the columns of its list."""
    return [
        {
            "title": one.title,
            "place": called(one.region_path),
            "state": state(one)["label"],
            "effective": one.effective_date,
            "steps": "; ".join(said(each.operation) for each in reads.steps_of(one)),
            "reason": one.reason,
            "ground": one.ground,
            "document": one.document,
        }
        for one in rows
    ]


def facts(one: Any) -> dict[str, Any]:
    """Return what one says of itself."""
    people = accounts.account_names(
        [key for key in (one.made_by, one.submitted_by, one.approved_by) if key]
    )
    return {
        "title": one.title,
        "reason": one.reason,
        "ground": one.ground,
        "document": one.document,
        "place": called(one.region_path),
        "state": state(one),
        "effective": one.effective_date,
        "moves_grants": one.moves_grants,
        "made_by": people.get(one.made_by, ""),
        "made_at": one.made_at,
        "approved_by": people.get(one.approved_by, ""),
        "approved_at": one.approved_at,
        "ended_at": one.ended_at,
        "of_communities": one.of_communities,
    }


def steps(one: Any, *, actor: Actor, is_draft: bool) -> list[dict[str, Any]]:
    """Return the steps of one in words."""
    return [
        {
            "number": each.number,
            "change": _(CHANGE_WORDS[Change(each.operation.change)]),
            "sources": listed([called(path) for path in each.operation.origins]),
            "targets": listed(
                [
                    _("{name}（{path}）").format(name=in_language(t.name, t.name_en), path=t.path)
                    for t in each.operation.targets
                ]
            ),
            "units": units,
            "drop_url": reverse("desk_operation_drop", args=[one.pk, each.id]) if is_draft else "",
        }
        for each, units in reads.steps(one, actor=actor, most=STEPS_SHOWN)
    ]


def said(operation: Operation) -> str:
    """Return one step in a line."""
    change = _(CHANGE_WORDS[Change(operation.change)])
    sources = listed([called(path) for path in operation.origins])
    targets = listed([in_language(one.name, one.name_en) for one in operation.targets])
    return f"{change} {sources} → {targets}"


def passage(one: Became, path: str) -> dict[str, Any]:
    """Return one way from a place to another, as the page of a past place tells it."""
    return {
        "name": called(path),
        "path": path,
        "url": f"{reverse('desk_place_past')}?path={path}",
        "change": _(CHANGE_WORDS[Change(one.change)]),
        "on": one.on,
        "is_heir": one.is_heir,
    }


# ------------------------------------------------------------------ the rehearsal


def rehearsal(one: Any, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what one would move while it has not begun: found, being found, or not yet begun."""
    if one.state in (S.TAKING, S.DONE):
        lots = behind(one.pk, actor=actor, at=at)
        return {"rehearsal": None, "stays": rehearsed.lots(lots, {})}
    if one.state not in WAITING:
        return {"rehearsal": None}
    kept = rehearsed.kept(one, actor=actor)
    again = reverse("desk_reorganisation_act", args=[one.pk, "rehearse"])
    asks: dict[str, Any] = {
        "rehearse_url": again if reads.offers(one, actor=actor) else "",
        "trying_url": reverse("desk_reorganisation_trying", args=[one.pk]),
    }
    if kept is None or kept.done_at is None:
        return asks | {
            "rehearsal": None,
            "trying": _trying(kept.done, kept.total) if kept else _trying(0, 0),
        }
    told = rehearsed.shown(kept, actor=actor, place=one.region_path)
    if "wrong" in told:
        return asks | {"rehearsal": None, "wrong": told["wrong"]}
    is_stale = kept.edition != str(queries.edition())
    asks |= {"stays": told.get("stays", [])}
    return asks | {"rehearsal": told | {"at": kept.done_at, "is_stale": is_stale}}


def _trying(done: int, total: int) -> dict[str, Any]:
    """Return how far a rehearsal is."""
    said = _("等候预演，马上开始。可以离开，算好后再回来。")
    if total:
        said = _("正在预演：{done} / {total} 处。可以离开，算好后再回来。")
    return {"done": done, "total": total, "words": said.format(done=done, total=total)}


@REHEARSAL.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the re-organisation that the address names, if it is within reach."""
    return reads.reorganisations(actor=actor).filter(pk=reads.key(asked.get("reorganisation", "")))


@REHEARSAL.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    found = narrowed(asked, actor=actor, at=at).first()
    return [(_("区划调整"), found.title if found else "")]


@REHEARSAL.composed_by
def compose(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Document:
    """Return the rehearsal as a document: a table of places, then one of each kind."""
    one = reads.one(reads.key(asked.get("reorganisation", "")), actor=actor)
    found = rehearse(one, actor=actor, at=at)
    heads = [
        Head(_("路径"), width=26),
        Head(_("原名称"), width=26),
        Head(_("新名称"), width=26),
        Head(_("原户数"), Side.COUNT),
        Head(_("新户数"), Side.COUNT),
    ]
    rows: list[list[Cell]] = [
        [line.path, "" if line.is_new else line.name, line.name_after, line.before, line.after]
        for line in found.places
    ]
    parts = [Part(_("地方"), heads, rows)]
    names = {one.path: in_language(one.name, one.name_en) for one in found.outcome.born}
    parts += [_part(lot.label, lot.lines, names) for lot in found.moves]
    parts.append(_part(_("没有着落的"), found.left, names))
    parts += [
        _part(_("不随之转移：{kind}").format(kind=lot.label), lot.lines, names)
        for lot in found.stays
    ]
    return Document(one.title, called(one.region_path), parts)


def _part(title: str, lines: Sequence[Line], names: Mapping[str, str]) -> Part:
    heads = [
        Head(_("名称"), width=40),
        Head(_("说明"), width=24),
        Head(_("原来"), width=26),
        Head(_("以后"), width=26),
    ]
    rows = [
        [
            line.name,
            line.detail or None,
            called(line.origin),
            rehearsed.target_name(line.target, names) or None,
        ]
        for line in lines
    ]
    return Part(title, heads, rows)


# ------------------------------------------------------------------ progress and story


def progress(one: Any, *, actor: Actor) -> dict[str, Any]:
    """Return how far each part has come, once it has begun."""
    words = {
        "places": pgettext("what moves", "区划"),
        "buildings": pgettext("what moves", "楼栋"),
        "estates": _("小区与门牌"),
        "contacts": _("网格联系人"),
        "grants": pgettext("what moves", "授权"),
        "matters": _("未结事项"),
        "duties": _("单位与权责"),
        "posts": _("岗位与任职"),
    }
    found = [
        {
            "label": words.get(stage.name, stage.name),
            "looked": stage.looked,
            "changed": stage.changed,
            "done_at": stage.done_at,
        }
        for stage in reads.stages(one, actor=actor)
    ]
    return {
        "stages": found,
        "stages_done": sum(1 for stage in found if stage["done_at"]),
        "is_taking": one.state == S.TAKING,
        "progress_url": reverse("desk_reorganisation_progress", args=[one.pk]),
    }


def story(one: Any, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return what was done, the newest first."""
    return [
        {
            "at": step.at,
            "title": _title(step),
            "by": step.actor_name or (_("系统") if step.role == "system" else ""),
            "role": _(ROLE_NAMES[step.role]) if step.role in ROLE_NAMES else "",
            "text": step.facts.get("words", ""),
        }
        for step in reads.story(one, actor=actor)
    ]


def _title(step: Any) -> str:
    if step.verb == "start":
        return _("起草")
    if step.verb == "amend" and step.facts.get("change") in set(Change):
        change = _(CHANGE_WORDS[Change(step.facts["change"])])
        adds = step.facts.get("what") == "add"
        return (_("加一步：{change}") if adds else _("删一步：{change}")).format(change=change)
    return _(REORGANISATION.label(step.verb))
