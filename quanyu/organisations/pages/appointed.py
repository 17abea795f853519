"""How one appointment is said on a page, with what the reader may do about it (任职的表述)."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import field
from quanyu.organisations.queries.holders import Held
from quanyu.organisations.rules.leaving import Leaving
from quanyu.organisations.rules.posts import Stand

TONES = {
    Stand.PROPOSED: ("soon", "hourglass"),
    Stand.COMING: ("hold", "calendar-time"),
    Stand.SERVING: ("done", "circle-check"),
    Stand.LEFT: ("void", "logout"),
    Stand.REFUSED: ("void", "circle-x"),
    Stand.WITHDRAWN: ("void", "arrow-back-up"),
}


def stand_said(one: Held) -> dict[str, str]:
    """Return how an appointment stands, by word, colour and icon."""
    tone, icon = TONES[Stand(one.stand)]
    return {"tone": tone, "icon": icon, "label": one.stand_name}


def held_said(one: Held, today: date) -> dict[str, Any]:
    """Return an appointment as the templates take it."""
    return {
        "one": one,
        "state": stand_said(one),
        "post_url": reverse("desk_post", args=[one.post_id]),
        "person_url": reverse("desk_posts_of", args=[one.account_id]),
        "live": [said for said in one.carries if said.state != "ended"],
        "acts": _acts(one, today),
    }


def _acts(one: Held, today: date) -> list[dict[str, Any]]:
    """Return the forms of what the reader may do: just those, each with its button."""
    reason = field("reason", _("事由"), value="", maxlength=200)
    optional = field("reason", _("意见"), value="", required=False, maxlength=200)
    forms = {
        "confirm": (one.may_decide, _("确认任职"), [optional], True),
        "refuse": (one.may_decide, _("不同意"), [reason], False),
        "withdraw": (one.may_withdraw, _("撤回提名"), [], False),
        "end": (one.may_end, _ending(one), [_end_day(one, today), _why(one)], _decides(one)),
        "keep": (one.may_keep, _staying(one), [], False),
        "stand_in": (one.may_lend and bool(one.carries), _("指定代理"), _deputy(today), False),
    }
    return [
        {
            "url": reverse("desk_appointment_act", args=[one.id, verb]),
            "button": label,
            "fields": fields,
            "open": is_open,
            "prefix": f"{verb}_{one.id}_",
        }
        for verb, (may, label, fields, is_open) in forms.items()
        if may
    ]


def _ending(one: Held) -> str:
    if one.ends == Leaving.ASK:
        return _("改提卸任") if one.leave_day else _("提出卸任")
    return _("登记卸任")


def _staying(one: Held) -> str:
    return _("不再提出卸任") if one.ends == Leaving.ASK else _("不予卸任")


def _decides(one: Held) -> bool:
    """Answer whether somebody has asked for the end, and the reader is who decides."""
    return one.leave_day is not None and one.ends != Leaving.ASK


def _why(one: Held) -> dict[str, Any]:
    return field("reason", _("事由"), value=one.leave_reason, maxlength=200)


def _end_day(one: Held, today: date) -> dict[str, Any]:
    return field(
        "end",
        _("卸任日期"),
        "date",
        value=max(today, one.valid_from, one.leave_day or today).isoformat(),
        help=_("从这天起不再任职；填今天，权限立即收回"),
    )


def _deputy(today: date) -> list[dict[str, Any]]:
    return [
        field("account", _("代理人的用户名"), value="", maxlength=60),
        field("until", _("代理到"), "date", value=today.isoformat()),
        field("reason", _("事由"), value="", maxlength=200),
    ]
