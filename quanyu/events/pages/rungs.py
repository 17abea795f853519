"""The ladders of the city: whom each limit tells, when, and on what ground (逐级提醒)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events.queries import calling, escalating, words
from quanyu.events.rules import cards as card_rules
from quanyu.events.rules import whistle as call_rules
from quanyu.events.workflow import EVENT
from quanyu.events.workflow.cards import CARD
from quanyu.events.workflow.joint import PART
from quanyu.events.workflow.whistle import CALL
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
from quanyu.kernel.codes import actions, queries
from quanyu.kernel.codes.rules import WrongCode, WrongStart
from quanyu.kernel.codes.rules.rungs import ANY_STAGE, MOST_RUNGS, RungEntry, WrongRung
from quanyu.kernel.errors import Refusal

KEY = ("stage", "class_prefix", "number")
FACTS = ("side", "amount", "unit", "whom", "words")


CLASSES = {
    EVENT.name: ("event_class", "part_class"),
    PART.name: ("event_class", "part_class"),
    CALL.name: (call_rules.KINDS,),
    CARD.name: (card_rules.LEVELS,),
}
"""By workflow, the code lists whose codes have ladders of their own."""

OWN = (CALL.name, CARD.name)
"""What is classed by its own kind or level, not as matters are."""


@read_or_write
@hidden_if_denied
def ladders(request: HttpRequest) -> HttpResponse:
    """Show who is told of each limit, on a day or for a class, and the form of a change."""
    actor, at = actor_of(request), timezone.now()

    def change() -> HttpResponse:
        _changed(request.POST, _of(request), actor, at=at)
        messages.success(request, _("已登记。已经开始计时的事项照原来的步骤走"))
        return HttpResponseRedirect(_url(_of(request)))

    return answered(request, change, lambda no: _page(request, actor, at=at, no=no))


def _of(request: HttpRequest) -> str:
    """Return of which workflow the ladders are asked for: those of matters, if not said."""
    asked = request.GET.get("of", "")
    return asked if asked in CLASSES else EVENT.name


def _url(of: str, **more: object) -> str:
    asked = {name: value for name, value in {"of": of, **more}.items() if value != EVENT.name}
    return f"{reverse('desk_rungs')}{'?' if asked else ''}{urlencode(asked)}"


def _workflows() -> dict[str, str]:
    return {
        EVENT.name: _("事项"),
        PART.name: _("协办"),
        CALL.name: _("吹哨"),
        CARD.name: _("督办单"),
    }


# ------------------------------------------------------------------ what was sent


def _changed(given: Mapping[str, str], of: str, actor: Actor, *, at: datetime) -> None:
    """Set a rung, end it, or take back what has not come yet."""
    which: dict[str, Any] = {
        "workflow": of,
        "stage": given.get("stage", ""),
        "class_prefix": given.get("class_prefix", "").strip(),
        "number": _whole(given, "number"),
    }
    if given.get("withdraws"):
        actions.withdraw_rung(**which, actor=actor, at=at)
        return
    start = _day(given.get("start", ""))
    if given.get("ends"):
        actions.end_rung(**which, end=start, actor=actor, at=at)
        return
    clause = given.get("clause", "")
    wrong = WrongCode(_("没有这一条款"), field="clause", value=clause)
    actions.set_rung(
        **which,
        side=given.get("side", ""),
        amount=_whole(given, "amount"),
        unit=given.get("unit", ""),
        whom=given.get("whom", ""),
        words=given.get("words", ""),
        start=start,
        clause_id=meant(UUID, clause, otherwise=wrong) if clause else None,
        actor=actor,
        at=at,
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "")
    return meant(int, text, otherwise=WrongRung(_("请填一个整数"), field=name, value=text))


def _day(text: str) -> date:
    no = WrongStart(_("请填写生效日期"), field="start", value=text)
    return meant(date.fromisoformat, text, otherwise=no)


# ------------------------------------------------------------------ the page


def _page(
    request: HttpRequest, actor: Actor, *, at: datetime, no: Refusal | None = None
) -> HttpResponse:
    today = timezone.localdate(at)
    on = _asked_day(request.GET.get("on", ""), today)
    class_code = request.GET.get("class", "").strip()
    may_edit = bool(actions.KEEPERS & actor.roles_at(settings.QUANYU_CITY))
    of = _of(request)
    rows = _rows(class_code, of=of, on=on)
    context = {
        "section": "rungs",
        "filters": [
            field(
                "of",
                _("谁的期限"),
                "select",
                value=of,
                options=[option(*each) for each in list(_workflows().items())[1:]],
                empty=_workflows()[EVENT.name],
                on=of != EVENT.name,
            ),
            field(
                "class",
                _("某一类别的"),
                "select",
                value=class_code,
                options=_classes(of, at=at),
                empty=_("全部"),
                on=bool(class_code),
            ),
            field("on", _("那天开始计时的"), "date", value=on.isoformat(), on=on != today),
        ],
        "clear_url": _url(of) if class_code or on != today else "",
        "ladders": [
            _ladder(stage, prefix, list(same), of=of, at=at, may_edit=may_edit)
            for (stage, prefix), same in groupby(rows, key=lambda r: (r.stage, r.class_prefix))
        ],
        "coming": [_coming(row, on=today, at=at, may_edit=may_edit) for row in _changes(of, today)],
        "form": _form(request, on=today, no=no) if may_edit else None,
        "may_edit": may_edit,
        "now": timezone.localtime(at),
    }
    return answer(request, "events/rungs.html", context, no)


def _rows(class_code: str, *, of: str, on: date) -> list[RungEntry]:
    """Return the rungs that clocks begun on a day have; for a class, those that bear on it."""
    stages = queries.named_rungs(of)["stages"]
    if not class_code:
        rows = queries.listed_rungs(on=on, workflow=of)
        order = {stage: n for n, stage in enumerate(stages)}
        return sorted(
            rows, key=lambda r: (order.get(r.stage, len(order)), r.class_prefix, r.number)
        )
    return list(dict.fromkeys(_bearing(class_code, stages, of=of, on=on)))


def _bearing(
    class_code: str, stages: Mapping[str, str], *, of: str, on: date
) -> Iterator[RungEntry]:
    for stage in stages:
        yield from queries.ladder(workflow=of, stage=stage, class_code=class_code, on=on)


def _classes(of: str, *, at: datetime) -> list[dict[str, str]]:
    day = timezone.localdate(at)
    return [
        option(
            entry.code, queries.label(entry) if of in OWN else words.class_words(entry.code, at=at)
        )
        for listed in CLASSES[of]
        for entry in queries.codes(listed, on=day)
    ]


def _ladder(
    stage: str, prefix: str, rows: Sequence[RungEntry], *, of: str, at: datetime, may_edit: bool
) -> dict[str, Any]:
    return {
        "stage": escalating.stage_words(stage, of=of),
        "class_label": _class_words(prefix, of=of, at=at),
        "rows": [_row(row, may_edit=may_edit) for row in rows],
    }


def _class_words(prefix: str, *, of: str, at: datetime) -> str:
    if not prefix:
        return _("全部类别")
    if of in OWN:
        return calling.code_words(CLASSES[of][0], prefix)
    return _("全部部件") if prefix == "P" else words.class_words(prefix, at=at)


def _row(row: RungEntry, *, may_edit: bool) -> dict[str, Any]:
    edit = _url(row.workflow, **{name: getattr(row, name) for name in KEY})
    return {
        "number": row.number,
        "when": escalating.distance_words(row),
        "whom": escalating.level_words(row.whom, of=row.workflow),
        "words": escalating.notice_words(row.words),
        "clause": queries.cited(row.clause),
        "edited": row.is_edited,
        "from": row.valid_from,
        "to": row.valid_to,
        "edit_url": f"{edit}#form" if may_edit else "",
    }


def _changes(of: str, today: date) -> list[RungEntry]:
    """Return the rungs that begin after today, and those that end and are followed by no other."""
    rows = queries.coming_rungs(on=today, workflow=of)
    begun = {(*(getattr(row, name) for name in KEY), row.valid_from) for row in rows}
    ended = [(*(getattr(row, name) for name in KEY), row.valid_to) for row in rows]
    return [
        row
        for row, key in zip(rows, ended, strict=True)
        if row.valid_from > today or key not in begun
    ]


def _coming(row: RungEntry, *, on: date, at: datetime, may_edit: bool) -> dict[str, Any]:
    """Return a change to come: a rung that begins, or one that ends and is followed by none."""
    begins = row.valid_from > on
    return _row(row, may_edit=False) | {
        "stage": escalating.stage_words(row.stage, of=row.workflow),
        "class_label": _class_words(row.class_prefix, of=row.workflow, at=at),
        "label": _("新增或改为") if begins else _("停用"),
        "day": row.valid_from if begins else row.valid_to,
        "key": {name: getattr(row, name) for name in KEY} if may_edit else None,
    }


def _form(request: HttpRequest, *, on: date, no: Refusal | None) -> dict[str, Any]:
    """Return the form of a rung: a new one, or the change of the one that the address names."""
    held = _held(request, on=on)
    shown = {name: getattr(held, name) for name in (*KEY, *FACTS)} if held else {}
    given = request.POST or shown
    of = _of(request)
    named = queries.named_rungs(of)

    def one(name: str, label: str, kind: str = "text", **more: Any) -> dict[str, object]:
        return field(name, label, kind, no=no, **{"value": given.get(name, ""), **more})

    def pick(name: str, label: str, names: Mapping[str, str], **more: Any) -> dict[str, object]:
        options = [option(key, words) for key, words in names.items()]
        return one(name, label, "select", options=options, **more)

    clause = {"value": held.clause_id} if held and not request.POST else {}
    fields = [
        pick(
            "stage",
            _("哪个时限"),
            named["stages"],
            required=False,
            empty=_("没有自己步骤的各环节"),
        ),
        one(
            "class_prefix",
            _("类别代码"),
            required=False,
            help=_class_help(of),
        ),
        one("number", _("第几步"), "number", help=_("1 至 {most}").format(most=MOST_RUNGS)),
        pick("side", _("到期前还是后"), {"before": _("到期前"), "after": _("到期后")}),
        one("amount", _("多久"), "number", help=_("到期后填 0 就是到期时")),
        pick("unit", pgettext("of a limit", "单位"), _units()),
        pick("whom", _("告知谁"), named["people"]),
        pick("words", _("用哪种通知"), named["words"]),
        one(
            "clause",
            _("依据"),
            "select",
            required=False,
            options=[
                option(c.id, queries.cited(queries.clause_entry(c))) for c in queries.clauses()
            ],
            **clause,
        ),
        one("start", _("从哪天起"), "date", value=_start(request, on)),
    ]
    if held:
        fields.append(
            one(
                "ends",
                _("从这一天起停用"),
                "checkbox",
                required=False,
                help=_("勾选后只看日期，其余不改"),
            )
        )
    url = _url(of)
    title = _("改第 {n} 步").format(n=held.number) if held else _("加一步")
    return {"title": title, "url": url, "fields": fields, "cancel_url": url if held else ""}


def _class_help(of: str) -> str:
    if of not in OWN:
        return _("不填为全部；填大类或小类，如 01、0102、P。有自己步骤的类别，只走自己的")
    known = queries.codes(CLASSES[of][0], on=timezone.localdate())
    listed = pgettext("between items", "、").join(
        f"{entry.code} {queries.label(entry)}" for entry in known
    )
    return _("不填为全部；可填 {listed}").format(listed=listed)


def _units() -> dict[str, str]:
    return {
        "percent": _("时限的百分之几"),
        "working_minutes": _("工作分钟"),
        "working_hours": _("工作时"),
        "working_days": _("工作日"),
        "minutes": _("分钟"),
        "hours": _("小时"),
        "days": _("天"),
    }


def _start(request: HttpRequest, on: date) -> str:
    return request.POST.get("start") or (on + timedelta(days=1)).isoformat()


def _held(request: HttpRequest, *, on: date) -> RungEntry | None:
    """Return the rung that the address or the form names, if it holds today."""
    given = request.POST or request.GET
    named = tuple(str(given.get(name, ANY_STAGE)) for name in KEY)
    rows = queries.listed_rungs(on=on, workflow=_of(request)) if "number" in given else ()
    return next((r for r in rows if tuple(str(getattr(r, name)) for name in KEY) == named), None)


def _asked_day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        return today
