"""The orders that other systems sent, and how each stands (收到的工单)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from quanyu.gateway import queries
from quanyu.gateway.pages import listing
from quanyu.gateway.queries import values
from quanyu.gateway.tables import ORDERS
from quanyu.kernel.access.http import actor_of, hidden_if_denied
from quanyu.kernel.access.narrowing import pick, said, search
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.tables import http as tables


@ORDERS.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return every order that the page of this address shows, in its order."""
    return queries.orders_asked(asked, actor=actor)


@ORDERS.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    return said(_fields(asked))


@require_GET
@hidden_if_denied
def orders(request: HttpRequest) -> HttpResponse:
    """List the orders within reach; the number leads to the matter."""
    if preferred := tables.begin(request, ORDERS):
        return preferred
    actor, at = actor_of(request), timezone.now()
    asked = ORDERS.asked(request.GET.dict())
    found = queries.orders_asked(asked, actor=actor)
    page = queries.page_of(found, request.GET.get("after", ""))
    return listing.listed(
        request,
        ORDERS,
        "gateway/orders.html",
        page,
        values.order_values(page.rows, at=at),
        at=at,
        fields=_fields(asked),
        sub=_("热线等系统送来的；同一个工单号只是一件事，反复导入也不会重复"),
        links=listing.to_matter,
        unmatched=len(queries.unmatched(actor=actor, at=at)),
    )


def _fields(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    standings = {
        "open": _("在办"),
        "later": _("我方期限晚于热线要求"),
        "unclassed": _("还没有类别"),
        "urged": _("催办过"),
        "returned": _("退回重办过"),
        "withdrawn": _("已撤回"),
    }
    home = reverse(ORDERS.page)
    return [
        search(_("搜索"), asked),
        listing.by_source(asked, home),
        pick("standing", _("状态"), standings, asked=asked, home=home),
    ]
