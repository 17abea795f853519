"""What a grant, a request and a deputy say on a page, and the forms about them."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.kernel.access.http import field
from quanyu.kernel.accounts import queries, rules
from quanyu.kernel.errors import Refusal

STATES = {
    "asked": ("wait", "clock"),
    "approved": ("done", "circle-check"),
    "refused": ("late", "circle-x"),
    "withdrawn": ("void", "arrow-back-up"),
    "expired": ("void", "hourglass-off"),
}
"""How the state of a request looks: its colour and its icon."""


def because(one: queries.Explained) -> str:
    """Return why somebody may: by a post, by an approval, or as somebody's deputy."""
    if one.deputy_of and one.deputy_of == one.granted_by:
        return _("因代理{name}，由本人指定").format(name=one.deputy_of)
    if one.deputy_of:
        said = _("因代理{name}，由{by}指定")
        return said.format(name=one.deputy_of, by=one.granted_by)
    if one.granted_by:
        return _("由{by}批准").format(by=one.granted_by)
    return _("由系统按岗位授予")


def grant_said(one: queries.Explained) -> dict[str, object]:
    """Return one grant as the pages show it: what, where, how long, why, and the acts it opens."""
    return {
        "id": one.id,
        "role": _(one.role_name),
        "place": one.where,
        "from": one.granted_from,
        "to": one.granted_to,
        "because": because(one),
        "reason": one.reason,
        "ended": one.state == "ended",
        "future": one.state == "future",
        "deputy": bool(one.deputy_of),
        "end_reason": one.end_reason,
        "ended_by": one.ended_by,
        "acts": pgettext("between items", "、").join(queries.acts([one.role])),
    }


def wish_said(one: queries.Wish) -> dict[str, object]:
    """Return one request as the pages show it, with what the reader may do."""
    key = [one.id]
    colour, icon = STATES[one.state]
    words = {
        "asked": _("待审批"),
        "approved": _("已批准"),
        "refused": _("不予批准"),
        "withdrawn": _("已撤回"),
        "expired": _("已过期"),
    }
    acts = []
    if one.may_decide:
        note = field("reason", _("审批意见"), "text", required=False)
        why = field("reason", _("不予批准的理由"), "text")
        acts = [
            {
                "key": "approve",
                "label": _("批准"),
                "url": reverse("desk_grant_approve", args=key),
                "fields": [note],
                "button": "primary",
            },
            {
                "key": "refuse",
                "label": pgettext("grant", "不予批准"),
                "url": reverse("desk_grant_refuse", args=key),
                "fields": [why],
                "button": "q",
            },
        ]
    if one.may_withdraw:
        acts.append(
            {
                "key": "withdraw",
                "label": _("撤回申请"),
                "url": reverse("desk_grant_withdraw", args=key),
                "fields": [],
                "button": "q",
            }
        )
    return {
        "id": one.id,
        "name": one.name,
        "username": one.username,
        "role": _(one.role_name),
        "place": one.where,
        "from": one.granted_from,
        "to": one.granted_to,
        "reason": one.reason,
        "by": one.asked_by,
        "at": one.asked_at,
        "state": words[one.state],
        "colour": colour,
        "icon": icon,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "decision": one.decision,
        "opened_at": one.opened_at,
        "may_decide": one.may_decide,
        "acts": acts,
    }


def stand_in_said(one: queries.StandIn, *, may_end: bool) -> dict[str, object]:
    """Return one standing in as the pages show it."""
    what = [part.split("\n") for part in one.what]
    said = [f"{_(role)} · {where}" for role, where in what]
    return {
        "id": one.id,
        "principal": one.principal,
        "deputy": one.deputy,
        "from": one.granted_from,
        "to": one.granted_to,
        "reason": one.reason,
        "by": one.named_by,
        "what": pgettext("between items", "、").join(said),
        "end_url": reverse("desk_deputy_end", args=[one.id]) if may_end else "",
        "end_fields": [field("reason", _("终止事由"), "text", required=False)],
    }


def deputy_form(url: str, given: dict[str, str], no: Refusal | None) -> dict[str, object]:
    """Return the form that names somebody to stand in."""
    fields = [
        field(
            "account",
            _("代理人的用户名"),
            "text",
            no=no,
            value=given.get("account", ""),
            help=_("须在同一辖区、上级辖区或同一机构任职"),
        ),
        field(
            "granted_from",
            pgettext("first day", "起"),
            "date",
            no=no,
            value=given.get("granted_from", ""),
            required=False,
            help=_("不填为立即生效"),
        ),
        field(
            "granted_to",
            pgettext("last day", "止"),
            "date",
            no=no,
            value=given.get("granted_to", ""),
            help=_("当日终了失效"),
        ),
        field("reason", _("代理事由"), "text", no=no, value=given.get("reason", "")),
    ]
    return {"url": url, "button": _("指定代理"), "fields": fields}


def person_url(account_id: UUID, roles: frozenset[str]) -> str:
    """Return the page of a person, for an administrator; for others there is none."""
    return reverse("desk_person", args=[account_id]) if rules.is_administrator(roles) else ""
