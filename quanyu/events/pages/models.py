"""The models of classes: their figures, which one suggests, and the former one again (分类模型)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions
from quanyu.events.queries import classing, words
from quanyu.events.rules import classing as rules
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, meant
from quanyu.kernel.errors import Refusal


@require_GET
@hidden_if_denied
def models(request: HttpRequest) -> HttpResponse:
    """Show every version with its figures, and the classes of the one in use."""
    return _page(request, at=timezone.now())


@require_POST
@hidden_if_denied
def use(request: HttpRequest) -> HttpResponse:
    """Let a former version suggest again, or let the nights decide once more."""
    actor, at, given = actor_of(request), timezone.now(), request.POST
    reason, version = given.get("reason", ""), given.get("version", "")
    try:
        if given.get("release"):
            actions.release(reason=reason, actor=actor, at=at)
        else:
            no = rules.NoModel(_("没有这个版本，或它的文件已清理"), field="version", value=version)
            number = meant(int, version, otherwise=no)
            actions.use_model(version=number, reason=reason, actor=actor, at=at)
    except Refusal as refusal:
        return _page(request, at=at, no=refusal)
    messages.success(request, _("已登记；新收到的事项按它建议"))
    return HttpResponseRedirect(reverse("desk_models"))


def _page(request: HttpRequest, *, at: datetime, no: Refusal | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = classing.models()
    active = next((row for row in rows if row.standing == "active"), None)
    shown = active or (rows[0] if rows else None)
    may_choose = bool(actions.KEEPERS & actor.roles_at(settings.QUANYU_CITY))
    context = {
        "section": "models",
        "active": _row(active, may_choose=may_choose) if active else None,
        "is_missing": active is not None and not classing.is_there(active),
        "needs": {"matters": rules.LEAST_MATTERS, "each": rules.LEAST_EACH},
        "rows": [_row(row, may_choose=may_choose) for row in rows],
        "shown": shown.version if shown else 0,
        "classes": _classes(shown, at=at) if shown else [],
        "url": reverse("desk_model_use"),
        "may_release": may_choose and active is not None and active.is_fixed,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/models.html", context, no)


def _row(row: Any, *, may_choose: bool) -> dict[str, Any]:
    is_there = classing.is_there(row)
    return {
        "version": row.version,
        "at": row.trained_at,
        "learned": f"{row.learned:,}",
        "kept_back": f"{row.kept_back:,}",
        "macro_f1": _percent(row.macro_f1),
        "old": _("第 {n} 版").format(n=row.old_version) if row.old_version else _("关键词"),
        "old_f1": _percent(row.old_f1),
        "standing": row.standing,
        "standing_label": _standing(row.standing),
        "why": _why(row),
        "is_fixed": row.is_fixed,
        "may_use": may_choose and is_there and row.standing != "active",
        "is_there": is_there,
    }


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _standing(standing: str) -> str:
    names = {"active": _("在用"), "retired": _("用过"), "candidate": _("没有启用")}
    return names[standing]


def _why(row: Any) -> str:
    """Return why a version was taken, or why not."""
    names = {
        "better": _("比当时在用的好，自动启用"),
        "equal": _("不比当时在用的差，自动启用"),
        "worse": _("比当时在用的差，没有启用"),
        "fixed": _("当时由人指定了版本，没有自动启用"),
        "overtaken": _("训练期间在用的版本换了，没有启用"),
        "person": _("由人启用：{reason}").format(reason=row.reason),
    }
    return names[row.decision]


def _classes(row: Any, *, at: datetime) -> list[dict[str, Any]]:
    """Return the figures of each class, the most learned from first."""
    ranked = sorted(row.classes.items(), key=lambda pair: (-pair[1]["learned"], pair[0]))
    return [
        {
            "label": words.class_words(code, at=at),
            "code": code,
            "learned": told["learned"],
            "kept": told["kept"],
            "precision": _percent(told["precision"]) if told["kept"] else "",
            "recall": _percent(told["recall"]) if told["kept"] else "",
            "f1": _percent(told["f1"]) if told["kept"] else "",
            "is_list": not told["learned"],
        }
        for code, told in ranked
    ]
