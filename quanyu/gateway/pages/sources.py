"""The systems that may send matters, and the tokens that let them in (来源系统)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from quanyu.gateway import actions, queries, rules
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
from quanyu.kernel.errors import Denied, Refusal
from quanyu.regions import queries as regions

DAYS = 180
A_MINUTE = 120


@read_or_write
@hidden_if_denied
def sources(request: HttpRequest) -> HttpResponse:
    """List the systems, and register one."""
    actor, at, given = actor_of(request), timezone.now(), request.POST

    def register() -> HttpResponse:
        wrong = rules.WrongSource(_("请填每分钟次数"), field="a_minute")
        actions.register_source(
            code=given.get("code", "").strip(),
            name=given.get("name", ""),
            name_en=given.get("name_en", ""),
            place=given.get("place", ""),
            a_minute=meant(int, given.get("a_minute", ""), otherwise=wrong),
            actor=actor,
            at=at,
        )
        messages.success(request, _("已登记，下一步生成令牌"))
        return HttpResponseRedirect(reverse("desk_sources"))

    return answered(request, register, lambda no: _page(request, at=at, no=no))


@never_cache
@require_POST
@hidden_if_denied
def source_act(request: HttpRequest, source_id: UUID, verb: str) -> HttpResponse:
    """Make a token and show it this once, or let a system send nothing any more."""
    actor, at = actor_of(request), timezone.now()
    try:
        if verb == "issue":
            wrong = rules.WrongSource(_("请填有效天数"), field="days")
            days = meant(int, request.POST.get("days", ""), otherwise=wrong)
            secret = actions.issue_token(source=source_id, days=days, actor=actor, at=at)
            return _page(request, at=at, secret=secret)
        if verb != "close":
            raise Denied
        actions.close_source(source=source_id, actor=actor, at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    messages.success(request, _("已停用，它的令牌不再有效"))
    return HttpResponseRedirect(reverse("desk_sources"))


@require_POST
@hidden_if_denied
def token_act(request: HttpRequest, token_id: UUID, verb: str) -> HttpResponse:
    """Confirm a token that another made, or revoke one."""
    actor, at = actor_of(request), timezone.now()
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "confirm": (actions.confirm_token, _("已核准，对方现在可以接入")),
        "revoke": (actions.revoke_token, _("已吊销，立即失效")),
    }
    if verb not in acts:
        raise Denied
    act, said = acts[verb]
    try:
        act(token=token_id, actor=actor, at=at)
    except Refusal as no:
        return _page(request, at=at, no=no)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk_sources"))


def _page(
    request: HttpRequest, *, at: datetime, no: Refusal | None = None, secret: str = ""
) -> HttpResponse:
    actor = actor_of(request)
    known = queries.sources()
    context = {
        "section": "sources",
        "rows": [_row(row, actor, at=at) for row in known],
        "fields": _fields(request, actor, no) if rules.KEEPS_SOURCES & actor.roles else [],
        "url": reverse("desk_sources"),
        "secret": secret,
        "now": timezone.localtime(at),
    }
    return answer(request, "gateway/sources.html", context, no)


def _row(row: Any, actor: Actor, *, at: datetime) -> dict[str, Any]:
    may_make = queries.kept_by(row, actor, rules.KEEPS_SOURCES) and row.closed_at is None
    held = queries.tokens(row)
    names = queries.names_of([key for one in held for key in (one.made_by, one.confirmed_by)])
    return {
        "code": row.code,
        "name": queries.label(row),
        "place": regions.label(row.region_path),
        "a_minute": row.a_minute,
        "closed": row.closed_at,
        "answers": row.answers,
        "issue_url": reverse("desk_source_act", args=[row.pk, "issue"]) if may_make else "",
        "close_url": reverse("desk_source_act", args=[row.pk, "close"])
        if row.closed_at is None and queries.kept_by(row, actor, rules.OPENS_SOURCES)
        else "",
        "tokens": [_token(one, row, actor, names, at=at) for one in held],
        "days": field("days", _("有效天数"), "number", value=DAYS, maxlength=3),
    }


def _token(token: Any, source: Any, actor: Actor, names: Any, *, at: datetime) -> dict[str, Any]:
    standing = queries.standing(token, at=at)
    says = {
        "waiting": _("待安全管理员核准"),
        "open": _("在用"),
        "over": _("已过期"),
        "revoked": _("已吊销"),
    }
    may_confirm = standing == "waiting" and queries.kept_by(source, actor, rules.CONFIRMS)
    may_revoke = standing in {"waiting", "open"}
    may_revoke = may_revoke and queries.kept_by(source, actor, rules.OPENS_SOURCES)
    return {
        "standing": standing,
        "says": says[standing],
        "made_at": token.made_at,
        "made_by": names.get(token.made_by, ""),
        "ends_at": token.ends_at,
        "confirmed_by": names.get(token.confirmed_by, ""),
        "confirm_url": reverse("desk_token_act", args=[token.pk, "confirm"]) if may_confirm else "",
        "revoke_url": reverse("desk_token_act", args=[token.pk, "revoke"]) if may_revoke else "",
    }


def _fields(request: HttpRequest, actor: Actor, no: Refusal | None) -> list[dict[str, Any]]:
    given = request.POST if no is not None else {}
    held = [grant.path for grant in actor.grants if grant.path and grant.role == "sys_admin"]
    below = [crumb.path for path in held for crumb in regions.below(path)]
    places = dict.fromkeys([*held, *below])

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        more["value"] = given.get(name, more.get("value", ""))
        return field(name, label, kind, no=no, **more)

    return [
        one("code", _("代号"), maxlength=30, help=_("小写字母、数字、点和短横，如 hotline")),
        one("name", _("名称"), maxlength=60),
        one("name_en", _("英文名称"), required=False, maxlength=120),
        one(
            "place",
            _("可以送来哪里的事"),
            "select",
            options=[option(path, regions.label(path)) for path in places],
        ),
        one("a_minute", _("每分钟最多几次"), "number", value=str(A_MINUTE), maxlength=4),
    ]
