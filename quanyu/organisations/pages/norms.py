"""The rules of party organisations in numbers: the list, one with its history, a change (规定)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

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
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.codes.actions.keeping import KEEPERS
from quanyu.kernel.errors import Denied, Refusal
from quanyu.organisations import actions
from quanyu.organisations.queries import norms as reads
from quanyu.organisations.rules import KIND_WORDS, BodyKind
from quanyu.organisations.rules.norm_subjects import SHARES, subjects_of
from quanyu.organisations.rules.norms import LONGEST, NORM_WORDS, Norm, NormKey, WrongNorm
from quanyu.organisations.rules.rhythm import MEETING_WORDS, MeetingKind

Given = Mapping[str, str]
SECTION = "norms"


@require_GET
@hidden_if_denied
def norms(request: HttpRequest) -> HttpResponse:
    """List the numbers of the rules as they hold today, each with its clause."""
    held = reads.norms(on=timezone.localdate())
    rows = [_row(one) for one in held.values() if one.key != NormKey.MOVED_BY_SUPERIOR]
    context = {
        "section": SECTION,
        "rows": rows,
        "may_change": _keeps(actor_of(request)),
        "now": timezone.localtime(),
    }
    return answer(request, "organisations/norms.html", context)


@read_or_write
@hidden_if_denied
def norm(request: HttpRequest, key: str) -> HttpResponse:
    """Show how one number stood from day to day; who keeps the whole city may change it."""
    actor, at = actor_of(request), timezone.now()
    if key not in set(NormKey) or key == NormKey.MOVED_BY_SUPERIOR:
        raise Denied

    def changed() -> HttpResponse:
        subject = _change(key, request.POST, actor, at=at)
        messages.success(request, _("已登记，从写明的日子起生效；以前的留着"))
        return HttpResponseRedirect(_url(key, subject))

    return answered(request, changed, lambda no: _page(request, key, actor, no, at=at))


# ------------------------------------------------------------------ inside


def _change(key: str, given: Given, actor: Actor, *, at: datetime) -> str:
    actions.change_norm(
        key=key,
        subject=given.get("subject", ""),
        amount=_number(given, "amount"),
        base=_number(given, "base") if key in SHARES else 1,
        clause_id=_clause(given.get("clause", "")),
        because=given.get("because", ""),
        start=_day(given.get("start", "")),
        actor=actor,
        at=at,
    )
    return given.get("subject", "")


def _page(
    request: HttpRequest, key: str, actor: Actor, no: Refusal | None, *, at: datetime
) -> HttpResponse:
    today = timezone.localdate(at)
    subject = request.POST.get("subject", request.GET.get("subject", ""))
    allowed = subjects_of(key)
    subject = subject if subject in allowed else allowed[0]
    kept = reads.history(key, subject)
    context = {
        "section": SECTION,
        "name": _(NORM_WORDS[NormKey(key)]),
        "subject": _subject(key, subject),
        "subjects": _others(key, allowed, subject) if len(allowed) > 1 else [],
        "rows": [_kept(one, today) for one in kept],
        "form": _form(request, key, subject, kept, no, today) if _keeps(actor) else None,
        "now": timezone.localtime(at),
    }
    return answer(request, "organisations/norm.html", context, no)


def _others(key: str, allowed: tuple[str, ...], here: str) -> list[dict[str, Any]]:
    """Return for what this number may hold by itself, each with its page."""
    return [
        {"label": _subject(key, one) or _("各类组织"), "url": _url(key, one), "on": one == here}
        for one in allowed
    ]


def _row(one: Norm) -> dict[str, Any]:
    return {
        "name": _(NORM_WORDS[NormKey(one.key)]),
        "subject": _subject(one.key, one.subject),
        "amount": _amount(one),
        "since": one.valid_from,
        "clause": one.clause,
        "is_sample": one.is_sample,
        "url": _url(one.key, one.subject),
    }


def _kept(one: reads.Kept, today: date) -> dict[str, Any]:
    has_begun = one.norm.valid_from <= today
    return _row(one.norm) | {
        "until": one.until,
        "because": one.because,
        "by": one.by,
        "at": one.at,
        "is_now": has_begun and (one.until is None or one.until > today),
        "is_coming": not has_begun,
    }


def _form(
    request: HttpRequest,
    key: str,
    subject: str,
    kept: list[reads.Kept],
    no: Refusal | None,
    today: date,
) -> dict[str, Any]:
    last = kept[0].norm if kept else None
    given = {
        "amount": str(last.amount) if last else "",
        "base": str(last.base) if last else "",
        "start": today.isoformat(),
    } | request.POST.dict()
    clauses = [option(one.pk, codes.cited(codes.clause_entry(one))) for one in codes.clauses()]

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, Any]:
        return field(name, label, kind, no=no, value=given.get(name, ""), **more)

    return {
        "url": _url(key, subject),
        "button": _("修改"),
        "fields": [
            field("subject", "", "hidden", value=subject),
            one("amount", _("分子") if key in SHARES else _("数"), "number"),
            *([one("base", _("分母"), "number")] if key in SHARES else []),
            one("start", _("从哪天起"), "date", help=_("以前的数留到前一天")),
            one(
                "because", _("修改依据"), maxlength=LONGEST, help=_("文件名称和文号，或修改的理由")
            ),
            one("clause", _("依据条款"), "select", required=False, options=clauses),
        ],
    }


def _amount(one: Norm) -> str:
    return f"{one.amount}/{one.base}" if one.base > 1 else str(one.amount)


def _subject(key: str, subject: str) -> str:
    """Return what a number is for, where it is not for all."""
    if key == NormKey.RHYTHM:
        return _(MEETING_WORDS[MeetingKind(subject)])
    kind, _at, of_community = subject.partition("@")
    name = _(KIND_WORDS[BodyKind(kind)]) if kind else ""
    return _("{kind}（社区）").format(kind=name) if of_community else name


def _url(key: str, subject: str) -> str:
    query = f"?{urlencode({'subject': subject})}" if subject else ""
    return f"{reverse('desk_party_norm', args=[key])}{query}"


def _keeps(actor: Actor) -> bool:
    return bool(KEEPERS & actor.roles_at(settings.QUANYU_CITY))


def _number(given: Given, name: str) -> int:
    text = given.get(name, "")
    return meant(int, text, otherwise=WrongNorm(_("请填写整数"), field=name, value=text[:10]))


def _clause(text: str) -> UUID | None:
    no = WrongNorm(_("没有这一条款"), field="clause", value=text[:40])
    return meant(UUID, text, otherwise=no) if text else None


def _day(text: str) -> date | None:
    no = WrongNorm(_("日期有误"), field="start", value=text[:20])
    return meant(date.fromisoformat, text, otherwise=no) if text else None
