"""The forms by which a body is founded and changed, each one verb (单位变动表单)."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    hidden_if_denied,
    read_or_write,
    sentence,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Refusal
from quanyu.organisations import actions, queries
from quanyu.organisations.pages import net
from quanyu.organisations.pages.filled import (
    body_in,
    day_in,
    kind_options,
    one_field,
    place_options,
    when,
)
from quanyu.organisations.pages.picking import pick_field
from quanyu.organisations.pages.verbs import VERBS
from quanyu.organisations.queries import hanging
from quanyu.organisations.rules import KIND_WORDS, PARTY


@read_or_write
@hidden_if_denied
def found_one(request: HttpRequest) -> HttpResponse:
    """Found a body where one keeps the register."""
    actor, at = actor_of(request), timezone.now()
    if not net.may_keep(actor):
        raise Http404

    def act() -> HttpResponse:
        given = request.POST
        body = actions.found_body(
            code=given.get("code", "").strip(),
            kind=given.get("kind", ""),
            name=given.get("name", ""),
            name_en=given.get("name_en", ""),
            place=given.get("place", ""),
            parent=body_in(given.get("parent") or given.get("parent_q", ""), "parent"),
            phone=given.get("phone", "").strip(),
            uscc=given.get("uscc", "").strip().upper(),
            uscc_because=given.get("uscc_because", ""),
            start=day_in(given.get("start", ""), "start"),
            because=given.get("because", ""),
            actor=actor,
            at=at,
        )
        messages.success(request, _("已设立"))
        return HttpResponseRedirect(reverse("desk_organisation", args=[body.pk]))

    return answered(request, act, lambda no: _found_page(request, actor, no, at=at))


def _found_page(
    request: HttpRequest, actor: Actor, no: Refusal | None, *, at: datetime
) -> HttpResponse:
    given = request.POST
    is_whole = any(actions.KEEPERS & actor.roles_at(path) for path in actor.stations)
    kinds = [kind for kind in KIND_WORDS if is_whole or kind in PARTY]
    asked = request.GET.get("parent", "")
    fields = [
        one_field("name", _("名称"), no, given, longest=80),
        one_field("kind", _("类型"), no, given, "select", options=kind_options(kinds)),
        one_field("code", _("单位代码"), no, given, longest=40, help=_("小写字母、数字和横线")),
        one_field("place", _("所在辖区"), no, given, "select", options=place_options(actor)),
        pick_field(
            "parent",
            _("上级单位"),
            no,
            {"parent": given.get("parent", asked)},
            empty=_("没有上级"),
        ),
        one_field("name_en", _("英文名称"), no, given, is_required=False, longest=120),
        one_field("phone", _("办公电话"), no, given, is_required=False, longest=24),
        one_field("uscc", _("统一社会信用代码"), no, given, is_required=False, longest=18),
        one_field(
            "uscc_because",
            _("信用代码核对情况"),
            no,
            given,
            is_required=False,
            help=_("校验位不符而登记证上确为此号的，写明谁在哪里核对过"),
        ),
        *when(given, no, "start", timezone.localdate(at)),
    ]
    context = {
        "section": "net",
        "title": _("设立单位"),
        "form": {
            "url": reverse("desk_organisation_found"),
            "fields": fields,
            "button": _("设立"),
            "cancel_url": reverse("desk_organisations"),
        },
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/act.html", context, no)


@read_or_write
@hidden_if_denied
def act_on(request: HttpRequest, body_id: UUID, verb: str) -> HttpResponse:
    """Show the form of one verb, and do it."""
    row = queries.body(body_id)
    actor, at = actor_of(request), timezone.now()
    if row is None or verb not in VERBS or not net.keeps(actor, row):
        raise Http404
    known = row

    def act() -> HttpResponse:
        there = VERBS[verb].do(known, request.POST, actor, at)
        messages.success(request, _("已登记，从写明的日子起生效"))
        return HttpResponseRedirect(reverse("desk_organisation", args=[there]))

    return answered(request, act, lambda no: _act_page(request, known, verb, actor, no, at=at))


def _act_page(
    request: HttpRequest,
    row: queries.BodyEntry,
    verb: str,
    actor: Actor,
    no: Refusal | None,
    *,
    at: datetime,
) -> HttpResponse:
    made = VERBS[verb]
    ends = verb in {"merge", "dissolve"}
    given = request.POST if request.method == "POST" else request.GET
    fields = made.fields(row, given, no, actor)
    fields += when(request.POST, no, "day", timezone.localdate(at)) if made.is_dated else []
    context = {
        "section": "net",
        "title": made.title(),
        "body": row,
        "url": reverse("desk_organisation", args=[row.id]),
        "hanging": hanging.all_hanging(row.id, actor=actor, at=at) if ends else (),
        "is_merge": verb == "merge",
        "form": {
            "url": reverse("desk_organisation_act", args=[row.id, verb]),
            "fields": fields,
            "button": made.title(),
            "cancel_url": reverse("desk_organisation", args=[row.id]),
        },
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/act.html", context, no)


@require_POST
@hidden_if_denied
def end_cover(request: HttpRequest, cover_id: UUID) -> HttpResponse:
    """Let a body cover something no more."""
    try:
        row = actions.uncover(
            cover_id=cover_id,
            day=day_in(request.POST.get("day", ""), "day"),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except Refusal as no:
        messages.error(request, sentence(no))
        return HttpResponseRedirect(reverse("desk_covers"))
    messages.success(request, _("已解除覆盖"))
    return HttpResponseRedirect(reverse("desk_organisation", args=[row.body_id]))
