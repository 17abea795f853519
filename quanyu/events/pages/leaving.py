"""Forced closings and their review, letters to bodies outside, and what a matter shows of them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from quanyu.events import actions, rules
from quanyu.events.queries import clock, desk, leaving_words, words
from quanyu.events.queries import gone as queries
from quanyu.events.queries.values import place_words
from quanyu.events.rules import leaving
from quanyu.events.rules.leaving import Ending, Kind
from quanyu.events.tables import LETTER
from quanyu.kernel.access.http import actor_of, answer, hidden_if_denied, meant
from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied, Invalid, Refusal
from quanyu.kernel.tables.documents import Cell, Document, Head, Part
from quanyu.organisations import queries as organisations
from quanyu.regions import queries as regions

MOST = queries.MOST


# ------------------------------------------------------------------ on the page of a matter


def facts(event: Any, acts: Collection[str], *, actor: Actor, at: datetime) -> list[dict[str, str]]:
    """Return what a matter's page says of its ways out of our hands.

    :param acts: what its story tells of
    """
    letters = queries.letters(event, actor=actor) if event.outside or event.is_outside else []
    was_forced = "force_close" in acts
    closing = queries.last_closing(event, actor=actor) if was_forced else None
    found = [
        _fact(_("转往"), regions.label(event.moving_to) if event.moving_to else ""),
        _fact(_("转辖区"), _times(event.moved)),
        _fact(_("转外单位"), _times(event.outside), note=_away(event, at=at)),
        *[_letter_fact(one) for one in letters],
        *([_closing_fact(closing)] if closing else []),
        *([_verdict_fact(closing)] if closing and closing.in_order is not None else []),
    ]
    return [fact for fact in found if fact["value"]]


def _fact(label: str, value: str, *, note: str = "", url: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "url": url}


def _times(count: int) -> str:
    return ngettext("{n} 次", "{n} 次", count).format(n=count) if count else ""


def _away(event: Any, *, at: datetime) -> str:
    count = queries.outside_days(event, on=words.day(at))
    said = ngettext("在外共 {n} 天", "在外共 {n} 天", count).format(n=count)
    return _("；").join([said, _("处置时限停走")]) if event.stands_still() else said


def _letter_fact(letter: Any) -> dict[str, str]:
    return _fact(
        _letter_name(letter), words.body_name(letter.body_id), note=_how(letter), url=_print(letter)
    )


def _letter_name(letter: Any) -> str:
    kinds = {Kind.OUTSIDE: _("转办函"), Kind.FORWARD: _("移送函")}
    return kinds[Kind(letter.kind)]


def _how(letter: Any) -> str:
    if letter.ending == Ending.WAITING:
        day = letter.promised_on
        return _("答应{day}前答复").format(day=_day(day)) if day else _("已发出")
    endings = {
        Ending.DONE: _("已答复：{words}"),
        Ending.BACK: _("已收回：{words}"),
        Ending.STOPPED: _("随强制结案终止"),
    }
    return endings[Ending(letter.ending)].format(words=letter.answer)


def _print(letter: Any) -> str:
    asked = urlencode({"letter": letter.pk})
    return f"{reverse('desk_export_new', args=[LETTER.name])}?{asked}"


def _closing_fact(closing: Any) -> dict[str, str]:
    return _fact(_("强制结案"), leaving_words.ground(closing.ground), note=closing.reason)


def _verdict_fact(closing: Any) -> dict[str, str]:
    verdict = _("妥当") if closing.in_order else _("不妥")
    return _fact(_("抽查结论"), verdict, note=closing.words)


# ------------------------------------------------------------------ forced closings


@require_GET
@hidden_if_denied
def forced(request: HttpRequest) -> HttpResponse:
    """List the forced closings within reach, what is drawn and not looked at first."""
    return _forced(request, at=timezone.now())


@require_POST
@hidden_if_denied
def review(request: HttpRequest, closing_id: UUID) -> HttpResponse:
    """Say whether a forced closing was in order; a refusal shows the same page."""
    actor, at = actor_of(request), timezone.now()
    try:
        verdict = request.POST.get("in_order", "")
        if verdict not in {"yes", "no"}:
            raise Invalid(_("请选一项：妥当，还是不妥"), field="in_order", value=verdict)
        said = request.POST.get("words", "")
        actions.review_closing(
            closing_id=closing_id, in_order=verdict == "yes", words=said, actor=actor, at=at
        )
    except Denied:
        raise
    except Refusal as no:
        return _forced(request, at=at, no=no, chosen=closing_id)
    messages.success(request, _("复查结论已记下"))
    return HttpResponseRedirect(reverse("desk_forced"))


def _forced(
    request: HttpRequest,
    *,
    at: datetime,
    no: Refusal | None = None,
    chosen: UUID | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    may_review = bool(leaving.REVIEWERS & actor.roles)
    view = request.GET.get("view", "waiting" if may_review else "all")
    rows = list(queries.closings(actor=actor, chosen="" if view == "all" else view)[:MOST])
    bodies = desk.body_names([row.event for row in rows])
    context = {
        "section": "forced",
        "views": [
            _view(key, label, view)
            for key, label in (
                ("waiting", _("待复查")),
                ("drawn", _("抽中的")),
                ("all", _("全部")),
            )
        ],
        "rows": [_closing(row, bodies, actor=actor, at=at, chosen=chosen) for row in rows],
        "draws": [_draw(one) for one in queries.draws(actor=actor)],
        "given": request.POST.dict() if no is not None else {},
        "most": rules.LONGEST_TEXT,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/forced.html", context, no)


def _view(key: str, label: str, view: str) -> dict[str, Any]:
    return {"label": label, "url": f"?view={key}", "current": key == view}


def _closing(
    row: Any,
    bodies: Mapping[UUID, str],
    *,
    actor: Actor,
    at: datetime,
    chosen: UUID | None,
) -> dict[str, Any]:
    event = row.event
    is_mine = bool(leaving.REVIEWERS & actor.roles_on(event)) and actor.id != row.closed_by
    is_open = bool(row.is_drawn) and row.in_order is None
    return {
        "key": row.pk,
        "number": event.number,
        "title": event.title,
        "url": reverse("desk_matter", args=[event.number]),
        "place": place_words(event.region_path),
        "class_label": words.class_words(event.category, at=at),
        "body": bodies.get(event.body_id, "") if event.body_id else "",
        "ground": leaving_words.ground(row.ground),
        "reason": row.reason,
        "at": row.at,
        "is_drawn": row.is_drawn,
        "in_order": row.in_order,
        "words": row.words,
        "reviewed_at": row.reviewed_at,
        "review_url": reverse("desk_forced_review", args=[row.pk]) if is_mine and is_open else "",
        "is_chosen": row.pk == chosen,
    }


def _draw(one: Any) -> dict[str, Any]:
    return {
        "place": regions.label(one.region_path),
        "until": one.until,
        "population": one.population,
        "drawn": one.drawn,
        "share": one.share,
        "few": one.few,
        "seed": one.seed,
    }


# ------------------------------------------------------------------ letters


@require_GET
@hidden_if_denied
def letters(request: HttpRequest) -> HttpResponse:
    """List the letters to bodies outside, what is waited for first."""
    actor, at = actor_of(request), timezone.now()
    view = request.GET.get("view", "waiting")
    rows = list(queries.listed(actor=actor, chosen="" if view == "all" else "waiting")[:MOST])
    names = organisations.body_names(sorted({row.body_id for row in rows})) if rows else {}
    context = {
        "section": "letters",
        "views": [
            _view(key, label, view)
            for key, label in (("waiting", _("等答复的")), ("all", _("全部")))
        ],
        "rows": [_letter(row, names, at=at) for row in rows],
        "now": timezone.localtime(at),
    }
    return answer(request, "events/letters.html", context)


def _letter(row: Any, names: Mapping[UUID, str], *, at: datetime) -> dict[str, Any]:
    today = words.day(at)
    is_late = row.ending == Ending.WAITING and row.promised_on is not None
    return {
        "name": _letter_name(row),
        "number": f"{row.event.number}-{row.number}",
        "title": row.event.title,
        "url": reverse("desk_matter", args=[row.event.number]),
        "body": names.get(row.body_id, ""),
        "ground": leaving_words.ground(row.ground) if row.ground else "",
        "sent": row.sent_at,
        "promised": row.promised_on,
        "is_late": is_late and bool(row.promised_on and row.promised_on < today),
        "how": _how(row),
        "stops": row.stops_clock,
        "print_url": _print(row),
    }


@LETTER.narrowed_by
def narrowed(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Any:
    """Return the one letter of this address, if it is within reach."""
    return queries.listed(actor=actor).filter(pk=_key(asked))


@LETTER.told_by
def told(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Return in words what the address asks for."""
    letter = queries.letter(_key(asked), actor=actor)
    return [(_("函件"), f"{letter.event.number}-{letter.number}")]


@LETTER.composed_by
def compose(asked: Mapping[str, str], *, actor: Actor, at: datetime) -> Document:
    """Return the letter as it is printed: to whom, of what, until when, and what came back."""
    letter = queries.letter(_key(asked), actor=actor)
    event = letter.event
    lines: list[tuple[str, str]] = [
        (_("编号"), f"{event.number}-{letter.number}"),
        (_("致"), words.body_name(letter.body_id)),
        (_("事由"), leaving_words.ground(letter.ground) if letter.ground else ""),
        (_("事项"), event.title),
        (_("地点"), event.address or place_words(event.region_path)),
        (_("内容"), letter.text),
        (_("请在这天前答复"), _day(letter.promised_on) if letter.promised_on else ""),
        (_("发函日期"), clock.date_words(letter.sent_at)),
        (_("答复日期"), _day(letter.answered_on) if letter.answered_on else ""),
        (_("答复"), letter.answer),
    ]
    rows: list[list[Cell]] = [[label, said] for label, said in lines if said]
    heads = [Head(_("项目"), width=18), Head(_("内容"), width=90)]
    title = _("{name}（{number}）").format(
        name=_letter_name(letter), number=f"{event.number}-{letter.number}"
    )
    return Document(title, regions.label(event.region_path), [Part(_("函"), heads, rows)])


def _key(asked: Mapping[str, str]) -> UUID:
    said = asked.get("letter", "")
    return meant(UUID, said, otherwise=Invalid(_("没有这件函"), field="letter", value=said))


def _day(day: Any) -> str:
    return str(date_format(day))
