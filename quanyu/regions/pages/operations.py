"""One step of a re-organisation, put together page by page without a script (加一步)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.regions import queries, rules
from quanyu.regions.actions import reorganising as actions
from quanyu.regions.actions.reorganising import Step
from quanyu.regions.pages import allotting, founding
from quanyu.regions.pages.reorganising_shown import listed
from quanyu.regions.queries import choices
from quanyu.regions.queries import reorganising as reads
from quanyu.regions.queries.rehearsed import called
from quanyu.regions.rules.changes import CHANGE_WORDS, Change, Named, Operation, WrongOperation

OFFERED = (
    Change.MERGE,
    Change.SPLIT,
    Change.REDRAW,
    Change.EXTRACT,
    Change.MOVE,
    Change.RENAME,
    Change.FOUND,
)
HELP = {
    Change.MERGE: lazy("几个并成一个；事项、授权随之转入"),
    Change.SPLIT: lazy("一个分成几个，逐栋（逐网格）写明归哪个"),
    Change.REDRAW: lazy("相邻的几个重新分，可以多设、可以少设，逐栋写明归哪个"),
    Change.EXTRACT: lazy("划出一部分，另设一个或并入旁边的"),
    Change.MOVE: lazy("整个改到另一个社区（街道）之下"),
    Change.RENAME: lazy("代码不变，只换名称"),
    Change.FOUND: lazy("在没有网格的地方新设网格，或在街道里新设社区"),
}
MANY = frozenset({Change.MERGE, Change.EXTRACT, Change.REDRAW})
NEW = "new"


@read_or_write
@hidden_if_denied
def new(request: HttpRequest, reorganisation_id: UUID) -> HttpResponse:
    """Ask for the kind of change, then the places, then what becomes of them."""
    actor, at = actor_of(request), timezone.now()
    row = reads.one(reorganisation_id, actor=actor)
    if "amend" not in {move.verb for move in reads.offers(row, actor=actor)}:
        raise Denied
    asked = request.GET
    sources = _sources(asked, row)

    def added() -> HttpResponse:
        step = _meant(row, asked, sources, request.POST, actor)
        actions.add_operation(reorganisation_id=row.pk, step=step, actor=actor, at=at)
        messages.success(request, _("已加上这一步，看看预演"))
        return HttpResponseRedirect(reverse("desk_reorganisation", args=[row.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        context = {
            "section": "reorganisations",
            "title": row.title,
            "back_url": reverse("desk_reorganisation", args=[row.pk]),
            **_phase(row, asked, sources, request.POST, no, actor),
        }
        return answer(request, "regions/operation.html", context, no)

    return answered(request, added, page)


def _sources(asked: QueryDict, row: Any) -> list[str]:
    """Return the places that the address names: of the place of this one, and standing."""
    found = [path for path in asked.getlist("sources") if path.startswith(row.region_path)]
    return [path for path in found if queries.is_known(path)]


def _phase(
    row: Any,
    asked: QueryDict,
    sources: Sequence[str],
    given: QueryDict,
    no: Refusal | None,
    actor: Actor,
) -> dict[str, Any]:
    change = asked.get("change", "")
    if change not in set(OFFERED):
        return {"asking": _first(row), "heading": _("怎么调整")}
    if change == Change.FOUND:
        return _founding(row, asked, given, no, actor)
    if not sources:
        return {"asking": _second(row, change, asked), "heading": _(CHANGE_WORDS[Change(change)])}
    names = listed([called(path) for path in sources])
    return {
        "form": _third(row, Change(change), sources, given, no, asked, actor),
        "heading": f"{_(CHANGE_WORDS[Change(change)])}{_('：')}{names}",
    }


def _founding(
    row: Any, asked: QueryDict, given: QueryDict, no: Refusal | None, actor: Actor
) -> dict[str, Any]:
    within = _within(row, asked)
    heading = f"{_(CHANGE_WORDS[Change.FOUND])}{_('：')}{called(within)}"
    if "new" not in asked:
        return {"asking": founding.asking(within), "heading": heading}
    new = asked.get("new", "")
    told = founding.form(within, new, given, no, actor)
    pairs = [("change", Change.FOUND.value), ("within", within), ("new", new)]
    return {"form": _form(row, pairs) | told, "heading": heading}


def _within(row: Any, asked: QueryDict) -> str:
    """Return the place whose communities or grids are changed, as the address names it."""
    within, homes = asked.get("within", ""), choices.homes(row.region_path)
    return within if within in homes else (homes[0] if homes else str(row.region_path))


def _form(row: Any, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    url = reverse("desk_operation_new", args=[row.pk])
    return {
        "url": f"{url}?{urlencode(pairs)}",
        "button": _("加上这一步"),
        "cancel_url": reverse("desk_reorganisation", args=[row.pk]),
    }


def _first(row: Any) -> list[dict[str, Any]]:
    homes = choices.homes(row.region_path)
    return [
        field(
            "change",
            _("调整方式"),
            "radio",
            value=Change.MERGE.value,
            options=[option(one.value, _(CHANGE_WORDS[one]), str(HELP[one])) for one in OFFERED],
        ),
        field(
            "within",
            _("调整哪里的网格或社区"),
            "select",
            value=homes[-1] if homes else "",
            options=[option(path, called(path)) for path in homes],
        ),
    ]


def _second(row: Any, change: str, asked: QueryDict) -> list[dict[str, Any]]:
    within = _within(row, asked)
    options = [
        option(path, called(path), path)
        for path in choices.places(within, day=row.effective_date)
        if path != row.region_path
    ]
    value: Any = [] if change in MANY else ""
    kind = "checks" if change in MANY else "radio"
    return [
        field("change", "", "hidden", value=change),
        field("within", "", "hidden", value=within),
        field("sources", _("原来的地方"), kind, value=value, options=options),
        *([allotting.count_field(Change(change))] if change in allotting.DIVIDING else []),
    ]


def _third(
    row: Any,
    change: Change,
    sources: Sequence[str],
    given: QueryDict,
    no: Refusal | None,
    asked: QueryDict,
    actor: Actor,
) -> dict[str, Any]:
    made = {
        Change.MERGE: _merge_fields,
        Change.EXTRACT: _extract_fields,
        Change.MOVE: _move_fields,
        Change.RENAME: _rename_fields,
    }
    pairs = [("change", change.value), *(("sources", path) for path in sources)]
    pairs += [("new", asked.get("new", ""))] if "new" in asked else []
    form = _form(row, pairs)
    if change in allotting.DIVIDING:
        found = _slots(row, asked, sources, given, actor)
        return form | allotting.form(sources, found, given, no)
    return form | {"fields": made[change](row, sources, given, no, actor)}


def _slots(
    row: Any, asked: QueryDict, sources: Sequence[str], given: QueryDict, actor: Actor
) -> list[allotting.Slot]:
    new = allotting.count(asked.get("new", ""), Change(asked.get("change", "")))
    return allotting.slots(sources, new, given, day=row.effective_date, actor=actor)


_Fields = list[dict[str, Any]]


def _merge_fields(
    row: Any, sources: Sequence[str], given: QueryDict, no: Refusal | None, actor: Actor
) -> _Fields:
    kept = [
        option(path, _("沿用 {place} 的代码").format(place=called(path)), path) for path in sources
    ]
    return [
        *_path_fields(sources, given, no, kept, actor),
        *_name_fields(given, no, *_called(row, sources[0])),
    ]


def _extract_fields(
    row: Any, sources: Sequence[str], given: QueryDict, no: Refusal | None, actor: Actor
) -> _Fields:
    above = rules.parent(sources[0])
    beside = [
        option(path, called(path), path)
        for path in choices.places(above, day=row.effective_date)
        if path not in sources
    ]
    return [
        *_path_fields(sources, given, no, beside, actor),
        *_name_fields(given, no, "", "", label=_("新设的名称"), required=False),
        _unit_field(sources, given, no, _("划出哪些")),
    ]


def _move_fields(
    row: Any, sources: Sequence[str], given: QueryDict, no: Refusal | None, actor: Actor
) -> _Fields:
    options = [
        option(path, called(path), path) for path in choices.parents(sources[0], row.region_path)
    ]
    to = field("parent", _("改到哪里之下"), "select", no=no, options=options)
    to["value"] = given.get("parent", "")
    return [
        to,
        *([] if _is_grid(sources) else [_code_field(given, no)]),
        *_name_fields(given, no, *_called(row, sources[0])),
    ]


def _rename_fields(
    row: Any, sources: Sequence[str], given: QueryDict, no: Refusal | None, actor: Actor
) -> _Fields:
    return _name_fields(given, no, *_called(row, sources[0]))


def _called(row: Any, path: str) -> tuple[str, str]:
    """Return what a place is called, in Chinese and in English."""
    return queries.name_on(path, row.effective_date), choices.english_name(path)


def _path_fields(
    sources: Sequence[str],
    given: QueryDict,
    no: Refusal | None,
    others: Sequence[Mapping[str, str]],
    actor: Actor,
) -> _Fields:
    """Return where it goes: a place that stands, or a new one."""
    fresh = option(NEW, _("另给新代码"), _next(rules.parent(sources[0]), sources, actor))
    if not _is_grid(sources):
        fresh = option(NEW, _("另给新代码"))
    usual = others[0]["value"] if others else NEW
    to = field("target", _("调整后用哪个代码"), "select", no=no, options=[*others, fresh])
    to["value"] = given.get("target", usual)
    if no is not None and no.field == "targets":
        to["error"] = str(no)
    return [to, *([] if _is_grid(sources) else [_code_field(given, no, required=False)])]


def _code_field(given: QueryDict, no: Refusal | None, *, required: bool = True) -> dict[str, Any]:
    return field(
        "code",
        _("新社区代码的后三位"),
        no=no,
        value=given.get("code", ""),
        required=required,
        maxlength=3,
        help=_("用新代码时填写，例如 007；用过的不得再用"),
    )


def _name_fields(
    given: QueryDict,
    no: Refusal | None,
    usual: str,
    usual_english: str,
    *,
    label: str = "",
    required: bool = True,
) -> _Fields:
    english, name = given.get("name_en", usual_english), given.get("name") or usual
    said = label or _("名称")
    return [
        field("name", said, no=no, value=name, maxlength=80, required=required),
        field("name_en", _("英文名称"), value=english, required=False, maxlength=120),
    ]


def _unit_field(
    sources: Sequence[str], given: QueryDict, no: Refusal | None, label: str
) -> dict[str, Any]:
    options = [
        option(one.key, one.name, _("{households} 户").format(households=one.households))
        for one in choices.units(sources)
    ]
    chosen = given.getlist("units")
    wrong = no if no is None or no.field != "homes" else None
    found = field("units", label, "checks", no=wrong, options=options, value=chosen)
    if no is not None and no.field == "homes":
        found["error"] = str(no)
    return found


def _is_grid(sources: Sequence[str]) -> bool:
    return rules.level_of(sources[0]) is rules.Level.GRID


# ------------------------------------------------------------------ what was sent


def _meant(
    row: Any, asked: QueryDict, sources: Sequence[str], given: QueryDict, actor: Actor
) -> Step:
    """Return the step that a form means; whether it makes sense is for the rules.

    :raises WrongOperation: if the form says no place
    """
    change = asked.get("change", "")
    if change == Change.FOUND:
        return founding.step(_within(row, asked), asked.get("new", ""), given, actor)
    if not sources:
        raise WrongOperation(_("请选择原来的地方"), field="sources")
    if change in allotting.DIVIDING:
        found = _slots(row, asked, sources, given, actor)
        return Step(allotting.operation(change, sources, found, given))
    return Step(_operation(change, sources, given, row, actor))


def _operation(
    change: str, sources: Sequence[str], given: QueryDict, row: Any, actor: Actor
) -> Operation:
    name, english = given.get("name", ""), given.get("name_en", "")
    path = _path(change, sources, given, actor)
    if change == Change.EXTRACT and queries.is_known(path):
        usual, usual_english = _called(row, path)
        name, english = name or usual, english or usual_english
    targets = [Named(path, name, english)]
    homes: dict[str, str] = {}
    if change == Change.EXTRACT:
        homes = dict.fromkeys(given.getlist("units"), path)
    return Operation(change, tuple(sources), tuple(targets), homes)


def _path(change: str, sources: Sequence[str], given: QueryDict, actor: Actor) -> str:
    if change == Change.RENAME:
        return sources[0]
    above = given.get("parent", "") if change == Change.MOVE else rules.parent(sources[0])
    target = given.get("target", NEW)
    if target != NEW:
        return target
    if _is_grid(sources):
        return _next(above, sources, actor)
    return f"{above}{given.get('code', '').strip()}/"


def _next(above: str, sources: Sequence[str], actor: Actor) -> str:
    """Return the path of the next grid of the kind that is changed; only grids have one."""
    if not _is_grid(sources):
        return ""
    letter = sources[0][len(rules.parent(sources[0]))]
    return choices.next_path(above, letter=letter, actor=actor)
