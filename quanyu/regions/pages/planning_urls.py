"""The addresses of the planning desk (网格规划的网址)."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.regions.pages import planning

View = Callable[..., Any]


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses, each view behind its door."""
    plan = "desk/plans/<uuid:plan_id>"
    return [
        path("desk/plans", door("plans", planning.plans), name="desk_plans"),
        path("desk/plans/new", door("plans", planning.new), name="desk_plan_new"),
        path(plan, door("plans", planning.plan), name="desk_plan"),
        path(f"{plan}/progress", door("plans", planning.progress), name="desk_plan_progress"),
        path(f"{plan}/<str:verb>", door("plans", planning.act), name="desk_plan_act"),
    ]
