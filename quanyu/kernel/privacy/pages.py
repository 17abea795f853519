"""The desk of those who answer for personal data: fields, purges, keys, and who looked."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, meant
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit import queries as audit
from quanyu.kernel.errors import Invalid
from quanyu.kernel.privacy import queries
from quanyu.kernel.privacy.fields import ring
from quanyu.kernel.privacy.rules import REASONS
from quanyu.kernel.privacy.seals import VERSIONS

SHORT = 12
ALGORITHMS = {VERSIONS["aes"]: "AES-256-GCM", VERSIONS["sm"]: "SM4-GCM"}


@require_safe
@hidden_if_denied
def fields(request: HttpRequest) -> HttpResponse:
    """List every personal field with its basis, purpose and end."""
    rows = queries.listed(on=timezone.localdate())
    return _page(request, "fields", {"rows": rows, "total": len(rows)})


@require_safe
@hidden_if_denied
def purges(request: HttpRequest) -> HttpResponse:
    """Show what the last purges erased, and what they could not."""
    return _page(request, "purges", {"rows": [_purge(report) for report in queries.purges()]})


@require_safe
@hidden_if_denied
def keys(request: HttpRequest) -> HttpResponse:
    """Show which keys there are, and how far the last rotations have come."""
    now = ring()
    context = {
        "sealing": now.newest,
        "algorithm": ALGORITHMS[now.version],
        "numbers": [str(number) for number in now.numbers],
        "rows": [_rotation(one, parts) for one, parts in queries.rotations()],
    }
    return _page(request, "keys", context)


@require_safe
@hidden_if_denied
def looks(request: HttpRequest) -> HttpResponse:
    """List who looked at which masked values and why."""
    after = request.GET.get("after", "")
    if after:
        meant(UUID, after, otherwise=Invalid(_("没有这样的一页"), field="after"))
    found, following = queries.all_looks(actor=actor_of(request), after=after)
    people = audit.people([look.account_id for look in found if look.account_id])
    url = f"{reverse('desk_privacy_looks')}?{urlencode({'after': following})}"
    context = {
        "rows": [_look(look, people) for look in found],
        "pages": {"next_url": url if following else ""},
    }
    return _page(request, "looks", context)


def _page(request: HttpRequest, view: str, context: dict[str, Any]) -> HttpResponse:
    frame = {
        "section": "privacy",
        "view": view,
        "views": _views(view, actor_of(request)),
        "now": timezone.localtime(),
    }
    return answer(request, f"privacy/{view}.html", frame | context)


def _views(view: str, actor: Actor) -> list[dict[str, Any]]:
    names = {"fields": _("字段"), "purges": _("到期清除"), "keys": _("密钥")}
    if actor.roles & audit.READERS:
        names["looks"] = _("查看记录")
    urls = {"fields": reverse("desk_privacy")}
    return [
        {
            "label": label,
            "url": urls.get(key) or reverse(f"desk_privacy_{key}"),
            "current": key == view,
        }
        for key, label in names.items()
    ]


def _purge(report: Any) -> dict[str, Any]:
    erased = sorted((count, label) for label, count in report.counts.items() if count)
    return {
        "at": report.at,
        "seconds": report.seconds,
        "is_finished": report.is_finished,
        "total": sum(report.counts.values()),
        "erased": [{"field": label, "count": count} for count, label in reversed(erased)],
        "failures": [{"field": name, "why": why} for name, why in report.failures.items()],
    }


def _rotation(rotation: Any, parts: list[Any]) -> dict[str, Any]:
    return {
        "began_at": rotation.began_at,
        "finished_at": rotation.finished_at,
        "key": rotation.key,
        "algorithm": ALGORITHMS[rotation.version],
        "parts": parts,
    }


def _look(look: Any, people: dict[UUID, str]) -> dict[str, Any]:
    kind, _colon, key = look.subject.partition(":")
    kinds = {ActorKind.SYSTEM: _("系统")}
    return {
        "at": look.at,
        "who": people.get(look.account_id) or kinds.get(look.actor_kind, str(look.job)),
        "role": queries.role_name(look.role, on=timezone.localdate()),
        "subject": f"{kind}:…{key[-SHORT:]}",
        "fields": look.fields,
        "reason": _(REASONS.get(look.reason, look.reason)),
    }
