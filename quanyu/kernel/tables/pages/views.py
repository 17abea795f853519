"""Save the address of a list under a name, and drop it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.kernel.access.http import actor_of, hidden_if_denied, sentence
from quanyu.kernel.errors import Refusal
from quanyu.kernel.tables import actions, queries
from quanyu.kernel.tables.http import COLUMNS


@require_POST
@hidden_if_denied
def save(request: HttpRequest, table: str) -> HttpResponse:
    """Save a view and show it; where it is refused, say why on the list it came from."""
    given, actor = request.POST, actor_of(request)
    held = queries.opened(table, actor=actor)
    asked = queries.asked_of(given.get("asked", "")[:2_000])
    try:
        view = actions.save_view(
            table=table,
            name=given.get("name", ""),
            asked=asked,
            columns=asked.get(COLUMNS, ""),
            is_default=bool(given.get("default")),
            is_shared=bool(given.get("shared")),
            actor=actor,
            at=timezone.now(),
        )
    except Refusal as no:
        messages.error(request, sentence(no))
        kept = queries.address(held.asked(asked) | {COLUMNS: asked.get(COLUMNS, "")})
        return HttpResponseRedirect(f"{reverse(held.page)}?{kept}")
    messages.success(request, _("已保存视图“{name}”").format(name=view.name))
    return HttpResponseRedirect(f"{reverse(held.page)}?{view.asked}")


@require_POST
@hidden_if_denied
def drop(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Drop a view of one's own."""
    name = actions.drop_view(view_id=view_id, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("已删除视图"))
    return HttpResponseRedirect(reverse(queries.table(name).page))
