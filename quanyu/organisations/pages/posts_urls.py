"""The addresses of posts and appointments (岗位与任职的网址)."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from quanyu.organisations.pages import appointments, opening, posts, staffing

View = Callable[..., Any]


def behind(door: Callable[[str, View], View]) -> list[URLPattern]:
    """Return the addresses, each view behind its door."""
    post, held = "desk/posts/<uuid:post_id>", "desk/appointments"
    return [
        path("desk/posts", door("posts", posts.posts), name="desk_posts"),
        path("desk/posts/new", door("posts", opening.post_new), name="desk_post_new"),
        path("desk/posts/kinds", door("posts", staffing.post_kinds), name="desk_post_kinds"),
        path(post, door("posts", posts.post), name="desk_post"),
        path(f"{post}/<str:verb>", door("posts", posts.post_act), name="desk_post_act"),
        path(
            "desk/people/<uuid:account_id>/posts",
            door("appointments", appointments.posts_of),
            name="desk_posts_of",
        ),
        path(held, door("appointments", appointments.appointments), name="desk_appointments"),
        path(
            f"{held}/<uuid:appointment_id>/<str:verb>",
            door("appointments", appointments.act),
            name="desk_appointment_act",
        ),
        path(
            f"{held}/batches/<uuid:batch>/<str:verb>",
            door("appointments", appointments.batch_act),
            name="desk_batch_act",
        ),
        path("desk/staffing", door("staffing", staffing.staff), name="desk_staffing"),
    ]
