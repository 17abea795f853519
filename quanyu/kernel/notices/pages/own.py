"""One's own notices, and how one wants to be told (我的通知)."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    answered,
    field,
    hidden_if_denied,
    is_htmx,
    meant,
    option,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.errors import Refusal
from quanyu.kernel.notices import actions, channels, queries, rules
from quanyu.kernel.notices.rules import CHANNEL_NAMES, CHOSEN, GROUP_NAMES, Channel, Way

INBOX = "inapp"
"""No way besides the inbox."""


@require_GET
@hidden_if_denied
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one's notices: those not read yet, or those that were."""
    actor, at = actor_of(request), timezone.now()
    is_old = request.GET.get("show") == "old"
    rows, after = queries.inbox(actor=actor, after=request.GET.get("after", ""), is_old=is_old)
    held = queries.wordings(on=local(at).date())
    url = reverse("desk_notices")
    context = {
        "section": "notices",
        "rows": [_row(row, held) for row in rows],
        "is_old": is_old,
        "unread": queries.unread(actor),
        "next_url": f"{url}?{'show=old&' if is_old else ''}after={after}" if after else "",
        "now": timezone.localtime(at),
    }
    return TemplateResponse(request, "notices/inbox.html", context)


@require_POST
@hidden_if_denied
def opened(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark a notice as read and lead to what it is about."""
    row = actions.read(notice_id=notice_id, actor=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(row.link or reverse("desk_notices"))


@require_POST
@hidden_if_denied
def read(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Mark a notice as read where it stands."""
    actor = actor_of(request)
    actions.read(notice_id=notice_id, actor=actor, at=timezone.now())
    if not is_htmx(request):
        return HttpResponseRedirect(reverse("desk_notices"))
    return TemplateResponse(request, "notices/_read.html", {"bell": queries.unread(actor)})


@require_POST
@hidden_if_denied
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's notices as read."""
    actions.read_all(actor=actor_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("desk_notices"))


@read_or_write
@hidden_if_denied
def choice(request: HttpRequest) -> HttpResponse:
    """Show and change how one wants to be told."""
    actor, at = actor_of(request), timezone.now()

    def change() -> HttpResponse:
        _chosen(request.POST, actor, at=at)
        messages.success(request, _("已保存，从下一条通知起生效"))
        return HttpResponseRedirect(reverse("desk_notice_choice"))

    return answered(request, change, lambda no: _choice_page(request, actor, no))


# ------------------------------------------------------------------ inside


def _row(row: Any, held: Mapping[Any, Any]) -> dict[str, Any]:
    said = queries.said(row, "inapp", language=get_language() or "zh-hans", held=held)
    group = rules.topics[row.topic].group if row.topic in rules.topics else ""
    return {
        "id": row.pk,
        "subject": said.subject,
        "body": said.body,
        "group": gettext(GROUP_NAMES[group]) if group else "",
        "at": row.made_at,
        "is_urgent": row.is_urgent,
        "is_over": row.over_at is not None and row.read_at is None,
        "open_url": reverse("desk_notice_open", args=[row.pk]),
        "read_url": reverse("desk_notice_read", args=[row.pk]),
    }


def _chosen(given: Mapping[str, str], actor: Actor, *, at: datetime) -> None:
    ways: dict[str, Way] = {
        group: Way(_channels(given.get(f"way_{group}", "")), bool(given.get(f"digest_{group}")))
        for group in rules.Group
    }
    phone = "-" if given.get("no_phone") else given.get("phone", "").strip()[:20]
    actions.choose(
        ways=ways,
        quiet_from=_time(given, "quiet_from"),
        quiet_to=_time(given, "quiet_to"),
        quiet_rest_days=bool(given.get("quiet_rest_days")),
        language=given.get("language", ""),
        phone=phone,
        actor=actor,
        at=at,
    )


def _channels(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("+") if part not in {"", INBOX})


def _time(given: Mapping[str, str], name: str) -> time:
    text = given.get(name, "")
    no = rules.WrongChoice(_("时间应写作 20:00 的形式"), field=name, value=text)
    return meant(time.fromisoformat, text, otherwise=no)


def _choice_page(request: HttpRequest, actor: Actor, no: Refusal | None) -> HttpResponse:
    row = queries.choice_row(actor)
    held, given = queries.chosen(row), request.POST
    open_ways = channels.open_ways()
    quiet_from, quiet_to = (_clock(held.quiet.start), _clock(held.quiet.end))
    context = {
        "section": "notices",
        "groups": [_group(group, held.way(group), no) for group in rules.Group],
        "ways": [
            {"name": gettext(CHANNEL_NAMES[way]), "is_on": way in open_ways} for way in CHOSEN
        ],
        "fields": [
            field(
                "quiet_from",
                _("免打扰，从"),
                "time",
                no=no,
                value=given.get("quiet_from", quiet_from),
            ),
            field("quiet_to", _("到"), "time", no=no, value=given.get("quiet_to", quiet_to)),
            field(
                "quiet_rest_days",
                _("休息日和节假日全天免打扰（按工作日历，调休上班日照常）"),
                "checkbox",
                value=held.quiet.rest_days,
            ),
            field(
                "language",
                _("邮件和短信用的语言"),
                "select",
                no=no,
                value=held.language,
                options=[option(code, name) for code, name in settings.LANGUAGES],
            ),
        ],
        "phone_fields": _phone_fields(row, no) if Channel.SMS in open_ways else [],
        "has_email": bool(queries.email_of(actor)),
    }
    return answer(request, "notices/choice.html", context, no)


def _group(group: rules.Group, way: Way, no: Refusal | None) -> dict[str, Any]:
    mail, sms = (gettext(CHANNEL_NAMES[one]) for one in CHOSEN)
    options = [
        option(INBOX, _("只在站内")),
        option("mail", mail),
        option("sms", sms),
        option("mail+sms", _("先{first}，不成再{second}").format(first=mail, second=sms)),
        option("sms+mail", _("先{first}，不成再{second}").format(first=sms, second=mail)),
    ]
    name = gettext(GROUP_NAMES[group])
    return {
        "way": field(
            f"way_{group}",
            name,
            "select",
            no=no,
            value="+".join(way.channels) or INBOX,
            options=options,
        ),
        "digest": field(
            f"digest_{group}", _("邮件攒到早上 8:30 一起发"), "checkbox", value=way.is_digest
        ),
    }


def _phone_fields(row: Any, no: Refusal | None) -> list[dict[str, object]]:
    has = row is not None and row.phone is not None
    help_text = _("只用来给您发工作短信，加密保存；账号停用 30 天后删除")
    if has:
        help_text = _("现在登记的是 {phone}；不改就留空").format(phone=str(row.phone))
    fields = [field("phone", _("手机号"), "phone", no=no, required=False, help=help_text)]
    return [*fields, field("no_phone", _("删除登记的手机号"), "checkbox")] if has else fields


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
