"""Found a single grid, give it another border, end it, by hand (设立、划定、撤销网格)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Refusal, gettext_noop
from quanyu.regions import actions, queries, rules
from quanyu.regions.queries import bordering, sketches
from quanyu.regions.queries.tree import community_of
from quanyu.regions.rules import KEEPERS, KIND_WORDS, Kind, Level
from quanyu.regions.rules.borders import LONGEST, read_border
from quanyu.regions.rules.changes import LONGEST_NAME
from quanyu.regions.rules.coordinates import SYSTEM_WORDS
from quanyu.regions.rules.grids import GRID_KINDS, WrongGrid

KIND_HELP = {
    Kind.BASE_GRID: gettext_noop("互不重叠，合起来盖住社区；里面的楼栋归它"),
    Kind.DEDICATED_GRID: gettext_noop("学校、园区、商圈等单独一格，可以叠在基础网格上"),
    Kind.MICRO_GRID: gettext_noop("在别的网格之内，如一幢楼、一个院"),
}


@read_or_write
@hidden_if_denied
def new(request: HttpRequest) -> HttpResponse:
    """Found a grid: first in which community, then what it is called and where it lies."""
    actor, at = actor_of(request), timezone.now()
    if not _homes(actor):
        raise Denied
    community = request.GET.get("community", "")
    if request.method == "POST" and not _is_home(community, actor):
        raise Denied
    if not _is_home(community, actor):
        return _asking(request, community, actor)

    def founded() -> HttpResponse:
        row = actions.found_grid(
            community=community,
            kind=request.POST.get("kind", ""),
            name=request.POST.get("name", ""),
            name_en=request.POST.get("name_en", ""),
            shape=_border(request, community, actor),
            residents=_count(request.POST.get("residents", "")),
            start=_day(request.POST.get("start", ""), "start"),
            actor=actor,
            at=at,
        )
        messages.success(request, _("已设立，代码 {code}").format(code=row.code))
        return HttpResponseRedirect(_place_url(row.path))

    def page(no: Refusal | None) -> HttpResponse:
        fields = [*_said(request, no), *_border_fields(request, community, actor, no)]
        fields.append(_start(request, no, at=at))
        url = f"{reverse('desk_grid_new')}?{urlencode({'community': community})}"
        context = {
            "section": "grid_list",
            "heading": _("设立网格"),
            "place": queries.place_names([community])[community],
            "form": {"url": url, "fields": fields, "button": _("设立"), "has_file": True}
            | {"cancel_url": _place_url(community)},
            "sketch": sketches.standing(community),
        }
        return answer(request, "regions/grid_draw.html", context, no)

    return answered(request, founded, page)


@read_or_write
@hidden_if_denied
def draw(request: HttpRequest) -> HttpResponse:
    """Give a grid another border from a day on."""
    actor, at = actor_of(request), timezone.now()
    path = _grid(request, actor)

    def drawn() -> HttpResponse:
        shape = _border(request, community_of(path), actor)
        if shape is None:
            raise WrongGrid(_("请给出边界"), field="shape")
        day = _day(request.POST.get("start", ""), "start")
        actions.draw_grid(path=path, shape=shape, start=day, actor=actor, at=at)
        messages.success(request, _("已改边界；里面的楼栋已归它"))
        return HttpResponseRedirect(_place_url(path))

    def page(no: Refusal | None) -> HttpResponse:
        fields = _border_fields(request, community_of(path), actor, no, held=bordering.border(path))
        context = {
            "section": "grid_list",
            "heading": _("改边界"),
            "place": queries.place_names([path])[path],
            "form": {
                "url": f"{reverse('desk_grid_draw')}?{urlencode({'path': path})}",
                "fields": [*fields, _start(request, no, at=at)],
                "button": _("改边界"),
                "has_file": True,
                "cancel_url": _place_url(path),
            },
            "sketch": sketches.standing(community_of(path), marked=path),
        }
        return answer(request, "regions/grid_draw.html", context, no)

    return answered(request, drawn, page)


@read_or_write
@hidden_if_denied
def end(request: HttpRequest) -> HttpResponse:
    """End a grid from a day on; its code is never given again."""
    actor, at = actor_of(request), timezone.now()
    path = _grid(request, actor)

    def ended() -> HttpResponse:
        day = _day(request.POST.get("end", ""), "end")
        actions.end_grid(path=path, end=day, actor=actor, at=at)
        messages.success(request, _("已撤销"))
        return HttpResponseRedirect(_place_url(community_of(path)))

    def page(no: Refusal | None) -> HttpResponse:
        last = field("end", _("撤销日期"), "date", no=no, help=_("今天或以前；从这一天起没有它"))
        last["value"] = request.POST.get("end") or timezone.localdate(at).isoformat()
        context = {
            "section": "grid_list",
            "heading": _("撤销网格"),
            "place": queries.place_names([path])[path],
            "form": {
                "url": f"{reverse('desk_grid_end')}?{urlencode({'path': path})}",
                "fields": [last],
                "button": _("撤销"),
                "cancel_url": _place_url(path),
            },
            "sketch": sketches.standing(community_of(path), marked=path),
        }
        return answer(request, "regions/grid_draw.html", context, no)

    return answered(request, ended, page)


def may_found(actor: Actor) -> bool:
    """Answer whether somebody draws the grids of a place."""
    return bool(_homes(actor))


def acts(path: str, actor: Actor) -> list[dict[str, str]]:
    """Return what somebody may do with a community's or a grid's place, as links."""
    if not actor.roles_at(path) & KEEPERS or not queries.is_known(path):
        return []
    level = rules.level_of(path)
    if level is Level.COMMUNITY:
        asked = urlencode({"community": path})
        return [{"url": f"{reverse('desk_grid_new')}?{asked}", "label": _("设立网格")}]
    if level is not Level.GRID:
        return []
    asked = urlencode({"path": path})
    return [
        {"url": f"{reverse('desk_grid_draw')}?{asked}", "label": _("改边界")},
        {"url": f"{reverse('desk_grid_end')}?{asked}", "label": _("撤销网格")},
    ]


# ------------------------------------------------------------------ where


def _homes(actor: Actor) -> list[str]:
    return [path for path in actor.places if actor.roles_at(path) & KEEPERS]


def _is_home(path: str, actor: Actor) -> bool:
    is_one = queries.is_known(path) and rules.level_of(path) is Level.COMMUNITY
    return is_one and bool(actor.roles_at(path) & KEEPERS)


def _asking(request: HttpRequest, within: str, actor: Actor) -> HttpResponse:
    """Ask for the community step by step: a city has too many for one list."""
    homes = _homes(actor)
    is_inside = queries.is_known(within) and bool(actor.roles_at(within) & KEEPERS)
    above = within if is_inside else (homes[0] if len(homes) == 1 else "")
    choices = [one.path for one in queries.below(above)] if above else homes
    level = rules.level_of(choices[0]) if choices else Level.COMMUNITY
    options = [option(path, queries.place_names([path])[path]) for path in choices]
    asked = field("community", _(rules.LEVEL_WORDS[level]), "select", value="", options=options)
    context = {
        "section": "grid_list",
        "heading": _("设立网格"),
        "place": queries.place_names([above])[above] if above else "",
        "asking": [asked],
        "back_url": reverse("desk_grid_list"),
    }
    return answer(request, "regions/grid_draw.html", context)


def _grid(request: HttpRequest, actor: Actor) -> str:
    path = request.GET.get("path", "")
    if not queries.is_known(path) or rules.level_of(path) is not Level.GRID:
        raise Denied
    if not actor.roles_at(path) & KEEPERS:
        raise Denied
    return path


def _place_url(path: str) -> str:
    return f"{reverse('desk_places')}?{urlencode({'place': path})}"


# ------------------------------------------------------------------ what the forms ask


def _said(request: HttpRequest, no: Refusal | None) -> list[dict[str, object]]:
    given = request.POST

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, object]:
        return field(name, label, kind, no=no, value=given.get(name, ""), **more)

    kinds = [option(kind.value, _(KIND_WORDS[kind]), _(KIND_HELP[kind])) for kind in GRID_KINDS]
    return [
        field(
            "kind",
            _("类型"),
            "radio",
            no=no,
            value=given.get("kind") or Kind.BASE_GRID.value,
            options=kinds,
        ),
        one("name", _("名称"), maxlength=LONGEST_NAME),
        one("name_en", _("英文名称"), required=False, maxlength=120),
        one("residents", _("人口"), "number", required=False, help=_("数过的填；不填按户数看规模")),
    ]


def _border_fields(
    request: HttpRequest, community: str, actor: Actor, no: Refusal | None, *, held: str = ""
) -> list[dict[str, object]]:
    given = request.POST
    drawn = _drawings(community, actor)
    fields = [
        field(
            "shape",
            _("边界（GeoJSON）"),
            "textarea",
            no=no,
            value=given.get("shape", held),
            rows=6,
            maxlength=LONGEST,
            required=False,
            help=_("一个面；可以从 QGIS 复制。三种给法任选一种"),
        ),
        field(
            "file",
            _("或上传 GeoJSON 文件"),
            "file",
            no=no,
            accept=".geojson,.json,application/geo+json",
            required=False,
        ),
        field(
            "system",
            _("坐标系"),
            "select",
            no=no,
            value=given.get("system") or "wgs84",
            options=[option(key, _(words)) for key, words in SYSTEM_WORDS.items()],
        ),
    ]
    if drawn:
        copied = field("plan", _("或照一份方案"), "select", no=no, required=False, options=drawn)
        fields.append(copied | {"value": given.get("plan", "")})
    return fields


def _drawings(community: str, actor: Actor) -> Sequence[dict[str, str]]:
    return [
        option(
            one.key,
            _("{title}：{grid}").format(
                title=one.title, grid=one.grid or _("新网格 {n}").format(n=one.number)
            ),
            _("{households} 户").format(households=one.households),
        )
        for one in bordering.drawings(community, actor=actor)
    ]


def _start(request: HttpRequest, no: Refusal | None, *, at: datetime) -> dict[str, object]:
    today = timezone.localdate(at).isoformat()
    value = request.POST.get("start") or today
    said = _("今天或以前；以后生效的请用区划调整")
    return field("start", _("从哪天起"), "date", no=no, value=value, help=said)


# ------------------------------------------------------------------ what was sent


def _border(request: HttpRequest, community: str, actor: Actor) -> Any:
    """Return the border that a form gives in one of three ways, or None.

    :raises WrongGrid: if it gives two, or none that can be read
    """
    upload = request.FILES.get("file")
    text = "" if upload or request.POST.get("plan") else request.POST.get("shape", "").strip()
    plan = request.POST.get("plan", "")
    if upload and plan:
        raise WrongGrid(_("边界只用一种给法：文字、文件或方案"), field="file", value=upload.name)
    if plan:
        return bordering.drawn_border(plan, community, actor=actor)
    if upload is not None:
        text = _text(upload)
    return read_border(text, system=request.POST.get("system", "wgs84")) if text else None


def _text(upload: Any) -> str:
    if upload.size > LONGEST:
        raise WrongGrid(
            _("边界最多 {most} 个字符"), field="file", value=upload.size, most=f"{LONGEST:,}"
        )
    no = WrongGrid(_("边界须为 GeoJSON"), field="file", value=upload.name, allowed=["GeoJSON"])
    text: str = meant(lambda _name: upload.read().decode("utf-8-sig"), "", otherwise=no)
    return text


def _day(text: str, name: str) -> date | None:
    no = WrongGrid(_("日期有误"), field=name, value=text)
    return meant(date.fromisoformat, text, otherwise=no) if text else None


def _count(text: str) -> int | None:
    no = WrongGrid(
        _("人口须为 0 至 {most} 的整数"), field="residents", value=text, most=MOST_LIVING
    )
    if not text.strip():
        return None
    count = meant(int, text, otherwise=no)
    if not 0 <= count <= MOST_LIVING:
        raise no
    return count


MOST_LIVING = 100_000
"""In one grid; the check says when a grid is larger than its profile wants."""
