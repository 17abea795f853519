"""What the planning desk shows of a plan, in values (方案的展示)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from quanyu.kernel.access.http import sentence
from quanyu.kernel.errors import Refusal
from quanyu.regions.queries import planning as queries
from quanyu.regions.queries import rehearsed, tree
from quanyu.regions.rules import planning as rules
from quanyu.regions.rules.planning import GRADE_WORDS, NEW

if TYPE_CHECKING:
    from quanyu.regions.models import Plan, PlanPart, Proposal

MOST_MOVED = 300
A_PAGE = 100
"""Communities on a page of the overview."""
AROUND = 200
"""Households that the bars show below the lowest and above the highest."""


def row(one: "Plan") -> dict[str, Any]:
    """Return one plan as the list shows it."""
    return {
        "url": reverse("desk_plan", args=[one.pk]),
        "title": one.title,
        "place": tree.label(one.region_path),
        "label": _(rules.STATE_WORDS[one.standing]),
        "made_at": one.made_at,
    }


def waits(how: queries.Progress) -> str:
    """Return in words what a plan waits for, and how far that is."""
    if how.work is rules.Work.PROPOSE:
        said = _("正在转为区划调整：{done} / {total} 个社区。可以离开，好了会通知您。")
    else:
        said = _("正在计算：{done} / {total} 个社区。可以离开，算好后再回来。")
    return said.format(done=how.done, total=how.total)


def unproposed(last: "Proposal | None") -> str:
    """Return why no re-organisation became of it at the last try; nothing when one did."""
    return "" if last is None else rehearsed.in_language(last.told).get("wrong", "")


def views(state: str) -> list[dict[str, Any]]:
    """Return the ways to look at the list."""
    url = reverse("desk_plans")
    shown = [{"label": _("全部"), "url": url, "current": not state}]
    return shown + [
        {"label": _(words), "url": f"{url}?state={one}", "current": state == one}
        for one, words in rules.STATE_WORDS.items()
    ]


# ------------------------------------------------------------------ figures


def figures(plan: "Plan", parts: Sequence["PlanPart"]) -> list[dict[str, str]]:
    """Return the figures of the strip: today, the drawing, and what to note."""
    told = queries.beside([one.figures for one in parts])
    if told is None:
        return []
    was, now = told["today"], told["proposal"]
    grids = [grid for one in parts for grid in one.grids]
    return [
        _fitting(plan, grids),
        _extremes(grids),
        _moved(was, now),
        _shared(_("被拆开的小区"), "split", was, now),
        _shared(_("跨主干道的网格"), "road", was, now),
        _compact(was, now),
        _matters(grids),
    ]


def _fitting(plan: "Plan", grids: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    def said(name: str) -> str:
        sizes = [grid[name] for grid in grids if grid[name] is not None]
        return f"{sum(_fits(plan, size) for size in sizes)}/{len(sizes)}"

    note = _("{low}–{high} 户").format(low=plan.low, high=plan.high)
    return _pair(_("户数合适的网格"), said("before"), said("after"), note)


def _extremes(grids: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    before = [grid["before"] for grid in grids if grid["before"] is not None]
    after = [grid["after"] for grid in grids if grid["after"] is not None]
    least = _("最小的 {before} → {after} 户").format(
        before=min(before, default="—"), after=min(after, default="—")
    )
    most = str(max(after, default="—"))
    return _pair(_("最大的网格"), str(max(before, default="—")), most, least)


def _moved(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    share = now["moved_households"] / now["households"] if now["households"] else 0
    count = now["moved_buildings"]
    note = ngettext("占 {share}，共 {n} 幢楼", "占 {share}，共 {n} 幢楼", count)
    return _pair(
        _("换网格的住户"),
        "",
        _("{n} 户").format(n=number_format(now["moved_households"], use_l10n=True)),
        note.format(share=_share(share), n=count),
    )


def _shared(
    label: str, name: str, was: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, str]:
    return _pair(label, _share(was[name]), _share(now[name]), "")


def _compact(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, str]:
    before, after = was["polsby_popper"], now["polsby_popper"]
    note = _("1 为圆形，越小越狭长")
    return _pair(_("形状紧凑度"), f"{before:.2f}", f"{after:.2f}", note)


def _matters(grids: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    before = max((grid["matters_before"] for grid in grids), default=0)
    after = max((grid["matters_after"] for grid in grids), default=0)
    total = sum(grid["matters_after"] for grid in grids)
    note = _("在办事项共 {n} 件").format(n=total)
    return _pair(_("在办最多的网格"), str(before), _("{n} 件").format(n=after), note)


def _pair(label: str, before: str, after: str, note: str) -> dict[str, str]:
    return {"label": label, "before": before, "after": after, "note": note}


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value * 100:.1f} %"


def _fits(plan: "Plan", size: int) -> bool:
    return rules.fits(size, low=plan.low, high=plan.high)


# ------------------------------------------------------------------ sliders


def sliders(plan: "Plan", no: Refusal | None) -> list[dict[str, Any]]:
    """Return the sliders, each with its words for every grade."""
    words = [_(word) for word in GRADE_WORDS]
    return [
        {
            "name": weight.value,
            "label": _(rules.WEIGHT_WORDS[weight][0]),
            "help": _(rules.WEIGHT_WORDS[weight][1]),
            "value": grade,
            "word": words[grade],
            "words": "|".join(words),
            "most": len(words) - 1,
            "error": _wrong(no, weight.value),
        }
        for weight, grade in queries.graded(plan.weights)
    ]


def sizes(plan: "Plan", no: Refusal | None) -> list[dict[str, Any]]:
    """Return the three sizes that a plan asks for."""
    asked = [
        ("low", _("户数下限"), plan.low, 100, 600),
        ("high", _("户数上限"), plan.high, 200, 1_000),
        ("target", _("目标户数"), plan.target, 100, 1_000),
    ]
    return [
        {"name": name, "label": label, "value": value, "least": least, "most": most}
        | {"error": _wrong(no, name)}
        for name, label, value, least, most in asked
    ]


def _wrong(no: Refusal | None, name: str) -> str:
    return sentence(no) if no is not None and no.field == name else ""


# ------------------------------------------------------------------ one community, or many


def community(plan: "Plan", part: "PlanPart") -> dict[str, Any]:
    """Return what the page of one community shows: maps, grids, who moves, what is locked."""
    names = [grid_name(grid["key"]) for grid in part.grids]
    houses = queries.house_names(part.buildings)
    return {
        "community": part.region_path,
        "community_name": tree.label(part.region_path),
        "shapes": _shapes(plan, part, names),
        "grids": [_grid(plan, grid, name) for grid, name in zip(part.grids, names, strict=True)],
        "moves": _moves(part, names, houses),
        "moved": part.figures.get("proposal", {}).get("moved_households", 0),
        "impossible": [_impossible(one, houses) for one in part.impossible],
        "locked": [
            {"key": key, "name": _house(key, houses), "grid": grid_name(grid)}
            for key, grid in part.locks.items()
        ],
        "buildings": _buildings(part, names, houses),
        "choices": [
            *({"value": g["key"], "label": n} for g, n in zip(part.grids, names, strict=True)),
            _fresh(part),
        ],
        "ok_from": _spot_of(plan, plan.low),
        "ok_wide": round(_spot_of(plan, plan.high) - _spot_of(plan, plan.low), 1),
        "range_from": max(0, plan.low - AROUND),
        "range_to": plan.high + AROUND,
    }


def overview(plan: "Plan", parts: Sequence["PlanPart"], page: str) -> dict[str, Any]:
    """Return what the page of many communities shows: a row for each, those in trouble first."""
    first = (max(1, int(page)) - 1) * A_PAGE if page.isascii() and page.isdigit() else 0
    ordered = sorted(parts, key=_trouble)
    shown = ordered[first : first + A_PAGE]
    pages: dict[str, Any] = {"first": first + 1, "last": first + len(shown)}
    if first:
        pages["previous_url"] = f"?page={first // A_PAGE}"
    if first + A_PAGE < len(ordered):
        pages["next_url"] = f"?page={first // A_PAGE + 2}"
    return {
        "communities": [_community(plan, part) for part in shown],
        "pages": pages if len(ordered) > A_PAGE else None,
        "total": len(ordered),
    }


def _trouble(part: "PlanPart") -> tuple[bool, float, str]:
    """Order communities: without an answer first, then by how many grids are of a right size."""
    share = part.figures.get("proposal", {}).get("in_range")
    return not part.impossible, 1.0 if share is None else share, part.region_path


def failed(parts: Sequence["PlanPart"]) -> list[dict[str, str]]:
    """Return which communities were not drawn, and why."""
    return [
        {"name": tree.label(one.region_path), "why": _(rules.FAULT_WORDS[rules.Fault(one.fault)])}
        for one in parts
    ]


def _community(plan: "Plan", part: "PlanPart") -> dict[str, Any]:
    told = part.figures.get("proposal", {})
    url = reverse("desk_plan", args=[plan.pk])
    return {
        "url": f"{url}?community={part.region_path}",
        "name": tree.label(part.region_path),
        "before": sum(grid["before"] is not None for grid in part.grids),
        "after": told.get("grids", 0),
        "in_range": _share(told.get("in_range")),
        "moved": told.get("moved_households", 0),
        "impossible": len(part.impossible),
    }


def grid_name(key: str) -> str:
    """Return what a grid is called; one without a path yet by its number."""
    if key.startswith(NEW):
        return _("新网格 {n}").format(n=key.removeprefix(NEW))
    return tree.label(key)


def _fresh(part: "PlanPart") -> dict[str, str]:
    """Return the next new grid, so that one can be begun by hand."""
    used = [int(g["key"].removeprefix(NEW)) for g in part.grids if g["key"].startswith(NEW)]
    key = f"{NEW}{max(used, default=0) + 1}"
    return {"value": key, "label": _("另起：{name}").format(name=grid_name(key))}


def _grid(plan: "Plan", grid: Mapping[str, Any], name: str) -> dict[str, Any]:
    before, after = grid["before"], grid["after"]
    change = (after or 0) - (before or 0)
    return {
        "name": name,
        "before": before,
        "after": after,
        "change": f"{change:+d}".replace("-", "−") if change else "—",
        "spot_before": _spot(plan, before),
        "spot_after": _spot(plan, after),
        "word_before": _word(plan, before),
        "word_after": _word(plan, after),
        "fits_before": before is not None and _fits(plan, before),
        "fits_after": after is not None and _fits(plan, after),
        "matters_before": grid["matters_before"],
        "matters_after": grid["matters_after"],
    }


def _spot(plan: "Plan", size: int | None) -> float | None:
    """Return where a size stands on a bar of 0 to 200; outside it, at its end."""
    return None if size is None else min(max(_spot_of(plan, size), 5.0), 195.0)


def _spot_of(plan: "Plan", size: int) -> float:
    low, high = max(0, plan.low - AROUND), plan.high + AROUND
    return round((size - low) / (high - low) * 200, 1)


def _word(plan: "Plan", size: int | None) -> str:
    if size is None:
        return _("没有")
    if size < plan.low:
        return _("不足 {n}").format(n=plan.low)
    return _("超过 {n}").format(n=plan.high) if size > plan.high else _("合适")


def _shapes(plan: "Plan", part: "PlanPart", names: Sequence[str]) -> dict[str, Any]:
    """Return the map data with names and sizes put to the grids."""
    for side, size in (("today", "before"), ("proposal", "after")):
        for feature in part.shapes.get(side, {}).get("features", []):
            told = feature["properties"]
            grid = part.grids[told["grid"]]
            fits = grid[size] is not None and _fits(plan, grid[size])
            told |= {"name": names[told["grid"]], "size": grid[size], "fits": fits}
            told["label"] = f"{told['name']}\n{_('{n} 户').format(n=grid[size])}"
    held = set(part.locks)
    for feature in part.shapes.get("cells", {}).get("features", []):
        told = feature["properties"]
        told |= {"locked": told["key"] in held, "moved": told["today"] not in {-1, told["grid"]}}
    shapes: dict[str, Any] = part.shapes
    return shapes


def _moves(
    part: "PlanPart", names: Sequence[str], houses: Mapping[str, tuple[str, str]]
) -> list[dict[str, str]]:
    """Return which buildings come into another grid, a row for each pair of grids."""
    pairs: dict[tuple[int, int], list[str]] = {}
    for key, was, now in zip(part.buildings, part.today, part.grid, strict=True):
        if was not in {-1, now}:
            pairs.setdefault((was, now), []).append(_house(str(key), houses))
    return [
        {
            "houses": _("、").join(found[:12]) + ("…" if len(found) > 12 else ""),
            "count": ngettext("{n} 幢", "{n} 幢", len(found)).format(n=len(found)),
            "from": names[was],
            "to": names[now],
        }
        for (was, now), found in sorted(pairs.items())
    ][:MOST_MOVED]


def _house(key: str, houses: Mapping[str, tuple[str, str]]) -> str:
    estate, name = houses.get(key, ("", key))
    return name if name.startswith(estate) else f"{estate} {name}"


def _buildings(
    part: "PlanPart", names: Sequence[str], houses: Mapping[str, tuple[str, str]]
) -> list[dict[str, str]]:
    rows = zip(part.buildings, part.grid, strict=True)
    found = [
        {
            "key": str(key),
            "name": _house(str(key), houses),
            "grid": names[now],
            "lock": part.locks.get(str(key), ""),
        }
        for key, now in rows
    ]
    return sorted(found, key=lambda one: (one["grid"], one["name"]))


def _impossible(
    one: Mapping[str, Any], houses: Mapping[str, tuple[str, str]]
) -> dict[str, str | int]:
    named = [_house(key, houses) for key in one["buildings"][:3]]
    return {
        "why": _(rules.REASON_WORDS[one["reason"]]),
        "households": one["households"],
        "houses": _("、").join(named) if one["reason"] == "large_building" else "",
    }
