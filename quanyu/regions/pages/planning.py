"""The planning desk: plans, one beside today, its sliders, how it is decided (网格规划)."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    parsed,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal
from quanyu.regions import actions
from quanyu.regions.pages import planned
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries import tree
from quanyu.regions.rules import planning as rules
from quanyu.regions.rules.changes import LONGEST
from quanyu.regions.rules.planning import State, Wanted, WrongPlan
from quanyu.regions.schemas import planning as schemas


@require_GET
@hidden_if_denied
def plans(request: HttpRequest) -> HttpResponse:
    """List the plans within reach, the newest first."""
    actor, state = actor_of(request), request.GET.get("state", "")
    found = queries.plans(actor=actor, state=state if state in set(State) else "")
    context = {
        "section": "plans",
        "rows": [planned.row(one) for one in found],
        "views": planned.views(state),
        "new_url": reverse("desk_plan_new") if _may_make(actor) else "",
    }
    return answer(request, "regions/plans.html", context)


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Make a plan of a place within reach."""
    actor, at = actor_of(request), timezone.now()
    if not _may_make(actor):
        raise Denied

    def made() -> HttpResponse:
        labels = {"place": _("地点"), "title": _("名称"), "reason": _("说明")}
        typed = parsed(schemas.PlanIn, request.POST.dict(), labels=labels)
        wanted = Wanted()
        row = actions.make_plan(**typed.model_dump(), wanted=wanted, actor=actor, at=at)
        return HttpResponseRedirect(reverse("desk_plan", args=[row.pk]))

    def page(no: Refusal | None) -> HttpResponse:
        form = {
            "url": reverse("desk_plan_new"),
            "fields": _new_fields(request, actor, no),
            "button": _("新建方案"),
            "cancel_url": reverse("desk_plans"),
        }
        context = {"section": "plans", "form": form, "wanted": Wanted()}
        return answer(request, "regions/plan_new.html", context, no)

    return answered(request, made, page)


@require_GET
@hidden_if_denied
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show one plan: today and the drawing side by side, figures, sliders, who moves."""
    return _page(request, plan_id)


@require_GET
@hidden_if_denied
def progress(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Say how far the drawing is; when it is done, the page is asked for anew."""
    actor = actor_of(request)
    row = queries.plan(plan_id, actor=actor)
    how = queries.progress(row, actor=actor)
    context = {"plan": row, "progress": how, "words": planned.waits(how)}
    response = answer(request, "regions/_plan_progress.html", context)
    if not how.is_under_way:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@hidden_if_denied
def act(request: HttpRequest, plan_id: UUID, verb: str) -> HttpResponse:
    """Draw anew, paint, undo, copy, propose, give up; a refusal shows the same page."""
    actor, at = actor_of(request), timezone.now()
    try:
        key, said = _ACTS[verb](request, plan_id, actor, at)
    except KeyError as fault:
        raise Denied from fault
    except Refusal as no:
        return _page(request, plan_id, no=no)
    messages.success(request, said)
    url, community = reverse("desk_plan", args=[key]), request.POST.get("community", "")
    return HttpResponseRedirect(f"{url}?community={community}" if community else url)


Done = tuple[UUID, str]


def _redraw(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    labels = {weight.value: _(words[0]) for weight, words in rules.WEIGHT_WORDS.items()}
    labels |= {"low": _("户数下限"), "high": _("户数上限"), "target": _("目标户数")}
    typed = parsed(schemas.WantedIn, request.POST.dict(), labels=labels)
    actions.redraw(plan_id=key, wanted=typed.wanted(), actor=actor, at=at)
    return key, _("已开始计算")


def _paint(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    wrong = WrongPlan(_("手工调整的内容读不懂，请重新选择楼栋"), field="locks")
    locks = meant(json.loads, request.POST.get("locks") or "{}", otherwise=wrong)
    if not isinstance(locks, dict) or not all(isinstance(one, str) for one in locks.values()):
        raise wrong
    one = {name[5:]: value for name, value in request.POST.items() if name.startswith("lock-")}
    given = {**locks, **{name: value for name, value in one.items() if value != "="}}
    if not given:
        raise WrongPlan(_("还没有选任何楼栋"), field="locks")
    community = request.POST.get("community", "")
    actions.paint(
        plan_id=key,
        community=community,
        locks={building: "" if grid == "-" else grid for building, grid in given.items()},
        actor=actor,
        at=at,
    )
    return key, _("已开始按手工调整计算")


def _undo(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    actions.undo(plan_id=key, actor=actor, at=at)
    return key, _("已撤回一步")


def _retry(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    actions.retry(plan_id=key, actor=actor, at=at)
    return key, _("已开始计算")


def _copy(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    title = request.POST.get("title", "")
    row = actions.copy_plan(plan_id=key, title=title, actor=actor, at=at)
    return row.pk, _("已另存为新方案")


def _propose(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    wrong = WrongPlan(_("请填写生效日期，如 2026-12-01"), field="effective_date")
    day = meant(date.fromisoformat, request.POST.get("effective_date", ""), otherwise=wrong)
    row = actions.propose_plan(
        plan_id=key,
        reason=request.POST.get("reason", ""),
        ground=request.POST.get("ground", ""),
        day=day,
        names={
            name[5:]: str(one) for name, one in request.POST.items() if name.startswith("name-")
        },
        actor=actor,
        at=at,
    )
    if row.reorganisation_id is None:
        return key, _("已开始转为区划调整；可以离开，好了会通知您")
    return key, _("已转为区划调整，请先看预演再提交")


def _withdraw(request: HttpRequest, key: UUID, actor: Actor, at: datetime) -> Done:
    actions.withdraw_plan(plan_id=key, actor=actor, at=at)
    return key, _("已撤销")


_ACTS: dict[str, Callable[[HttpRequest, UUID, Actor, datetime], Done]] = {
    "redraw": _redraw,
    "paint": _paint,
    "undo": _undo,
    "retry": _retry,
    "copy": _copy,
    "propose": _propose,
    "withdraw": _withdraw,
}


def _page(request: HttpRequest, key: UUID, no: Refusal | None = None) -> HttpResponse:
    actor = actor_of(request)
    row = queries.plan(key, actor=actor)
    parts = queries.parts(row, actor=actor)
    page = request.GET.get("page", "")
    asked = request.POST.get("community") or request.GET.get("community", "")
    alone = parts[0].region_path if len(parts) == 1 else asked
    part = queries.part(row, alone, actor=actor) if alone else None
    last = queries.proposal(row, actor=actor)
    context = {
        "section": "plans",
        "plan": row,
        "place": tree.label(row.region_path),
        "state": _(rules.STATE_WORDS[row.standing]),
        "progress": (how := queries.progress(row, actor=actor)),
        "words": planned.waits(how),
        "figures": planned.figures(row, [part] if part else parts),
        "sliders": planned.sliders(row, no),
        "sizes": planned.sizes(row, no),
        "acts": _acts(row, actor),
        "proposal": _proposal(request, last, part, no),
        "unproposed": planned.unproposed(last),
        "reorganisation_url": _follows(row),
        "has_undo": queries.has_undo(row, actor=actor),
        "failed": planned.failed(queries.failed(row, actor=actor)),
        **(planned.community(row, part) if part else planned.overview(row, parts, page)),
        "several": len(parts) > 1,
    }
    return answer(request, "regions/plan.html", context, no)


def _acts(row: Any, actor: Actor) -> dict[str, bool]:
    """Return which acts this person may do on the plan now."""
    roles = actor.roles_at(row.region_path)
    makes, draft = bool(rules.MAKERS & roles), row.standing is State.DRAFT
    return {"draw": makes and draft, "copy": makes, "propose": makes and draft}


def _proposal(
    request: HttpRequest, last: Any, part: Any, no: Refusal | None
) -> list[dict[str, object]]:
    """Return what is still to be said before a plan becomes a re-organisation."""
    given: Any = request.POST if no is not None else vars(last) if last else {}

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, object]:
        longest = LONGEST.get(name)
        return field(name, label, kind, no=no, value=given.get(name, ""), maxlength=longest, **more)

    fields = [
        one("effective_date", _("生效日期"), "date"),
        one("ground", _("调整依据"), placeholder=_("文件名称与文号")),
        one("reason", _("为什么这样划"), "textarea", rows=2),
    ]
    new = [one["key"] for one in part.grids if rules.is_new(one["key"])] if part else []
    return fields + [
        field(
            name := f"name-{part.region_path} {key}",
            _("{grid}的名称").format(grid=planned.grid_name(key)),
            no=no,
            value=request.POST.get(name, ""),
            required=False,
            placeholder=_("不填则按序号命名"),
        )
        for key in new
    ]


def _follows(row: Any) -> str:
    key = row.reorganisation_id
    return reverse("desk_reorganisation", args=[key]) if key else ""


def _may_make(actor: Actor) -> bool:
    return bool(rules.MAKERS & actor.roles)


def _new_fields(request: HttpRequest, actor: Actor, no: Refusal | None) -> list[dict[str, object]]:
    given = request.POST if request.method == "POST" else request.GET
    held = sorted({one.path for one in actor.grants if one.role in rules.MAKERS and one.path})
    known = {path: tree.label(path) for path in held} | dict(tree.places_below(held))
    places = [option(path, name) for path, name in sorted(known.items()) if _is_planned(path)]
    return [
        field(
            "place",
            _("地点"),
            "select",
            no=no,
            options=places,
            value=given.get("place", places[0]["value"] if places else ""),
            help=_("社区、街道、县(区)或全市；一次按社区分别计算"),
        ),
        field(
            "title",
            _("名称"),
            no=no,
            value=given.get("title", ""),
            maxlength=rules.LONGEST_TITLE,
            placeholder=_("如：2026 年网格优化方案"),
        ),
        field(
            "reason",
            _("说明"),
            "textarea",
            no=no,
            required=False,
            value=given.get("reason", ""),
            maxlength=rules.LONGEST_SAID,
        ),
    ]


def _is_planned(path: str) -> bool:
    try:
        return bool(rules.check_place(path))
    except WrongPlan:
        return False
