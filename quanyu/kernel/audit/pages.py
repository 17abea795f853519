"""The log for those who audit: who did what to what, how far it is sealed, and is it whole."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from quanyu.kernel.access.http import (
    actor_of,
    answer,
    asked,
    field,
    hidden_if_denied,
    read_or_write,
)
from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.audit import queries
from quanyu.kernel.audit.rules import Verdict

SHORT = 12


@read_or_write
@hidden_if_denied
def records(request: HttpRequest) -> HttpResponse:
    """List the log within reach; a POST verifies all of it against its seals."""
    actor, at = actor_of(request), timezone.now()
    # The right is asked before the work: who may not read may not verify.
    found = _page(request, actor)
    verdict = queries.verify() if request.method == "POST" else None
    sealed = queries.state()
    context = {
        "section": "audit",
        "filters": _filters(request),
        "rows": _rows(found),
        "pages": {"next_url": _next(request, found)},
        "seal": _seal(sealed),
        "verify": _verdict(verdict) if verdict else None,
        "verify_url": reverse("desk_audit"),
        "now": timezone.localtime(at),
    }
    return answer(request, "audit/records.html", context)


def _page(request: HttpRequest, actor: Actor) -> queries.Page:
    given = request.GET
    return queries.page(
        actor=actor,
        topic=given.get("topic", "").strip(),
        subject=given.get("subject", "").strip(),
        after=given.get("after", ""),
    )


def _filters(request: HttpRequest) -> list[dict[str, Any]]:
    names = {"topic": _("动作"), "subject": _("对象")}
    hints = {"topic": "event.dispatch", "subject": "events.event:…"}
    return [
        field(
            name,
            label,
            "search",
            value=request.GET.get(name, ""),
            required=False,
            placeholder=hints[name],
            on=bool(request.GET.get(name)),
        )
        for name, label in names.items()
    ]


def _next(request: HttpRequest, found: queries.Page) -> str:
    if not found.next:
        return ""
    kept = asked(request, "topic", "subject")
    return f"{reverse('desk_audit')}?{urlencode({**kept, 'after': found.next})}"


def _rows(found: queries.Page) -> list[dict[str, Any]]:
    people = _people([row.actor_id for row in found.rows if row.actor_id])
    places = _whole(queries.place_names.ask(sorted({row.region_path for row in found.rows})))
    topics = own_topics() | _whole(queries.topic_names.ask())
    return [
        {
            "number": str(row.id)[-SHORT:],
            "at": row.at,
            "who": _who(row, people),
            "did": topics.get(row.topic, row.topic),
            "topic": row.topic,
            "subject": _subject(row.subject),
            "place": places.get(row.region_path, row.region_path),
            "changed": row.changed,
            "facts": [],
            "sealed": row.id not in found.loose,
        }
        for row in found.rows
    ]


def _people(keys: list[UUID]) -> dict[UUID, str]:
    return _whole(queries.account_names.ask(sorted(set(keys)))) if keys else {}


def _whole(answers: list[Mapping[Any, str]]) -> dict[Any, str]:
    whole: dict[Any, str] = {}
    for one in answers:
        whole |= one
    return whole


def _who(row: Any, people: Mapping[UUID, str]) -> str:
    if row.actor_kind == ActorKind.SYSTEM:
        return f"{_('系统')} {row.job}".strip()
    kinds = {ActorKind.REPORTER: _("上报人"), ActorKind.HOLDER: _("查询码持有人")}
    named = people.get(row.actor_id, str(row.actor_id or "")[-SHORT:])
    return kinds.get(row.actor_kind, named)


def _subject(subject: str) -> str:
    kind, colon, key = subject.partition(":")
    return f"{kind}{colon}…{key[-SHORT:]}" if len(key) > SHORT else subject


def _seal(sealed: queries.State) -> dict[str, Any]:
    many = sealed.records > queries.COUNT_TO
    known = min(sealed.records, queries.COUNT_TO) - (0 if many else sealed.unsealed)
    return {
        "last_at": sealed.last_at,
        "sealed": f"{known:,}{'+' if many else ''}",
        "unsealed": sealed.unsealed,
        "head": f"#{sealed.number} {sealed.head[:16]}",
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    names = {
        "changed": _("这条记录的内容被改过"),
        "removed": _("这条记录被删除了"),
        "inserted": _("这条记录是事后插入的"),
        "chain": _("封存链在这里断了"),
    }
    whole = _("全部 {count} 条记录与 {seals} 次封存一致；{loose} 条尚未封存")
    broken = _("核验了 {count} 条记录、{seals} 次封存，有 {faults} 处不符")
    sentence = (whole if verdict.is_whole else broken).format(
        count=f"{verdict.records:,}",
        seals=f"{verdict.seals:,}",
        loose=verdict.unsealed,
        faults=len(verdict.faults),
    )
    return {
        "ok": verdict.is_whole,
        "checked": verdict.records,
        "sentence": sentence,
        "broken": [{"number": f.what, "why": names.get(f.kind, f.kind)} for f in verdict.faults],
    }


def own_topics() -> dict[str, str]:
    """Return what the topics of the kernel are called."""
    return {
        "accounts.sign_in": _("登录"),
        "accounts.sign_out": _("退出"),
        "accounts.sign_in_failed": _("登录失败"),
        "accounts.password_failed": _("密码核对失败"),
        "accounts.code_failed": _("动态验证码错误"),
        "accounts.vouched": _("统一身份认证通过"),
        "accounts.vouching_denied": _("统一身份认证被拒"),
        "accounts.vouching_faulty": _("统一身份认证答复有误"),
        "accounts.vouching_ended": _("已停用账号的统一身份来登录"),
        "accounts.meet_identity": _("未绑定的统一身份来登录"),
        "accounts.link_identity": _("绑定统一身份"),
        "accounts.unlink_identity": _("解除统一身份"),
        "accounts.end_session": _("退出一处登录"),
        "accounts.end_sessions": _("退出多处登录"),
        "accounts.renew_recovery_codes": _("生成恢复码"),
        "accounts.use_recovery_code": _("使用恢复码"),
        "accounts.grant": _("授权"),
        "accounts.end_grant": _("终止授权"),
        "accounts.create": _("建立账号"),
        "privacy.reveal": _("查看个人信息"),
        "privacy.purge": _("清除到期的个人信息"),
        "files.take": _("收下附件"),
        "files.finish": _("附件处理完成"),
        "files.refuse": _("附件未通过"),
        "calendar.load_notice": _("载入放假安排"),
        "calendar.enter_year": _("录入放假安排"),
        "calendar.set_day": _("设定日历日"),
        "calendar.set_hours": _("设定工作时间"),
        "jobs.retry": _("重试任务"),
        "jobs.give_up": _("放弃任务"),
        "codes.load": _("载入代码"),
        "codes.add_code": _("新增代码"),
        "codes.change_code": _("变更代码"),
        "codes.end_code": _("停用代码"),
        "codes.set_limit": _("设定时限"),
        "codes.end_limit": _("停用时限"),
        "operations.backup": _("备份"),
        "operations.restore": _("恢复备份"),
    }
