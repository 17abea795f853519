"""The form of each act: exactly the acts offered, with suggestions and their reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from quanyu.events import queries
from quanyu.events.pages import joint_forms, labels, leaving_forms, replies
from quanyu.events.pages.asked import Desk
from quanyu.events.pages.shown import middle, verb_words
from quanyu.events.queries import clock, desk, precedents, side_words, words
from quanyu.events.queries.sentences import run_on
from quanyu.kernel.access.http import field, option, sentence
from quanyu.kernel.access.rules import Actor, Role
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import Refusal
from quanyu.organisations import queries as organisations
from quanyu.organisations.rules import Holder
from quanyu.regions import queries as regions

LABELS = {**labels.LABELS, **leaving_forms.LABELS}
PICTURES = "image/jpeg,image/png,image/webp"
DESK = frozenset({Role.OPERATOR, Role.DISPATCHER, Role.COMMANDER})
CLASS_LISTS = ("event_class", "part_class")
LEAF = 4
"""Digits of a class that a matter can have; two digits are a major."""

MOST_OTHERS = 3
SURE = 0.5
"""Below this the page says that the model is not sure."""

ASKS: Mapping[str, Sequence[str]] = {
    "request_verification": ["remark"],
    "verify": ["finding", "photos"],
    "accept": [],
    "refuse": ["refuse_reason", "reply"],
    "settle": ["outcome", "photos"],
    "file": ["class_code"],
    "dispatch": ["body", "remark"],
    "send_out": ["class_code", "body", "remark"],
    "insist": ["reason"],
    **joint_forms.ASKS,
    "acknowledge": [],
    "hand_back": ["legal_ground", "reason"],
    "handle": ["outcome", "unneeded", "photos"],
    "merge": ["main"],
    "unmerge": ["reason"],
    "ask": ["question"],
    "answer": ["answer"],
    "go_on": [],
    "ask_extension": ["days", "reason"],
    "extend": [],
    "keep_due": ["reason"],
    "ask_suspension": ["ground", "review_date", "promise"],
    "suspend": [],
    "keep_on": ["reason"],
    "suspend_on": ["review_date", "promise"],
    "resume": ["reason"],
    "check": [],
    "close": ["evidence", "photos"],
    "rework": ["reason"],
    "void": ["void_reason"],
    "withdraw": ["reason"],
    "redo": ["reason"],
    "place": ["region_path", "address", "lon", "lat"],
    **leaving_forms.ASKS,
}
"""What each act asks for, in the order of the form; a test holds it against ``needs``."""

WRITTEN = frozenset({"remark", "finding", "outcome", "evidence", "reason", "reply", "promise"})
WRITTEN |= {"question", "answer", "task", "decision", "unneeded", *leaving_forms.WRITTEN}
"""What of it is a person's own words."""

WITH_PHOTOS = frozenset(verb for verb, asked in ASKS.items() if "photos" in asked)
LESS_MEANT = (
    "answer",
    "go_on",
    "resume",
    "keep_due",
    "keep_on",
    "ask",
    "merge",
    "ask_extension",
    "ask_suspension",
    *joint_forms.LESS_MEANT,
)
NOBODYS = frozenset({"ask_suspension", *joint_forms.LESS_MEANT})
"""What nobody has to do, however far in front it stands."""

DECIDES = frozenset({"extend", "suspend"})
"""The acts that agree to what somebody asked for; its words stand beside the button."""

NOT_DESK = frozenset({"rate", "reopen", "appeal"})


def moves(desk_: Desk) -> list[dict[str, Any]]:
    """Return every act offered, the one that is meant first; its form stands open."""
    event, actor = desk_.event, desk_.actor
    verbs = [m.verb for m in queries.offers(event, actor=actor) if m.verb not in NOT_DESK]
    if desk.may_send_out(event, actor=actor):
        verbs.insert(0, "send_out")
    if may_place(event, actor):
        verbs.append("place")
    ranked = sorted(verbs, key=lambda verb: (verb != desk_.verb, _rank(verb)))
    holders = _holders(desk_, verbs)
    first = _first(ranked, desk_)
    return [_move(desk_, verb, holders, is_first=verb == first) for verb in ranked]


def _first(ranked: Sequence[str], desk_: Desk) -> str:
    """Return the act that one came for, if there is one: no minutes before the meeting."""
    first = next(iter(ranked), "") if may_be_meant(ranked, desk_.verb) else ""
    if first != "conclude" or desk_.verb == first:
        return first
    return "" if joint_forms.is_to_come(desk_.event, actor=desk_.actor, at=desk_.at) else first


def may_be_meant(ranked: Sequence[str], chosen: str) -> bool:
    """Answer whether the first act is what one came for; to call others in nobody has to."""
    return ranked[:1] == [chosen] or not set(ranked[:1]) & NOBODYS


def is_meant(moves: Sequence[Mapping[str, Any]]) -> bool:
    """Answer whether one of these acts is what one came for."""
    return any(move["primary"] for move in moves)


def move_for(desk_: Desk) -> dict[str, Any] | None:
    """Return the form of one act with what was chosen in it so far, if the act is offered."""
    found = (move for move in moves(desk_) if move["verb"] == desk_.verb)
    return next(found, None)


def may_place(event: Any, actor: Actor) -> bool:
    """Answer whether this person may say where a matter lies that no community has yet."""
    ends = event.state not in queries.OPEN
    return not ends and not desk.is_placed(event) and bool(DESK & actor.roles_on(event))


def _rank(verb: str) -> int:
    order = [*desk.FIRST, "hand_back", "rework", "place"]
    order += [*LESS_MEANT, *leaving_forms.ORDER]
    order += ["refuse", "void", *leaving_forms.LAST]
    return order.index(verb) if verb in order else len(order)


def _holders(desk_: Desk, verbs: Sequence[str]) -> list[Holder]:
    if not {"dispatch", "send_out"} & set(verbs):
        return []
    is_filed = desk_.class_code == desk_.event.category
    found = desk_.named if is_filed else desk.holders(desk_.event, desk_.class_code, at=desk_.at)
    back = set(desk_.event.handed_back_by)
    # Who handed it back is asked again by "insist", with a reason; here others come first.
    late = [replace(h, reason=run_on((_("退回过"), h.reason))) for h in found if h.body_id in back]
    return [h for h in found if h.body_id not in back] + late


def _move(desk_: Desk, verb: str, holders: Sequence[Holder], *, is_first: bool) -> dict[str, Any]:
    drawn = [_FIELDS.get(f"{verb}.{name}") or _FIELDS[name] for name in ASKS[verb]]
    asked = [draw(desk_, verb, holders) for draw in drawn]
    is_handing_out = verb in {"dispatch", "send_out"}
    to = _name(holders[0]) if is_handing_out and holders else ""
    return {
        "verb": verb,
        "label": verb_words(verb),
        "button": _("派给{body}").format(body=to) if to and desk_.no is None else "",
        "url": reverse("desk_act", args=[desk_.event.number, verb]),
        "primary": is_first,
        "note": _note(verb),
        "asked": side_words.asked(desk_.event) if verb in DECIDES else "",
        "fields": [one for one in asked if one],
        "spot": _spot(desk_) if verb == "place" else None,
        "limit": clock.preview(desk_.event, desk_.class_code, at=desk_.at)
        if is_handing_out and desk_.class_code
        else None,
        "hints": replies.before(desk_, verb),
        "open": is_first or verb == desk_.verb,
    }


def _spot(desk_: Desk) -> dict[str, Any]:
    """Return where the map opens on which a matter without a community is placed."""
    event = desk_.event
    known = {"lon": event.lon, "lat": event.lat, "zoom": 16}
    return middle(event.region_path) if event.lon is None else known


def _note(verb: str) -> str:
    notes = {
        "send_out": _("受理、立案、派遣一次办完；建议已备好，核对后派出"),
        "dispatch": _("派出即开始计时，不等签收"),
        "hand_back": _("每个单位只能退一次，时限不停"),
        "rework": _("时限接着走，不重新计"),
        "place": _("选一个地方，或在地图上点"),
        "refuse": _("答复会给反映人看"),
        "merge": _("同一件事只办一件；两边的反映人都会得到答复。并错了当天可以撤销"),
        "unmerge": _("只能当天撤销；撤销后从受理开始"),
        "ask": _("反映人凭查询码回答；等的时候停表，到期自己接着走"),
        "answer": _("打电话问到的，写在这里；反映人看得到"),
        "go_on": _("时限接着走，不重新计"),
        "ask_extension": _("由派遣员或指挥长决定；同意了，理由和新的期限反映人看得到"),
        "extend": _("期限按工作日往后推，反映人看得到理由和新的日子"),
        "ask_suspension": _("由指挥长决定；承诺会给反映人看，挂账期间停表"),
        "suspend": _("停表到复核日期，那天再请您决定；承诺会给反映人看"),
        "suspend_on": _("停表到新的复核日期；承诺会给反映人看"),
        "resume": _("时限接着走，不重新计"),
        **joint_forms.notes(),
    }
    return (notes | leaving_forms.notes()).get(verb, "")


# ------------------------------------------------------------------ the fields


def _field(desk_: Desk, verb: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    label = more.pop("label", LABELS[name])
    more.setdefault("value", desk_.typed(verb, name))
    return field(name, str(label), kind, no=desk_.refusal(verb), **more)


def _text(name: str) -> "Drawn":
    def drawn(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
        more = replies.looked_over(desk_.event, verb, name)
        return _field(desk_, verb, name, "textarea", rows=3, maxlength=2_000, **more)

    return drawn


def _remark(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    return _field(desk_, verb, "remark", "textarea", rows=2, required=False, maxlength=2_000)


def _photos(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    return _field(
        desk_,
        verb,
        "photos",
        "file",
        value="",
        required=False,
        accept=PICTURES,
        multiple=True,
        help=_("收到后会去掉照片里的位置，处理好才显示"),
    )


def _plain(name: str, kind: str) -> "Drawn":
    def drawn(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
        return _field(desk_, verb, name, kind)

    return drawn


def _listed(name: str, listed: str) -> "Drawn":
    def drawn(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
        day = local(desk_.at).date()
        options = [option(code, label) for code, label in codes.choices(listed, on=day)]
        return _field(desk_, verb, name, "select", options=options)

    return drawn


def _class(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    code, event = desk_.class_code, desk_.event
    return _field(
        desk_,
        verb,
        "class_code",
        "select",
        options=classes(at=desk_.at),
        value=code,
        reload=reverse("desk_form", args=[event.number, verb]) if verb == "send_out" else "",
        reloads=",".join(f"#{verb}-{part}" for part in ("body-ask", "limit", "go")),
        suggested=_suggested_class(event, code, at=desk_.at),
        others=_others(event, code, at=desk_.at),
    )


def _others(event: Any, code: str, *, at: datetime) -> list[dict[str, str]]:
    """Return the classes that come next, each to be picked with one key."""
    known = {one["value"] for one in classes(at=at)}
    codes_ = [one for one in (event.suggested, *event.suggested_others) if one != code]
    fit = [one for one in codes_ if one in known][:MOST_OTHERS]
    return [
        option(one, words.class_words(one, at=at), note=str(n))
        for n, one in enumerate(fit, start=1)
    ]


def _suggested_class(event: Any, code: str, *, at: datetime) -> dict[str, Any] | None:
    if not code:
        return None
    why = _("反映人选的") if code == event.category else ""
    if code == event.suggested and event.suggested_words:
        said = pgettext("between items", "、").join(f"“{word}”" for word in event.suggested_words)
        why = _("依据反映里的{words}").format(words=said)
    doubt = _("把握不大，请核对") if _is_doubtful(event, code) else ""
    why = run_on((doubt, why))
    return {"label": words.class_words(code, at=at), "why": why, **_sureness(event, code)}


def _is_doubtful(event: Any, code: str) -> bool:
    sure = event.suggested_sure
    return code == event.suggested and sure is not None and sure < SURE


def _sureness(event: Any, code: str) -> dict[str, Any]:
    """Return how sure the model is; the word list alone gives no figure."""
    if code != event.suggested:
        return {}
    if event.suggested_sure is None:
        return {"tag": _("按关键词")}
    return {"sure": max(1, min(99, round(event.suggested_sure * 100)))}


def _body(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    chosen = desk_.typed(verb, "body")
    known = {str(holder.body_id) for holder in holders}
    value = chosen if chosen in known else next((str(h.body_id) for h in holders), "")
    return _field(
        desk_,
        verb,
        "body",
        "select",
        options=[option(h.body_id, _name(h)) for h in holders],
        value=value,
        help="" if holders else _("先选类别，权责清单才知道由谁负责"),
        suggested=_suggested_body(holders, value),
    )


def _suggested_body(holders: Sequence[Holder], value: str) -> dict[str, Any] | None:
    holder = next((h for h in holders if str(h.body_id) == value), None)
    if holder is None:
        return None
    rests_on = _("依据{clause}").format(clause=holder.clause) if holder.clause else ""
    why = run_on((holder.reason, rests_on))
    tag = _("判例") if holder.basis == precedents.BASIS else ""
    return {"label": _name(holder), "why": why, "tag": tag or (holder.is_sample and _("示例"))}


def _place(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    path = desk_.event.region_path
    return _field(
        desk_,
        verb,
        "region_path",
        "select",
        required=False,
        options=[option(crumb.path, regions.label(crumb.path)) for crumb in regions.below(path)],
        help=_("一级一级选，到社区为止"),
    )


def _address(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
    value = desk_.typed(verb, "address", desk_.event.address)
    return _field(desk_, verb, "address", "text", value=value, required=False, maxlength=200)


def _hidden(name: str) -> "Drawn":
    def drawn(desk_: Desk, verb: str, holders: Sequence[Holder]) -> dict[str, Any]:
        return _field(desk_, verb, name, "hidden", required=False)

    return drawn


Drawn = Callable[[Desk, str, Sequence[Holder]], dict[str, Any]]

_FIELDS: Mapping[str, Drawn] = {
    **joint_forms.FIELDS,
    "remark": _remark,
    "finding": _text("finding"),
    "outcome": _text("outcome"),
    "evidence": _text("evidence"),
    "reason": _text("reason"),
    "reply": _text("reply"),
    "main": _plain("main", "text"),
    "question": _text("question"),
    "answer": _text("answer"),
    "promise": _text("promise"),
    "days": _plain("days", "number"),
    "review_date": _plain("review_date", "date"),
    "ground": _listed("ground", "reason_suspend"),
    "photos": _photos,
    "refuse_reason": _listed("reason", "reason_refuse"),
    "void_reason": _listed("reason", "reason_void"),
    "legal_ground": _listed("legal_ground", "reason_hand_back"),
    "class_code": _class,
    "body": _body,
    "region_path": _place,
    "address": _address,
    "lon": _hidden("lon"),
    "lat": _hidden("lat"),
    **leaving_forms.fields(drawn=_field, text=_text, plain=_plain, listed=_listed),
}


def classes(*, at: datetime) -> list[dict[str, str]]:
    """Return every class a matter can have, for a choice."""
    day = local(at).date()
    return [
        option(entry.code, words.class_words(entry.code, at=at))
        for listed in CLASS_LISTS
        for entry in codes.codes(listed, on=day)
        if len(entry.code.lstrip("P")) == LEAF
    ]


def _name(holder: Holder) -> str:
    return organisations.labels([holder])[0][1]


def blocked(event: Any, *, actor: Actor) -> list[dict[str, str]]:
    """Return the acts of my role that something stands in the way of, and what it is."""
    return [
        {"label": verb_words(move.verb), "why": sentence(Refusal(guard.sentence))}
        for move, guard in desk.blocked(event, actor=actor)
        if move.verb not in NOT_DESK
    ]
