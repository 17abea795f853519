"""The register of precedents, and the form by which a matter becomes one (判例登记)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions
from quanyu.events.queries import precedents, words
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.http import (
    actor_of,
    answer,
    asked,
    field,
    hidden_if_denied,
    meant,
    option,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

STREET_PARTS = 4


@require_GET
@hidden_if_denied
def register_page(request: HttpRequest) -> HttpResponse:
    """List the precedents that bear on my places."""
    return _page(request, at=timezone.now())


@require_POST
@hidden_if_denied
def revoke(request: HttpRequest, precedent_id: UUID) -> HttpResponse:
    """End one precedent, with a reason."""
    actor, at = actor_of(request), timezone.now()
    try:
        reason = request.POST.get("reason", "")
        actions.revoke_precedent(precedent=precedent_id, reason=reason, actor=actor, at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    messages.success(request, _("判例已撤销，仍按权责清单建议"))
    return HttpResponseRedirect(reverse("desk_precedents"))


def _page(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor, sought = actor_of(request), asked(request, "q", "standing")
    found = precedents.register(
        actor=actor,
        search=sought.get("q", ""),
        standing=sought.get("standing", ""),
        after=request.GET.get("after", ""),
    )
    names = organisations.body_names([row.body_id for row in found.rows])
    url = reverse("desk_precedents")
    context = {
        "section": "precedents",
        "filters": [
            field("q", _("搜索"), "search", value=sought.get("q", ""), on="q" in sought),
            field(
                "standing",
                _("状态"),
                "select",
                value=sought.get("standing", ""),
                options=[option("all", _("含已撤销的"))],
                empty=_("在用的"),
                on="standing" in sought,
            ),
        ],
        "clear_url": url if sought else "",
        "total": f"{found.count:,}",
        "rows": [_row(row, names[row.body_id], actor=actor, at=at) for row in found.rows],
        "pages": {
            "next_url": f"{url}?{urlencode({**sought, 'after': found.after})}"
            if found.after
            else ""
        },
        "now": timezone.localtime(at),
    }
    return answer(request, "events/precedents.html", context, no)


def _row(row: Any, body: str, *, actor: Actor, at: datetime) -> dict[str, Any]:
    is_mine = any(row.region_path.startswith(place) for place in actor.places)
    return {
        "class_label": words.class_words(row.class_prefix, at=at),
        "place": regions.label(row.region_path),
        "keyword": row.keyword,
        "body": body,
        "ground": row.ground,
        "clause": codes.cited(codes.clause_entry(row.clause)),
        "number": row.number,
        "url": reverse("desk_matter", args=[row.number]) if is_mine else "",
        "by": words.role_words(row.registered_role, at=at),
        "at": row.registered_at,
        "revoked_at": row.revoked_at,
        "revoked_by": words.role_words(row.revoked_role, at=at) if row.revoked_role else "",
        "revoked_reason": row.revoked_reason,
        "revoke_url": reverse("desk_precedent_revoke", args=[row.pk])
        if precedents.may_revoke(row, actor=actor)
        else "",
    }


# ------------------------------------------------------------------ on the page of a matter


def register(event: Any, given: Mapping[str, str], *, actor: Actor, at: datetime) -> None:
    """Register a precedent by what was sent from the page of a matter."""
    clause = given.get("clause", "")
    wrong = rules.WrongPrecedent(_("没有这一条款"), field="clause", value=clause)
    actions.register_precedent(
        event_id=event.pk,
        class_prefix=given.get("class_prefix", ""),
        place=given.get("place", ""),
        keyword=given.get("keyword", ""),
        ground=given.get("ground", ""),
        clause_id=meant(UUID, clause, otherwise=wrong) if clause else None,
        actor=actor,
        at=at,
    )


def form(
    event: Any, *, actor: Actor, at: datetime, given: Mapping[str, str], no: Refusal | None
) -> dict[str, Any] | None:
    """Return the form by which this matter becomes a precedent, where it decides something."""
    if not precedents.may_register(event, actor=actor, at=at):
        return None
    places = precedents.places(event, actor=actor)
    street = next((path for path in places if path.count("/") == STREET_PARTS), places[-1])
    prefixes = [event.category, precedents.major(event.category)]
    clauses = [option(c.id, codes.cited(codes.clause_entry(c))) for c in codes.clauses()]
    body = organisations.body_names([event.body_id])[event.body_id]

    def one(name: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
        more["value"] = given.get(name) or more.get("value", "")
        return field(name, label, kind, no=no, **more)

    return {
        "url": reverse("desk_precedent", args=[event.number]),
        "title": _("登记为判例"),
        "body": body,
        "is_open": isinstance(no, rules.WrongPrecedent | rules.NoPrecedent),
        "button": _("登记"),
        "fields": [
            one(
                "class_prefix",
                _("哪一类事"),
                "select",
                value=event.category,
                options=[option(code, words.class_words(code, at=at)) for code in prefixes],
            ),
            one(
                "place",
                _("哪里"),
                "select",
                value=street,
                options=[option(path, regions.label(path)) for path in reversed(places)],
            ),
            one(
                "keyword",
                _("只限提到这个词的"),
                "text",
                required=False,
                maxlength=20,
                help=_("要在反映的情况里出现过，如“化粪池”"),
            ),
            one(
                "ground",
                _("依据什么这样定"),
                "textarea",
                rows=2,
                maxlength=200,
                help=_("写哪次会商、哪条规定；不写姓名、电话"),
            ),
            one("clause", _("依据条款"), "select", required=False, options=clauses),
        ],
    }
